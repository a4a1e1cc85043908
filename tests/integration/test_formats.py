"""The layouts that a push writes, as other programs read them."""

from __future__ import annotations

import io
import subprocess
import tarfile
from typing import TYPE_CHECKING, Any, get_args

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.registry import Registry
    from wasm2oci import PushFormat

MODULE = binaries.module(3000)
FORMATS = get_args(wasm2oci.PushFormat)


@pytest.mark.parametrize("format", FORMATS)
def test_each_format_comes_back(registry: Registry, tmp_path: Path, format: PushFormat) -> None:  # noqa: A002
    """Byte for byte, recognised as what it was pushed as, and the same when it is pushed again."""
    reference = registry.reference()
    pushed = wasm2oci.push(MODULE, reference, format=format, title="app.wasm")
    pulled = wasm2oci.pull(reference, tmp_path / "m.wasm")
    assert pulled.path.read_bytes() == MODULE
    assert pulled.format == pushed.format == format
    assert wasm2oci.push(MODULE, reference, format=format, title="app.wasm").digest == pushed.digest
    layout = wasm2oci.push(MODULE, f"oci:{tmp_path / 'layout'}:v1", format=format, title="app.wasm")
    assert layout.digest == pushed.digest


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(wasm2oci.InvalidArgumentError, match="compat, image, wasm, wasm-to-oci"):
        wasm2oci.push(MODULE, f"oci:{tmp_path / 'layout'}:v1", format="tar")  # type: ignore[arg-type]
    assert not (tmp_path / "layout").exists()


@pytest.mark.parametrize(("format", "name"), [("compat", "plugin.wasm"), ("image", "app.wasm")])
def test_crane_exports_what_is_in_an_image(registry: Registry, crane: str, format: PushFormat, name: str) -> None:  # noqa: A002
    """The flattened file system of the image has the module, and nothing else."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference, format=format, title="app.wasm")
    exported = subprocess.run([crane, "export", reference, "-"], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(exported)) as archive:
        assert archive.getnames() == [name]
        content = archive.extractfile(name)
        assert content is not None
        assert content.read() == MODULE


@pytest.mark.parametrize("format", FORMATS)
def test_oras_copies_each_format(registry: Registry, oras: str, tmp_path: Path, format: PushFormat) -> None:  # noqa: A002
    """Into a layout, where we read it again under the same digest."""
    reference = registry.reference()
    pushed = wasm2oci.push(MODULE, reference, format=format)
    layout = f"{tmp_path / 'layout'}:v1"
    command = [oras, "copy", "--no-tty", "--from-plain-http", reference, "--to-oci-layout", layout]
    subprocess.run(command, check=True, capture_output=True)
    assert wasm2oci.resolve(f"oci:{layout}").digest == pushed.digest
    assert wasm2oci.fetch(f"oci:{layout}") == MODULE


@pytest.mark.parametrize("format", ["compat", "image"])
def test_skopeo_copies_an_image(tmp_path: Path, skopeo: str, format: PushFormat) -> None:  # noqa: A002
    """From our layout to a folder, checking digests on the way."""
    wasm2oci.push(MODULE, f"oci:{tmp_path / 'layout'}:v1", format=format, title="app.wasm")
    source, target = f"oci:{tmp_path / 'layout'}:v1", f"dir:{tmp_path / 'copy'}"
    subprocess.run([skopeo, "copy", "--insecure-policy", source, target], check=True, capture_output=True)
    assert (tmp_path / "copy" / "manifest.json").is_file()


def annotations_of(reference: str) -> dict[str, Any]:
    """Return those of the manifest."""
    return wasm2oci.inspect(reference).annotations


def test_what_a_binary_says_of_itself_becomes_annotations(tmp_path: Path) -> None:
    """What is given wins, and an empty text leaves one out."""
    binary = b"\0asm\x01\0\0\0" + b"\0" + bytes([len(b"\x07versionv1")]) + b"\x07version" + b"v1"
    reference = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(binary, reference)
    assert annotations_of(reference) == {"org.opencontainers.image.version": "v1"}
    wasm2oci.push(binary, reference, annotations={"org.opencontainers.image.version": "v2", "a": ""})
    assert annotations_of(reference) == {"org.opencontainers.image.version": "v2", "a": ""}
    wasm2oci.push(binary, reference, annotations={"org.opencontainers.image.version": ""})
    assert annotations_of(reference) == {}


def test_types_of_ones_own(tmp_path: Path) -> None:
    """In place of the format's; what is no type is refused."""
    reference = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(
        MODULE, reference, config_media_type="a/config", layer_media_type="a/layer+wasm", artifact_type="a/artifact"
    )
    manifest = wasm2oci.inspect(reference).manifest
    assert manifest is not None
    assert manifest["config"]["mediaType"] == "a/config"
    assert manifest["layers"][0]["mediaType"] == "a/layer+wasm"
    assert manifest["artifactType"] == "a/artifact"
    assert wasm2oci.fetch(reference) == MODULE
    for option in ("config_media_type", "layer_media_type", "artifact_type"):
        with pytest.raises(wasm2oci.InvalidArgumentError, match=option):
            wasm2oci.push(MODULE, reference, **{option: "no type"})  # type: ignore[arg-type]


@pytest.mark.parametrize("title", ["/", "..", ".", "a/..", ".wh.app.wasm", ".wh..wh..opq", "a\0b"])
def test_a_title_that_names_no_file_gives_an_image_its_default(tmp_path: Path, title: str) -> None:
    """Who unpacks the image gets a module."""
    reference = f"oci:{tmp_path / 'layout'}:v1"
    wasm2oci.push(MODULE, reference, format="image", title=title)
    found = wasm2oci.inspect(reference)
    assert found.member == "module.wasm"
    assert found.config is not None
    assert found.config["config"]["Entrypoint"] == ["/module.wasm"]


@pytest.mark.parametrize("created", ["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z"])
@pytest.mark.parametrize("format", ["wasm", "image"])
def test_a_time_that_no_config_can_hold_is_refused(tmp_path: Path, format: PushFormat, created: str) -> None:  # noqa: A002
    """In every format alike."""
    with pytest.raises(wasm2oci.InvalidArgumentError, match="years 1 to 9999"):
        wasm2oci.push(MODULE, f"oci:{tmp_path / 'layout'}:v1", format=format, created=created)


def test_a_manifest_that_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    """Our own limit for reading is the one for writing."""
    with pytest.raises(wasm2oci.SizeExceededError, match="annotations"):
        wasm2oci.push(MODULE, f"oci:{tmp_path / 'layout'}:v1", annotations={"a": "x" * (5 << 20)})
    assert not (tmp_path / "layout").exists()
