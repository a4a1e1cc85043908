"""The environment that a client lives in.

Go reads the environment once, from the process's first block, and never sees a change
of `os.environ`. So a snapshot is passed to each client. It is the whole environment:
which variables matter is for the library to say.
"""

from __future__ import annotations

import os

if os.supports_bytes_environ:
    _variables = os.environb

    def snapshot() -> list[bytes]:
        """Returns the environment as `NAME=value` items."""
        # Not items(): another thread may remove a variable meanwhile.
        names = list(_variables)
        return [name + b"=" + value for name in names if (value := _variables.get(name)) is not None]

else:

    def snapshot() -> list[bytes]:
        """Returns the environment as `NAME=value` items."""
        names = list(os.environ)
        return [
            f"{name}={value}".encode("utf-8", "surrogatepass")
            for name in names
            if (value := os.environ.get(name)) is not None
        ]


def state() -> object:
    """Returns what is equal to what it returned before as long as no variable has changed.

    CPython keeps the variables in a dict, which is copied and compared some thirty times faster than the mapping
    around it.
    """
    data = getattr(os.environ, "_data", None)
    return data.copy() if type(data) is dict else snapshot()
