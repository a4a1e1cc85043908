"""WebAssembly for tests: real files, and modules of any size."""

from __future__ import annotations

import random
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HELLO = ROOT / "examples" / "hello.wasm"
"""A core module with imports, exports, a name and producers."""
GREETER = ROOT / "tests" / "data" / "greeter.wasm"
"""A component with one import and one export."""

MODULE_HEADER = b"\0asm\x01\0\0\0"
COMPONENT_HEADER = b"\0asm\x0d\0\x01\0"


def leb128(value: int) -> bytes:
    """Encode an unsigned number as WebAssembly does."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def custom_section(name: str, content: bytes) -> bytes:
    """Return a custom section, which every reader of WebAssembly skips."""
    return custom_section_head(name, len(content)) + content


def custom_section_head(name: str, size: int) -> bytes:
    """Return what stands before `size` bytes of content in a custom section."""
    named = leb128(len(name)) + name.encode()
    return b"\0" + leb128(len(named) + size) + named


def module(size: int = 4096, seed: int = 1) -> bytes:
    """Return a valid module with `size` bytes of noise, which does not compress."""
    return MODULE_HEADER + custom_section("noise", random.Random(seed).randbytes(size))
