"""References as values. What they look like is known to the library alone, which parses each."""

# ruff: noqa: SLF001 - one reference looks at another

from __future__ import annotations

import os

from wasm2oci import _arguments
from wasm2oci._native import ext
from wasm2oci.errors import InvalidReferenceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from wasm2oci._aliases import ReferenceLike

__all__ = ["Reference"]

_PARTS = ("_text", "_scheme", "_registry", "_repository", "_path", "_tag", "_digest", "_written")
"""What the library says of a reference, in its order."""

_OPTIONAL = {"_tag", "_digest"}
"""Those that are None where they are missing, and not empty."""


class Reference(_arguments.Parsed):
    """A parsed reference: `registry/repository[:tag][@digest]`, or `oci:DIR[:tag][@digest]`.

    Make one with `Reference.parse`. Every verb takes it in place of the text that it was parsed
    from, and does the same with it; without a tag, for example, `oci:DIR` means the only manifest
    of a layout that has no `latest`. A reference is never taken for a path: `inspect` does not
    look for a file of that name.

    A reference cannot be changed, but it can be pickled. References are compared, ordered and
    hashed by their normalised texts.

    Example:
        >>> import wasm2oci
        >>> reference = wasm2oci.Reference.parse("ghcr.io/me/hello:v1")
        >>> reference.registry, reference.repository, reference.tag
        ('ghcr.io', 'me/hello', 'v1')
        >>> str(reference.with_tag("v2"))
        'ghcr.io/me/hello:v2'
    """

    __slots__ = ("_digest", "_path", "_registry", "_repository", "_scheme", "_tag", "_text", "_written")
    __match_args__ = ("scheme", "registry", "repository", "path", "tag", "digest")

    _text: str
    _scheme: str
    _registry: str
    _repository: str
    _path: str
    _tag: str | None
    _digest: str | None
    _written: str
    """What verbs take: the text, without a tag that was not written."""

    def __init__(self, *_: object, **__: object) -> None:
        """Refuses, because a text has to be parsed."""
        raise TypeError("make a reference with Reference.parse(text)")

    @classmethod
    def parse(cls, text: ReferenceLike) -> Reference:
        """Parses a reference.

        Args:
            text: The text. A `Reference` is returned as it is.

        Returns:
            The reference, whose text is in its normal form.

        Raises:
            InvalidReferenceError: The text is not a valid reference. Verbs raise the same error.

        Example:
            >>> import wasm2oci
            >>> str(wasm2oci.Reference.parse("docker.io/hello"))
            'docker.io/library/hello:latest'
        """
        if isinstance(text, Reference):
            return text
        made = object.__new__(cls)
        parts = ext.reference_parse(_arguments.reference(text))
        for name, part in zip(_PARTS, parts, strict=True):
            missing = None if name in _OPTIONAL else ""
            object.__setattr__(made, name, missing if part is None else os.fsdecode(part))
        return made

    @property
    def scheme(self) -> str:
        """The kind of place, which is "" for a registry, `oci` for a layout, `oci-archive` for an archive."""
        return self._scheme

    @property
    def registry(self) -> str:
        """The host in lower case, with its port if it has one; "" for a layout or an archive."""
        return self._registry

    @property
    def repository(self) -> str:
        """The repository in the registry, such as `me/hello`; "" for a layout or an archive."""
        return self._repository

    @property
    def path(self) -> str:
        """The directory of a layout or the file of an archive, as `os.fsdecode` returns it; "" for a registry."""
        return self._path

    @property
    def tag(self) -> str | None:
        """The tag; `latest` if neither a tag nor a digest is given, None if only a digest is."""
        return self._tag

    @property
    def digest(self) -> str | None:
        """The digest with its algorithm, or None. If there is a tag as well, the digest decides."""
        return self._digest

    def with_tag(self, tag: str) -> Reference:
        """Returns the reference with another tag, and without a digest, because that would decide.

        Raises:
            InvalidReferenceError: `tag` is not a valid tag.

        Example:
            >>> import wasm2oci
            >>> str(wasm2oci.Reference.parse("oci:hello:v1").with_tag("latest"))
            'oci:hello:latest'
        """
        return self._with("tag", _text("tag", tag), None)

    def with_digest(self, digest: str) -> Reference:
        """Returns the reference pinned to a digest. A tag that was written stays visible, but the digest decides.

        Raises:
            InvalidReferenceError: `digest` is not a valid digest.

        Example:
            >>> import wasm2oci
            >>> reference = wasm2oci.Reference.parse("oci:hello:v1")
            >>> pinned = reference.with_digest(wasm2oci.resolve(reference).digest)
            >>> pinned.tag, pinned.digest == wasm2oci.resolve(pinned).digest
            ('v1', True)
        """
        return self._with("digest", self.tag if self._written == self._text else None, _text("digest", digest))

    @property
    def _place(self) -> str:
        """What precedes tag and digest."""
        return f"{self.scheme}:{self.path}" if self.scheme else f"{self.registry}/{self.repository}"

    def _with(self, name: str, tag: str | None, digest: str | None) -> Reference:
        """Parses the text of another tag and digest, and refuses those that are more than that."""
        parts = (f":{tag}" if tag is not None else "", f"@{digest}" if digest is not None else "")
        made = Reference.parse(self._place + "".join(parts))
        if (made._place, made.tag, made.digest) != (self._place, tag, digest):
            value = tag if name == "tag" else digest
            raise InvalidReferenceError(f'"{self}": invalid {name} "{value}"', detail={"reference": str(self)})
        return made

    def __str__(self) -> str:
        """Returns the normalised text, in which a tag or a digest is always visible."""
        return self._text

    def __repr__(self) -> str:
        """Returns what makes the same reference."""
        return f"Reference.parse({self._written!r})"

    def __eq__(self, other: object) -> bool:
        """Compares the normalised texts of two references."""
        return self._text == other._text if isinstance(other, Reference) else NotImplemented

    def __lt__(self, other: object) -> bool:
        """Orders references by their normalised texts."""
        return self._text < other._text if isinstance(other, Reference) else NotImplemented

    def __le__(self, other: object) -> bool:
        """Orders references by their normalised texts."""
        return self._text <= other._text if isinstance(other, Reference) else NotImplemented

    def __hash__(self) -> int:
        """Returns the hash of the normalised text."""
        return hash(self._text)

    def __reduce__(self) -> tuple[Callable[[str], Reference], tuple[str]]:
        """Pickles what makes the same reference."""
        return Reference.parse, (self._written,)

    def __copy__(self) -> Reference:
        """Returns the reference, which cannot be changed."""
        return self

    def __deepcopy__(self, _: object) -> Reference:
        """Returns the reference, which cannot be changed."""
        return self

    def __setattr__(self, name: str, _: object) -> None:
        """Refuses to be changed."""
        raise AttributeError(f"cannot set {name!r}: a reference cannot be changed; with_tag() returns another one")

    def __delattr__(self, name: str) -> None:
        """Refuses to be changed."""
        raise AttributeError(f"cannot delete {name!r}: a reference cannot be changed")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    return value
