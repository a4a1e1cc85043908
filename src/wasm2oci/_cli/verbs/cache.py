"""`wasm2oci cache`."""

from __future__ import annotations

from wasm2oci._cli import options, output, streams
from wasm2oci._cli.parser import Argument, Misuse, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wasm2oci import CacheResult
    from wasm2oci._cli.session import Session

_MOST_DIGITS = 100
"""More have no meaning, and Python reads no more than some thousand."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def cache(session: Session, *, action: str, older_than: int | None, max_size: int | None) -> int | None:
    """Shows what is in the cache, or removes some of it."""
    wanted: dict[str, Any] = {"older_than": older_than, "max_size": max_size}
    given = {name: value for name, value in wanted.items() if value is not None}
    if given and action != "prune":
        raise Misuse(f"--older-than and --max-size go with prune, not with {action}")
    if action == "prune" and not given:
        raise Misuse("prune needs to know what to remove; add --older-than or --max-size, 0 for everything")
    with session.client() as client:
        found = client.cache(**given, verify=action == "verify")
    if session.json:
        output.document(output.members(found))
    elif action == "list":
        _list(found)
    elif not session.quiet:
        streams.write_lines(*_lines(found, action))
    return 1 if action == "verify" and found.removed else None


def _list(found: CacheResult) -> None:
    for item in found.artifacts:
        name = output.pinned(item.reference, item.digest)
        streams.write_lines(f"{name}  {output.size(item.size)}, {_age(item.age)} ago")
    for digest in found.unnamed:
        streams.write_lines(f"{digest}  read by digest, under no tag")


def _lines(found: CacheResult, action: str) -> list[str]:
    lines = []
    if action == "verify":
        damaged = [f"removed {digest}, which was damaged" for digest in found.removed]
        lines += damaged or [f"all {found.blobs} blobs match their digests"]
    elif action == "prune":
        lines.append(f"removed {len(found.removed)} blobs: {output.size(found.freed)}")
    if not found.path.exists():
        return [*lines, f"{found.path}: there is no cache yet"]
    lines.append(
        f"{found.path}: {len(found.artifacts)} references, {found.blobs} blobs, {output.size(found.size)} of at most "
        f"{output.size(found.limit)}"
    )
    return lines


def _age(seconds: int) -> str:
    """Spells a time in its largest unit."""
    unit = max((unit for unit, length in _SECONDS.items() if seconds >= length), key=_SECONDS.__getitem__, default="s")
    return f"{seconds // _SECONDS[unit]} {unit}"


def _duration(text: str) -> int:
    """Reads a number of seconds, or of the unit behind it."""
    number, unit = (text[:-1], text[-1:]) if text[-1:] in _SECONDS else (text, "s")
    if not (number.isascii() and number.isdigit()) or len(number) > _MOST_DIGITS:
        raise ValueError(f"{text[:_MOST_DIGITS]!r} is not a time, such as 90s, 12h or 30d")
    return int(number) * _SECONDS[unit]


VERB = Verb(
    cache,
    summary="Show, prune and verify the cache.",
    description="""
        Show what is in the cache that --cache, --user-cache or WASM2OCI_CACHE names: info prints totals, list prints
        tags, and the digests of what was read by digest alone.

        prune removes what is too old or too much, but nothing that a program is using. verify reads everything and
        removes what is damaged; if anything was, it exits with 1.
        """,
    arguments=(Argument("action", choices=("info", "list", "prune", "verify")),),
    groups={
        "Prune": (
            Option(
                "--older-than",
                metavar="TIME",
                read=_duration,
                help="Remove what has not been used for this long: seconds, or 12h, 30d.",
            ),
            Option(
                "--max-size",
                metavar="BYTES",
                kind=int,
                help="Remove what was used longest ago until at most this much is left; 0 removes everything.",
            ),
        ),
        **options.READING,
    },
    examples=(
        ("cache list --cache modules", "List the names in the cache directory modules."),
        ("cache prune --older-than 30d --user-cache", "Remove what has not been used for 30 days."),
    ),
)
