"""The client that module-level functions share."""

from __future__ import annotations

from wasm2oci import _environment, _native
from wasm2oci._client import Client

_client: Client | None = None
_client_environment: list[bytes] = []


def default_client() -> Client:
    """Returns the shared client; a new one where the environment has changed.

    The old one is not closed here, since another thread may be using it: it closes
    itself with its last reference.
    """
    global _client, _client_environment  # noqa: PLW0603 - the one shared client
    environment = _environment.snapshot()
    with _native.lock():
        if _client is None or environment != _client_environment:
            _client = Client()
            _client_environment = environment
        return _client
