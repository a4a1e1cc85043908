"""The Go runtime inside the library: how much of the process it may use."""

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
    """The settings of the Go runtime, and what it holds.

    Attributes:
        gc_percent: How much garbage may build up before it is collected, in percent of the
            memory in use; -1 if the memory limit alone decides.
        memory_limit: The memory limit in bytes; 0 if there is none.
        processors: How many threads may run Go code at a time.
        memory: How many bytes the runtime has obtained from the system.
        clients: How many clients are open.
        operations: How many operations are open, whether running or ended.
        readers: How many readers are open.
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
    """Configures the Go runtime inside the library, for this process and its forked children.

    Args:
        gc_percent: How much garbage may build up before it is collected, in percent of the
            memory in use; -1 lets `memory_limit` alone decide. Default: 100.
        memory_limit: How many bytes the Go runtime tries not to exceed, not counting the
            rest of the process; 0 for no limit. Default: half of the limit of the container
            (the control groups of the process), if it has one.
        processors: How many threads may run Go code at a time. Default: as many as the
            machine, or the container, provides.

    None leaves a setting unchanged.

    Raises:
        InvalidArgumentError: A value is out of range.

    Example:
        >>> import wasm2oci
        >>> wasm2oci.configure_runtime(memory_limit=256 << 20)
        >>> wasm2oci.runtime_info().memory_limit
        268435456
    """
    options = _arguments.options(gc_percent=gc_percent, memory_limit=memory_limit, processors=processors)
    if options is not None:
        _native.configure_runtime(options)


def runtime_info() -> RuntimeInfo:
    """Returns the current settings of the Go runtime, and what it holds."""
    said = _parse.document(ext.runtime_info())
    handles = said.pop("handles")
    return RuntimeInfo(**said, clients=handles["clients"], operations=handles["operations"], readers=handles["readers"])
