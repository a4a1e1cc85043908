"""All that a run prints, logs, pickles and raises, and what the system shows of its processes, has no secret in it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import textwrap
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import Auth
from tests.faults.helpers import entry, write_config
from tests.integration.test_secrets import repeat
from tests.support import binaries, cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="the system does not show processes so")

USER, SECRET, ISSUED, SIGNATURE = "alice", "s3cret/of+alice?", "issued.token-for-alice", "sig-0123456789abcdef"
LIMIT = 60

PROGRAM = """
    import json, logging, pickle, sys, traceback
    import wasm2oci

    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
    given = json.load(sys.stdin)
    kinds = {"token": wasm2oci.Token, "identity_token": wasm2oci.IdentityToken, "password": lambda pair: tuple(pair)}
    options = given["options"]
    if given["credentials"]:
        kind, value = given["credentials"]
        options["credentials"] = {given["host"]: kinds[kind](value)}
        if kind != "password":
            print(options["credentials"], wasm2oci.Client)
    with wasm2oci.Client(**options) as client:
        print(client, vars(client).keys())
        for call in (client.fetch, client.inspect, lambda reference: client.push(b"\\0asm\\1\\0\\0\\0", reference)):
            try:
                print(type(call(given["reference"])))
            except wasm2oci.Wasm2ociError as error:
                traceback.print_exc(file=sys.stdout)
                print(repr(error), error.detail, pickle.dumps(error, 0), error.__reduce__())
"""

HELPER = """\
#!{python}
import json, os, sys
with open({log!r}, "ab") as log:
    for name in ("environ", "cmdline"):
        log.write(open("/proc/self/" + name, "rb").read())
    log.write(sys.stdin.buffer.read())
