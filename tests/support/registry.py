"""A real registry, CNCF distribution, on a free port of the loopback interface."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import uuid
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support import tools
from tests.support.environment import clean

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tokenservice import TokenService

USER = "alice"
PASSWORD = "pass:with:colons"
# bcrypt of PASSWORD with cost 5, so that the tests need no bcrypt module.
HTPASSWD = f"{USER}:$2b$05$/fH.kfRJCGasUkrAXZ/zlu/iE2Ddz8iUUUEnvM3urLgy0Aj1Ipmnm\n"

CONFIG = """\
version: 0.1
log: {{level: info}}
storage: {{filesystem: {{rootdirectory: {storage}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:0", secret: {secret}}}
"""
TOKENS = "auth: {{token: {{realm: {realm}, service: {service}, issuer: {issuer}, jwks: {keys}}}}}\n"
AUTH = "auth: {{htpasswd: {{realm: tests, path: {htpasswd}}}}}\n"
START_LIMIT = 60.0


@dataclass
class Registry:
    """A running registry and how to reach it."""

    host: str
    username: str | None = None
    password: str | None = None

    def repository(self, name: str = "mod") -> str:
        """Name a repository that no other test has, such as `127.0.0.1:1/0f3a/mod`."""
        return f"{self.host}/{uuid.uuid4().hex[:12]}/{name}"

    def reference(self, tag: str = "v1", name: str = "mod") -> str:
        """Name a tag in a repository that no other test has."""
        return f"{self.repository(name)}:{tag}"


class RegistryProcess:
    """Starts and ends the registry's process; a context manager."""

    def __init__(
        self,
        folder: Path,
        *,
        authenticate: bool = False,
        tokens: TokenService | None = None,
        upstream: str | None = None,
    ) -> None:
        """Prepare the configuration below `folder`.

        With a token service it takes that one's tokens alone; with `upstream`, a host, it is a cache in front of that.
        """
        self._folder = folder
        self._tokens = tokens
        self._authenticate = authenticate
        self._upstream = upstream
        self._lines: deque[str] = deque(maxlen=50)
        self._ready = threading.Event()
        self._port = 0

    def __enter__(self) -> Registry:
        """Start the registry and wait until it says where it listens."""
        program = tools.build(tools.REGISTRY)
        environment = clean(os.environ, self._folder / "environment")
        self._process = subprocess.Popen(
            [program, "serve", self._write_config()],
            env={**environment, "OTEL_TRACES_EXPORTER": "none"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._ready.wait(START_LIMIT)
        if not self._port:
            self.__exit__()
            message = "the registry did not start:\n" + "".join(self._lines)
            raise RuntimeError(message)
        names = (USER, PASSWORD) if self._authenticate else (None, None)
        return Registry(f"127.0.0.1:{self._port}", *names)

    def __exit__(self, *_: object) -> None:
        """End the registry."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stderr:
            self._process.stderr.close()

    def kill(self) -> None:
        """End the registry as a crash would, within the context."""
        self._process.kill()
        self._process.wait()

    def _write_config(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        text = CONFIG.format(storage=self._folder / "storage", secret=uuid.uuid4().hex)
        if self._authenticate:
            htpasswd = self._folder / "htpasswd"
            htpasswd.write_text(HTPASSWD, encoding="utf-8")
            text += AUTH.format(htpasswd=htpasswd)
        if self._tokens is not None:
            keys = self._folder / "keys.json"
            keys.write_text(self._tokens.keys(), encoding="utf-8")
            text += TOKENS.format(
                realm=self._tokens.url, service=self._tokens.service, issuer=self._tokens.issuer, keys=keys
            )
        if self._upstream is not None:
            text += f"proxy: {{remoteurl: 'http://{self._upstream}'}}\n"
        path = self._folder / "registry.yml"
        path.write_text(text, encoding="utf-8")
        return path

    def _read(self) -> None:
        # Reads to the end, or the registry would block on a full pipe.
        for line in self._process.stderr or ():
            self._lines.append(line)
            listening = re.search(r'msg="listening on [^"]*:(\d+)"', line)
            if listening:
                self._port = int(listening[1])
                self._ready.set()
        self._ready.set()
