"""The C API of wasm2oci. Private: use the package wasm2oci."""

from collections.abc import Callable


def version() -> str:
    """The version of the library."""

def status_name(status: int) -> str:
    """The name of a status number."""

def build_info() -> bytes:
    """What the library was built from, as a JSON object."""

def runtime_configure(options: bytes) -> None:
    """Says how the Go runtime behaves."""

def runtime_info() -> bytes:
    """How the Go runtime behaves now, as a JSON object."""

def default_name(reference: bytes) -> bytes:
    """The name of the file that a pull writes where it is given a folder."""

def reference_parse(reference: bytes) -> tuple[bytes | None, ...]:
    """text, scheme, registry, repository, path, tag, digest, written."""

def shutdown(timeout_ms: int) -> None:
    """
    Refuses further calls, cancels what runs and waits until no other thread is in a call; twice timeout_ms at most.
    """

def client_new(made: list[tuple[int, Callable[[], None]]], options: bytes | None, environment: list[bytes], shared: bool) -> None:
    """
    Makes a client; environment has NAME=value items, and nobody has to close a shared one.
    """

def operation_wait(operation: int, timeout_ms: int) -> bool:
    """
    True when the operation has ended, False when the time passed; raises what it ended with.
    """

def operation_progress(operation: int) -> tuple[str, int, int, int, int, int, int]:
    """
    item, done, total, phase, reused, resumed, retries; never raises what the operation ended with.
    """

def operation_cancel(operation: int) -> None:
    """Asks the operation to end."""

def operation_result(operation: int) -> str:
    """The result as a JSON object."""

def operation_path(operation: int) -> bytes:
    """The path that a pull wrote."""

def operation_bytes(operation: int) -> bytes:
    """The bytes that an inspection read with the option raw."""

def operation_log(operation: int) -> bytes | None:
    """Takes the new log records, as a JSON array."""

def operation_reader(taken: list[tuple[int, Callable[[], None]]], operation: int) -> None:
    """Takes the reader that an open made."""

def cache(started: list[tuple[int, Callable[[], None]]], client: int, options: bytes | None) -> None:
    """Starts to look into the cache."""

def push(started: list[tuple[int, Callable[[], None]]], client: int, path: bytes, reference: bytes, options: bytes | None) -> None:
    """Starts to push a file."""

def push_bytes(started: list[tuple[int, Callable[[], None]]], client: int, content: memoryview, reference: bytes, options: bytes | None) -> None:
    """Starts to push memory, which must stay until the operation has ended."""

def push_fd(started: list[tuple[int, Callable[[], None]]], client: int, fd: int, reference: bytes, options: bytes | None) -> None:
    """Starts to push an open file from its start."""

def attach(started: list[tuple[int, Callable[[], None]]], client: int, reference: bytes, paths: tuple[bytes, ...], options: bytes | None) -> None:
    """Starts to attach files to an artifact."""

def start(started: list[tuple[int, Callable[[], None]]], client: int, verb: str, operands: tuple[bytes | None, ...], options: bytes | None) -> None:
    """Starts a verb whose operands are texts: references, a path, tags."""

def reader_read(reader: int, buffer: memoryview, timeout_ms: int) -> tuple[int, bool]:
    """How many bytes came into the buffer, and whether they were the last."""

def bytes_new(size: int) -> bytes:
    """New bytes that are to be filled before anybody sees them."""

def close_stream(reader: object) -> None:
    """Closes the reader and its connection. Further calls do nothing."""

def warn_of_stream(reader: object, source: object) -> None:
    """Warns of a reader that was never closed, as files do."""

def reader_fill(reader: int, bytes: bytes, offset: int, timeout_ms: int) -> tuple[int, bool]:
    """reader_read into what bytes_new made, from an offset on."""

def completions_new(made: list[tuple[int, Callable[[], None]]]) -> None:
    """Makes an empty queue."""

def completions_add_operation(completions: int, operation: int) -> None:
    """Reports the operation once, when it has ended."""

def completions_add_reader(completions: int, reader: int) -> None:
    """Reports the reader once, when a read would not wait."""

def completions_wait(completions: int, timeout_ms: int) -> list[int] | None:
    """
    The numbers of what was reported, [] when the time passed; None for a closed queue.
    """

def json_indented(text: str) -> bytes:
    """Indents a JSON document that has no white space."""
