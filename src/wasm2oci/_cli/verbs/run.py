"""`wasm2oci run`: a module or component of a registry, or of a file."""

from __future__ import annotations

import os

from wasm2oci import errors
from wasm2oci._cli import options, progress, streams
from wasm2oci._cli.parser import Argument, Misuse, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from wasm2oci._cli.session import Session

_SEEN = "::"
"""What comes between a directory and the name by which the guest sees it."""


def run(  # noqa: PLR0913 - options, all by keyword
    session: Session,
    *,
    what: str,
    arguments: list[str] | None,
    folders: list[str],
    variables: list[str],
    function: str | None,
    **selection: Any,  # noqa: ANN401 - as `Client.fetch` takes it
) -> int:
    """Fetches and runs; the exit code is the guest's."""
    if what == streams.STANDARD:
        raise Misuse("standard input is the guest's; give the module a name")
    environment = list(_environment(variables))
    # Before anything is fetched: it may be missing.
    from wasm2oci._cli import guest  # noqa: PLC0415 - for this verb alone

    name, content, detail = _content(session, what, selection)
    given = arguments or []
    made = guest.Guest(
        guest.Subject(what, detail),
        content,
        name=name,
        arguments=given if function is None else [],
        environment=environment,
        folders=map(_folder, folders),
    )
    return made.run(function, () if function is None else given)


def _content(session: Session, what: str, selection: dict[str, Any]) -> tuple[str, bytes, dict[str, str]]:
    """Reads a file, or fetches what a reference names.

    Returns:
        What a command is told that it is called, the content, and what errors tell programs of where it is.
    """
    if os.path.lexists(what) or what.startswith(("/", "./", "../")) or what.endswith(".wasm"):
        return os.path.basename(what), _read(what), {"path": what}  # noqa: PTH119 - no pathlib
    with session.client() as client, progress.shown(session, "fetching") as update:
        content = client.fetch(what, progress=update, **selection)
    from wasm2oci._native import ext  # noqa: PLC0415 - not for the help

    return os.fsdecode(ext.default_name(os.fsencode(what))), content, {"reference": what}


def _read(name: str) -> bytes:
    try:
        with streams.opened(name) as file:
            return b"".join(streams.chunks(file))
    except OSError as error:
        if isinstance(error, errors.Wasm2ociError):
            raise
        from wasm2oci._claims import quoted  # noqa: PLC0415 - for failures alone

        reason = error.strerror or str(error)
        raise errors.FilesystemError(
            f"run {quoted(name)}: cannot open {quoted(name)}: {reason[:1].lower()}{reason[1:]}",
            detail={"op": "run", "path": name, "errno": error.errno},
        ) from None


def _environment(variables: list[str]) -> Iterator[tuple[str, str]]:
    for text in variables:
        name, equals, value = text.partition("=")
        if not name:
            raise Misuse(f"--env {text!r} is neither NAME=VALUE nor NAME")
        if not equals and name not in os.environ:
            raise Misuse(f"--env {name} is not set here; give it a value: --env {name}=VALUE")
        yield name, value if equals else os.environ[name]


def _folder(text: str) -> tuple[str, str]:
    folder, _, seen = text.partition(_SEEN)
    return folder, seen or folder


VERB = Verb(
    run,
    summary="Run a module or a component.",
    description="""
        Run REFERENCE or FILE, a WASI command, or call one of its functions; the exit code is the guest's.

        The guest gets standard input, output and error and its arguments, and nothing else unless you grant it. This
        needs wasmtime: pip install 'wasm2oci[run]'. A name is a file if one exists, or if it starts with /, ./ or ../
        or ends in .wasm.
        """,
    arguments=(Argument("what", "REFERENCE|FILE"), Argument("arguments", "ARG", required=False, many=True)),
    groups={
        "Guest": (
            Option(
                "--dir",
                name="folders",
                metavar="DIR",
                many=True,
                help="Directory that the guest may read and write; DIR::NAME renames it there; may be repeated.",
            ),
            Option(
                "--env",
                name="variables",
                metavar="NAME=VALUE",
                many=True,
                help="Variable for the guest; NAME alone passes on its value; may be repeated.",
            ),
            Option(
                "--invoke",
                name="function",
                metavar="FUNCTION",
                help="Call this function with the ARGs, and print what it returns; INTERFACE#FUNCTION for one of an "
                "interface.",
            ),
        ),
        "Source": options.SELECTION,
        **options.READING,
    },
    examples=(
        ("run registry.example/team/tool:v1 --user-cache -- --help", "Run a command with an argument."),
        ("run add.wasm --invoke add 1 2", "Call a function."),
    ),
)