print(json.dumps({{"Username": {user!r}, "Secret": {secret!r}}}))
"""


@dataclass
class Case:
    """One way to be known to a registry."""

    auth: Auth
    options: dict[str, Any] = field(default_factory=dict)
    """Of `Client`."""
    credentials: tuple[str, Any] | None = None
    """The option of that name: its kind and its value."""
    words: tuple[str, ...] = ()
    """Of the command line."""
    stdin: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    shown: bool = False
    """The user has put the secret where the system shows it."""


def cases(faults: FaultRegistry, folder: Path) -> dict[str, Case]:
    """Return all ways there are."""
    basic = Auth(("Basic",), users={USER: SECRET})
    bearer = Auth(("Bearer",), users={USER: SECRET}, anonymous=False, token_answer=lambda _: {"token": ISSUED})
    exchanged = Auth(
        ("Bearer",),
        identity_tokens=frozenset({SECRET}),
        anonymous=False,
        token_answer=lambda _: {"access_token": ISSUED},
    )
    given = {"username": USER, "password": SECRET}
    login = ("--username", USER, "--password-stdin")
    inline = write_config(folder / "inline", {faults.host: entry(USER, SECRET)})
    stored = write_config(folder / "stored", credsStore="shown")
    identity = write_config(folder / "identity", {faults.host: {"identitytoken": SECRET}})
    registry = write_config(folder / "registry", {faults.host: {"registrytoken": SECRET}})
    variables = {"WASM2OCI_USERNAME": USER, "WASM2OCI_PASSWORD": SECRET}
    path = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return {
        "a password": Case(basic, given, words=login, stdin=SECRET),
        "a password for a token": Case(bearer, given, words=login, stdin=SECRET),
        "a password of a registry": Case(basic, credentials=("password", [USER, SECRET]), words=login, stdin=SECRET),
        "a token": Case(basic, credentials=("token", SECRET), words=("--token-stdin",), stdin=SECRET),
        "an identity token": Case(
            exchanged, credentials=("identity_token", SECRET), words=("--auth-file", str(identity))
        ),
        "a file": Case(bearer, {"auth_file": str(inline)}, words=("--auth-file", str(inline))),
        "a token of a file": Case(basic, {"auth_file": str(registry)}, words=("--auth-file", str(registry))),
        "a helper": Case(bearer, environment={**path, "DOCKER_CONFIG": str(stored.parent)}),
        "the environment": Case(bearer, environment=variables, shown=True),
    }


NAMES = [
    *("a password", "a password for a token", "a password of a registry", "a token", "an identity token"),
    *("a file", "a token of a file", "a helper", "the environment"),
]


class Watch:
    """Looks at a process, and its children, whenever it sends a request."""

    def __init__(self, faults: FaultRegistry) -> None:
        """Look from now on."""
        self.seen = bytearray()
        self.looks = 0
        self._pid = 0
        self._started = threading.Event()
        faults.on("*", "*").when(self._look)

    def _look(self, _: object) -> bool:
        assert self._started.wait(LIMIT)
        for pid in self._family(self._pid):
            for name in ("environ", "cmdline"):
                self.seen += Path(f"/proc/{pid}/{name}").read_bytes()
        self.looks += 1
        return False

    def _family(self, pid: int) -> Iterator[int]:
        yield pid
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from self._family(int(child))

    def run(self, command: list[str | Path], stdin: str, environment: dict[str, str]) -> bytes:
        """Run a program to its end, and return what it printed."""
        with subprocess.Popen(
            command,
            env={**os.environ, "SKBUILD_EDITABLE_VERBOSE": "0", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            self._pid = process.pid
            self._started.set()
            printed, _ = process.communicate(stdin.encode(), timeout=LIMIT)
            self._started.clear()
        return printed


def spellings(secret: str) -> list[str]:
    """Return a secret as it may be written."""
    pair = base64.b64encode(f"{USER}:{secret}".encode()).decode()
    alone = base64.b64encode(secret.encode()).decode()
    safe = base64.urlsafe_b64encode(secret.encode()).decode()
    return [secret, json.dumps(secret)[1:-1], pair.rstrip("="), alone.rstrip("="), safe.rstrip("="), secret[:9]]


@pytest.mark.parametrize("by", ["python", "command"])
@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_told(faults: FaultRegistry, tmp_path: Path, name: str, by: str) -> None:
    """First a registry answers, with a storage that is signed for; then it refuses, repeating all that it was told."""
    case = cases(faults, tmp_path)[name]
    assert [*cases(faults, tmp_path)] == NAMES
    log = tmp_path / "helper.log"
    helper = tmp_path / "docker-credential-shown"
    helper.write_text(HELPER.format(python=sys.executable, log=str(log), user=USER, secret=SECRET))
    helper.chmod(0o755)
    faults.add_module(binaries.module())
    if name in {"a token", "a token of a file"}:  # N-11: it asks for a password
        faults.on("*", "*").when(lambda request: request.header("Authorization") != f"Bearer {SECRET}").fail(
            401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="tests"'
        )
    else:
        faults.auth = case.auth
    faults.on("GET", "blob").when(lambda request: "sig" not in request.query).redirect(f"{{path}}?sig={SIGNATURE}")
    printed, watch = bytearray(), Watch(faults)
    for refuses in (False, True):
        if refuses:
            faults.on("*", "manifest").when(lambda request: bool(request.header("Authorization"))).change(repeat)
            faults.on("*", "/token").change(repeat)
        if by == "python":
            given = {
                "options": case.options,
                "credentials": case.credentials,
                "host": faults.host,
                "reference": faults.reference(),
            }
            command: list[str | Path] = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
            output = watch.run(command, json.dumps(given), case.environment)
        else:
            command = cli.command(
                "pull", faults.reference(), "-o", tmp_path / "out.wasm", "--debug", "--json", *case.words
            )
            output = watch.run(command, case.stdin, case.environment)
        assert (b"DENIED" in output) is refuses, output.decode()
        printed += output
    assert watch.looks
    if not case.shown:
        printed += watch.seen
    if name == "a helper":
        assert log.read_bytes()
        printed += log.read_bytes()
    told = printed.decode("utf-8", "replace")
    assert [spelled for secret in (SECRET, ISSUED) for spelled in spellings(secret) if spelled in told] == []
    assert SIGNATURE not in told
