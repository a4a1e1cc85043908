"""What an artifact says never names a file: no title leads out of the folder, nor through a link inside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import artifacts, layer
from tests.support import binaries

if TYPE_CHECKING:
    from tests.faults import FaultRegistry

MODULE = binaries.module()
TITLES = [
    *("../evil.wasm", "{outside}/evil.wasm", "a/../../evil.wasm", "..", ".", "", "/", "./evil.wasm", "sub/evil.wasm"),
    *("..\\evil.wasm", "C:\\evil.wasm", "evil.wasm\0.txt", "evil\n.wasm", "-o", ".bashrc", "~/evil.wasm", "x" * 5000),
    *("link.wasm", "dangling.wasm", "sub/../../evil.wasm", "$HOME/evil.wasm", "ünï/evil.wasm"),
]


def tree(folder: Path) -> dict[str, str]:
    """Tell what stands below a folder: where links lead, and what files hold."""
    seen = {}
    for parent, folders, files in os.walk(folder):
        for path in (Path(parent) / name for name in [*folders, *files]):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                seen[name] = f"-> {path.readlink()}"
            elif path.is_file():
                seen[name] = path.read_bytes().hex()
            else:
                seen[name] = "folder"
    return seen


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with links that lead elsewhere."""
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    elsewhere.joinpath("file").write_bytes(b"theirs")
    here.joinpath("sub").symlink_to(elsewhere)
    here.joinpath("link.wasm").symlink_to(elsewhere / "file")
    here.joinpath("dangling.wasm").symlink_to(elsewhere / "evil.wasm")
    monkeypatch.chdir(here)
    return here


@pytest.mark.parametrize("to", [None, ".", "sub/"])
@pytest.mark.parametrize("title", TITLES, ids=lambda title: repr(title[:20]))
def test_a_title_leads_nowhere(faults: FaultRegistry, here: Path, title: str, to: str | None) -> None:
    """oras-project/oras#37, GHSA-8xwf-rjm4-xvhv: one file is written, under the name the reference gives."""
    title = title.replace("{outside}", str(here.parent / "elsewhere"))
    annotations = {artifacts.TITLE: title, "io.deis.oras.content.unpack": "true"}
    faults.add_artifact(layers=[layer(MODULE, title=title, annotations=annotations)], annotations=annotations)
    before = tree(here.parent)
    result = wasm2oci.pull(faults.reference(), to)
    written = "elsewhere/mod.wasm" if to == "sub/" else "here/mod.wasm"
    assert result.path.resolve() == here.parent / written
    assert tree(here.parent) == {**before, written: MODULE.hex()}
    assert result.layer.annotations[artifacts.TITLE] == title


def test_two_layers_of_one_title_are_no_choice(faults: FaultRegistry, here: Path) -> None:
    """Neither wins by coming last, and nothing is written."""
    other = binaries.module(seed=2)
    faults.add_artifact(layers=[layer(MODULE, title="m.wasm"), layer(other, title="m.wasm")])
    before = tree(here.parent)
    with pytest.raises(wasm2oci.AmbiguousError) as caught:
        wasm2oci.pull(faults.reference())
    assert "m.wasm" in caught.value.message
    assert tree(here.parent) == before


@pytest.mark.parametrize("name", ["link.wasm", "dangling.wasm"])
@pytest.mark.parametrize("by", ["path", "default name", "name in a folder"])
def test_a_link_at_the_output_is_replaced_and_not_followed(
    faults: FaultRegistry, here: Path, name: str, by: str
) -> None:
    """GHSA-8xwf-rjm4-xvhv: what the link leads to stays as it was."""
    repository = f"org/{name.removesuffix('.wasm')}"
    faults.add_module(MODULE, repository)
    before = tree(here.parent)
    to = {"path": name, "default name": None, "name in a folder": "."}[by]
    result = wasm2oci.pull(faults.reference(repository), to)
    assert result.path.name == name
    assert tree(here.parent) == {**before, f"here/{name}": MODULE.hex()}


def test_a_folder_that_is_a_link_is_the_users_own(faults: FaultRegistry, here: Path) -> None:
    """Whoever names it means it."""
    faults.add_module(MODULE)
    wasm2oci.pull(faults.reference(), "sub/m.wasm")
    assert (here.parent / "elsewhere" / "m.wasm").read_bytes() == MODULE


@pytest.mark.parametrize("repository", ["-o", "..mod", ".bashrc", "a/..", "a/-"])
def test_a_default_name_is_never_an_option_or_hidden(faults: FaultRegistry, here: Path, repository: str) -> None:
    """Repositories of such a name are none; a tag of a layout may come near."""
    with pytest.raises(wasm2oci.InvalidReferenceError):
        wasm2oci.pull(faults.reference(repository))
    assert len(faults.journal) == 0
    assert here.joinpath("sub").is_symlink()


@pytest.mark.parametrize(
    ("folder", "name"), [("-rf", "rf.wasm"), (".hidden", "hidden.wasm"), ("..-x", "x.wasm"), ("--", "module.wasm")]
)
def test_a_folder_gives_a_harmless_default_name(here: Path, folder: str, name: str) -> None:
    """No name that a shell or a listing takes for something else."""
    digest = wasm2oci.push(MODULE, f"oci:./{folder}:v1").digest
    assert wasm2oci.pull(f"oci:./{folder}@{digest}").path.name == name
    assert here.joinpath(name).read_bytes() == MODULE
