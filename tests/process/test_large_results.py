"""What a large module says of itself costs no more memory than what is made of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import python

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.alone
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_75_000_exports_are_described_in_little_memory(tmp_path: Path) -> None:
    """Some 1.6 kB for each, of which half are the objects of the result."""
    names = [b"exported_function_number_%d" % number for number in range(EXPORTS)]
    module = b"\0asm\1\0\0\0" + b"".join(
        [
            section(1, b"\x60\x02\x7f\x7f\x01\x7f"),
            section(3, *[b"\0"] * EXPORTS),
            section(7, *[leb(len(name)) + name + b"\0" + leb(number) for number, name in enumerate(names)]),
            section(10, *[b"\4\0\x41\0\x0b"] * EXPORTS),
        ]
    )
    (tmp_path / "large.wasm").write_bytes(module)
    program = f"""{python.PEAK}
import sys, wasm2oci
wasm2oci.runtime_info()
before = peak()
found = wasm2oci.inspect(sys.argv[1])
assert len(found.exports) == {EXPORTS}
print(peak() - before)
"""
    assert int(python.check(program, str(tmp_path / "large.wasm"))) < 125 << 20
