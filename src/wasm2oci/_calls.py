"""What each verb passes to the library, and what becomes of its result.

The sync and the async client differ in how they wait and in nothing else: both take their
calls from here. The arguments are those of `Client`'s methods, by the same names; they
are checked here.
"""

from __future__ import annotations

import os

from wasm2oci import _arguments, _models, _parse
from wasm2oci._native import ext
from wasm2oci.errors import ClosedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from dataclasses import dataclass
    from typing import Any, Generic, TypeVar

    from wasm2oci._aliases import PushSource
    from wasm2oci._cached import CachedModule
    from wasm2oci._handle import Owned
    from wasm2oci._models import (
        Artifact,
        AttachResult,
        CacheResult,
        CopyResult,
        DeleteResult,
        Descriptor,
        LoginResult,
        PullResult,
        PushResult,
    )
    from wasm2oci._operation import Operation, ProgressCallback
    from wasm2oci._source import Opened
    from wasm2oci.errors import Wasm2ociError

    Credentials = list[dict[str, str]] | None
else:
    from wasm2oci._record import Generic, TypeVar, dataclass

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """A verb with its arguments, ready to be started.

    Attributes:
        start: Takes the list of started operations, the client, the opened source, and who asks: the credentials
            that a function has said, if there is one.
        finish: Makes the result of an operation that succeeded.
        source: What has to be opened first, and closed when the operation has ended.
        references: What it acts on.
    """

    start: Callable[[Owned, int, Any, Credentials], None]
    finish: Callable[[Operation], Result]
    source: PushSource | None = None
    references: tuple[bytes, ...] = ()


def given(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], ProgressCallback | None]:
    """Splits the `locals()` of a method into what its verb takes, and the progress callback."""
    # A copy: a debugger may write to the original.
    rest = dict(arguments)
    del rest["self"]
    return rest, rest.pop("progress", None)


def push(source: PushSource, reference: object, **options: object) -> Call[PushResult]:
    """Pushes a source."""
    if source is None:
        raise _arguments.wrong_source(source)
    target = _arguments.reference(reference)
    checked = _arguments.checked(options)

    def start(started: Owned, client: int, content: Opened, who: Credentials) -> None:
        if content.title is not None:
            checked.setdefault("title", content.title)
        content.start(started, client, target, _arguments.encoded(_as(who, checked)))

    return Call(start, lambda operation: _models.push_result(operation.result()), source, (target,))


def pull(reference: object, path: object = None, **options: object) -> Call[PullResult]:
    """Pulls into a file."""
    origin = _arguments.reference(reference)
    target = None if path is None else _arguments.path("path", path)

    def finish(operation: Operation) -> PullResult:
        return _models.pull_result(operation.result(), os.fsdecode(ext.operation_path(operation.handle)))

    return Call(_starting("pull", (origin, target), options), finish, references=(origin,))


def convert(source: object, destination: object, **options: object) -> Call[PushResult]:
    """Stores an artifact in another format."""
    operands = _arguments.reference(source), _arguments.reference(destination)
    return Call(
        _starting("convert", operands, options),
        lambda operation: _models.push_result(operation.result()),
        references=operands,
    )


def copy(source: object, destination: object, **options: object) -> Call[CopyResult]:
    """Copies to another place."""
    operands = _arguments.reference(source), _arguments.reference(destination)
    return Call(
        _starting("copy", operands, options),
        lambda operation: _models.copy_result(operation.result()),
        references=operands,
    )


def open(reference: object, **options: object) -> Call[dict[str, Any]]:  # noqa: A001 - the verb
    """Opens for reading; the result describes what is read."""
    return _on("open", reference, options, _result)


def cache(**options: object) -> Call[CacheResult]:
    """Looks into the cache."""
    encoded = _arguments.options(**options)

    def finish(operation: Operation) -> CacheResult:
        return _models.cache_result(operation.result(), os.fsdecode(ext.operation_path(operation.handle)))

    return Call(lambda started, client, *_: ext.cache(started, client, encoded), finish)


def cached(reference: object, **options: object) -> Call[CachedModule]:
    """Brings into the cache; what is returned takes the operation over, which holds the file."""

    def finish(operation: Operation) -> CachedModule:
        from wasm2oci import _cached  # noqa: PLC0415 - few need it

        result, path = operation.result(), os.fsdecode(ext.operation_path(operation.handle))
        operation.log_rest()
        return _cached.CachedModule(result, path, operation.taken())

    return _on("cached", reference, options, finish)


def resolve(reference: object, **options: object) -> Call[Descriptor]:
    """Resolves a reference."""
    return _on("resolve", reference, options, lambda operation: _models.descriptor(operation.result()))


def tag(reference: object, names: Iterable[object], **options: object) -> Call[Descriptor]:
    """Adds tags to a manifest."""
    origin = _arguments.reference(reference)
    tags = b",".join(_arguments.operand("name", name) for name in names)
    return Call(
        _starting("tag", (origin, tags), options),
        lambda operation: _models.descriptor(operation.result()),
        references=(origin,),
    )


def tags(repository: object, **options: object) -> Call[dict[str, Any]]:
    """Lists one page of tags; the result has them as `tags`, and `next` where there is another page."""
    return _on("tags", repository, options, _result)


def untag(reference: object, **options: object) -> Call[None]:
    """Removes a tag."""
    return _on("untag", reference, options, lambda _: None)


def login(registry: object, **options: object) -> Call[LoginResult]:
    """Stores a credential."""

    def finish(operation: Operation) -> LoginResult:
        return _models.login_result(operation.result(), os.fsdecode(ext.operation_path(operation.handle)))

    return Call(_starting("login", (_arguments.operand("registry", registry),), options), finish)


