"""What each verb hands to the library and what becomes of its result.

The sync and the async client differ in how they wait, and in nothing else: both take
their calls from here. Arguments are those of `Client`'s methods, checked on the way.
"""

from __future__ import annotations

import os

from wasm2oci import _arguments, _models
from wasm2oci._native import ext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
    from typing import Any, Generic, TypeVar

    from wasm2oci._models import Artifact, Descriptor, PullResult, PushResult
    from wasm2oci._operation import Operation
    from wasm2oci._source import Opened
else:
    from wasm2oci._record import Generic, TypeVar, dataclass

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """A verb with its arguments, ready to be started.

    Attributes:
        start: Takes the list of started operations and the client.
        finish: Makes the result of an operation that ended well.
    """

    start: Callable[[list[int], int], None]
    finish: Callable[[Operation], Result]


def push(
    content: Opened, reference: object, *, title: object, allow_any: object, timeout: object, **packaging: object
) -> Call[PushResult]:
    """Pushes what was opened."""
    target = _arguments.reference(reference)
    options = _arguments.options(
        **_arguments.packaging(title=content.title if title is None else title, **packaging),
        allow_any=_arguments.flag("allow_any", allow_any) or None,
        timeout_ms=_arguments.milliseconds("timeout", timeout),
    )
    return Call(
        lambda started, client: content.start(started, client, target, options),
        lambda operation: _models.push_result(operation.result()),
    )


def pull(
    reference: object, path: object, *, overwrite: object, durable: object, timeout: object, **selection: object
) -> Call[PullResult]:
    """Pulls into a file."""
    origin = _arguments.reference(reference)
    target = None if path is None else _arguments.path("path", path)
    options = _arguments.options(
        overwrite=None if overwrite is True else _arguments.flag("overwrite", overwrite),
        durable=_arguments.flag("durable", durable) or None,
        **_arguments.selection(**selection),
        timeout_ms=_arguments.milliseconds("timeout", timeout),
    )

    def finish(operation: Operation) -> PullResult:
        return _models.pull_result(operation.result(), os.fsdecode(ext.operation_path(operation.handle)))

    return Call(lambda started, client: ext.pull(started, client, origin, target, options), finish)


def convert(
    source: object, destination: object, *, timeout: object, selection: dict[str, Any], **packaging: object
) -> Call[PushResult]:
    """Stores an artifact under another format."""
    origin, target = _arguments.reference(source), _arguments.reference(destination)
    options = _arguments.options(
        **_arguments.packaging(**packaging),
        timeout_ms=_arguments.milliseconds("timeout", timeout),
        **_arguments.selection(**selection),
    )
    return Call(
        lambda started, client: ext.convert(started, client, origin, target, options),
        lambda operation: _models.push_result(operation.result()),
    )


def open(reference: object, *, timeout: object, **selection: object) -> Call[dict[str, Any]]:  # noqa: A001 - the verb
    """Opens for reading; the result describes what is read."""
    origin = _arguments.reference(reference)
    options = _arguments.options(
        timeout_ms=_arguments.milliseconds("timeout", timeout), **_arguments.selection(**selection)
    )
    return Call(
        lambda started, client: ext.open(started, client, origin, options), lambda operation: operation.result()
    )


def resolve(reference: object, *, timeout: object) -> Call[Descriptor]:
    """Resolves a reference."""
    origin = _arguments.reference(reference)
    options = _arguments.options(timeout_ms=_arguments.milliseconds("timeout", timeout))
    return Call(
        lambda started, client: ext.resolve(started, client, origin, options),
        lambda operation: _models.descriptor(operation.result()),
    )


def inspect(what: object, *, timeout: object, **selection: object) -> Call[Artifact]:
    """Says what is in something: a str may be a file or a reference, anything else is a file."""
    options = _arguments.options(
        timeout_ms=_arguments.milliseconds("timeout", timeout), **_arguments.selection(**selection)
    )
    start = ext.inspect if isinstance(what, str) else ext.inspect_file
    encoded = _arguments.path("what", what)
    return Call(
        lambda started, client: start(started, client, encoded, options),
        lambda operation: _models.artifact(operation.result()),
    )
