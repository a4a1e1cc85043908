"""The file of the extension that this process, or an ancestor that was forked, has loaded."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from wasm2oci._record import dataclass


@dataclass(frozen=True, slots=True)
class Original:
    """A file that was loaded.

    Attributes:
        name: The name of the module.
        path: Where the file is.
        identity: What would differ if the file had been replaced since.
    """

    name: str
    path: str
    identity: tuple[int, ...]


def identity(status: os.stat_result) -> tuple[int, ...]:
    """Returns what distinguishes a file from others, and from itself after a change."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def find(name: str) -> Original | None:
    """Finds the file of a module that is about to be loaded; None where there is none."""
    # As importlib.util.find_spec does, which takes longer to load than the rest of this package.
    for finder in sys.meta_path:
        spec = finder.find_spec(name, [os.path.dirname(__file__)])  # noqa: PTH120 - see above
        if spec is not None and spec.origin is not None:
            try:
                status = os.stat(spec.origin)  # noqa: PTH116 - it is a text
            except OSError:
                return None
            return Original(name, spec.origin, identity(status))
    return None
