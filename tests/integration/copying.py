"""What several tests of copies have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults import artifacts
from tests.support import binaries

if TYPE_CHECKING:
    from tests.faults import FaultRegistry

MODULE = binaries.module()
LARGE = binaries.module(3 << 20)


def writes(registry: FaultRegistry) -> list[str]:
    """Return the requests that store something, without what is different each time."""
    return [
        f"{request.method} {request.path.rpartition('/uploads/')[0] or request.path}"
        for request in registry.journal
        if request.method in {"POST", "PUT", "PATCH"}
    ]


def layers(*contents: bytes) -> list[artifacts.Part]:
    """Return layers that are modules."""
    return [artifacts.layer(content) for content in contents]


def modules(count: int, size: int = 4096) -> list[bytes]:
    """Return modules that differ."""
    return [binaries.module(size, seed=seed) for seed in range(10, 10 + count)]


def child(registry: FaultRegistry, os: str, *contents: bytes) -> artifacts.Json:
    """Hold an artifact without a tag, and return its descriptor for an index."""
    added = registry.add_artifact("org/mod", None, layers=layers(*contents))
    system, _, architecture = os.partition("/")
    return added.descriptor(platform={"os": system, "architecture": architecture})
