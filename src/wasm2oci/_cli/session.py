"""What the shared options say, and the client that they make."""

from __future__ import annotations

import io
import sys

from wasm2oci import Client, _calls, _operation, _parse
from wasm2oci._cli import options, streams
from wasm2oci._cli.parser import Misuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from wasm2oci._calls import Call

LIMIT = 1 << 20
"""Bytes of a secret; far more than any has, and far less than a file given by mistake."""


MOST = 1e9
"""Seconds above which a time limit is none."""


class Session:
    """The shared options.

    Attributes:
        json: Whether results are one JSON document.
        quiet: Whether nothing but errors and results is printed.
        debug: Whether all that the library logs is printed.
        takes_input: Whether standard input holds a secret.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Takes all shared options by name, and refuses what does not go together.

        Raises:
            Misuse: Options of credentials that do not go together.
        """
        secrets = {"password_stdin": "password", "token_stdin": "token", "identity_token_stdin": "identity_token"}
        asked = [name for option, name in secrets.items() if values.get(option)]
        logs_in = "identity_token_stdin" in values
        named = values["username"] is not None
        if len(asked) > 1:
            raise Misuse("standard input holds one secret; use --password-stdin or --token-stdin, not both")
        if named and asked == ["token"]:
            raise Misuse("--token-stdin does not go with --username; leave one of them out")
        if named and not asked and not logs_in:
            raise Misuse("--username needs the password; add --password-stdin")
        if asked == ["password"] and not named and not logs_in:
            raise Misuse("--password-stdin needs a user name; add --username NAME")
        output = {option.name for option in options.OUTPUT}
        self.json, self.quiet, self.debug = values["json"], values["quiet"], values["debug"]
        self.takes_input = bool(asked)
        self._secret = asked[0] if asked else None
        self._connection = {name: value for name, value in values.items() if name not in output and name not in secrets}
        _operation.listener = self._log
        timeout = values["timeout"]
        # The library refuses what is not a number of seconds.
        streams.limit(timeout if timeout is not None and 0 < timeout < MOST else None)

    def client(self) -> Client:
        """Makes the client, reading a secret where standard input holds one."""
        secret: dict[str, Any] = {} if self._secret is None else {self._secret: _read_secret(self._secret)}
        return Client(**self._connection, **secret)

    def login(self) -> tuple[Client, dict[str, Any]]:
        """Makes a client that has no credential, and returns the one that the options give.

        A password that no option announces is asked for on a terminal.
        """
        connection = dict(self._connection)
        given = {name: connection.pop(name) for name in ("username", "auth_file")}
        secret = self._secret
        if secret is None:
            if not streams.is_terminal(streams.present(sys.stdin, "standard input")):
                raise Misuse(
                    "there is nothing to log in with; add --password-stdin, --token-stdin or --identity-token-stdin"
                )
            secret = "password"  # noqa: S105 - its name
        if given["username"] is None and secret == "password":  # noqa: S105 - likewise
            if not streams.is_terminal(streams.present(sys.stdin, "standard input")):
                raise Misuse("--password-stdin needs a user name; add --username NAME")
            given["username"] = _ask("Username: ")
        return Client(**connection), {**given, secret: _read_secret(secret)}

    def said(self, client: Client, call: Call[Any]) -> dict[str, Any]:
        """Returns all that the library says of a call, where its result in Python lacks some of it."""
        return client._perform(_calls.Call(call.start, _operation.Operation.result))  # noqa: SLF001

    def _log(self, records: bytes) -> None:
        """Says what an operation has logged: warnings, with `--debug` all, else with `--quiet` nothing."""
        for record in _parse.document(records):
            if self.debug or (record["level"] == "warning" and not self.quiet):
                from wasm2oci._cli import failure  # noqa: PLC0415 - most commands do well

                streams.say(f"wasm2oci: {record['level']}: {failure.spelled(record['message'], record)}")


def _ask(prompt: str) -> str:
    """Asks for a line on the terminal."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline().strip()
    if not line:
        raise Misuse("no user name was given")
    return line


def _read_secret(name: str) -> str:
    """Reads all of standard input and drops the line's end; from a terminal one line, unseen.

    No list of processes shows it there.

    Args:
        name: `password`, `token` or `identity_token`, for messages.

    Raises:
        Misuse: It is empty, or not text of one line.
        FilesystemError: Standard input is closed.
    """
    stream, words = streams.present(sys.stdin, "standard input"), name.replace("_", " ")
    if streams.is_terminal(stream):
        import getpass  # noqa: PLC0415 - for few

        secret = getpass.getpass(f"{words.capitalize()}: ")
    else:
        secret = _decoded(words)
    if not secret:
        raise Misuse(f"the {words} on standard input is empty; write it there, with or without a newline")
    if any(character < " " or character == "\x7f" for character in secret):
        raise Misuse(f"the {words} on standard input contains a line break or another control character")
    return secret


def _decoded(name: str) -> str:
    content = bytearray()
    with io.FileIO(streams.INPUT, closefd=False) as stream:
        for chunk in streams.chunks(stream):
            content += chunk
            if len(content) > LIMIT:
                raise Misuse(f"the {name} on standard input is longer than {LIMIT} bytes")
    try:
        text = content.decode("utf-8-sig")  # PowerShell begins what it pipes with a mark
    except UnicodeDecodeError:
        raise Misuse(f"the {name} on standard input is not UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r").removesuffix("\ufeff")
