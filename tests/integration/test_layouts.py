"""Layouts that others wrote, and paths that look like something else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli import RunCli

MODULE = binaries.module()
OTHER = binaries.module(seed=2)
WHOLE = "docker.io/library/hello:v1"


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """Return the folder of a layout that is not there yet."""
    return tmp_path / "lay"


def renamed(layout: Path, *names: str | None) -> None:
    """Give the manifests of a layout other names, as others do."""
    index = json.loads((layout / "index.json").read_bytes())
    for entry, name in zip(index["manifests"], names, strict=True):
        entry["annotations"] = {} if name is None else {"org.opencontainers.image.ref.name": name}
    (layout / "index.json").write_text(json.dumps(index))


@pytest.mark.parametrize("name", [None, "v1", WHOLE, "latest"])
def test_the_only_manifest_needs_no_tag(layout: Path, name: str | None) -> None:
    """containers/skopeo#1618: a copy without a name is read without one, and the result says what was taken."""
    pushed = wasm2oci.push(MODULE, f"oci:{layout}:v1")
    renamed(layout, name)
    taken = f"oci:{layout}@{pushed.digest}" if name is None else f"oci:{layout}:{name}"
    assert wasm2oci.fetch(f"oci:{layout}") == MODULE
    assert wasm2oci.pull(f"oci:{layout}", layout.parent / "m.wasm").reference == taken
    assert wasm2oci.inspect(f"oci:{layout}").reference == taken


def test_the_command_says_what_was_taken(run_cli: RunCli, layout: Path) -> None:
    """As it does with a tag."""
    pushed = wasm2oci.push(MODULE, f"oci:{layout}:v1")
    renamed(layout, None)
    result = run_cli("pull", f"oci:{layout}", "-o", layout.parent / "m.wasm")
    assert (result.code, result.stderr) == (0, "")
    assert f"oci:{layout}@{pushed.digest}" in result.text
    assert run_cli("tag", f"oci:{layout}", "v2").code == 0
    assert wasm2oci.resolve(f"oci:{layout}:v2").digest == pushed.digest


def test_latest_wins_over_others(layout: Path) -> None:
    """It is what a reference without a tag means."""
    wasm2oci.push(MODULE, f"oci:{layout}:v1")
    wasm2oci.push(OTHER, f"oci:{layout}:latest")
    assert wasm2oci.fetch(f"oci:{layout}") == OTHER


def test_several_manifests_need_a_name(run_cli: RunCli, layout: Path) -> None:
    """buildpacks/imgutil#174: the message lists names, and the digests of what has none."""
    wasm2oci.push(MODULE, f"oci:{layout}:v1")
    nameless = wasm2oci.push(OTHER, f"oci:{layout}:v2").digest
    renamed(layout, "v1", None)
    for reference in (f"oci:{layout}", f"oci:{layout}:v9"):
        with pytest.raises(wasm2oci.NotFoundError, match=f"the layout has the manifests v1, {nameless}") as caught:
            wasm2oci.fetch(reference)
        assert caught.value.detail["candidates"] == ["v1", nameless]
        result = run_cli("resolve", reference)
        assert (result.code, nameless in result.stderr) == (3, True)
    assert wasm2oci.fetch(f"oci:{layout}@{nameless}") == OTHER


@pytest.mark.parametrize("name", [WHOLE, "localhost:5000/hello:v1", "docker.io/library/hello", "hello:v1"])
def test_a_name_may_be_a_whole_reference(layout: Path, name: str) -> None:
    """skopeo, podman and containerd write such; it is offered, and can be typed."""
    wasm2oci.push(MODULE, f"oci:{layout}:v1")
    wasm2oci.push(OTHER, f"oci:{layout}:v2")
    renamed(layout, name, "v2")
    with pytest.raises(wasm2oci.NotFoundError) as caught:
        wasm2oci.resolve(f"oci:{layout}:v9")
    assert caught.value.detail["candidates"] == [name, "v2"]
    result = wasm2oci.pull(f"oci:{layout}:{name}", layout.parent / "m.wasm")
    assert (result.reference, result.path.read_bytes()) == (f"oci:{layout}:{name}", MODULE)
    wasm2oci.tag(f"oci:{layout}:{name}", "v3")
    assert wasm2oci.fetch(f"oci:{layout}:v3") == MODULE


def test_what_lies_at_the_path_comes_first(layout: Path) -> None:
    """A folder whose name looks like a name in another layout is still a folder."""
    wasm2oci.push(MODULE, f"oci:{layout}:v1")
    renamed(layout, WHOLE)
    wasm2oci.push(OTHER, f"oci:{layout}:docker.io/library/hello:v1")
    assert wasm2oci.fetch(f"oci:{layout}:{WHOLE}") == OTHER


@pytest.mark.parametrize("path", ["job@2/lay", "job@2", "node_modules/@acme/mod/lay", "@acme", "a@sha256/lay"])
@pytest.mark.parametrize("scheme", ["oci", "oci-archive"])
def test_a_path_may_hold_an_at(tmp_path: Path, path: str, scheme: str) -> None:
    """moby/buildkit#6447, docker/buildx#3583: a digest is what looks like one, and is at the end."""
    place = tmp_path / path
    place.parent.mkdir(parents=True, exist_ok=True)
    pushed = wasm2oci.push(MODULE, f"{scheme}:{place}:v1")
    assert place.exists()
    assert pushed.reference == f"{scheme}:{place}:v1"
    assert wasm2oci.fetch(f"{scheme}:{place}:v1") == MODULE
    assert wasm2oci.fetch(f"{scheme}:{place}@{pushed.digest}") == MODULE


@pytest.mark.parametrize("spelled", ["oci:dir@sha256:short", "oci:dir@sha256", "oci:dir@", "oci-archive:x.tar@md5:0"])
def test_half_a_digest_is_no_path(spelled: str) -> None:
    """It is meant to be one."""
    with pytest.raises(wasm2oci.InvalidReferenceError, match="digest"):
        wasm2oci.resolve(spelled)
