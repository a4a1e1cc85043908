"""A token service that a real registry believes: it signs what it gives out (distribution, "Token Authentication")."""

from __future__ import annotations

import base64
import http.server
import json
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

SIZE = 32
"""Bytes of a coordinate of P-256."""


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class TokenService:
    """A token service on the loopback interface; a context manager.

    Args:
        users: Passwords by user name.
        rights: The actions that a user has on each repository whose name begins so; the user "" is everybody.
        identity_tokens: Users by the refresh tokens that are exchanged.
        lifetime: Seconds that it says a token lives.
    """

    service = "registry.test"
    issuer = "tests"

    def __init__(
        self,
        users: Mapping[str, str],
        rights: Mapping[str, Mapping[str, set[str]]],
        identity_tokens: Mapping[str, str] | None = None,
        lifetime: int = 300,
    ) -> None:
        """Make a key, and listen on a free port."""
        self.users, self.rights, self.lifetime = users, rights, lifetime
        self.identity_tokens = identity_tokens or {}
        self.asked: list[tuple[str, list[str]]] = []
        """Who was given a token, and for which scopes."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tokens = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Return the running service."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The realm."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/token"

    def keys(self) -> str:
        """Return the public key for the registry (RFC 7517)."""
        point = self._key.public_key().public_numbers()
        x, y = (_encoded(number.to_bytes(SIZE, "big")) for number in (point.x, point.y))
        return json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": x, "y": y}]})

    def give(self, user: str, scopes: list[str]) -> dict[str, Any]:
        """Give a user what they may of the scopes."""
        self.asked.append((user, scopes))
        access = []
        for scope in scopes:
            kind, name, actions = scope.split(":")
            allowed = set[str]()
            for who in {"", user}:
                for begin, rights in self.rights.get(who, {}).items():
                    if name.startswith(begin):
                        allowed |= rights
            access.append({"type": kind, "name": name, "actions": sorted(allowed & set(actions.split(",")))})
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": user, "aud": self.service, "access": access, "jti": secrets.token_hex(8)}
        token = self._sign({**claims, "iat": now, "nbf": now - 5, "exp": now + self.lifetime})
        issued = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        return {"token": token, "access_token": token, "expires_in": self.lifetime, "issued_at": issued}

    def _sign(self, claims: Mapping[str, object]) -> str:
        parts = ({"typ": "JWT", "alg": "ES256", "kid": "one"}, claims)
        text = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
        r, s = utils.decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{_encoded(r.to_bytes(SIZE, 'big') + s.to_bytes(SIZE, 'big'))}"


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    tokens: TokenService


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Give a token to who says a name and a password, or none."""
        form = parse_qs(urlsplit(self.path).query)
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        user, _, password = base64.b64decode(given).decode().partition(":")
        if given and self.server.tokens.users.get(user) != password:
            self._answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong name or password"}]})
        else:
            self._answer(200, self.server.tokens.give(user, form.get("scope", [])))

    def do_POST(self) -> None:
        """Give a token for another one, or for a password (distribution, "OAuth2 Token Authentication")."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        user = self.server.tokens.identity_tokens.get(form.get("refresh_token", [""])[0])
        if form.get("grant_type") == ["password"]:
            name = form["username"][0]
            user = name if self.server.tokens.users.get(name) == form["password"][0] else None
        if user is None:
            self._answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong token"}]})
        else:
            self._answer(200, self.server.tokens.give(user, form.get("scope", [""])[0].split()))

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
