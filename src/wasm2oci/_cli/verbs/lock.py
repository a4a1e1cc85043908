"""`wasm2oci lock`: writes down what the references of a list mean."""

from __future__ import annotations

from wasm2oci._cli import many, options, output, streams
from wasm2oci._cli.parser import Argument, Misuse, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wasm2oci._cli.session import Session


def lock(  # noqa: PLR0913 - options, all by keyword
    session: Session,
    *,
    listed: str,
    names: list[str] | None,
    update: bool,
    check: bool,
    concurrency: int | None,
    **selection: Any,  # noqa: ANN401 - as `Client.lock` takes it
) -> int:
    """Locks a list, or says what that would change."""
    if listed == streams.STANDARD:
        raise Misuse("a lock is named after its list; write the list into a file")
    if names and not update:
        raise Misuse(f"{names[0]!r} is a name to update; add --update, or leave it out")
    from wasm2oci import _lock, _locking  # noqa: PLC0415 - not for the help
    from wasm2oci._cli import locks  # noqa: PLC0415

    plan = _locking.Locking(
        items=locks.keys(listed),
        path=listed + _lock.SUFFIX,
        update=names or update,
        concurrency=8 if concurrency is None else concurrency,
        **selection,
    )
    # What is new need not be asked for to say that it is.
    if update or not check:
        outcomes = many.carried_out(session, VERB, "locking", plan)
        if code := many.code(outcomes):
            return code
        plan.take(outcomes)
    changes = plan.changes()
    if not check:
        _lock.write(plan.path, plan.new.values())
    if session.json:
        output.document({"path": plan.path, "written": not check and bool(changes), **locks.members(changes)})
    elif not session.quiet or check:
        streams.write_lines(*locks.lines(changes))
    if not session.json and not session.quiet:
        done = "not up to date" if check else "written"
        streams.write_lines(f"{plan.path}: {done if changes else 'up to date'}")
    return locks.Stale.code if check and changes else 0


VERB = Verb(
    lock,
    summary="Record what the references of a list mean.",
    description="""
        Write the digests of what LIST names into LIST.lock, for pull --from-file LIST --locked.

        What is already locked stays as it is. --update looks up everything again, or only each NAME, which is a
        reference or a path as the list spells it.
        """,
    arguments=(Argument("listed", "LIST"), Argument("names", "NAME", required=False, many=True)),
    groups={
        "Lock": (
            Option("--update", help="Look up again what is already locked; default: only what is new."),
            Option(
                "--check",
                help="Change nothing; report what would change, and exit with 15 if anything would. Without --update, "
                "no request is made.",
            ),
            Option("--concurrency", metavar="N", kind=int, help="References to look up at a time; default: 8."),
        ),
        "Source": options.SELECTION,
        **options.READING,
    },
    examples=(
        ("lock modules.txt", "Write modules.txt.lock."),
        ("lock modules.txt --check", "Fail if the list has changed since it was locked."),
    ),
)
