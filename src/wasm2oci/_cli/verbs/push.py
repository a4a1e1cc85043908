"""`wasm2oci push`."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys

from wasm2oci._cli import options, output, progress, references, streams
from wasm2oci._cli.parser import Argument, Misuse, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any

    from wasm2oci._cli.session import Session


def push(
    session: Session,
    *,
    file: str,
    reference: str,
    allow_any: bool,
    **packaging: Any,  # noqa: ANN401 - as `Client.push` takes it
) -> None:
    """Pushes a file, or standard input."""
    if _swapped(file, reference):
        from shlex import join  # noqa: PLC0415 - for mistakes alone

        command = join(["wasm2oci", "push", reference, file])
        raise Misuse(f"{file!r} is a reference and comes after the file; run: {command}")
    if file == streams.STANDARD and session.takes_input:
        raise Misuse("standard input cannot hold both the content and a secret; give FILE a name")
    with session.client() as client, _opened(file) as content, progress.shown(session, "pushing") as update:
        result = client.push(content, reference, allow_any=allow_any, progress=update, **packaging)
    if session.json:
        output.document(output.members(result))
    elif not session.quiet:
        streams.write_lines(*output.pushed(result))


def _swapped(file: str, reference: str) -> bool:
    """Reports whether the two are in the order of other tools: the first a reference, the second a file."""
    return (
        references.is_reference(file)
        and not os.path.exists(file)  # noqa: PTH110 - a name that no Path can hold does not exist
        and (reference == streams.STANDARD or os.path.isfile(reference))  # noqa: PTH113
    )


@contextlib.contextmanager
def _opened(name: str) -> Iterator[str | bytearray | IO[bytes]]:
    """Yields what to push for a name on the command line.

    Digest and size come before the content, so what can be read only once is spooled.

    Raises:
        FilesystemError: Standard input is closed.
        OSError: It cannot be read, or the disk is full.
    """
    if name == streams.STANDARD:
        streams.present(sys.stdin, "standard input")
        # Not sys.stdin, which has a name that would become the title.
        with io.FileIO(streams.INPUT, closefd=False) as stream, _whole(stream) as content:
            yield content
    elif _is_pipe(name):
        with streams.opened(name) as stream, _whole(stream) as content:
            yield content
    else:
        yield name


def _is_pipe(name: str) -> bool:
    """Reports whether a name leads to a pipe, such as a shell makes of `<(…)`."""
    try:
        return stat.S_ISFIFO(os.stat(name).st_mode)  # noqa: PTH116 - a name that no Path can hold is not a pipe
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def _whole(stream: io.FileIO) -> Iterator[bytearray | IO[bytes]]:
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        yield stream
        return
    chunks = streams.chunks(stream)
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) > streams.SMALL:
            break
    else:
        yield held
        return
    import tempfile  # noqa: PLC0415 - for few

    with tempfile.TemporaryFile() as file:
        file.write(held)
        held.clear()
        file.writelines(chunks)
        file.seek(0)
        yield file


VERB = Verb(
    push,
    summary="Push a module or a component.",
    description="""
        Push the WebAssembly module or component in FILE to REFERENCE.

        If FILE is -, standard input is pushed. REFERENCE may have several tags, separated by commas.
        """,
    arguments=(Argument("file"), Argument("reference")),
    groups={
        "Artifact": (*options.PACKAGING, Option("--allow-any", help="Also push what is not WebAssembly.")),
        **options.SHARED,
    },
    examples=(
        ("push hello.wasm registry.example/team/hello:v1", "Push a file to a registry."),
        ("push hello.wasm oci:layout:v1,latest --title hello", "Push into an OCI layout, under two tags."),
    ),
)
