"""Proxies in front of a registry, as people set them up."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tests.faults.tls import NAMES, authority, write_authority, write_client_pair
from tests.registries import programs
from tests.registries.site import Site
from tests.support.servers import Server, free_port

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

NGINX = """\
daemon off;
{user}
pid {folder}/nginx.pid;
error_log stderr;
worker_processes 1;
worker_shutdown_timeout {shutdown};
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port}{ssl};
    {certificates}
    client_max_body_size {body_limit};
    location / {{
      proxy_pass http://{upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      {forwarded}
      proxy_request_buffering {buffering};
      proxy_buffering {buffering};
    }}
  }}
}}
"""
NGINX_TLS = "ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem;"
NGINX_CLIENTS = " ssl_client_certificate {folder}/ca-private.pem; ssl_verify_client on;"

HAPROXY = """\
global
  log stderr format raw local0
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:{port}{ssl}
  {body_limit}
  {forwarded}
  default_backend registry
backend registry
  server one {upstream}
"""
HAPROXY_TLS = " ssl crt {folder}/server.pem"
HAPROXY_CLIENTS = " ca-file {folder}/ca-private.pem verify required"
HAPROXY_LIMIT = "http-request deny deny_status 413 if {{ req.hdr_val(content-length) gt {limit} }}"


class Front(Protocol):
    """Any proxy."""

    def start(self, stack: ExitStack, folder: Path, behind: Site) -> Site:
        """Start it in front of a registry; the stack ends it."""
        ...


@dataclass(frozen=True)
class Nginx:
    """Debian's nginx."""

    body_limit: str = "0"
    """The largest body, as `client_max_body_size` has it; 0 for any."""
    buffering: bool = False
    """Whether a body is taken in whole before it is passed on."""
    tls: bool = False
    client_certificate: bool = False
    """Whether clients must have a certificate, over TLS."""
    forwards_scheme: bool = True
    """Whether the registry is told that clients use https."""
    shutdown: str = "60s"
    """How long transfers may go on after a reload."""

    def start(self, stack: ExitStack, folder: Path, behind: Site) -> Site:
        """Start it in front of a registry; the stack ends it."""
        program, port = programs.find("nginx"), free_port()
        tls = self.tls or self.client_certificate
        options = _write_certificates(folder, tls=tls, client_certificate=self.client_certificate)
        certificates = (NGINX_TLS if tls else "") + (NGINX_CLIENTS if self.client_certificate else "")
        text = NGINX.format(
            folder=folder,
            port=port,
            # Its workers would otherwise be a user that cannot read the folder.
            user="user root;" if os.geteuid() == 0 else "",
            upstream=behind.host,
            ssl=" ssl" if tls else "",
            certificates=certificates.format(folder=folder),
            forwarded="proxy_set_header X-Forwarded-Proto $scheme;" if self.forwards_scheme else "",
            body_limit=self.body_limit,
            buffering="on" if self.buffering else "off",
            shutdown=self.shutdown,
        )
        folder.joinpath("nginx.conf").write_text(text, encoding="utf-8")
        command = [program, "-p", folder, "-e", "stderr", "-c", folder / "nginx.conf"]
        server = Server(command, port, folder, tls=tls, environment=programs.environment(program))
        stack.enter_context(server)
        return Site(server, behind.registry, deletes=behind.deletes, options={**behind.options, **options})


@dataclass(frozen=True)
class Haproxy:
    """Debian's haproxy."""

    body_limit: int = 0
    """The largest body in bytes; 0 for any."""
    tls: bool = False
    client_certificate: bool = False
    """Whether clients must have a certificate, over TLS."""

    def start(self, stack: ExitStack, folder: Path, behind: Site) -> Site:
        """Start it in front of a registry; the stack ends it."""
        program, port = programs.find("haproxy"), free_port()
        tls = self.tls or self.client_certificate
        options = _write_certificates(folder, tls=tls, client_certificate=self.client_certificate)
        ssl = (HAPROXY_TLS if tls else "") + (HAPROXY_CLIENTS if self.client_certificate else "")
        text = HAPROXY.format(
            port=port,
            ssl=ssl.format(folder=folder),
            body_limit=HAPROXY_LIMIT.format(limit=self.body_limit) if self.body_limit else "",
            forwarded="http-request set-header X-Forwarded-Proto https" if tls else "",
            upstream=behind.host,
        )
        folder.joinpath("haproxy.cfg").write_text(text, encoding="utf-8")
        command = [program, "-db", "-f", folder / "haproxy.cfg"]
        server = Server(command, port, folder, tls=tls, environment=programs.environment(program))
        stack.enter_context(server)
        return Site(server, behind.registry, deletes=behind.deletes, options={**behind.options, **options})


def _write_certificates(folder: Path, *, tls: bool, client_certificate: bool) -> dict[str, Any]:
    """Write what a proxy needs for TLS, and return what its clients need."""
    folder.mkdir(parents=True, exist_ok=True)
    if not tls:
        return {}
    issued = authority("private").issue_cert(*NAMES)
    folder.joinpath("server.pem").write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    options: dict[str, Any] = {"ca_file": write_authority(folder, "private")}
    if client_certificate:
        options["client_cert"], options["client_key"] = write_client_pair(folder, "private")
    return options
