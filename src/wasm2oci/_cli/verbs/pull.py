"""`wasm2oci pull`: of one reference, or of all that a file lists."""

from __future__ import annotations

import os
import sys

from wasm2oci._cli import many, options, output, progress, references, streams
from wasm2oci._cli.parser import Argument, Misuse, Option, UsageError, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO, Any

    from wasm2oci._cli.session import Session


def pull(  # noqa: PLR0913 - options, all by keyword
    session: Session,
    *,
    reference: str | None,
    path: str | None,
    listed: str | None,
    folder: str | None,
    concurrency: int | None,
    locked: bool,
    no_clobber: bool,
    durable: bool,
    **selection: Any,  # noqa: ANN401 - as `Client.pull` takes it
) -> int | None:
    """Pulls one reference or many."""
    if listed is not None:
        if reference is not None or path is not None:
            raise Misuse("--from-file takes the place of REFERENCE and -o; put them into the list")
        if locked:
            limits = {"overwrite": not no_clobber, "durable": durable}
            return _synced(session, listed, folder, 8 if concurrency is None else concurrency, limits | selection)
        selection |= {} if concurrency is None else {"concurrency": concurrency}
        selection |= {"path": folder, "overwrite": not no_clobber, "durable": durable}
        items = many.taken(session, _outputs, listed)
        return many.run(session, VERB, "pulling", "pull_many", items, output.pulled, **selection)
    if locked:
        raise Misuse(f"--locked goes with --from-file, which names the list; run: {_locked(reference)}")
    if folder is not None or concurrency is not None:
        raise Misuse("--output-dir and --concurrency go with --from-file; name the directory after -o")
    if reference is None:
        raise UsageError("missing argument REFERENCE")
    _check_path(path)
    if path == streams.STANDARD:
        _to_output(session, reference, selection)
        return None
    with session.client() as client, progress.shown(session, "pulling") as update:
        result = client.pull(reference, path, overwrite=not no_clobber, durable=durable, progress=update, **selection)
    if session.json:
        output.document(output.members(result))
    elif not session.quiet:
        streams.write_lines(*output.pulled(result))
    return None


def _check_path(path: str | None) -> None:
    if path == "":
        raise Misuse("the path after -o is empty; leave out -o for the default name")


def _to_output(session: Session, reference: str, selection: dict[str, Any]) -> None:
    """Writes the module to standard output, once all of it is verified."""
    if session.json:
        raise Misuse("--json and the content cannot both go to standard output; give -o a file's name")
    if streams.is_terminal(streams.present(sys.stdout, "standard output")):
        raise Misuse("standard output is a terminal, which cannot show WebAssembly; redirect it")
    import tempfile  # noqa: PLC0415 - takes longer to load than a pull takes, which mostly does without

    with tempfile.SpooledTemporaryFile(max_size=streams.SMALL) as spooled:
        _fetch(session, reference, selection, spooled)
        spooled.seek(0)
        while chunk := spooled.read(streams.CHUNK):
            streams.write(chunk)


def _fetch(session: Session, reference: str, selection: dict[str, Any], target: IO[bytes]) -> None:
    from functools import partial  # noqa: PLC0415 - see above

    from wasm2oci._operation import Meter  # noqa: PLC0415

    with (
        session.client() as client,
        progress.shown(session, "pulling") as update,
        client.open(reference, **selection) as reader,
        memoryview(bytearray(streams.CHUNK)) as buffer,
    ):
        meter = Meter(update)
        while count := reader.readinto(buffer):
            target.write(buffer[:count])
            meter.tick(partial(reader._progress, "transferring"))  # noqa: SLF001 - as `fetch` reports it


def _synced(session: Session, listed: str, folder: str | None, concurrency: int, selection: dict[str, Any]) -> int:
    """Pulls what is locked."""
    if listed == streams.STANDARD:
        raise Misuse("a lock is named after its list; write the list into a file")
    chosen = next((name for name in ("platform", "layer", "member") if selection.pop(name) is not None), None)
    if chosen is not None:
        raise Misuse(f"--{chosen} was chosen when the list was locked; leave it out")
    from wasm2oci import _locking  # noqa: PLC0415 - for few
    from wasm2oci._cli import locks  # noqa: PLC0415

    lock = locks.fitting(session, listed)
    plan = _locking.Syncing(lock=lock, directory=folder or ".", concurrency=concurrency, **selection)
    outcomes = plan.outcomes(many.carried_out(session, VERB, "pulling", plan, output.synced))
    if session.json:
        output.document([many.entry(VERB, outcome, {"item": outcome.item.reference}) for outcome in outcomes])
    return many.code(outcomes)


def _outputs(name: str) -> Iterator[tuple[str, str | None]]:
    """Reads a list of references, each with its path or None."""
    for _, reference, path in many.listed(name):
        yield reference, path or None


def _locked(named: str | None) -> str:
    """Spells the command that pulls what is locked, of the list that was named, or of its lock."""
    from shlex import join  # noqa: PLC0415 - for mistakes alone

    if named is None or not os.path.exists(named):  # noqa: PTH110 - a name that no Path can hold does not exist
        named = "LIST"
    return join(["wasm2oci", "pull", "--from-file", named.removesuffix(".lock"), "--locked"])


def _surplus(words: Sequence[str]) -> str:
    """Says how to name the file, which other tools take as a second argument."""
    from shlex import join  # noqa: PLC0415 - for mistakes alone

    if len(words) != 2:  # noqa: PLR2004 - the reference and the file
        return ""
    reference, file = words
    if file.startswith(references.LAYOUTS) or (reference.endswith(".wasm") and "/" not in reference):
        reference, file = file, reference
    return f"-o names the file; run: {join(['wasm2oci', 'pull', reference, '-o', file])}"


VERB = Verb(
    pull,
    summary="Pull a module or a component.",
    description="""
        Pull the WebAssembly module or component of REFERENCE into a file.

        The file appears under its name only after size and digest are verified.

        With --from-file, many are pulled; one that fails does not stop the rest. With --locked, the list must agree
        with its lock file, which the verb lock writes.
        """,
    arguments=(Argument("reference", required=False),),
    groups={
        "File": (
            Option(
                "-o",
                "--output",
                name="path",
                metavar="PATH",
                help="File, or directory for the default name; - is standard output; default: the repository's last "
                "part, with .wasm.",
            ),
            Option("--no-clobber", help="Refuse to replace a file."),
            Option("--durable", help="Wait until the file is safe on disk."),
        ),
        "Many": (
            Option(
                "--from-file",
                name="listed",
                metavar="LIST",
                help="Pull what a file lists: a reference on each line, and after a tab the file's name; - is "
                "standard input.",
            ),
            Option(
                "--output-dir",
                name="folder",
                metavar="DIR",
                help="Directory for the files of a list; default: here.",
            ),
            Option(
                "--locked",
                help="Pull what LIST.lock names, by digest; files that are already right are left alone.",
            ),
            Option("--concurrency", metavar="N", kind=int, help="How many of a list to pull at a time; default: 8."),
        ),
        "Source": options.SELECTION,
        **options.READING,
    },
    examples=(
        ("pull registry.example/team/hello:v1", "Pull into hello.wasm."),
        ("pull oci:layout:v1 -o - | wasm-tools print", "Pull to standard output."),
    ),
    surplus=_surplus,
)
