"""The credentials for single registries: what `credentials` of `Client` holds, or the function that returns them.

Go calls nobody. So the function is called before an operation starts, in the caller's thread, and what it returns
goes with that operation, among its options: the client keeps nothing of it.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from wasm2oci._native import ext
from wasm2oci.errors import InvalidReferenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["IdentityToken", "Token"]


class _Secret:
    """A text that is not shown, copied into a pickle or printed."""

    __slots__ = ("_text",)
    _member = ""

    def __init__(self, text: str, /) -> None:
        """Takes the text."""
        if not isinstance(text, str):
            raise TypeError(f"a token must be a str, not {type(text).__name__}")
        self._text = text

    def __repr__(self) -> str:
        """Shows the kind of token, but not the token."""
        return f"{type(self).__name__}('***')"

    def __getstate__(self) -> NoReturn:
        """Refuses to be copied or pickled, because a secret must not get into a file."""
        raise TypeError("a token cannot be pickled; read it again where it is needed")


class Token(_Secret):
    """A bearer token that a registry takes as it is.

    It is not shown by `repr` or `str`, and cannot be pickled.

    Args:
        text: The token.

    Example:
        >>> import wasm2oci
        >>> wasm2oci.Token("secret")
        Token('***')
    """

    __slots__ = ()
    _member = "token"


class IdentityToken(_Secret):
    """A token that the token service of a registry exchanges for others, as Azure's does.

    It is not shown by `repr` or `str`, and cannot be pickled.

    Args:
        text: The token.

    Example:
        >>> import wasm2oci
        >>> wasm2oci.IdentityToken("secret")
        IdentityToken('***')
    """

    __slots__ = ()
    _member = "identity_token"


def listed(credentials: object) -> list[dict[str, str]] | None:
    """Returns the credentials of a mapping as the library takes them; None for a function, which is called later."""
    if not isinstance(credentials, Mapping):
        if callable(credentials):
            return None
        raise TypeError(f"credentials must be a mapping or a callable, not {type(credentials).__name__}")
    for registry in credentials:
        if not isinstance(registry, str):
            raise TypeError(f"credentials must have str keys, not {type(registry).__name__}")
    return [{"registry": registry, **_members(registry, one)} for registry, one in credentials.items()]


def _members(registry: str, credential: object) -> dict[str, str]:
    if isinstance(credential, _Secret):
        if not credential._text:  # noqa: SLF001
            raise ValueError(f"the token for {registry!r} is empty")
        return {credential._member: credential._text}  # noqa: SLF001 - those of this module
    if isinstance(credential, (tuple, list)) and [type(part) for part in credential] == [str, str]:
        return {"username": credential[0], "password": credential[1]}
    # What it is may be secret.
    raise TypeError(
        f"the credential for {registry!r} must be a pair of a user name and a password, a Token or an IdentityToken, "
        f"not {_described(credential)}"
    )


def _described(credential: object) -> str:
    """Says what is not a credential, without what is in it."""
    name = type(credential).__name__
    if not isinstance(credential, (tuple, list)):
        return f"a {name}"
    if len(credential) == 2:  # noqa: PLR2004 - a pair, of what is no text
        return f"a {name} of a {' and a '.join(type(part).__name__ for part in credential)}"
    return f"a {name} of {len(credential)}"


def places(references: Iterable[bytes]) -> list[tuple[str, str]]:
    """Returns the registries and repositories that references name."""
    found: dict[tuple[str, str], None] = {}
    for reference in references:
        try:
            # Of several tags, which only a registry has, one will do.
            _, scheme, registry, repository, *_ = ext.reference_parse(reference.partition(b",")[0])
        except InvalidReferenceError:
            continue  # as the verb will say
        if not scheme:
            found[os.fsdecode(registry or b""), os.fsdecode(repository or b"")] = None
    return list(found)


def tell(ask: Callable[[str, str], Any], references: Iterable[bytes]) -> list[dict[str, str]]:
    """Calls the function for each repository that the references name."""
    answers = [(place, ask(*place)) for place in places(references)]
    for _, answer in answers:
        if isinstance(answer, Awaitable):
            if hasattr(answer, "close"):
                answer.close()  # Nobody will await it.
            raise TypeError("credentials returned an awaitable, which only an AsyncClient awaits")
    return said(answers)


def said(answers: Iterable[tuple[tuple[str, str], object]]) -> list[dict[str, str]]:
    """Returns the answers as the library takes them. None means no credential, whatever the client has above it."""
    items = []
    for (registry, repository), answer in answers:
        name = f"{registry}/{repository}"
        items.append({"registry": name, **({} if answer is None else _members(name, answer))})
    return items
