"""Looks whether the Go runtime has room, which ends the process where it has none."""

from __future__ import annotations

import sys

__all__ = ["check"]

NEEDED = 1_850_000_000
"""Bytes of address space. The library takes 45 MB; the runtime reserves 0.6 GB, and its first threads the rest.

With less, it ends the process now and then, as the layout of the memory happens to be.
"""


def check() -> None:
    """Does nothing where the address space is not limited, as almost everywhere.

    Raises:
        ImportError: The limit (RLIMIT_AS) leaves too little.
    """
    if sys.platform != "linux":
        return  # No such limit there, or none that holds.
    import resource  # noqa: PLC0415 - not there on Windows

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return
    import mmap  # noqa: PLC0415 - hardly ever needed

    try:
        mmap.mmap(-1, NEEDED, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ).close()
    except (OSError, OverflowError) as error:
        raise ImportError(
            f"wasm2oci cannot be loaded where the address space is limited (RLIMIT_AS, `ulimit -v`) to {limit} bytes: "
            f"{NEEDED} bytes must be free, and 3 GB should be"
        ) from error
