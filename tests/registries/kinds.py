"""The registries, and how each is started."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tests.registries import fronts, programs
from tests.registries.site import Kind, Site
from tests.support.registry import HTPASSWD, PASSWORD, USER
from tests.support.relay import Relay
from tests.support.servers import Server, free_port

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

FILESYSTEM = "filesystem: {{rootdirectory: {folder}/storage}}"
S3 = (
    "s3: {{accesskey: key, secretkey: secret, region: us-east-1, bucket: registry,"
    ' regionendpoint: "http://{store}", forcepathstyle: true, secure: false}}'
)
CONFIG = """\
version: 0.1
log: {{level: info}}
storage: {{STORAGE, delete: {{enabled: {deletes}}}}}
http: {{addr: "127.0.0.1:{port}", secret: {secret}}}
"""
AUTH = "auth: {{htpasswd: {{realm: tests, path: {folder}/htpasswd}}}}\n"
LOGIN = {"username": USER, "password": PASSWORD}


def start_distribution(
    stack: ExitStack,
    folder: Path,
    *,
    program: str = "registry",
    deletes: bool = True,
    authenticate: bool = False,
    store: str | None = None,
) -> Site:
    """Start CNCF distribution, of any version.

    Args:
        stack: Ends it.
        folder: Where its files are.
        program: Which one.
        deletes: Whether it deletes manifests.
        authenticate: Whether it wants a password.
        store: Host of an S3-like store to keep blobs in, which clients are redirected to; default files.
    """
    port = free_port()
    text = CONFIG.replace("STORAGE", FILESYSTEM if store is None else S3) + (AUTH if authenticate else "")
    values = {"folder": folder, "port": port, "deletes": str(deletes).lower(), "store": store}
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("htpasswd").write_text(HTPASSWD, encoding="utf-8")
    folder.joinpath("registry.yml").write_text(text.format(**values, secret=uuid.uuid4().hex), encoding="utf-8")
    path = programs.find(program)
    variables = {**programs.environment(path), "OTEL_TRACES_EXPORTER": "none"}
    server = Server([path, "serve", folder / "registry.yml"], port, folder, environment=variables)
    stack.enter_context(server)
    # Version 2.8 deletes by digest alone.
    untags = deletes and program == "registry"
    return Site(server, server, deletes=deletes, untags=untags, options=dict(LOGIN) if authenticate else {})


def start_with_store(stack: ExitStack, folder: Path) -> Site:
    """Start distribution on an S3-like store that it redirects clients to."""
    port = free_port()
    command = [programs.find("gofakes3"), "-backend", "mem", "-host", f"127.0.0.1:{port}", "-initialbucket", "registry"]
    store = stack.enter_context(Server(command, port, folder / "store"))
    relay = stack.enter_context(Relay(store.host))
    site = start_distribution(stack, folder / "registry", store=relay.host)
    # The store refuses the empty parts that the registry makes of some chunks, and of a blob of no bytes.
    return replace(site, takes_chunks=False, takes_empty=False, downloads=relay)


def start_zot(stack: ExitStack, folder: Path) -> Site:
    """Start zot."""
    program, port = programs.find("zot"), free_port()
    config = {
        "storage": {"rootDirectory": str(folder / "storage")},
        "http": {"address": "127.0.0.1", "port": str(port)},
        "log": {"level": "info"},
    }
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("zot.json").write_text(json.dumps(config), encoding="utf-8")
    server = stack.enter_context(Server([program, "serve", folder / "zot.json"], port, folder))
    return Site(server, server, keeps_untagged=False)


def start_olareg(stack: ExitStack, folder: Path) -> Site:
    """Start olareg."""
    program, port = programs.find("olareg"), free_port()
    storage = folder / "storage"
    storage.mkdir(parents=True)
    command = [program, "serve", "--addr", "127.0.0.1", "--port", str(port), "--dir", storage, "--api-delete"]
    server = stack.enter_context(Server(command, port, folder))
    return Site(server, server)


def start_crane(stack: ExitStack, folder: Path) -> Site:
    """Start the registry of go-containerregistry."""
    program, port = programs.find("crane"), free_port()
    storage = folder / "storage"
    storage.mkdir(parents=True)
    command = [program, "registry", "serve", "--address", f"127.0.0.1:{port}", "--disk", storage]
    server = stack.enter_context(Server(command, port, folder))
    return Site(server, server)


def start_behind(stack: ExitStack, folder: Path, *, front: fronts.Front) -> Site:
    """Start distribution behind a proxy."""
    return front.start(stack, folder / "front", start_distribution(stack, folder / "registry"))


KINDS = [
    Kind("distribution", start_distribution),
    Kind("distribution-no-delete", partial(start_distribution, deletes=False)),
    Kind("distribution-password", partial(start_distribution, authenticate=True)),
    Kind("distribution-s3", start_with_store),
    Kind("distribution-2.8", partial(start_distribution, program="docker-registry")),
    Kind("distribution-2.8-password", partial(start_distribution, program="docker-registry", authenticate=True)),
    Kind("zot", start_zot),
    Kind("olareg", start_olareg),
    Kind("crane", start_crane),
    Kind("nginx", partial(start_behind, front=fronts.Nginx())),
    Kind("nginx-1m", partial(start_behind, front=fronts.Nginx(body_limit="1m"))),
    Kind("nginx-buffering", partial(start_behind, front=fronts.Nginx(buffering=True))),
    Kind("nginx-tls", partial(start_behind, front=fronts.Nginx(tls=True))),
    Kind("nginx-client-certificate", partial(start_behind, front=fronts.Nginx(client_certificate=True))),
    Kind("haproxy", partial(start_behind, front=fronts.Haproxy())),
    Kind("haproxy-1m", partial(start_behind, front=fronts.Haproxy(body_limit=1 << 20))),
    Kind("haproxy-tls", partial(start_behind, front=fronts.Haproxy(tls=True))),
    Kind("haproxy-client-certificate", partial(start_behind, front=fronts.Haproxy(client_certificate=True))),
]
