"""Takes system calls away from a process, as a file system or a sandbox would that does not have them.

To be used in a program of its own: what was refused once stays so, for all its threads and children.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

_NUMBERS = {
    "x86_64": {
        "socket": (41,),
        "flock": (73,),
        "fsync": (74, 75),
        "link": (86, 265),
        "fallocate": (285,),
        "copy_file_range": (326,),
    },
    "aarch64": {
        "socket": (198,),
        "flock": (32,),
        "fsync": (82, 83),
        "link": (37,),
        "fallocate": (47,),
        "copy_file_range": (285,),
    },
}

KILL = 0x8000_0000
"""Ends the process in place of an error, so that nobody can overlook it."""

NETWORK_MOUNT = {
    "flock": errno.ENOLCK,
    "fsync": errno.EINVAL,
    "link": errno.EOPNOTSUPP,
    "copy_file_range": errno.EOPNOTSUPP,
    "fallocate": errno.EOPNOTSUPP,
}
"""What a poor network mount does not have: locks, syncing, hard links, reflinks, room that is reserved."""

SUPPORTED = sys.platform == "linux" and platform.machine() in _NUMBERS

_ERRNO, _ALLOW = 0x0005_0000, 0x7FFF_0000
_LOAD_NUMBER, _IS_EQUAL, _RETURN = 0x20, 0x15, 0x06
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_FILTER, _OF_ALL_THREADS = 1, 1


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def refuse(calls: dict[str, int]) -> None:
    """Let system calls fail with an error number each, or KILL.

    Raises:
        OSError: The system does not allow that.
    """
    code = struct.pack("HBBI", _LOAD_NUMBER, 0, 0, 0)
    for name, how in calls.items():
        for number in _NUMBERS[platform.machine()][name]:
            # Where it is another number, the next instruction is left out.
            code += struct.pack("HBBI", _IS_EQUAL, 0, 1, number)
            code += struct.pack("HBBI", _RETURN, 0, 0, how if how == KILL else _ERRNO | how)
    code += struct.pack("HBBI", _RETURN, 0, 0, _ALLOW)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.syscall(_SECCOMP[platform.machine()], _SET_FILTER, _OF_ALL_THREADS, ctypes.byref(program)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
