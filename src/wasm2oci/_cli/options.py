"""The options that several verbs share, under the headings that they have in the help."""

from __future__ import annotations

from wasm2oci._cli.parser import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OUTPUT = (
    Option("--json", help="Print one JSON document; an error is JSON on stderr."),
    Option("--quiet", help="Print only errors and requested output."),
    Option("--debug", help="Log each step to stderr, without secrets."),
)

CONNECTION = (
    Option(
        "--plain-http",
        off="--no-plain-http",
        help="Use HTTP, which is not encrypted, or HTTPS; default: HTTP for loopback hosts only.",
    ),
    Option("--insecure", help="Do not verify certificates (unsafe)."),
    Option("--ca-file", metavar="FILE", help="PEM file of authorities to trust."),
    Option("--client-cert", metavar="FILE", help="PEM file with a client certificate."),
    Option("--client-key", metavar="FILE", help="PEM file with its key."),
    Option("--proxy", metavar="URL", help='Proxy; "" for none; default: from the environment.'),
    Option(
        "--registries-conf", metavar="FILE", help='The only file to read mirrors from; "" for none; default: podman\'s.'
    ),
    Option(
        "--allow-upload-host",
        name="allow_upload_hosts",
        metavar="HOST",
        many=True,
        help="Host to which a registry may direct uploads, without credentials; may be repeated.",
    ),
)

CREDENTIALS = (
    Option(
        "--auth-file",
        metavar="FILE",
        help="The only file to read credentials from; default: podman's and docker's files.",
    ),
    Option("--helper-timeout", metavar="SECONDS", kind=float, help="Time limit of a credential helper; default: 30."),
    Option("--username", metavar="NAME", help="User name; goes with --password-stdin."),
    Option("--password-stdin", help="Read the password from stdin."),
    Option("--token-stdin", help="Read a bearer token from stdin."),
)

IDENTITY_TOKEN = Option(
    "--identity-token-stdin", help="Read from stdin a token that the registry's token service exchanges."
)
"""Of `login` alone."""

TUNING = (
    Option("--timeout", metavar="SECONDS", kind=float, help="Time limit of the whole operation; default: none."),
    Option("--connect-timeout", metavar="SECONDS", kind=float, help="Time limit to connect; default: 30."),
    Option("--idle-timeout", metavar="SECONDS", kind=float, help="Time limit without a byte; default: 60."),
    Option("--retries", metavar="N", kind=int, help="How often to retry a request; default: 5."),
    Option("--connections", metavar="N", kind=int, help="Connections to one host; default: 8."),
    Option(
        "--range-threshold",
        metavar="BYTES",
        kind=int,
        help="Size above which to pull over several connections; default: 32 MiB, if one is slow.",
    ),
    Option(
        "--upload-chunk-size",
        metavar="BYTES",
        kind=int,
        help="Push in chunks of this size; default: only if one request is too large.",
    ),
)

CACHE = (
    Option(
        "--cache",
        name="cache_dir",
        metavar="DIR",
        help="Directory that keeps what is read from registries; default: WASM2OCI_CACHE, else none.",
    ),
    Option(
        "--user-cache",
        name="cache",
        off="--no-cache",
        help="Use the cache in the user's cache directory, or none; default: that of --cache.",
    ),
    Option("--cache-size", metavar="BYTES", kind=int, help="Largest size of the cache; default: 10 GiB."),
    Option(
        "--link-mode",
        metavar="MODE",
        choices=("copy", "hardlink"),
        help="How a pull takes a file out of the cache: copy (the default), or hardlink, which is read-only.",
    ),
    Option(
        "--pull-policy",
        metavar="POLICY",
        choices=("always", "missing", "never"),
        help="When to ask a registry what a tag names: always (the default), missing (only if the cache does not know) "
        "or never.",
    ),
)

SHARED = {"Output": OUTPUT, "Connection": CONNECTION, "Credentials": CREDENTIALS, "Tuning": TUNING}
"""Of every verb that reaches a registry."""

READING = {"Cache": CACHE, **SHARED}
"""Of those that read modules."""

SELECTION = (
    Option("--platform", metavar="OS/ARCH", help="Platform to choose from an index, such as wasi/wasm."),
    Option("--layer", metavar="LAYER", help="A layer's index, digest or title, or a Spin component's id."),
    Option("--member", metavar="MEMBER", help="The path of a file in a tar layer."),
    Option("--max-size", metavar="BYTES", kind=int, help="The largest layer to read; default: 4 GiB."),
    Option("--max-unpacked-size", metavar="BYTES", kind=int, help="The largest unpacked layer; default: 4 GiB."),
)
"""Which module of an artifact is meant."""


def _pairs(texts: list[str]) -> dict[str, str]:
    """Splits each K=V at its first equals sign."""
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ValueError(f"{text!r} is not K=V")
        if pairs.setdefault(name, value) != value:
            raise ValueError(f"{name!r} given twice, with different values")
    return pairs


def _time(text: str) -> str | int:
    """Returns seconds as a number, and a date as it is."""
    return int(text) if text.isascii() and text.isdigit() else text


ANNOTATION = Option(
    "--annotation",
    name="annotations",
    metavar="K=V",
    many=True,
    read=_pairs,
    help="Text for the manifest; may be repeated.",
)


def created(default: str) -> Option:
    """Returns the option of a time, with what the help says of its default."""
    text = f"RFC 3339, or seconds since 1970; default: SOURCE_DATE_EPOCH {default}."
    return Option("--created", metavar="TIME", read=_time, help=text)


PACKAGING = (
    ANNOTATION,
    Option(
        "--format",
        metavar="FORMAT",
        choices=("wasm", "wasm-to-oci", "compat", "image"),
        default="wasm",
        help="Layout of the artifact: the CNCF's (wasm, the default), the one of wasm-to-oci, or an image for proxies "
        "(compat) or for containerd (image).",
    ),
    created("or 1970, so that pushes can be repeated"),
    Option("--title", metavar="TEXT", help="Title of the layer; default: the file's base name."),
    Option("--config-media-type", metavar="TYPE", help="Type of the config instead of the format's."),
    Option("--layer-media-type", metavar="TYPE", help="Type of the layer instead of the format's."),
    Option("--artifact-type", metavar="TYPE", help="Artifact type of the manifest; default: none."),
)
"""How an artifact is laid out."""


def every(groups: Mapping[str, tuple[Option, ...]]) -> Iterator[Option]:
    """Returns the options of all groups."""
    for group in groups.values():
        yield from group
