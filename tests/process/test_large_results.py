"""What a large module says of itself costs no more memory than what is made of it."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

EXPORTS = 75_000


def leb(number: int) -> bytes:
    """Encode a number."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def section(kind: int, *items: bytes) -> bytes:
    """Make a section of a module."""
    content = leb(len(items)) + b"".join(items)
    return bytes([kind]) + leb(len(content)) + content


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Make a module with many exports."""
    names = [b"exported_function_number_%d" % number for number in range(EXPORTS)]
    sections = [
        section(1, b"\x60\x02\x7f\x7f\x01\x7f"),
        section(3, *[b"\0"] * EXPORTS),
        section(7, *[leb(len(name)) + name + b"\0" + leb(number) for number, name in enumerate(names)]),
        section(10, *[b"\4\0\x41\0\x0b"] * EXPORTS),
    ]
    path = tmp_path / "large.wasm"
    path.write_bytes(b"\0asm\1\0\0\0" + b"".join(sections))
    return path


@pytest.mark.alone
def test_75_000_exports_are_described_in_little_memory(large: Path) -> None:
    """Some 1.6 kB for each, of which half are the objects of the result."""
    program = f"""{python.PEAK}
import sys, wasm2oci
wasm2oci.runtime_info()
before = peak()
found = wasm2oci.inspect(sys.argv[1])
assert len(found.exports) == {EXPORTS}
print(peak() - before)
"""
    assert int(python.check(program, str(large))) < 125 << 20


@pytest.mark.alone
def test_the_command_line_makes_no_objects_of_them(large: Path) -> None:
    """It prints what the library says; the process takes less than half of what the API once took."""
    program = f"""{python.PEAK}
import io, sys
from _wasm2oci_command import main
sys.argv = ["wasm2oci", "inspect", "--json", sys.argv[1]]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(peak(), file=sys.stderr)
"""
    ended = python.run(program, str(large))
    document = json.loads(ended.stdout)
    with wasm2oci.Client() as client:
        assert document == json.loads(json.dumps(dataclasses.asdict(client.inspect(large))))
    assert int(ended.stderr) < 237 << 19
