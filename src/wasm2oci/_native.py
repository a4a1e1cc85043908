"""Loads the extension on first use; no other module imports it.

Loading starts the Go runtime, so `import wasm2oci` must not load it. It does not survive
a fork either: a forked child loads a copy of its own, where that can be done.

What the extension hands out are numbers, which mean something only to the copy that made
them: see _handle.py.
"""

from __future__ import annotations

import atexit
import os
from _thread import RLock, get_ident

from wasm2oci import _original
from wasm2oci.errors import ClosedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, NoReturn

    from wasm2oci._original import Original

__all__ = ["configure_runtime", "ext", "generation", "lock", "usable"]

EXIT_LIMIT_MS = 1000
"""How long the interpreter's exit waits for operations to end, and then for calls to return."""

_NAME = "wasm2oci._ext"


class _State:
    """What this process has done with the extension."""

    module: ModuleType | None = None
    original: Original | None = None
    loading = False
    forked = False
    generation = 0
    # What was said of the runtime, which a forked child says to its own.
    settings: tuple[bytes, ...] = ()
    # The thread in which the interpreter ends, once it does.
    leaver: int | None = None
    # Re-entrant: a signal handler may use the library in the middle of it.
    lock = RLock()


def lock() -> RLock:
    """Returns the lock for what a process makes once.

    Ask for it anew each time: a forked child may have inherited one that is held by a
    thread it does not have, and gets another.
    """
    return _State.lock


def _load() -> ModuleType:
    if _State.leaver is not None:
        _refuse()
    if _State.module is not None:
        return _State.module
    with _State.lock:
        if _State.module is None:
            _State.module = _load_again() if _State.forked else _load_first()
        return _State.module


def _refuse() -> NoReturn:
    """Refuses a use of the library while the interpreter ends.

    Threads other than the one it ends in are daemons. Nobody waits for them, and a trace that they
    print is in the way of the interpreter, which may abort over it. So they end silently.
    """
    if _State.leaver == get_ident():
        raise ClosedError("the interpreter is shutting down")
    raise SystemExit


def _load_first() -> ModuleType:
    _State.original = _original.find(_NAME)
    _State.loading = True
    from wasm2oci import _address_space  # noqa: PLC0415 - this is the first use

    _address_space.check()
    from wasm2oci import _ext  # noqa: PLC0415 - this is the first use

    return _ext


def _load_again() -> ModuleType:
    from wasm2oci import _fork  # noqa: PLC0415 - see _before_fork

    module = _fork.load_copy(_State.original, _State.generation)
    for options in _State.settings:
        module.runtime_configure(options)
    return module


class _Extension:
    """Stands for the module `_ext`; each use of it loads and checks first."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - typed below
        return getattr(_load(), name)


if TYPE_CHECKING:
    from wasm2oci import _ext as ext
else:
    ext = _Extension()


def configure_runtime(options: bytes) -> None:
    """Says how the Go runtime behaves, here and in forked children."""
    with _State.lock:
        ext.runtime_configure(options)
        _State.settings = (*_State.settings, options)


def generation() -> int:
    """Returns how many forks lie between this process and the first one."""
    return _State.generation


def usable() -> bool:
    """Reports whether numbers of this process mean anything."""
    return _State.module is not None and _State.leaver is None


def _leave() -> None:
    """Leaves no thread in a native call when the interpreter ends.

    A thread that comes back after that would be killed inside C++ code, which aborts
    the process. Threads that are in a call now, or begin one, end as by `sys.exit`.
    """
    if _State.leaver is not None:
        return
    _State.leaver = get_ident()
    if _State.module is not None:
        _State.module.shutdown(EXIT_LIMIT_MS)


# At the import: handlers run last in, first out, so that those of a program that uses the
# library can use it still.
atexit.register(_leave)


def _before_fork() -> None:
    if _State.loading:
        from wasm2oci import _fork  # noqa: PLC0415 - programs that fork alone need it

        _fork.prepare()


def _after_fork_in_child() -> None:
    _State.generation += 1
    _State.lock = RLock()
    if _State.loading:
        _State.forked = True
        _State.module = None
    if _State.leaver != get_ident():
        _State.leaver = None  # It was the parent that ended.


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
