"""`copy` sends no more than it has to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import digest_of
from tests.integration.copying import LARGE, MODULE, child, layers, modules, writes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry


# --------------------------------------------------------- nothing is sent twice


def test_what_is_there_is_one_question(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """For the whole artifact, and nothing is read or sent but the manifest."""
    faults.add_module(LARGE)
    wasm2oci.copy(faults.reference(), mirror.reference())
    faults.journal.clear()
    mirror.journal.clear()
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert (copied.sent, copied.mounted, copied.reused, copied.bytes) == (0, 0, 1, 0)
    assert faults.journal.lines() == ["GET /v2/org/mod/manifests/v1"]
    assert mirror.journal.lines() == ["HEAD /v2/org/mod/manifests/v1"]


def test_a_child_that_is_there_is_one_question(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """An index that grew is as cheap as what is new in it."""
    old, new = child(faults, "wasip1/wasm", *modules(5)), child(faults, "linux/amd64", b"native")
    faults.add_index("org/mod", "v1", [old])
    wasm2oci.copy(faults.reference(), mirror.reference())
    faults.add_index("org/mod", "v1", [old, new])
    faults.journal.clear()
    copied = wasm2oci.copy(faults.reference(), mirror.reference())
    assert (copied.sent, copied.reused) == (4, 1)
    assert not faults.journal.of("*", f"*{old['digest']}")


def test_a_blob_of_two_children_is_sent_once(faults: FaultRegistry, mirror: FaultRegistry) -> None:
    """Although both are copied at the same time."""
    children = [child(faults, f"linux/arch{number}", LARGE, bytes([number])) for number in range(6)]
    faults.add_index("org/mod", "v1", children)
    wasm2oci.copy(faults.reference(), mirror.reference())
    assert len(faults.journal.of("GET", f"*/blobs/{digest_of(LARGE)}")) == 1
    assert len([one for one in mirror.journal.of("PUT") if one.query.get("digest") == [digest_of(LARGE)]]) == 1


def test_onto_itself(faults: FaultRegistry, tmp_path: Path) -> None:
    """Nothing is moved; under another tag, the manifest alone."""
    added = faults.add_module(MODULE)
    copied = wasm2oci.copy(faults.reference(), faults.reference())
    assert (copied.digest, copied.sent, copied.reused) == (added.digest, 0, 1)
    assert not writes(faults)
    faults.journal.clear()
    copied = wasm2oci.copy(faults.reference(), faults.reference(tag="v2"))
    assert (copied.sent, copied.reused, copied.bytes) == (0, 1, 0)
    assert faults.journal.lines()[-1] == "PUT /v2/org/mod/manifests/v2"
    assert not faults.journal.of("*", "*/blobs/*")
    layout = f"oci:{tmp_path / 'layout'}"
    wasm2oci.push(MODULE, f"{layout}:v1")
    assert wasm2oci.copy(f"{layout}:v1", f"oci:{tmp_path}/./layout:v2").sent == 0
    assert wasm2oci.copy(f"{layout}:v1", f"{layout}:v1").sent == 0
    assert wasm2oci.resolve(f"{layout}:v2").digest == wasm2oci.resolve(f"{layout}:v1").digest


def test_a_damaged_blob_of_a_layout_is_written_anew(faults: FaultRegistry, tmp_path: Path) -> None:
    """A layout is only what its files are: each is looked at."""
    faults.add_module(MODULE)
    layout = tmp_path / "layout"
    wasm2oci.copy(faults.reference(), f"oci:{layout}:v1")
    (layout / "blobs" / "sha256" / digest_of(MODULE)[7:]).write_bytes(b"x" * len(MODULE))
    copied = wasm2oci.copy(faults.reference(), f"oci:{layout}:v1")
    assert (copied.sent, copied.reused, copied.bytes) == (1, 2, len(MODULE))
    assert wasm2oci.fetch(f"oci:{layout}:v1") == MODULE
    index = json.loads((layout / "index.json").read_text())
    assert len(index["manifests"]) == 1


# --------------------------------------------------------------------- mounts


def test_blobs_of_one_registry_are_mounted(faults: FaultRegistry) -> None:
    """One request each, and none has a body."""
    faults.add_module(MODULE)
    copied = wasm2oci.copy(faults.reference(), faults.reference("org/other"))
    assert (copied.sent, copied.mounted, copied.reused) == (1, 2, 0)
    posts = faults.journal.of("POST")
    assert sorted(post.query["from"][0] for post in posts) == ["org/mod"] * 2
    assert not faults.journal.of("PUT", "*/uploads/*")
    assert not faults.journal.of("GET", "*/blobs/*")
    assert digest_of(MODULE) in faults.store.repository("org/other").blobs


@pytest.mark.parametrize("status", [202, 401, 403, 404, 405])
def test_a_refused_mount_is_an_upload(faults: FaultRegistry, status: int) -> None:
    """Whatever the registry says; and it is not asked for every blob again."""
    faults.add_artifact(layers=layers(*modules(20)))
    rule = faults.on("POST", "upload").when(lambda request: "mount" in request.query)
    # With 202 it begins an upload instead.
    rule.fail(status, "DENIED", Location="/v2/org/other/blobs/uploads/begun")
    copied = wasm2oci.copy(faults.reference(), faults.reference("org/other"))
    assert (copied.sent, copied.mounted) == (22, 0)
    assert rule.seen <= 8


def test_a_token_for_both_repositories(faults: FaultRegistry) -> None:
    """A mount needs the right to pull from the source."""
    from tests.faults.auth import Auth  # noqa: PLC0415

    faults.add_module(MODULE)
    faults.auth = Auth()
    assert wasm2oci.copy(faults.reference(), faults.reference("org/other")).mounted == 2
    scopes = [set(request.query.get("scope", [])) for request in faults.journal.of("GET", "/token")]
    assert any({"repository:org/mod:pull", "repository:org/other:pull,push"} <= scope for scope in scopes)
