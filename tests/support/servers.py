"""Programs that listen on the loopback interface, and that tests start, stop and start again."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import time
from typing import TYPE_CHECKING

from tests.support.environment import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

START_LIMIT = 60.0
STOP_LIMIT = 10.0
LOG_SHOWN = 4000


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Server:
    """A program with a port of its own; a context manager.

    It may be stopped and started again within the context, on the same port and with the same files.
    """

    def __init__(
        self,
        command: Sequence[object],
        port: int,
        folder: Path,
        *,
        tls: bool = False,
        http: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Say how to start it.

        Args:
            command: The program and its arguments.
            port: Where it will listen.
            folder: Where it runs, and where its output is kept.
            tls: Whether it speaks TLS.
            http: Whether it answers requests; else it is only waited for until it listens.
            environment: Variables on top of the clean environment.
        """
        self.port = port
        self._command = [str(part) for part in command]
        self._folder = folder
        self._tls = tls
        self._http = http
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        """Address and port."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.stop()

    def start(self) -> None:
        """Start it, and wait until it answers requests.

        Raises:
            RuntimeError: It ended, or did not answer in time; with the end of its output.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._folder / "output.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env={**clean(os.environ, self._folder / "environment"), **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # A group of its own: the workers of one that is killed would go on listening.
                start_new_session=True,
            )
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                said = log.read_text(encoding="utf-8", errors="replace")[-LOG_SHOWN:]
                raise RuntimeError(f"{self._command[0]} did not start:\n{said}")
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        """End it: politely, or at once as a crash does."""
        process, self._process = self._process, None
        if process is None:
            return
        if not kill:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_LIMIT)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self, *, kill: bool = False) -> None:
        """Stop it and start it again."""
        self.stop(kill=kill)
        self.start()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process is not None:
            self._process.send_signal(number)

    def _answers(self) -> bool:
        """Report whether it answers a request, whatever it says."""
        if not self._http:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5):
                return True
            return False
        if self._tls:
            # Who it is does not matter here: the tests check that.
            context = ssl._create_unverified_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(self.host, timeout=5, context=context)
        else:
            connection = http.client.HTTPConnection(self.host, timeout=5)
        try:
            connection.request("GET", "/v2/")
            connection.getresponse().read()
        except ssl.SSLError:
            # It listens, and wants a certificate.
            return True
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True
