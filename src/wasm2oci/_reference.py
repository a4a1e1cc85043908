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

    Every verb takes one in place of the text that it was parsed from, and does the same: if no
    tag was written, `oci:DIR` means the only manifest of a layout that has no `latest`. It is
    never taken for a path: `inspect` looks for no file of that name.

    It cannot be changed. References are equal if their normalised texts are, which also order
    and hash them. It can be pickled. Make one with `Reference.parse`.

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
        """Refuses: a text has to be parsed."""
        raise TypeError("make a reference with Reference.parse(text)")

    @classmethod
    def parse(cls, text: ReferenceLike) -> Reference:
        """Parses a reference.

        Args:
            text: The text. A `Reference` is returned as it is.

        Returns:
            The reference, whose text is in its normal form.

        Raises:
            InvalidReferenceError: The text is not a reference. Verbs say the same of it.

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
        """The name in the registry; "" for a layout or an archive."""
        return self._repository

    @property
    def path(self) -> str:
        """The folder of a layout or the file of an archive, as of `os.fsdecode`; "" for a registry."""
        return self._path

    @property
    def tag(self) -> str | None:
        """The tag, which is `latest` if neither a tag nor a digest is given; None for a digest alone."""
        return self._tag

    @property
    def digest(self) -> str | None:
        """The digest with its algorithm, or None. It decides if there is a tag as well."""
        return self._digest

    def with_tag(self, tag: str) -> Reference:
        """Returns the reference of another tag, without a digest, which would decide.

        Raises:
            InvalidReferenceError: It is not a tag.

        Example:
            >>> import wasm2oci
            >>> str(wasm2oci.Reference.parse("oci:hello:v1").with_tag("latest"))
            'oci:hello:latest'
        """
        return self._with("tag", _text("tag", tag), None)

    def with_digest(self, digest: str) -> Reference:
        """Returns the reference pinned to a digest. A tag that was written stays, to be seen; the digest decides.

        Raises:
            InvalidReferenceError: It is not a digest.

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
        raise AttributeError(f"a reference cannot be changed, as by setting {name!r}; with_tag() returns another one")

    def __delattr__(self, name: str) -> None:
        """Refuses to be changed."""
        raise AttributeError(f"a reference cannot be changed; it keeps {name!r}")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    return value
