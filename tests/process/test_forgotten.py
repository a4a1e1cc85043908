"""Who forgets to close something is told in development mode, and never otherwise."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, python

if TYPE_CHECKING:
    from tests.faults import FaultRegistry

START = """
    import asyncio, gc, io, os, sys, warnings, wasm2oci

    reference = sys.argv[1]
    unraisable = []
    sys.unraisablehook = lambda what: unraisable.append(str(what.exc_value))
    if len(sys.argv) > 2:
        warnings.simplefilter(sys.argv[2], ResourceWarning)
"""
FORGOTTEN = {
    "Client": ("wasm2oci.Client().resolve(reference)", ["client"]),
    "Reader": ("wasm2oci.open(reference).read(3)", ["reader"]),
    "BufferedReader": ("io.BufferedReader(wasm2oci.open(reference)).read(3)", ["reader"]),
    "both": ("wasm2oci.Client().open(reference).read(3)", ["client", "reader"]),
    "AsyncClient": ("asyncio.run(wasm2oci.AsyncClient().resolve(reference))", ["client"]),
}
CLOSED = """
    with wasm2oci.Client() as client, client.open(reference) as reader:
        with io.BufferedReader(client.open(reference)) as file:
            reader.read(3), file.read(3)
    client = wasm2oci.Client()
    reader = client.open(reference)
    reader.close()
    client.close()
    wasm2oci.fetch(reference_text)
    os.environ["SOMETHING"] = "else"
    wasm2oci.fetch(reference_text)
    for outcome in wasm2oci.pull_many([(reference_text, os.devnull + "/x")] * 3):
        break

    async def main():
        async with wasm2oci.AsyncClient() as client, client.open(reference_text) as reader:
            await reader.read()

    asyncio.run(main())
    del client, reader, file
    gc.collect()
"""


def words(kind: str) -> str:
    """Return the warning of a kind."""
    return f'a wasm2oci {kind} was never closed; use "with", or close()'


@pytest.fixture
def reference(faults: FaultRegistry) -> str:
    """Name a module."""
    faults.add_module(binaries.module(1000))
    return faults.reference()


@pytest.mark.parametrize(("statement", "kinds"), FORGOTTEN.values(), ids=FORGOTTEN.keys())
def test_what_was_forgotten_is_a_warning(reference: str, statement: str, kinds: list[str]) -> None:
    """Once for each, where it is dropped."""
    program = f"""{START}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        {statement}
        gc.collect()
    for warning in caught:
        assert warning.category is ResourceWarning
        print(warning.message)
    """
    output = python.check(program, reference)
    assert sorted(output.splitlines()) == sorted(words(kind) for kind in kinds)


@pytest.mark.parametrize("statement", [statement for statement, _ in FORGOTTEN.values()], ids=FORGOTTEN.keys())
def test_a_warning_that_is_an_error_breaks_nothing(reference: str, statement: str) -> None:
    """Python prints it, as that of a file; the program goes on, and what was forgotten is closed."""
    program = f"""{START}
    {statement}
    gc.collect()
    info = wasm2oci.runtime_info()
    print(len(unraisable) > 0, info.readers, info.operations)
    """
    assert python.check(program, reference, "error").split() == ["True", "0", "0"]


def test_nobody_is_told_by_default(reference: str) -> None:
    """Python ignores these warnings."""
    program = START + "".join(f"    {statement}\n" for statement, _ in FORGOTTEN.values())
    assert python.check(program, reference) == ""


def test_what_was_closed_is_no_warning(reference: str) -> None:
    """Nor is the client of the functions, which is nobody's to close, or a batch that was left early."""
    program = f"""{START}
    reference_text = reference
    {CLOSED}
    print(unraisable)
    """
    assert python.check(program, reference, "error").strip() == "[]"


def test_what_is_still_open_at_the_exit_was_forgotten(reference: str) -> None:
    """As with files."""
    program = """
        import sys, warnings, wasm2oci
        warnings.simplefilter("always", ResourceWarning)
        client = wasm2oci.Client()
        client.resolve(sys.argv[1])
    """
    ended = python.run(program, reference)
    assert ended.code == 0
    assert words("client") in ended.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="forked children work on Linux alone")
def test_a_forked_child_is_not_told_of_its_parent_s(reference: str) -> None:
    """It could not close them."""
    program = f"""{START}
    warnings.simplefilter("ignore", DeprecationWarning)
    client = wasm2oci.Client()
    reader = client.open(reference)
    child = os.fork()
    if not child:
        client.resolve(reference)
        reader.close()
        client.close()
        del client, reader
        gc.collect()
        sys.exit(len(unraisable))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    reader.close()
    client.close()
    """
    python.check(program, reference, "error")
