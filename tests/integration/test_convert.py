"""The same module under another format, and as little as possible sent for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import artifacts, layer
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry
    from wasm2oci import PushFormat

MODULE = binaries.module(100_000)
FORMATS = ["wasm", "wasm-to-oci", "compat", "image"]


def sent(faults: FaultRegistry) -> int:
    """Count the bytes of blobs that were uploaded."""
    return sum(request.length for request in faults.journal if "/blobs/uploads/" in request.path)


@pytest.mark.parametrize("after", FORMATS)
@pytest.mark.parametrize("before", FORMATS)
def test_every_format_becomes_every_other(tmp_path: Path, before: PushFormat, after: PushFormat) -> None:
    """Just as if it had been pushed like that."""
    source, destination = f"oci:{tmp_path / 'layout'}:v1", f"oci:{tmp_path / 'layout'}:v2"
    wasm2oci.push(MODULE, source, format=before, annotations={"a": "1"}, title="app.wasm")
    converted = wasm2oci.convert(source, destination, format=after, title="app.wasm")
    assert wasm2oci.fetch(destination) == MODULE
    fresh = wasm2oci.push(
        MODULE, f"oci:{tmp_path / 'other'}:v1", format=after, annotations={"a": "1"}, title="app.wasm"
    )
    assert (converted.format, converted.digest) == (after, fresh.digest)


def test_the_title_is_taken_over(tmp_path: Path) -> None:
    """Of a layer, or of the file in an archive; never more than a base name."""
    source = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(MODULE, source, title="../app.wasm")
    converted = wasm2oci.convert(source, f"oci:{tmp_path / 'layout'}:v2")
    assert converted.layer.annotations == {"org.opencontainers.image.title": "app.wasm"}


def test_a_raw_layer_is_not_sent_again_in_one_repository(faults: FaultRegistry) -> None:
    """Only the new config is."""
    faults.add_module(MODULE)
    wasm2oci.convert(f"{faults.host}/org/mod:v1", f"{faults.host}/org/mod:v2", format="wasm-to-oci")
    assert sent(faults) < 1000
    assert wasm2oci.fetch(f"{faults.host}/org/mod:v2") == MODULE


def test_a_raw_layer_is_mounted_within_one_registry(registry: Registry) -> None:
    """In another repository of a real registry."""
    source, destination = registry.reference(), registry.reference()
    wasm2oci.push(MODULE, source)
    assert wasm2oci.convert(source, destination, format="wasm-to-oci").format == "wasm-to-oci"
    assert wasm2oci.fetch(destination) == MODULE


@pytest.mark.parametrize("status", [202, 401, 403, 404, 405, 500])
def test_a_refused_mount_becomes_an_upload(faults: FaultRegistry, status: int) -> None:
    """Whatever the registry has against it."""
    faults.add_module(MODULE)
    mount = faults.on("POST", "upload").when(lambda request: "mount" in request.query)
    if status != 202:
        mount.fail(status)
    with wasm2oci.Client(retries=0) as client:
        client.convert(f"{faults.host}/org/mod:v1", f"{faults.host}/other/mod:v1", format="wasm-to-oci")
    assert any("mount" in request.query for request in faults.journal)
    assert wasm2oci.fetch(f"{faults.host}/other/mod:v1") == MODULE


def test_a_member_is_selected_on_the_command_line(faults: FaultRegistry, run_cli: RunCli) -> None:
    """With one JSON document as its result."""
    image = artifacts.tar({"a.wasm": binaries.module(10), "b.wasm": MODULE})
    faults.add_artifact(layers=[layer(image, "application/vnd.oci.image.layer.v1.tar+gzip")])
    source, destination = f"{faults.host}/org/mod:v1", f"{faults.host}/org/mod:v2"
    assert run_cli("convert", source, destination).code == 10
    said = run_cli("convert", source, destination, "--member", "b.wasm", "--format", "image", "--json").json
    assert (said["format"], said["reference"]) == ("image", destination)
    assert wasm2oci.fetch(destination) == MODULE


def test_a_source_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    """And makes no destination."""
    with pytest.raises(wasm2oci.NotFoundError):
        wasm2oci.convert(f"oci:{tmp_path / 'none'}:v1", f"oci:{tmp_path / 'layout'}:v1")
    assert not (tmp_path / "layout").exists()


def test_a_title_that_is_no_name_is_left_behind(faults: FaultRegistry) -> None:
    """Only dots, or a whiteout."""
    for title in ("..", "/", "a/.", ".wh.app.wasm"):
        faults.add_artifact(layers=[layer(MODULE, title=title)])
        converted = wasm2oci.convert(f"{faults.host}/org/mod:v1", f"{faults.host}/org/mod:v2", format="image")
        assert wasm2oci.inspect(converted.reference).member == "module.wasm"


def test_what_is_wrong_with_the_destination_is_said_of_it(tmp_path: Path, auth_registry: Registry) -> None:
    """Not of the source, which is fine."""
    source, destination = f"oci:{tmp_path / 'layout'}:v1", auth_registry.reference()
    wasm2oci.push(MODULE, source)
    with pytest.raises(wasm2oci.AuthenticationError, match=f'convert "{destination}"'):
        wasm2oci.convert(source, destination)
    with pytest.raises(wasm2oci.InvalidArgumentError, match=f'convert "{destination}"'):
        wasm2oci.convert(source, destination, format="tar")  # type: ignore[arg-type]
    with pytest.raises(wasm2oci.NotFoundError, match=r"convert .*layout:v0"):
        wasm2oci.convert(f"oci:{tmp_path / 'layout'}:v0", destination)


@pytest.mark.parametrize("content", [b"\0asm\x02\0\0\0", b"\0asmxxxx", binaries.COMPONENT_HEADER + b"\x07\xff"])
def test_what_push_refuses_is_not_converted(faults: FaultRegistry, content: bytes) -> None:
    """A version that nobody knows, and a component that cannot be read; there is no option for it."""
    faults.add_artifact(layers=[layer(content)])
    with pytest.raises(wasm2oci.NotWasmError, match="the module is refused") as caught:
        wasm2oci.convert(f"{faults.host}/org/mod:v1", f"{faults.host}/org/mod:v2")
    assert "allow_any" not in str(caught.value)
    with pytest.raises(wasm2oci.NotFoundError):
        wasm2oci.resolve(f"{faults.host}/org/mod:v2")


@pytest.mark.parametrize("archived", [False, True], ids=["raw", "archive"])
def test_what_comes_damaged_is_fetched_once_more(faults: FaultRegistry, archived: bool) -> None:  # noqa: FBT001
    """A cache on the way may be what is damaged. Progress counts the bytes once."""
    content = artifacts.tar({"plugin.wasm": MODULE}) if archived else MODULE
    added = faults.add_artifact(layers=[layer(content, "application/octet-stream")])
    blob = f"*/blobs/{added.layers[0]['digest']}"
    damaged = faults.on("GET", blob, nth=1).flip(at=50_000)
    seen: list[wasm2oci.Progress] = []
    source, destination = f"{faults.host}/org/mod:v1", f"{faults.host}/org/mod:v2"
    wasm2oci.convert(source, destination, progress=seen.append)
    assert damaged.seen == 2
    assert (seen[-1].retries, seen[-1].done) == (1, seen[-1].total)
    assert wasm2oci.fetch(destination) == MODULE
