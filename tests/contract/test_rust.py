"""The crates say what the C header and Go say; `nox -s rust` looks further, where there is a cargo."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support import header

ROOT = Path(__file__).resolve().parents[2]
CRATES = ROOT / "rust"
SCHEMA = json.loads((ROOT / "go" / "capi" / "testdata" / "options.json").read_text(encoding="utf-8"))
CLIENT = (CRATES / "wasm2oci" / "src" / "client.rs").read_text(encoding="utf-8")
BATCHES = (CRATES / "wasm2oci" / "src" / "batch.rs").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(not CRATES.exists(), reason="a source distribution is without the crates")


@pytest.mark.parametrize("verb", SCHEMA["verbs"])
def test_each_verb_is_a_method_of_the_client(verb: str) -> None:
    """Under the same name."""
    assert re.search(rf"^    pub fn {verb}[<(]", CLIENT, re.MULTILINE)


@pytest.mark.parametrize("many", ["pull_many", "push_many", "copy_many"])
def test_each_batch_is_a_method_of_the_client(many: str) -> None:
    """Those that Python has."""
    assert re.search(rf"^    pub fn {many}[<(]", BATCHES, re.MULTILINE)


def test_the_bindings_have_the_functions_of_the_header() -> None:
    """What bindgen would write of them today is compared by `nox -s rust`."""
    bindings = (CRATES / "wasm2oci-sys" / "src" / "bindings.rs").read_text(encoding="utf-8")
    symbols = (ROOT / "cpp" / "abi" / "symbols.txt").read_text(encoding="utf-8")
    exported = {line for line in symbols.splitlines() if line.startswith("wasm2oci_")}
    assert set(re.findall(r"^    pub fn (\w+)\(", bindings, re.MULTILINE)) == exported


def test_the_crates_have_the_version_of_the_header() -> None:
    """The safe crate takes exactly the other one."""
    workspace = (CRATES / "Cargo.toml").read_text(encoding="utf-8")
    crate = (CRATES / "wasm2oci" / "Cargo.toml").read_text(encoding="utf-8")
    stated = re.search(r'^version = "(.*)"$', workspace, re.MULTILINE)
    needed = re.search(r'^wasm2oci-sys = \{ version = "=(.*?)"', crate, re.MULTILINE)
    assert stated is not None
    assert needed is not None
    assert (stated[1], needed[1]) == (header.version(), header.version())
