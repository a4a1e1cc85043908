"""Turns arguments of the Python API into what the C API takes, or says what is wrong.

A wrong type is a `TypeError`, a wrong value an `InvalidArgumentError`. What a value
means is up to the library; here it is only passed on.

What only a few options need is imported when they are given: a process that pulls one
module starts twice as fast.
"""

from __future__ import annotations

import os

from wasm2oci.errors import InvalidArgumentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

StrPath = str | os.PathLike[str]


class Parsed:
    """What a `Reference` is to those that load before it."""

    __slots__ = ()

    _written: str


_MOST = 2**63 - 1  # of the library's integers
_BESIDE = {"concurrency"}
"""Options that only Python has."""


def refused(name: str, words: str) -> InvalidArgumentError:
    """Makes the error for a bad value of an argument.

    The detail of an option has its name, and the message as a template in which the name is
    marked, for hosts that spell options in a way of their own.
    """
    template = f"{{{name}}} " + words.replace("{", "{{").replace("}", "}}")
    detail = {"option": name, "template": template} if name in OPTIONS or name in _BESIDE else None
    return InvalidArgumentError(f"{name} {words}", detail=detail)


def wrong_source(source: object) -> TypeError:
    """Makes the error for a source that cannot be pushed."""
    return TypeError(f"source must be a path, bytes-like, or a binary file object, not {type(source).__name__}")


def reference(value: object) -> bytes:
    """Encodes a reference: a text, or one that was parsed."""
    if isinstance(value, Parsed):
        value = value._written  # noqa: SLF001 - theirs to pass on
    elif not isinstance(value, str):
        raise TypeError(f"reference must be a str or a wasm2oci.Reference, not {type(value).__name__}")
    return operand("reference", value)


def operand(name: str, value: object) -> bytes:
    """Encodes a text that a verb acts on."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    return _encoded(name, value)


def path(name: str, value: object) -> bytes:
    """Encodes a local path, as bytes that the system takes."""
    if isinstance(value, bytes) or not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name} must be a str or an os.PathLike, not {type(value).__name__}")
    return _encoded(name, os.fspath(value))


def paths(name: str, value: object) -> tuple[bytes, ...]:
    """Encodes one local path, or several."""
    if isinstance(value, (str, bytes, os.PathLike)):
        return (path(name, value),)
    from collections.abc import Iterable  # noqa: PLC0415 - see the top

    if not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a path or an iterable of paths, not {type(value).__name__}")
    return tuple(path(name, item) for item in value)


def path_text(name: str, value: object) -> str | None:
    """Turns a path that travels among the options into text."""
    if value is None:
        return None
    encoded = path(name, value)
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError:
        raise refused(name, f"{os.fsdecode(encoded)!r} is not UTF-8; use a path that is") from None


def text(name: str, value: object) -> str | None:
    """Checks an optional text."""
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    return value


def flag(name: str, value: object) -> bool | None:
    """Checks an optional truth value."""
    if value is not None and not isinstance(value, bool):
        raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
    return value


def count(name: str, value: object) -> int | None:
    """Checks an optional number of things."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < 0:
        raise refused(name, f"must not be negative, and is {value}")
    if value > _MOST:
        raise refused(name, "is too large a number")
    return value


def off(name: str, value: object) -> bool | None:
    """Checks a switch that is off by default."""
    return flag(name, value) or None


def on(name: str, value: object) -> bool | None:
    """Checks a switch that is on by default."""
    return None if value is True else flag(name, value)


def percent(name: str, value: object) -> int | None:
    """Checks an optional percentage, or -1."""
    return -1 if value == -1 else count(name, value)


