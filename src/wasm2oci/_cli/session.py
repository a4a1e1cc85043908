"""What the shared options of one command say, and the client that they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wasm2oci import Client
from wasm2oci._cli import secret
from wasm2oci._cli.misuse import Misuse

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Session:
    """The shared options.

    Attributes:
        connection: Options of the client, by name; its secrets are not among them.
        json: Whether results are one JSON document.
        quiet: Whether nothing but errors and results is printed.
        password_stdin: Whether standard input holds the password.
        token_stdin: Whether standard input holds a token.
    """

    connection: Mapping[str, Any]
    json: bool
    quiet: bool
    password_stdin: bool
    token_stdin: bool

    def __post_init__(self) -> None:
        """Refuses what does not go together, before anything is read."""
        named = self.connection["username"] is not None
        if self.password_stdin and self.token_stdin:
            raise Misuse("standard input holds one secret; give --password-stdin or --token-stdin, not both")
        if self.token_stdin and named:
            raise Misuse("--token-stdin does not go with --username; leave one of them out")
        if named and not self.password_stdin:
            raise Misuse("--username needs the password; add --password-stdin")
        if self.password_stdin and not named:
            raise Misuse("--password-stdin needs a user name; add --username NAME")

    @property
    def takes_input(self) -> bool:
        """Whether standard input holds a secret."""
        return self.password_stdin or self.token_stdin

    def client(self) -> Client:
        """Makes the client, reading a secret where standard input holds one."""
        return Client(
            **self.connection,
            password=secret.read("password") if self.password_stdin else None,
            token=secret.read("token") if self.token_stdin else None,
        )
