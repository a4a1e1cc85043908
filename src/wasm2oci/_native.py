"""Loads the extension on first use; no other module imports it.

Loading starts the Go runtime, so `import wasm2oci` must not load it. It does not survive
a fork either: a forked child loads a copy of its own, where that can be done.

What the extension hands out are numbers, which mean something only to the copy that made
them: see _handle.py.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import threading
import time
from typing import TYPE_CHECKING, Any

from wasm2oci import _fork
from wasm2oci.errors import ClosedError, Wasm2ociError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["ext", "generation", "lock", "usable"]

EXIT_LIMIT = 2.0
"""Seconds that the interpreter's exit waits for native calls to return."""

_EXIT_STEP = 0.005
_NAME = "wasm2oci._ext"


class _State:
    """What this process has done with the extension."""

    module: ModuleType | None = None
    original: _fork.Original | None = None
    loading = False
    forked = False
    generation = 0
    leaving = False
    # Re-entrant: a signal handler may use the library in the middle of it.
    lock = threading.RLock()


def lock() -> threading.RLock:
    """Returns the lock for what a process makes once.

    Ask for it anew each time: a forked child may have inherited one that is held by a
    thread it does not have, and gets another.
    """
    return _State.lock


def _load() -> ModuleType:
    if _State.leaving:
        raise ClosedError("the interpreter is shutting down")
    if _State.module is not None:
        return _State.module
    with _State.lock:
        if _State.module is None:
            _State.module = _fork.load_copy(_State.original, _State.generation) if _State.forked else _load_first()
            atexit.register(_leave)
        return _State.module


def _load_first() -> ModuleType:
    _State.original = _fork.find(_NAME)
    _State.loading = True
    return importlib.import_module(_NAME)


class _Extension:
    """Stands for the module `_ext`; each use of it loads and checks first."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - typed below
        return getattr(_load(), name)


if TYPE_CHECKING:
    from wasm2oci import _ext as ext
else:
    ext = _Extension()


def generation() -> int:
    """Returns how many forks lie between this process and the first one."""
    return _State.generation


def usable() -> bool:
    """Says whether numbers of this process mean anything: closing one is pointless otherwise."""
    return _State.module is not None and not _State.leaving


def _leave() -> None:
    """Leaves no thread in a native call when the interpreter ends.

    A thread that comes back after that would be killed inside C++ code, which aborts
    the process. So: refuse new calls, cancel all operations, wait for the calls.
    """
    module = _State.module
    if module is None:
        return
    _State.leaving = True
    deadline = time.monotonic() + EXIT_LIMIT
    with contextlib.suppress(Wasm2ociError):  # Too late to tell anybody.
        module.shutdown(int(EXIT_LIMIT * 1000))
    while module.threads_in_calls() and time.monotonic() < deadline:
        time.sleep(_EXIT_STEP)


def _after_fork_in_child() -> None:
    _State.generation += 1
    _State.lock = threading.RLock()
    if _State.loading:
        _State.forked = True
        _State.module = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
