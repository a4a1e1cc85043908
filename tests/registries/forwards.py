"""Forward proxies as people run them, between a client and the internet."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tests.registries import programs
from tests.registries.programs import Missing
from tests.support.servers import Server, free_port

if TYPE_CHECKING:
    from contextlib import ExitStack

USER, PASSWORD = "u", "s3cret"

SQUID = """\
http_port 127.0.0.1:{port}
hosts_file {folder}/hosts
access_log stdio:{folder}/access.log
cache_log {folder}/cache.log
pid_filename {folder}/squid.pid
mime_table {data}/mime.conf
icon_directory {data}/icons
error_directory {data}/errors/templates
coredump_dir {folder}
cache deny all
cache_mem 8 MB
max_filedescriptors 1024
shutdown_lifetime 0 seconds
visible_hostname squid.test
acl forbidden dstdomain forbidden.test
http_access deny forbidden
{authentication}
http_access {allowed}
http_access deny all
"""
SQUID_AUTHENTICATION = """\
auth_param basic program /bin/sh {folder}/who
auth_param basic children 1
auth_param basic realm tests
acl known proxy_auth REQUIRED
"""
WHO = f'while read user password; do [ "$user $password" = "{USER} {PASSWORD}" ] && echo OK || echo ERR; done\n'


class Forward(Protocol):
    """Any forward proxy."""

    def start(self, stack: ExitStack, folder: Path, *, authenticate: bool) -> Server:
        """Start it, for everybody or for whoever says the password; the stack ends it."""
        ...


@dataclass(frozen=True)
class Squid:
    """Debian's squid. It alone knows `registry.test`, which is this machine."""

    def start(self, stack: ExitStack, folder: Path, *, authenticate: bool) -> Server:
        """Start it, for everybody or for whoever says the password; the stack ends it."""
        program, port = programs.find("squid"), free_port()
        # Started by root, it becomes another user, who can look into no folder of root's tests.
        own = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        own.chmod(0o777)
        own.joinpath("hosts").write_text("127.0.0.1 registry.test forbidden.test\n", encoding="utf-8")
        own.joinpath("who").write_text(WHO, encoding="utf-8")
        text = SQUID.format(
            folder=own,
            port=port,
            data=program.parents[1] / "share" / "squid",
            authentication=SQUID_AUTHENTICATION.format(folder=own) if authenticate else "",
            allowed="allow known" if authenticate else "allow all",
        )
        own.joinpath("squid.conf").write_text(text, encoding="utf-8")
        command = [program, "-N", "-f", own / "squid.conf"]
        return stack.enter_context(Server(command, port, folder, environment=programs.environment(program)))


@dataclass(frozen=True)
class ProxyPy:
    """PyPI's proxy.py."""

    def start(self, stack: ExitStack, folder: Path, *, authenticate: bool) -> Server:
        """Start it, for everybody or for whoever says the password; the stack ends it."""
        if find_spec("proxy") is None:
            raise Missing("proxy.py is not installed; `nox -s registries` does it")
        port = free_port()
        command: list[object] = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", port]
        command += ["--num-workers", "1", "--num-acceptors", "1"]
        if authenticate:
            command += ["--basic-auth", f"{USER}:{PASSWORD}"]
        return stack.enter_context(Server(command, port, folder))