def logout(registry: object, **options: object) -> Call[tuple[str, ...]]:
    """Erases credentials."""
    host = b"" if registry is None else _arguments.operand("registry", registry)
    return Call(
        _starting("logout", (host,), options),
        lambda operation: tuple(operation.result()["registries"]),
    )


def delete(reference: object, **options: object) -> Call[DeleteResult]:
    """Deletes a manifest."""
    return _on("delete", reference, options, lambda operation: _models.delete_result(operation.result()))


def attach(reference: object, source: object, **options: object) -> Call[AttachResult]:
    """Attaches files to an artifact."""
    target = _arguments.reference(reference)
    paths = _arguments.paths("source", source)
    encoded = _encoding(options)
    return Call(
        lambda started, client, _, who: ext.attach(started, client, target, paths, encoded(who)),
        lambda operation: _models.attach_result(operation.result()),
        references=(target,),
    )


def referrers(reference: object, **options: object) -> Call[list[Descriptor]]:
    """Lists what points at a manifest."""
    return _on(
        "referrers",
        reference,
        options,
        lambda operation: [_models.descriptor(item) for item in operation.result()["referrers"]],
    )


def inspect(what: object, **options: object) -> Call[Artifact]:
    """Inspects an artifact or a file: a str may be either, a reference is none, anything else is a file."""
    start = _inspecting(what, options)

    def finish(operation: Operation) -> Artifact:
        raw = ext.operation_bytes(operation.handle) if options.get("raw") else None
        return _models.artifact(_parse.document(operation.last_text()), raw)

    return Call(start, finish, references=_inspected_reference(what))


def inspected(what: object, **options: object) -> Call[bytes]:
    """As `inspect`, but the result is indented JSON: that of a large module takes more memory as objects."""
    from wasm2oci._artifact_text import artifact_text  # noqa: PLC0415 - for few programs

    start = _inspecting(what, options)
    return Call(
        start,
        lambda operation: ext.json_indented(artifact_text(operation.last_text())),
        references=_inspected_reference(what),
    )


def _inspecting(what: object, options: Mapping[str, object]) -> Callable[[Owned, int, Any, Credentials], None]:
    if isinstance(what, str):
        return _starting("inspect", (_arguments.path("what", what),), options)
    if isinstance(what, os.PathLike):
        return _starting("inspect_file", (_arguments.path("what", what),), options)
    if not isinstance(what, _arguments.Parsed):
        raise TypeError(f"what must be a str, an os.PathLike or a wasm2oci.Reference, not {type(what).__name__}")
    return _starting("inspect_reference", (_arguments.reference(what),), options)


def _inspected_reference(what: object) -> tuple[bytes, ...]:
    return () if isinstance(what, os.PathLike) else (_arguments.reference(what),)


def _on(
    verb: str, reference: object, options: Mapping[str, object], finish: Callable[[Operation], Result]
) -> Call[Result]:
    """Returns the call of a verb whose only operand is a reference."""
    target = _arguments.reference(reference)
    return Call(_starting(verb, (target,), options), finish, references=(target,))


def _starting(
    verb: str, operands: tuple[bytes | None, ...], options: Mapping[str, object]
) -> Callable[[Owned, int, Any, Credentials], None]:
    """Checks options; returns what starts a verb whose operands are texts."""
    encoded = _encoding(options)
    return lambda started, client, _, who: ext.start(started, client, verb, operands, encoded(who))


def _encoding(options: Mapping[str, object]) -> Callable[[Credentials], bytes | None]:
    """Checks options; returns what encodes them with who asks."""
    checked = _arguments.checked(options)
    encoded = _arguments.encoded(checked)
    return lambda who: _arguments.encoded(_as(who, checked)) if who else encoded


def _as(who: Credentials, checked: dict[str, Any]) -> dict[str, Any]:
    return {**checked, "credentials": who} if who else checked


def _result(operation: Operation) -> dict[str, Any]:
    return operation.result()


class Pages:
    """A list that comes in pages: the calls that ask for them, and what they have brought.

    Args:
        verb: What makes the call for one page.
        name: What the result calls the items.
        options: The arguments of the verb by name. Of a `limit` each page gets what is left.
    """

    def __init__(self, verb: Callable[..., Call[dict[str, Any]]], name: str, options: dict[str, Any]) -> None:
        """Checks the arguments, without a request."""
        self._verb, self._name, self._options = verb, name, options
        self._ended = False
        check(verb(**options))

    def call(self) -> Call[dict[str, Any]] | None:
        """Returns the call for the next page; None at the end."""
        return None if self._ended else self._verb(**self._options)

    def take(self, result: dict[str, Any]) -> list[str]:
        """Takes a page, and returns what is in it."""
        items: list[str] = result[self._name]
        following = result.get("next")
        limit = self._options.get("limit")
        if limit is not None:
            self._options["limit"] = limit = limit - len(items)
        self._ended = not following or limit == 0
        # Where the list goes on says all that these say.
        self._options = {**self._options, "last": None, "sort": None, "next": following}
        return items


def check(call: Call[Any]) -> None:
    """Refuses what the library would refuse of the arguments alone."""
    try:  # noqa: SIM105 - contextlib is one more module to load
        # The library looks at what is given before it looks for the client, and 0 is none.
        call.start([], 0, None, None)
    except ClosedError:
        pass


def renamed(error: Wasm2ociError, verb: str) -> None:
    """Lets an error name the verb that was called, where that is made of another one."""
    step = error.detail.get("op")
    if step and error.message.startswith(f"{step} "):
        error.message = verb + error.message[len(step) :]
        error.args = (error.message,)
        error.detail["op"] = verb
        if template := error.detail.get("template"):
            error.detail["template"] = verb + template[len(step) :]
