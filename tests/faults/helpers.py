"""Credential files, and fake `docker-credential-*` programs."""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROGRAM = """\
#!{python}
import json, os, sys
answers = {answers!r}
host = sys.stdin.read().strip()
with open({log!r}, "a", encoding="utf-8") as log:
    log.write(" ".join([*sys.argv[1:], host]) + "\\n")
if {fifo!r}:
    # Blocks until a test opens the other end, or kills this program.
    open({fifo!r}, encoding="utf-8").read()
if {failure!r} is not None:
    print({failure!r})
    sys.exit(1)
if sys.argv[1:] == ["get"] and host in answers:
    name, secret = answers[host]
    print(json.dumps({{"ServerURL": host, "Username": name, "Secret": secret}}))
else:
    print("credentials not found in native keychain")
    sys.exit(1)
"""


class Helper:
    """A fake credential helper on disk."""

    def __init__(
        self,
        folder: Path,
        name: str = "fake",
        answers: Mapping[str, tuple[str, str]] | None = None,
        *,
        failure: str | None = None,
        asleep: bool = False,
    ) -> None:
        """Write `docker-credential-NAME` into `folder`.

        Args:
            folder: Where to write; put it on PATH.
            name: The name in `credsStore` or `credHelpers`.
            answers: User and secret by host.
            failure: What it says when it always fails.
            asleep: Whether it never answers.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.name = name
        self._log = folder / f"{name}.log"
        self._fifo = folder / f"{name}.fifo"
        if asleep:
            os.mkfifo(self._fifo)
        path = folder / f"docker-credential-{name}"
        path.write_text(
            PROGRAM.format(
                python=sys.executable,
                answers=dict(answers or {}),
                log=str(self._log),
                fifo=str(self._fifo) if asleep else "",
                failure=failure,
            ),
            encoding="utf-8",
        )
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """What it was asked, such as `get 127.0.0.1:5000`, in order."""
        return self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []

    def wake(self) -> None:
        """Let a helper that is asleep end, if one is running."""
        try:
            os.close(os.open(self._fifo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return


def entry(username: str, password: str) -> dict[str, str]:
    """Return an inline entry of `auths`."""
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


def write_config(folder: Path, auths: Mapping[str, Any] | None = None, **fields: Any) -> Path:  # noqa: ANN401
    """Write `config.json` into a folder that DOCKER_CONFIG can name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.json"
    document = {**fields, **({"auths": auths} if auths is not None else {})}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
