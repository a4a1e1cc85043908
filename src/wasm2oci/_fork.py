"""Loads a second copy of the extension into a forked child, where the first one is dead.

The threads of a Go runtime do not survive a fork, and the runtime cannot be started
again. A copy of the file brings a runtime of its own: the dynamic linker takes what has
another inode and another name for another library.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.util
import os
import sys
from typing import TYPE_CHECKING

from wasm2oci import _address_space
from wasm2oci._original import identity
from wasm2oci.errors import ForkError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from wasm2oci._original import Original

SUPPORTED = sys.platform == "linux"
"""Elsewhere libraries hold more than memory that a fork breaks: macOS forbids their use in a child."""


LATE = (
    *("datetime", "json", "mmap", "pathlib", "resource", "tempfile"),
    *(
        "wasm2oci._address_space",
        "wasm2oci._artifact_text",
        "wasm2oci._batch",
        "wasm2oci._batch_run",
        "wasm2oci._cached",
        "wasm2oci._claims",
        "wasm2oci._credentials",
        "wasm2oci._locking",
        "wasm2oci._log",
        "wasm2oci._outcome",
        "wasm2oci._reader",
        "wasm2oci._source",
    ),
)
"""Modules that are loaded when they are needed."""


def prepare() -> None:
    """Loads what the library loads late, in the process that is about to fork.

    A module that another thread is loading at that moment is locked in the child for ever.
    Loading it here waits for that thread.
    """
    for name in LATE:
        # `logging` has hooks of its own round a fork, which must not come half-way.
        if name != "wasm2oci._log" or "logging" in sys.modules:
            importlib.import_module(name)


def load_copy(original: Original | None, generation: int) -> ModuleType:
    """Loads the extension into a child.

    Args:
        original: What was loaded before the fork.
        generation: How many forks lie between this process and the first one.

    Raises:
        ForkError: It cannot be done here.
    """
    if not SUPPORTED or original is None:
        raise ForkError(
            "wasm2oci was used before this process was forked and cannot be used in the child on this "
            "system; start children by 'spawn' or 'forkserver', or fork before the first use"
        )
    try:
        _address_space.check()
        with _opened(original) as source:
            try:
                with _memory(source, generation) as path:
                    return _load(original.name, path)
            except (OSError, ImportError):
                with _temporary(source) as path:
                    return _load(original.name, path)
    except (OSError, ImportError) as error:
        raise ForkError(
            "wasm2oci was used before this process was forked and cannot be loaded once more in the child: "
            f"{error}; start children by 'spawn' or 'forkserver', or fork before the first use"
        ) from error


@contextlib.contextmanager
def _opened(original: Original) -> Iterator[int]:
    """Opens the file that was loaded; one that has replaced it might not fit the Python code."""
    descriptor = os.open(original.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if identity(os.fstat(descriptor)) != original.identity:
            raise OSError(f"{original.path} is not the file any more that was loaded before the fork")
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _memory(source: int, generation: int) -> Iterator[str]:
    """Copies the file into memory that has a name while it is open."""
    descriptor = os.memfd_create("wasm2oci")
    try:
        _copy(source, descriptor)
        # The number of a descriptor is used again, and a name that the linker has seen means what it
        # loaded then. So the name distinguishes the generations.
        yield f"/proc/self/fd{'/' * generation}{descriptor}"
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _temporary(source: int) -> Iterator[str]:
    """Copies the file to where temporary files are: for want of /proc, or where memory must not be executed."""
    import tempfile  # noqa: PLC0415 - takes long, and is not needed where memory will do

    descriptor, path = tempfile.mkstemp(prefix="wasm2oci-", suffix=".so")
    try:
        try:
            _copy(source, descriptor)
        finally:
            os.close(descriptor)
        yield path
    finally:
        os.unlink(path)  # noqa: PTH108 - a plain name


def _copy(source: int, target: int) -> None:
    """Copies a file from its start, within the system."""
    offset = 0
    while count := os.sendfile(target, source, offset, 1 << 30):
        offset += count


def _load(name: str, path: str) -> ModuleType:
    """Loads a library as a module that only the caller knows."""
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_loader(name, loader, origin=path)
    if spec is None:
        raise ImportError(f"no module in {path}")
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
