"""The client whose methods are the functions of the package."""

# ruff: noqa: SLF001 - one client calls another

from __future__ import annotations

from wasm2oci import _environment, _native
from wasm2oci._client import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from wasm2oci import _types as types
    from wasm2oci._calls import Call, Result


class _Current(Client):
    """A client that nobody has to close: it goes with the environment that it was made in."""

    _is_shared = True


class _Shared(Client):
    """Leaves each call to a client that was made in the environment as it is now."""

    _current: Client | None = None
    _seen: object = None

    def __init__(self) -> None:
        """Makes no client yet: that would load the library."""

    def _client(self) -> Client:
        """Returns the client for a call; another one if the environment has changed.

        The old one is not closed here, since another thread may be using it: it closes
        itself when nothing refers to it any more.
        """
        environment = _environment.state()
        with _native.lock():
            if self._current is None or environment != self._seen:
                self._current = _Current()
                self._seen = environment
            return self._current

    def _run(self, verb: Callable[..., Call[Result]], arguments: dict[str, Any]) -> Result:
        return self._client()._run(verb, arguments)

    def _fetch(self, arguments: dict[str, Any]) -> bytes:
        return self._client()._fetch(arguments)

    def _open(self, arguments: dict[str, Any]) -> types.Reader:
        return self._client()._open(arguments)

    def _list(
        self, verb: Callable[..., Call[dict[str, Any]]], name: str, arguments: dict[str, Any]
    ) -> Generator[str, None, None]:
        return self._client()._list(verb, name, arguments)

    def _run_many(
        self, verb: Callable[..., Call[Result]], arguments: dict[str, Any]
    ) -> Generator[types.Outcome[Result], None, None]:
        return self._client()._run_many(verb, arguments)

    def _carry_out(self, name: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 - what the method returns
        return self._client()._carry_out(name, arguments)

    def __repr__(self) -> str:
        """Says which client it is."""
        return "<wasm2oci.Client, shared>"

    def __reduce__(self) -> str:
        """Pickles it, and so the functions, by name."""
        return "shared"


shared = _Shared()
