"""The Go runtime inside: how much it takes of the process it is a guest of."""

from __future__ import annotations

from wasm2oci import _arguments, _native, _parse
from wasm2oci._native import ext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from wasm2oci._record import dataclass

__all__ = ["RuntimeInfo", "configure_runtime", "runtime_info"]


@dataclass(frozen=True, slots=True)
class RuntimeInfo:
    """How the Go runtime behaves.

    Attributes:
        gc_percent: How much garbage may come up before it is collected, in percent of the
            memory in use; -1 where the memory limit alone decides.
        memory_limit: How many bytes it tries to keep to; 0 where there is no limit.
        processors: How many threads run Go code at a time.
        memory: How many bytes it has of the system.
        clients: How many clients are open.
        operations: How many operations are, under way or ended.
        readers: How many readers are.
    """

    gc_percent: int
    memory_limit: int
    processors: int
    memory: int
    clients: int
    operations: int
    readers: int


def configure_runtime(
    *, gc_percent: int | None = None, memory_limit: int | None = None, processors: int | None = None
) -> None:
    """Says how the Go runtime inside the library behaves, in this process and its forked children.

    Args:
        gc_percent: How much garbage may come up, in percent of the memory in use, before
            it is collected; -1 means that `memory_limit` alone decides. The default is 100.
        memory_limit: How many bytes the Go runtime tries to keep to, not counting the rest
            of the process; 0 means no limit. The default is half of what the container
            allows (the control groups of the process), and none where it sets no limit.
        processors: How many threads run Go code at a time. The default is what the
            machine, or the container, gives.

    None leaves a setting as it is.

    Raises:
        InvalidArgumentError: A value is not possible.

    Example:
        >>> wasm2oci.configure_runtime(memory_limit=256 << 20)
        >>> wasm2oci.runtime_info().memory_limit
        268435456
    """
    options = _arguments.options(gc_percent=gc_percent, memory_limit=memory_limit, processors=processors)
    if options is not None:
        _native.configure_runtime(options)


def runtime_info() -> RuntimeInfo:
    """Returns how the Go runtime behaves now, and what it holds open."""
    said = _parse.document(ext.runtime_info())
    handles = said.pop("handles")
    return RuntimeInfo(**said, clients=handles["clients"], operations=handles["operations"], readers=handles["readers"])
