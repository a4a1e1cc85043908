"""The options that all verbs share."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

from wasm2oci._cli import log
from wasm2oci._cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., None]], Callable[..., None]]

SECONDS = click.FLOAT

OUTPUT: dict[str, Decorator] = {
    "json": click.option("--json", is_flag=True, help="Print one JSON document."),
    "quiet": click.option("--quiet", is_flag=True, help="Print nothing but errors and what was asked for."),
    "debug": click.option("--debug", is_flag=True, help="Say on stderr what is done; no secrets."),
}

CONNECTION: dict[str, Decorator] = {
    "plain_http": click.option(
        "--plain-http/--no-plain-http",
        default=None,
        help="Use HTTP, which is not encrypted, or HTTPS; default: HTTP for loopback hosts only.",
    ),
    "insecure": click.option("--insecure", is_flag=True, help="Do not verify certificates (unsafe)."),
    "ca_file": click.option("--ca-file", metavar="FILE", help="PEM file of authorities to trust."),
    "client_cert": click.option("--client-cert", metavar="FILE", help="PEM file with a client certificate."),
    "client_key": click.option("--client-key", metavar="FILE", help="PEM file with its key."),
    "proxy": click.option("--proxy", metavar="URL", help='Proxy; "" for none; default: from the environment.'),
    "timeout": click.option(
        "--timeout", type=SECONDS, metavar="SECONDS", help="Limit of the whole operation; default: none."
    ),
    "connect_timeout": click.option(
        "--connect-timeout", type=SECONDS, metavar="SECONDS", help="Limit to connect; default: 30."
    ),
    "idle_timeout": click.option(
        "--idle-timeout", type=SECONDS, metavar="SECONDS", help="Limit without a byte; default: 60."
    ),
    "retries": click.option(
        "--retries", type=click.INT, metavar="N", help="How often to try a request again; default: 5."
    ),
    "connections": click.option(
        "--connections", type=click.INT, metavar="N", help="Connections to one host; default: 8."
    ),
    "range_threshold": click.option(
        "--range-threshold",
        type=click.INT,
        metavar="BYTES",
        help="Size above which to pull over several connections; default: 32 MiB, where one is slow.",
    ),
    "upload_chunk_size": click.option(
        "--upload-chunk-size",
        type=click.INT,
        metavar="BYTES",
        help="Push in chunks of this size; default: only where one request is too large.",
    ),
    "allow_upload_hosts": click.option(
        "--allow-upload-host",
        "allow_upload_hosts",
        multiple=True,
        metavar="HOST",
        help="Host to which a registry may direct uploads, without credentials; may be repeated.",
    ),
    "auth_file": click.option(
        "--auth-file",
        metavar="FILE",
        help="The only file to read credentials from; default: podman's and docker's files.",
    ),
    "username": click.option("--username", metavar="NAME", help="User name; goes with --password-stdin."),
}
"""By the name that `Client` gives them."""

SECRETS: dict[str, Decorator] = {
    "password_stdin": click.option("--password-stdin", is_flag=True, help="Read the password from stdin."),
    "token_stdin": click.option("--token-stdin", is_flag=True, help="Read a bearer token from stdin."),
}


def shared(verb: Callable[..., None]) -> Callable[..., None]:
    """Adds the shared options to a verb, which gets a `Session` made of them."""

    @functools.wraps(verb)
    def run(**given: Any) -> None:  # noqa: ANN401 - whatever the options hold
        output = {name: given.pop(name) for name in OUTPUT}
        connection = {name: given.pop(name) for name in CONNECTION}
        secrets = {name: given.pop(name) for name in SECRETS}
        log.start(quiet=output["quiet"], debug=output["debug"])
        verb(Session(connection, json=output["json"], quiet=output["quiet"], **secrets), **given)

    decorated: Callable[..., None] = run
    for option in reversed([*OUTPUT.values(), *CONNECTION.values(), *SECRETS.values()]):
        decorated = option(decorated)
    return decorated