def layer(name: str, value: object) -> str | None:
    """Checks an optional layer; an index becomes text."""
    return text(name, str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def milliseconds(name: str, seconds: object) -> int | None:
    """Turns optional seconds into milliseconds, rounding up so that no limit becomes none."""
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(seconds).__name__}")
    if not 0 < seconds < float("inf"):
        raise refused(name, f"must be a positive number of seconds, and is {seconds}")
    if seconds > _MOST // 1000:
        raise refused(name, "is too large a number of seconds; leave it out for no limit")
    return -int(-seconds * 1000 // 1)


def string_map(name: str, value: object) -> dict[str, str] | None:
    """Checks an optional mapping of texts."""
    if value is None:
        return None
    from collections.abc import Mapping  # noqa: PLC0415 - see the top

    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping of str to str, not {type(value).__name__}")
    for key, item in value.items():
        if not isinstance(key, str) or not isinstance(item, str):
            raise TypeError(f"{name} must map str to str, and has {key!r}: {item!r}")
    return dict(value)


def string_list(name: str, value: object) -> list[str] | None:
    """Checks optional texts; none of them are as good as None."""
    if value is None:
        return None
    from collections.abc import Iterable  # noqa: PLC0415 - see the top

    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be an iterable of str, not {type(value).__name__}")
    items = list(value)
    for item in items:
        if not isinstance(item, str):
            raise TypeError(f"{name} must hold str only, and has {item!r}")
    return items or None


def credentials(_: str, value: object) -> list[dict[str, str]] | None:
    """Checks optional credentials of single registries."""
    if value is None:
        return None
    from wasm2oci import _credentials  # noqa: PLC0415 - see the top

    return _credentials.listed(value) or None


def timestamp(name: str, value: object) -> str | None:
    """Turns an optional time into RFC 3339: text, a datetime, or seconds since 1970."""
    if value is None or isinstance(value, str):
        return value
    from datetime import datetime, timezone  # noqa: PLC0415 - see the top

    if isinstance(value, int) and not isinstance(value, bool):
        try:
            value = datetime.fromtimestamp(value, timezone.utc)
        except (OverflowError, ValueError, OSError):
            raise refused(name, f"{value} is not a time in the years 1 to 9999") from None
    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be a str, a datetime or an int of seconds, not {type(value).__name__}")
    if value.tzinfo is None:
        raise refused(name, f"{value.isoformat()} has no time zone; add one, such as timezone.utc")
    try:
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise refused(name, f"{value.isoformat()} is not a time in the years 1 to 9999 in UTC") from None


def checked(options: Mapping[str, object]) -> dict[str, Any]:
    """Checks options and names them as the library does; those left to its defaults are left out."""
    found = {}
    for name, value in options.items():
        if name == "cache_dir" and isinstance(value, bool):  # the system's directory, or none
            name = "cache"  # noqa: PLW2901
        check = OPTIONS[name]
        result = check(name, value)
        if result is not None:
            found[f"{name}_ms" if check is milliseconds else name] = result
    return found


def encoded(options: Mapping[str, object]) -> bytes | None:
    """Encodes checked options; None where there are none."""
    if not options:
        return None
    import json  # noqa: PLC0415 - see the top

    try:
        return json.dumps(options, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        bad = error.object[error.start : error.end]
        name = next(name for name, value in options.items() if bad in json.dumps(value, ensure_ascii=False))
        raise refused(name, f"is not valid Unicode: {bad!r}") from None


def options(**values: object) -> bytes | None:
    """Checks options and encodes them."""
    return encoded(checked(values))


def _encoded(name: str, value: str | bytes) -> bytes:
    """Encodes text as the system does with paths, which holds what came from there as bytes."""
    try:
        encoded = os.fsencode(value)
    except UnicodeEncodeError:
        raise refused(name, f"{value!r} is not valid Unicode") from None
    if b"\0" in encoded:
        raise refused(name, f"{value!r} contains a NUL character")
    return encoded


OPTIONS: dict[str, Callable[[str, Any], object]] = {
    "all_registries": off,
    "all_tags": off,
    "allow_any": off,
    "allow_upload_hosts": string_list,
    "annotations": string_map,
    "artifact_type": text,
    "auth_file": path_text,
    "ca_file": path_text,
    "cache": flag,
    "cache_dir": path_text,
    "cache_size": count,
    "client_cert": path_text,
    "client_key": path_text,
    "config_media_type": text,
    "connect_timeout": milliseconds,
    "connections": count,
    "created": timestamp,
    "credentials": credentials,
    "dry_run": off,
    "durable": off,
    "force": off,
    "format": text,
    "gc_percent": percent,
    "helper_timeout": milliseconds,
    "identity_token": text,
    "idle_timeout": milliseconds,
    "insecure": off,
    "last": text,
    "layer": layer,
    "layer_media_type": text,
    "limit": count,
    "link_mode": text,
    "max_size": count,
    "max_unpacked_size": count,
    "media_type": text,
    "member": text,
    "memory_limit": count,
    "next": text,
    "older_than": count,
    "overwrite": on,
    "password": text,
    "plain_http": flag,
    "platform": text,
    "processors": count,
    "proxy": text,
    "pull_policy": text,
    "range_threshold": count,
    "raw": off,
    "referrers": off,
    "registries_conf": path_text,
    "retries": count,
    "sort": text,
    "timeout": milliseconds,
    "title": text,
    "token": text,
    "upload_chunk_size": count,
    "user_agent_suffix": text,
    "username": text,
    "verify": off,
}
"""How each option is checked, whichever verb takes it."""
