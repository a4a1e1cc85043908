"""Which module of an artifact is taken: from layers, archives and indexes, by rule and by choice."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.faults import artifacts, digest_of, layer
from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli

MODULE = binaries.module(2000)
OTHER = binaries.module(50, seed=2)
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
TAR_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"

LAYERS = [
    "application/wasm",
    "application/vnd.wasm.content.layer.v1+wasm",
    "application/vnd.module.wasm.content.layer.v1+wasm",
    "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm",
]
CONFIGS = [
    "application/vnd.wasm.config.v0+json",
    "application/vnd.wasm.config.v1+json",
    "application/vnd.module.wasm.config.v1+json",
    "application/vnd.wasmcloud.actor.archive.config",
    IMAGE_CONFIG,
]


@pytest.mark.parametrize("config_type", CONFIGS)
@pytest.mark.parametrize("layer_type", LAYERS)
def test_every_pair_of_layer_and_config_types_is_read(
    faults: FaultRegistry, tmp_path: Path, layer_type: str, config_type: str
) -> None:
    """Nobody agrees on the types; two requests are enough, since the config of a raw layer is not needed."""
    faults.add_artifact(layers=[layer(MODULE, layer_type)], config=artifacts.config(media_type=config_type))
    result = wasm2oci.pull(f"{faults.host}/org/mod:v1", tmp_path / "m.wasm")
    assert result.path.read_bytes() == MODULE
    assert result.layer.media_type == layer_type
    assert [request.method for request in faults.journal] == ["GET", "GET"]


def add_image(faults: FaultRegistry, files: dict[str, bytes], **config: Any) -> str:  # noqa: ANN401
    """Hold an image and return its reference."""
    faults.add_artifact(
        layers=[layer(artifacts.tar(files), TAR_GZIP)],
        config=artifacts.config({"architecture": "wasm", "os": "wasip1", "config": config}, IMAGE_CONFIG),
    )
    return f"{faults.host}/org/mod:v1"


def test_a_file_in_an_archive_has_a_digest_of_its_own(faults: FaultRegistry, tmp_path: Path) -> None:
    """Both the layer's and the file's are in the result; the config is not asked for where there is no choice."""
    reference = add_image(faults, {"./plugin.wasm": MODULE, "runtime-config.json": b"{}"})
    result = wasm2oci.pull(reference, tmp_path / "m.wasm")
    assert result.path.read_bytes() == MODULE
    assert (result.format, result.member) == ("compat", "plugin.wasm")
    assert (result.file_digest, result.file_size) == (digest_of(MODULE), len(MODULE))
    assert result.layer.digest != result.file_digest
    assert len(faults.journal) == 2


def test_the_entrypoint_decides(faults: FaultRegistry) -> None:
    """Even against plugin.wasm; that costs one request for the config."""
    reference = add_image(faults, {"plugin.wasm": OTHER, "app/main.wasm": MODULE}, Entrypoint=["/app/main.wasm"])
    assert wasm2oci.fetch(reference) == MODULE
    assert len(faults.journal) == 3


def test_all_verbs_select_alike(faults: FaultRegistry, tmp_path: Path, run_cli: RunCli) -> None:
    """Python by keyword, the command line by option."""
    reference = add_image(faults, {"a.wasm": OTHER, "b.wasm": MODULE})
    with pytest.raises(wasm2oci.AmbiguousError, match=r"a\.wasm, b\.wasm.*member") as caught:
        wasm2oci.pull(reference, tmp_path / "m.wasm")
    assert caught.value.detail["candidates"] == ["a.wasm", "b.wasm"]
    assert not list(tmp_path.glob("*.wasm"))
    assert wasm2oci.pull(reference, tmp_path / "m.wasm", member="b.wasm").path.read_bytes() == MODULE
    assert wasm2oci.fetch(reference, member="b.wasm") == MODULE
    with wasm2oci.open(reference, member="b.wasm") as reader:
        assert reader.read() == MODULE
        assert reader.file_digest == digest_of(MODULE)
    assert wasm2oci.inspect(reference, member="b.wasm").file_digest == digest_of(MODULE)
    assert wasm2oci.inspect(reference).kind is None
    assert run_cli("pull", reference, "-o", "-", "--member", "b.wasm").stdout == MODULE
    refused = run_cli("pull", reference, "-o", str(tmp_path / "x.wasm"))
    assert refused.code == 10
    assert "--member" in refused.stderr
    assert run_cli("inspect", reference, "--json", "--member", "b.wasm").json["member"] == "b.wasm"


@pytest.mark.parametrize("chosen", [1, "1", "b.wasm", digest_of(MODULE)], ids=["int", "index", "title", "digest"])
def test_layers_are_selected_by_what_names_them(faults: FaultRegistry, chosen: str | int) -> None:
    """The error lists all of that."""
    faults.add_artifact(layers=[layer(OTHER, title="a.wasm"), layer(MODULE, title="b.wasm")])
    reference = f"{faults.host}/org/mod:v1"
    with pytest.raises(wasm2oci.AmbiguousError, match="layer") as caught:
        wasm2oci.fetch(reference)
    assert caught.value.detail["candidates"][1] == f'1 "b.wasm" {digest_of(MODULE)}'
    assert wasm2oci.fetch(reference, layer=chosen) == MODULE


def test_what_is_not_there_is_not_found(faults: FaultRegistry) -> None:
    """With what is there."""
    reference = add_image(faults, {"a.wasm": OTHER})
    for selection in ({"member": "x.wasm"}, {"layer": "9"}):
        with pytest.raises(wasm2oci.NotFoundError):
            wasm2oci.fetch(reference, **selection)  # type: ignore[arg-type]


def test_a_platform_is_chosen_from_an_index(faults: FaultRegistry, run_cli: RunCli) -> None:
    """The one for WebAssembly, or the one asked for; the index is named in the result."""
    children = []
    for platform, content in (("linux", OTHER), ("wasi", MODULE)):
        added = faults.add_artifact(tag=None, layers=[layer(content)])
        architecture = "amd64" if platform == "linux" else "wasm"
        children.append({**added.descriptor(), "platform": {"os": platform, "architecture": architecture}})
    index = faults.add_index("org/mod", "v1", children)
    reference = f"{faults.host}/org/mod:v1"
    assert wasm2oci.fetch(reference) == MODULE
    assert wasm2oci.fetch(reference, platform="linux/amd64") == OTHER
    assert wasm2oci.inspect(reference).index_digest == index.digest
    assert run_cli("pull", reference, "-o", "-", "--platform", "linux/amd64").stdout == OTHER


def test_limits_hold(faults: FaultRegistry) -> None:
    """For the layer as stored and for what it unpacks to."""
    reference = add_image(faults, {"a.wasm": MODULE + bytes(1 << 20)})
    for limit in ({"max_size": 100}, {"max_unpacked_size": 1 << 16}):
        with pytest.raises(wasm2oci.SizeExceededError):
            wasm2oci.fetch(reference, **limit)  # type: ignore[arg-type]
    assert len(wasm2oci.fetch(reference, max_unpacked_size=2 << 20)) == len(MODULE) + (1 << 20)


PULL_AND_MEASURE = """
import sys, wasm2oci
wasm2oci.pull(sys.argv[1], sys.argv[2])
print(peak())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measured by means of Linux")
def test_a_bomb_takes_no_memory(faults: FaultRegistry, tmp_path: Path) -> None:
    """A layer that unpacks to 500 MiB of zeros is read as a stream."""
    reference = add_image(faults, {"a.wasm": MODULE, "zeros": bytes(500 << 20)})
    peak = int(python.check(python.PEAK + PULL_AND_MEASURE, reference, str(tmp_path / "m.wasm")))
    assert tmp_path.joinpath("m.wasm").read_bytes() == MODULE
    assert peak < 120 << 20
