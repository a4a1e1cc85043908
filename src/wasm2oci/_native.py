"""Loads the extension on first use; no other module imports it.

Loading starts the Go runtime. That does not survive a fork, so `import wasm2oci` must
not load it, and a forked child is told so at once.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import threading
import time
from typing import TYPE_CHECKING, Any

from wasm2oci.errors import ClosedError, ForkError, Wasm2ociError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["check", "ext", "usable"]

EXIT_LIMIT = 2.0
"""Seconds that the interpreter's exit waits for native calls to return."""

_EXIT_STEP = 0.005


class _State:
    """What this process has done with the extension."""

    module: ModuleType | None = None
    loading = False
    forked = False
    leaving = False


_lock = threading.Lock()


def _load() -> ModuleType:
    # Checked before the lock: a forked child may have inherited it locked.
    if _State.forked:
        raise ForkError(
            "wasm2oci was used before this process was forked and cannot be used in the child; "
            "start children by 'spawn' or 'forkserver', or fork before the first use"
        )
    if _State.leaving:
        raise ClosedError("the interpreter is shutting down")
    if _State.module is not None:
        return _State.module
    with _lock:
        if _State.module is None:
            _State.loading = True
            _State.module = importlib.import_module("wasm2oci._ext")
            atexit.register(_leave)
        return _State.module


class _Extension:
    """Stands for the module `_ext`; each use of it loads and checks first."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - typed below
        return getattr(_load(), name)


if TYPE_CHECKING:
    from wasm2oci import _ext as ext
else:
    ext = _Extension()


def check() -> None:
    """Raises what a use of the extension would: ForkError or ClosedError."""
    _load()


def usable() -> bool:
    """Says whether handles mean anything: closing one is pointless otherwise."""
    return _State.module is not None and not _State.forked and not _State.leaving


def _leave() -> None:
    """Leaves no thread in a native call when the interpreter ends.

    A thread that comes back after that would be killed inside C++ code, which aborts
    the process. So: refuse new calls, cancel all operations, wait for the calls.
    """
    module = _State.module
    if module is None or _State.forked:
        return
    _State.leaving = True
    deadline = time.monotonic() + EXIT_LIMIT
    with contextlib.suppress(Wasm2ociError):  # Too late to tell anybody.
        module.shutdown(int(EXIT_LIMIT * 1000))
    while module.threads_in_calls() and time.monotonic() < deadline:
        time.sleep(_EXIT_STEP)


def _after_fork_in_child() -> None:
    _State.forked = _State.forked or _State.loading


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
