"""Turns arguments of the Python API into what the C API takes, or says what is wrong.

A wrong type is a `TypeError`, a wrong value an `InvalidArgumentError`. What a value
means is decided by the library; here it is only moved.

What few options need is imported where they are given: a process that pulls one module
starts twice as fast.
"""

from __future__ import annotations

import os

from wasm2oci.errors import InvalidArgumentError

StrPath = str | os.PathLike[str]

_MOST = 2**63 - 1  # of the library's integers


def reference(value: object) -> bytes:
    """Encodes a reference."""
    if not isinstance(value, str):
        raise TypeError(f"reference must be a str, not {type(value).__name__}")
    return _encoded("reference", value)


def path(name: str, value: object) -> bytes:
    """Encodes a local path, as bytes that the system takes."""
    if isinstance(value, bytes) or not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name} must be a str or an os.PathLike, not {type(value).__name__}")
    return _encoded(name, os.fspath(value))


def path_text(name: str, value: object) -> str | None:
    """Turns a path that travels among the options into text."""
    if value is None:
        return None
    encoded = path(name, value)
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidArgumentError(f"{name} {os.fsdecode(encoded)!r} is not UTF-8; use a path that is") from None


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
        raise InvalidArgumentError(f"{name} must not be negative, and is {value}")
    if value > _MOST:
        raise InvalidArgumentError(f"{name} is too large a number")
    return value


def packaging(  # noqa: PLR0913 - options, all by keyword
    *,
    format: object,  # noqa: A002 - the word that every layer uses
    annotations: object,
    created: object,
    title: object,
    config_media_type: object,
    layer_media_type: object,
    artifact_type: object,
) -> dict[str, object]:
    """Checks the options that say how an artifact is written."""
    return {
        "format": text("format", format),
        "annotations": string_map("annotations", annotations),
        "created": timestamp("created", created),
        "title": text("title", title),
        "config_media_type": text("config_media_type", config_media_type),
        "layer_media_type": text("layer_media_type", layer_media_type),
        "artifact_type": text("artifact_type", artifact_type),
    }


def selection(
    *, platform: object, layer: object, member: object, max_size: object, max_unpacked_size: object
) -> dict[str, object]:
    """Checks the options that say which module of an artifact is meant."""
    if isinstance(layer, int) and not isinstance(layer, bool):
        layer = str(layer)
    return {
        "platform": text("platform", platform),
        "layer": text("layer", layer),
        "member": text("member", member),
        "max_size": count("max_size", max_size),
        "max_unpacked_size": count("max_unpacked_size", max_unpacked_size),
    }


def milliseconds(name: str, seconds: object) -> int | None:
    """Turns optional seconds into milliseconds, rounding up so that no limit becomes none."""
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(seconds).__name__}")
    if not 0 < seconds < float("inf"):
        raise InvalidArgumentError(f"{name} must be a positive number of seconds, and is {seconds}")
    if seconds > _MOST // 1000:
        raise InvalidArgumentError(f"{name} is too large a number of seconds; leave it out for no limit")
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


def timestamp(name: str, value: object) -> str | None:
    """Turns an optional time into RFC 3339: text, a datetime, or seconds since 1970."""
    if value is None or isinstance(value, str):
        return value
    from datetime import datetime, timezone  # noqa: PLC0415 - see the top

    if isinstance(value, int) and not isinstance(value, bool):
        try:
            value = datetime.fromtimestamp(value, timezone.utc)
        except (OverflowError, ValueError, OSError):
            raise InvalidArgumentError(f"{name} {value} is no time of the years 1 to 9999") from None
    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be a str, a datetime or an int of seconds, not {type(value).__name__}")
    if value.tzinfo is None:
        raise InvalidArgumentError(f"{name} {value.isoformat()} has no time zone; add one, such as timezone.utc")
    try:
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise InvalidArgumentError(f"{name} {value.isoformat()} is no time of the years 1 to 9999 in UTC") from None


def options(**values: object) -> bytes | None:
    """Encodes options; what is None is left out, so that the library's default holds."""
    given = {name: value for name, value in values.items() if value is not None}
    if not given:
        return None
    import json  # noqa: PLC0415 - see the top

    try:
        return json.dumps(given, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidArgumentError(
            f"an option is not valid Unicode: {error.object[error.start : error.end]!r}"
        ) from None


def _encoded(name: str, value: str | bytes) -> bytes:
    """Encodes text as the system does with paths, which holds what came from there as bytes."""
    try:
        encoded = os.fsencode(value)
    except UnicodeEncodeError:
        raise InvalidArgumentError(f"{name} {value!r} is not valid Unicode") from None
    if b"\0" in encoded:
        raise InvalidArgumentError(f"{name} {value!r} contains a NUL character")
    return encoded
