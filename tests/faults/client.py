"""A plain HTTP client, to test the faulty registry without the product."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from tests.faults.registry import FaultRegistry

LIMIT = 10.0


@dataclass(frozen=True)
class Got:
    """An answer that was read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401
        """The body as JSON."""
        return json.loads(self.body)


def connect(faults: FaultRegistry, context: ssl.SSLContext | None = None) -> http.client.HTTPConnection:
    """Open a connection, with TLS where a context is given."""
    if context is None:
        return http.client.HTTPConnection(faults.host, timeout=LIMIT)
    return http.client.HTTPSConnection(faults.host, timeout=LIMIT, context=context)


def ask(
    faults: FaultRegistry,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    context: ssl.SSLContext | None = None,
) -> Got:
    """Send one request over a connection of its own and read the answer to its end."""
    connection = connect(faults, context)
    try:
        connection.request(method, target, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
