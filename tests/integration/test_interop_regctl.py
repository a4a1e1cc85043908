"""What regctl lists, copies, attaches and packs we read, and the reverse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.integration.test_interop import run
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.registry import Registry

    Regctl = Callable[..., bytes]

MODULE = binaries.module()


@pytest.fixture(name="regctl_at")
def _regctl_at(regctl: Path, registry: Registry) -> Regctl:
    """Return a function that runs regctl, which takes the registry for one without TLS."""
    return lambda *arguments: run(regctl, *arguments, "--host", f"reg={registry.host},tls=disabled")


@pytest.fixture(name="pushed")
def _pushed(registry: Registry) -> str:
    """Push a module, and return its reference."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference)
    return reference


def test_tags(regctl_at: Regctl, pushed: str) -> None:
    """Both list the same, and each misses what the other has removed."""
    place = pushed.rpartition(":")[0]
    wasm2oci.tag(pushed, "v1.10", "v1.9", "latest")
    assert regctl_at("tag", "ls", place).decode().split() == list(wasm2oci.tags(place))
    wasm2oci.untag(f"{place}:v1.9")
    regctl_at("tag", "delete", f"{place}:v1.10")
    assert list(wasm2oci.tags(place)) == regctl_at("tag", "ls", place).decode().split() == ["latest", "v1"]


def test_copies(regctl_at: Regctl, registry: Registry, pushed: str) -> None:
    """Digests stay, whoever copies."""
    theirs, ours = registry.reference(), registry.reference()
    regctl_at("image", "copy", pushed, theirs)
    copied = wasm2oci.copy(theirs, ours)
    assert copied.digest == wasm2oci.resolve(pushed).digest == regctl_at("image", "digest", ours).decode().strip()
    assert wasm2oci.fetch(ours) == MODULE


def test_what_is_attached(regctl_at: Regctl, pushed: str, tmp_path: Path) -> None:
    """Each lists what the other attached."""
    sbom = tmp_path / "sbom.json"
    sbom.write_text("{}")
    ours = wasm2oci.attach(pushed, sbom, artifact_type="example/ours")
    regctl_at("artifact", "put", "--subject", pushed, "--artifact-type", "example/theirs", "--file", str(sbom))
    assert {one.artifact_type for one in wasm2oci.referrers(pushed)} == {"example/ours", "example/theirs"}
    listed: dict[str, Any] = json.loads(regctl_at("artifact", "list", pushed, "--format", "{{json .}}"))
    found = {one["digest"] for one in listed["descriptors"]}
    assert found == {one.digest for one in wasm2oci.referrers(pushed)}
    assert ours.digest in found


def test_copies_with_what_is_attached(regctl_at: Regctl, registry: Registry, pushed: str, tmp_path: Path) -> None:
    """Both take it along."""
    sbom = tmp_path / "sbom.json"
    sbom.write_text("{}")
    attached = wasm2oci.attach(pushed, sbom, artifact_type="example/ours")
    theirs, ours = registry.reference(), registry.reference()
    regctl_at("image", "copy", "--referrers", pushed, theirs)
    wasm2oci.copy(theirs, ours, referrers=True)
    assert [one.digest for one in wasm2oci.referrers(ours)] == [attached.digest]
    assert attached.digest in regctl_at("artifact", "list", ours, "--format", "{{json .}}").decode()


def test_layouts_and_archives(regctl_at: Regctl, registry: Registry, pushed: str, tmp_path: Path) -> None:
    """Each reads what the other wrote."""
    digest = wasm2oci.resolve(pushed).digest
    layout, archive = tmp_path / "layout", tmp_path / "theirs.tar"
    regctl_at("image", "copy", pushed, f"ocidir://{layout}:v1")
    assert wasm2oci.fetch(f"oci:{layout}:v1") == MODULE
    wasm2oci.tag(f"oci:{layout}:v1", "v2")
    assert regctl_at("image", "digest", f"ocidir://{layout}:v2").decode().strip() == digest
    regctl_at("image", "export", pushed, str(archive))
    assert wasm2oci.resolve(f"oci-archive:{archive}").digest == digest
    ours, back = tmp_path / "ours.tar", registry.reference()
    wasm2oci.copy(pushed, f"oci-archive:{ours}:v1")
    regctl_at("image", "import", back, str(ours))
    assert wasm2oci.resolve(back).digest == digest


def test_raw_manifests(regctl_at: Regctl, pushed: str) -> None:
    """Are the same bytes."""
    raw = wasm2oci.inspect(pushed, raw=True).raw
    assert regctl_at("manifest", "get", pushed, "--format", "raw-body") == raw


def test_deleted(regctl_at: Regctl, pushed: str) -> None:
    """Is gone for both."""
    place, digest = pushed.rpartition(":")[0], wasm2oci.resolve(pushed).digest
    wasm2oci.delete(f"{place}@{digest}")
    assert regctl_at("tag", "ls", place).decode().split() == []
    wasm2oci.push(MODULE, pushed)
    regctl_at("manifest", "delete", f"{place}@{digest}")
    with pytest.raises(wasm2oci.NotFoundError):
        wasm2oci.resolve(pushed)
