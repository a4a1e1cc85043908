"""References as people write them by mistake or by habit, and what the answers advise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli import RunCli

HEX = "0" * 64


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("oci-archive://lay.tar:v1", 'write "oci-archive:lay.tar:v1"'),
        ("new.tar", 'write "oci-archive:new.tar"'),
        ("./lay:v1", '"oci:./lay:v1"'),
        ("../lay", '"oci:../lay"'),
        ("/srv/lay:v1", '"oci-archive:/srv/lay:v1"'),
        ("docker-archive:lay.tar:v1", 'write "oci-archive:lay.tar:v1"'),
        (f"oci:lay:sha256:{HEX}", f'write "oci:lay@sha256:{HEX}"'),
        (f"oci-archive:a.tar:sha256:{HEX}", f'write "oci-archive:a.tar@sha256:{HEX}"'),
        ("oci-archive:", "write oci-archive:FILE[:TAG]"),
    ],
)
def test_what_is_nearly_a_reference(text: str, advice: str) -> None:
    """It is said how to write it."""
    with pytest.raises(wasm2oci.InvalidReferenceError) as caught:
        wasm2oci.resolve(text)
    assert advice in str(caught.value)


def test_a_path_with_an_at_keeps_the_digest(run_cli: RunCli, tmp_path: Path) -> None:
    """In what is printed."""
    module = tmp_path / "m.wasm"
    module.write_bytes(binaries.module())
    place = f"oci:{tmp_path}/job@2/lay:v1"
    digest = wasm2oci.push(module, place).digest
    assert run_cli("push", module, place).text == f"pushed {place}@{digest}\n"
    assert run_cli("pull", place, "-o", tmp_path / "o.wasm").text.startswith(f"pulled {place}@{digest}\n")
    assert run_cli("pull", f"{place}@{digest}", "-o", tmp_path / "o.wasm").text.startswith(f"pulled {place}@{digest}\n")


def test_tags_of_a_parsed_reference(tmp_path: Path) -> None:
    """It may be of the place alone."""
    wasm2oci.push(binaries.module(), f"oci:{tmp_path}/lay:v1")
    assert list(wasm2oci.tags(wasm2oci.Reference.parse(f"oci:{tmp_path}/lay"))) == ["v1"]


def test_delete_without_a_digest_is_refused_first(run_cli: RunCli, tmp_path: Path) -> None:
    """Nobody is told to add --yes to that."""
    result = run_cli("delete", f"oci:{tmp_path}/lay:v1")
    assert (result.code, "--yes" in result.stderr) == (2, False)
    assert "only a digest can name what to delete" in result.stderr
    assert "--dry-run" in run_cli("delete", f"oci:{tmp_path}/lay@sha256:{HEX}").stderr


def test_attach_in_the_wrong_order(run_cli: RunCli) -> None:
    """The right command is said."""
    result = run_cli("attach", "sbom.json", "oci:lay:v1", "--artifact-type", "a/b")
    assert result.code == 2
    assert "run: wasm2oci attach oci:lay:v1 sbom.json --artifact-type a/b" in result.stderr
