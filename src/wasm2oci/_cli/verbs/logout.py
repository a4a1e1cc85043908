"""`wasm2oci logout`."""

from __future__ import annotations

from wasm2oci._cli import options, output, streams
from wasm2oci._cli.parser import Argument, Misuse, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wasm2oci._cli.session import Session


def logout(session: Session, *, registry: str | None, all_registries: bool) -> None:
    """Erases credentials, and prints a line for each."""
    if (registry is None) is not all_registries:
        raise Misuse("name the registry, or all of them with --all")
    with session.client() as client:
        registries = client.logout(registry, all_registries=all_registries)
    if session.json:
        output.document({"registries": list(registries)})
    elif not session.quiet:
        nobody = "not logged in" if registry is None else f"not logged in to {registry}"
        streams.write_lines(*([f"logged out of {one}" for one in registries] or [nobody]))


VERB = Verb(
    logout,
    summary="Erase the credential of a registry.",
    description="""
        Erase the credential for REGISTRY, HOST or HOST:PORT, from all files in which this command looks for one, and
        from their helpers.

        Entries for a part of a registry, as podman writes them, stay; HOST/PATH erases one of them.
        """,
    arguments=(Argument("registry", required=False),),
    groups={
        "Logout": (Option("--all", name="all_registries", help="All registries in the files."),),
        **options.SHARED,
    },
    examples=(
        ("logout ghcr.io", "Forget one registry."),
        ("logout --all", "Forget all of them."),
    ),
)
