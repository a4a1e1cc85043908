"""What other tools push we pull, and the reverse: through a real registry, and through layouts."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.faults import artifacts, digest_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.registry import Registry
    from wasm2oci import PushFormat

LIMIT = 60
LAYOUTS = ["wasm", "wasm-to-oci"]
KINDS = ["hello", "greeter"]


def run(*command: str | Path, cwd: Path | None = None) -> bytes:
    """Run another tool, which must end well, and return its standard output."""
    done = subprocess.run(command, cwd=cwd, env=dict(os.environ), capture_output=True, timeout=LIMIT, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout!r}\n{done.stderr.decode()}"
    return done.stdout


@pytest.fixture(params=KINDS)
def binary(request: pytest.FixtureRequest) -> Path:
    """Return a module, and a component."""
    path: Path = request.getfixturevalue(request.param)
    return path


def kind_of(binary: Path) -> str:
    """Tell what the fixture gave."""
    return "module" if binary.name == "hello.wasm" else "component"


# --------------------------------------------------------------------- oras


@pytest.mark.parametrize("layout", LAYOUTS)
def test_oras_pulls_what_we_pushed(
    registry: Registry, oras: Path, binary: Path, tmp_path: Path, layout: PushFormat
) -> None:
    """Under the title that we gave, with the digest that we said."""
    reference = registry.reference()
    pushed = wasm2oci.push(binary, reference, format=layout)
    run(oras, "pull", "--plain-http", "--no-tty", reference, cwd=tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {binary.name: binary.read_bytes()}
    assert run(oras, "resolve", "--plain-http", reference).decode().strip() == pushed.digest


def test_oras_reads_what_has_no_title(registry: Registry, oras: Path, hello: Path) -> None:
    """As bytes have none: by the digest of the layer."""
    reference = registry.reference()
    pushed = wasm2oci.push(hello.read_bytes(), reference)
    assert pushed.layer.annotations == {}
    repository = reference.rpartition(":")[0]
    fetched = run(oras, "blob", "fetch", "--plain-http", "--output", "-", f"{repository}@{pushed.layer.digest}")
    assert fetched == hello.read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["{name}"], id="no type"),
        pytest.param(["{name}:application/wasm"], id="its type"),
        pytest.param(["{name}:application/vnd.wasm.content.layer.v1+wasm"], id="the old type"),
        pytest.param(["--artifact-type", "application/vnd.example", "{name}"], id="an artifact type"),
        pytest.param(["--config", "config.json:application/vnd.wasm.config.v1+json", "{name}"], id="the old config"),
        pytest.param(["README.md:text/markdown", "{name}:application/wasm"], id="with a README"),
        pytest.param(["--annotation", "a=b", "--image-spec", "v1.0", "{name}"], id="version 1.0"),
    ],
)
def test_we_pull_what_oras_pushed(
    registry: Registry, oras: Path, binary: Path, tmp_path: Path, arguments: list[str]
) -> None:
    """However it was told to push."""
    folder = tmp_path / "from"
    folder.mkdir()
    (folder / binary.name).write_bytes(binary.read_bytes())
    (folder / "config.json").write_text("{}")
    (folder / "README.md").write_text("# Read me\n")
    reference = registry.reference()
    spelled = [argument.format(name=binary.name) for argument in arguments]
    run(oras, "push", "--plain-http", "--no-tty", reference, *spelled, cwd=folder)
    result = wasm2oci.pull(reference, tmp_path / "m.wasm")
    assert (result.path.read_bytes(), result.kind) == (binary.read_bytes(), kind_of(binary))
    assert result.digest == run(oras, "resolve", "--plain-http", reference).decode().strip()
    assert wasm2oci.inspect(reference).file_digest == digest_of(binary.read_bytes())


def test_oras_and_we_share_a_layout(oras: Path, hello: Path, greeter: Path, tmp_path: Path) -> None:
    """Each adds a tag, and neither loses the other's."""
    for path in (hello, greeter):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    run(oras, "push", "--oci-layout", "--no-tty", "shared:theirs", "hello.wasm", cwd=tmp_path)
    wasm2oci.push(greeter, f"oci:{tmp_path}/shared:ours")
    run(oras, "push", "--oci-layout", "--no-tty", "shared:more", "greeter.wasm", cwd=tmp_path)
    assert wasm2oci.fetch(f"oci:{tmp_path}/shared:theirs") == hello.read_bytes()
    assert wasm2oci.fetch(f"oci:{tmp_path}/shared:more") == greeter.read_bytes()
    run(oras, "pull", "--oci-layout", "--no-tty", f"{tmp_path}/shared:ours", "-o", "out", cwd=tmp_path)
    assert (tmp_path / "out" / "greeter.wasm").read_bytes() == greeter.read_bytes()
    listed = run(oras, "repo", "tags", "--oci-layout", f"{tmp_path}/shared").decode().split()
    assert sorted(listed) == ["more", "ours", "theirs"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_oras_copies_keep_the_digest(
    registry: Registry, oras: Path, binary: Path, tmp_path: Path, layout: PushFormat
) -> None:
    """From our layout to a registry and back."""
    pushed = wasm2oci.push(binary, f"oci:{tmp_path}/ours:v1", format=layout)
    reference = registry.reference()
    run(oras, "cp", "--no-tty", "--from-oci-layout", f"{tmp_path}/ours:v1", "--to-plain-http", reference)
    assert wasm2oci.resolve(reference).digest == pushed.digest
    run(oras, "cp", "--no-tty", "--from-plain-http", reference, "--to-oci-layout", f"{tmp_path}/theirs:v1")
    result = wasm2oci.pull(f"oci:{tmp_path}/theirs:v1", tmp_path / "m.wasm")
    assert (result.digest, result.path.read_bytes()) == (pushed.digest, binary.read_bytes())


def test_oras_reads_our_archive(oras: Path, binary: Path, tmp_path: Path) -> None:
    """It takes a tar for a layout."""
    archive = tmp_path / "x.tar"
    pushed = wasm2oci.push(binary, f"oci-archive:{archive}:v1")
    wasm2oci.tag(f"oci-archive:{archive}:v1", "v2")
    run(oras, "cp", "--no-tty", "--from-oci-layout", f"{archive}:v2", "--to-oci-layout", f"{tmp_path}/theirs:v1")
    result = wasm2oci.pull(f"oci:{tmp_path}/theirs:v1", tmp_path / "m.wasm")
    assert (result.digest, result.path.read_bytes()) == (pushed.digest, binary.read_bytes())
    listed = run(oras, "repo", "tags", "--oci-layout", archive).decode().split()
    assert listed == ["v1", "v2"]


# -------------------------------------------------------------------- crane


@pytest.mark.parametrize("layout", LAYOUTS)
def test_crane_reads_what_we_pushed(registry: Registry, crane: Path, binary: Path, layout: PushFormat) -> None:
    """Manifest, config and layer."""
    reference = registry.reference()
    pushed = wasm2oci.push(binary, reference, format=layout)
    assert run(crane, "digest", reference).decode().strip() == pushed.digest
    manifest = run(crane, "manifest", reference)
    assert digest_of(manifest.rstrip(b"\n")) == pushed.digest
    artifact = wasm2oci.inspect(reference)
    assert json.loads(run(crane, "config", reference)) == artifact.config
    repository = reference.rpartition(":")[0]
    assert run(crane, "blob", f"{repository}@{pushed.layer.digest}") == binary.read_bytes()
    assert run(crane, "ls", repository).decode().split() == ["v1"]


def test_we_pull_what_crane_copied(registry: Registry, crane: Path, binary: Path, tmp_path: Path) -> None:
    """To another repository, under another tag."""
    reference, other = registry.reference(), registry.reference("v2", "other")
    pushed = wasm2oci.push(binary, reference)
    run(crane, "copy", reference, other)
    result = wasm2oci.pull(other, tmp_path / "m.wasm")
    assert (result.digest, result.path.read_bytes()) == (pushed.digest, binary.read_bytes())


def test_we_pull_what_crane_pushed_of_our_layout(registry: Registry, crane: Path, binary: Path, tmp_path: Path) -> None:
    """It takes a layout directory as it is."""
    pushed = wasm2oci.push(binary, f"oci:{tmp_path}/layout:v1")
    reference = registry.reference()
    run(crane, "push", tmp_path / "layout", reference)
    result = wasm2oci.pull(reference, tmp_path / "m.wasm")
    assert (result.digest, result.path.read_bytes()) == (pushed.digest, binary.read_bytes())


@pytest.mark.parametrize("named", [True, False])
def test_we_read_the_layout_that_crane_pulled(
    registry: Registry, crane: Path, binary: Path, tmp_path: Path, *, named: bool
) -> None:
    """Its index names no tag: the digest does, and the only manifest needs none."""
    reference = registry.reference()
    pushed = wasm2oci.push(binary, reference)
    run(crane, "pull", "--format=oci", reference, tmp_path / "layout")
    place = f"oci:{tmp_path}/layout@{pushed.digest}"
    result = wasm2oci.pull(place if named else f"oci:{tmp_path}/layout", tmp_path / "m.wasm")
    assert result.reference == place
    assert (result.digest, result.path.read_bytes()) == (pushed.digest, binary.read_bytes())


def test_we_pull_through_an_index_that_crane_made(
    registry: Registry, crane: Path, binary: Path, tmp_path: Path
) -> None:
    """The one entry is the one that is meant."""
    reference, index = registry.reference(), registry.reference("index")
    pushed = wasm2oci.push(binary, reference)
    run(crane, "index", "append", "--manifest", reference, "--tag", index)
    result = wasm2oci.pull(index, tmp_path / "m.wasm")
    assert (result.digest, result.path.read_bytes()) == (pushed.digest, binary.read_bytes())
    assert result.index_digest == run(crane, "digest", index).decode().strip()


# ------------------------------------------------------------------- skopeo


@pytest.mark.parametrize("layout", LAYOUTS)
def test_skopeo_reads_our_layout(skopeo: str, binary: Path, tmp_path: Path, layout: PushFormat) -> None:
    """The manifest by its tag, and byte for byte."""
    reference = f"oci:{tmp_path}/layout:v1"
    pushed = wasm2oci.push(binary, reference, format=layout)
    raw = run(skopeo, "inspect", "--raw", reference)
    assert digest_of(raw) == pushed.digest
    assert json.loads(raw)["layers"][0]["digest"] == digest_of(binary.read_bytes())


def test_skopeo_copies_our_layout(skopeo: str, registry: Registry, binary: Path, tmp_path: Path) -> None:
    """To a registry and to another layout, whose digest stays."""
    ours, theirs = f"oci:{tmp_path}/ours:v1", f"oci:{tmp_path}/theirs:v1"
    pushed = wasm2oci.push(binary, ours)
    reference = registry.reference()
    copy = (skopeo, "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "--preserve-digests", ours)
    run(*copy, f"docker://{reference}")
    run(*copy, theirs)
    for place in (reference, theirs):
        result = wasm2oci.pull(place, tmp_path / "m.wasm")
        assert (result.digest, result.path.read_bytes()) == (pushed.digest, binary.read_bytes())


def test_skopeo_reads_our_archive(skopeo: str, binary: Path, tmp_path: Path) -> None:
    """Of several manifests, and byte for byte."""
    archive = f"oci-archive:{tmp_path}/ours.tar"
    wasm2oci.push(b"\0asm\1\0\0\0", f"{archive}:v0")
    pushed = wasm2oci.push(binary, f"{archive}:v1")
    assert digest_of(run(skopeo, "inspect", "--raw", f"{archive}:v1")) == pushed.digest
    copy = (skopeo, "--insecure-policy", "copy", "--quiet", "--preserve-digests", f"{archive}:v1")
    for place in (f"oci:{tmp_path}/layout:v1", f"oci-archive:{tmp_path}/theirs.tar:v1"):
        run(*copy, place)
        result = wasm2oci.pull(place, tmp_path / "m.wasm")
        assert (result.digest, result.path.read_bytes()) == (pushed.digest, binary.read_bytes())


@pytest.mark.parametrize("name", ["", ":v1", ":docker.io/library/hello:v1"])
@pytest.mark.parametrize("scheme", ["oci", "oci-archive"])
def test_we_read_and_extend_what_skopeo_wrote(
    skopeo: str, registry: Registry, binary: Path, tmp_path: Path, scheme: str, name: str
) -> None:
    """With and without a name, and with one that is a whole reference."""
    reference = registry.reference()
    pushed = wasm2oci.push(binary, reference)
    place = f"{scheme}:{tmp_path}/theirs"
    copy = (skopeo, "--insecure-policy", "copy", "--quiet", "--src-tls-verify=false", "--preserve-digests")
    run(*copy, f"docker://{reference}", place + name)
    taken = place + (name or f"@{pushed.digest}")
    for spelled in (place, place + name):
        result = wasm2oci.pull(spelled, tmp_path / "m.wasm")
        assert (result.digest, result.path.read_bytes()) == (pushed.digest, binary.read_bytes())
        assert result.reference == taken
    wasm2oci.push(b"\0asm\1\0\0\0", f"{place}:ours")
    run(skopeo, "inspect", "--raw", f"{place}:ours")
    if name:
        assert digest_of(run(skopeo, "inspect", "--raw", place + name)) == pushed.digest


def test_podman_loads_our_archive(podman: str, tmp_path: Path, hello: Path) -> None:
    """An image that runs the module."""
    archive = tmp_path / "x.tar"
    wasm2oci.push(hello, f"oci-archive:{archive}:v1", format="image")
    with tempfile.TemporaryDirectory(prefix="wasm2oci-") as short:  # podman refuses long paths
        storage = (podman, "--root", f"{short}/root", "--runroot", f"{short}/run", "--storage-driver", "vfs")
        assert b"Loaded image" in run(*storage, "load", "--input", archive)


# ---------------------------------------------------------------------- wkg


def insecure(registry: Registry) -> tuple[str, str]:
    """Let wkg speak plain HTTP."""
    return "--insecure", registry.host


def test_wkg_pulls_what_we_pushed(wkg: str, registry: Registry, greeter: Path, tmp_path: Path) -> None:
    """It is strict about the layout."""
    reference = registry.reference()
    wasm2oci.push(greeter, reference)
    run(wkg, "oci", "pull", *insecure(registry), "--output", tmp_path / "m.wasm", reference)
    assert (tmp_path / "m.wasm").read_bytes() == greeter.read_bytes()


def test_we_pull_what_wkg_pushed(wkg: str, registry: Registry, greeter: Path, tmp_path: Path) -> None:
    """Its layers have no title."""
    reference = registry.reference()
    run(wkg, "oci", "push", *insecure(registry), reference, greeter)
    result = wasm2oci.pull(reference, tmp_path / "m.wasm")
    assert (result.kind, result.format, result.path.read_bytes()) == ("component", "wasm", greeter.read_bytes())


def test_our_config_is_that_of_wkg(wkg: str, registry: Registry, greeter: Path) -> None:
    """But for the time, and for who made it."""
    ours, theirs = registry.reference("ours"), registry.reference("theirs")
    wasm2oci.push(greeter, ours)
    run(wkg, "oci", "push", *insecure(registry), theirs, greeter)

    def described(reference: str) -> dict[str, Any]:
        artifact = wasm2oci.inspect(reference)
        assert artifact.manifest is not None
        assert artifact.config is not None
        assert artifact.manifest["config"]["mediaType"] == artifacts.WASM_CONFIG
        return {name: artifact.config[name] for name in ("architecture", "os", "layerDigests", "component")}

    ours_said, theirs_said = described(ours), described(theirs)
    for said in (ours_said, theirs_said):
        for side in ("imports", "exports"):
            said["component"][side] = sorted(said["component"][side])
    assert ours_said == theirs_said
