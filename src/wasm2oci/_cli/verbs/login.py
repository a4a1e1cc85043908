"""`wasm2oci login`."""

from __future__ import annotations

from wasm2oci import _calls
from wasm2oci._cli import options, output, streams
from wasm2oci._cli.parser import Argument, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wasm2oci._cli.session import Session


def login(session: Session, *, registry: str) -> None:
    """Stores a credential, and says where."""
    client, given = session.login()
    with client:
        stored = client._perform(_calls.login(registry, **given))  # noqa: SLF001
    if session.json:
        output.document({"registry": stored.registry, "path": str(stored.path), "helper": stored.helper})
    elif not session.quiet:
        place = str(stored.path) if stored.helper is None else f"{stored.helper}, named in {stored.path}"
        streams.write_lines(f"logged in to {stored.registry}; the credential is in {place}")


VERB = Verb(
    login,
    summary="Store the credential of a registry.",
    description="""
        Check a credential with REGISTRY, HOST or HOST:PORT, and store it where podman, docker, skopeo, oras and this
        command find it.

        The credential helper that the file names stores it, or else the file does. If no secret comes on standard
        input, you are asked for it on the terminal.
        """,
    arguments=(Argument("registry"),),
    groups={"Login": (options.IDENTITY_TOKEN,), **options.SHARED},
    examples=(
        ("login ghcr.io --username me", "Ask for the password, here a token of GitHub."),
        ("login registry.example --username me --password-stdin <password.txt", "Read it from a file."),
    ),
)
