"""How the registry asks who is there, and the token service beside it."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.faults.answer import error_answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.faults.answer import Answer
    from tests.faults.journal import Request

READING = frozenset({"GET", "HEAD"})


@dataclass
class Token:
    """A token that was given out."""

    scopes: list[str]
    left: int | None
    """Requests that it is still good for; None: no limit."""
    user: str
    """Who was given it; empty for nobody in particular."""


@dataclass
class Auth:
    """Who may do what. The default is a token service that serves everybody."""

    schemes: tuple[str, ...] = ("Bearer",)
    """The challenges, in order: "Basic", "Bearer"."""
    one_line: bool = True
    """Both challenges in one header, or each in a header of its own."""
    users: Mapping[str, str] = field(default_factory=dict)
    """Passwords by user name."""
    identity_tokens: frozenset[str] = frozenset()
    """Refresh tokens that the token service takes."""
    anonymous: bool = True
    """Whether the token service serves those who say no name."""
    refuse_secrets: int | None = None
    """The status with which the token service refuses whoever says a name."""
    realm: str = "{url}/token"
    """Where tokens are asked for; {url} is the server as the client spells it."""
    service: str = "tests"
    state_scope: bool = True
    """Whether the challenge states a scope."""
    lifetime: int | None = None
    """Requests that a token is good for."""
    grant: Callable[[list[str]], list[str]] = list
    """What of the scopes that were asked for is given."""
    token_answer: Callable[[str], dict[str, Any]] = lambda token: {"token": token}
    """The token service's answer."""
    protects: Callable[[Request], bool] = lambda _: True
    """Which requests need a name at all."""
    tokens: dict[str, Token] = field(default_factory=dict)
    """The tokens given out so far."""

    def check(self, request: Request, repository: str, url: str) -> Answer | None:
        """Return the refusal of a request, or None where it may pass."""
        if not self.protects(request):
            return None
        given = request.header("Authorization") or ""
        scheme, _, secret = given.partition(" ")
        action = "pull" if request.method in READING else "push"
        if scheme == "Basic" and "Basic" in self.schemes and self._knows(secret):
            return None
        error = ""
        if scheme == "Bearer" and "Bearer" in self.schemes:
            token = self.tokens.get(secret)
            if token is None or token.left == 0:
                error = "invalid_token"
            elif not _allows(token.scopes, repository, action):
                error = "insufficient_scope"
            else:
                token.left = None if token.left is None else token.left - 1
                return None
        return self._challenge(repository, action, url, error)

    def give_token(self, request: Request) -> Answer:
        """Answer a request to the token service."""
        form = request.query if request.method in READING else parse_qs(request.body.decode())
        scopes = [scope for value in form.get("scope", []) for scope in value.split(" ")]
        given = request.header("Authorization") or ""
        named = bool(given) or "grant_type" in form
        if named and self.refuse_secrets is not None:
            return error_answer(self.refuse_secrets, "DENIED", "the secret is refused")
        known = self._knows(given.removeprefix("Basic ")) or self._knows_form(form)
        if named and not known:
            return error_answer(401, "UNAUTHORIZED", "wrong name or secret")
        if not named and not self.anonymous:
            return error_answer(401, "UNAUTHORIZED", "a name is needed")
        secret = f"token-{secrets.token_hex(16)}"
        self.tokens[secret] = Token(self.grant(scopes), self.lifetime, _name(given.removeprefix("Basic ")))
        return json_answer(200, self.token_answer(secret))

    def user(self, request: Request) -> str:
        """Return who a request says that it comes from; empty where it does not."""
        scheme, _, secret = (request.header("Authorization") or "").partition(" ")
        if scheme == "Bearer":
            return self.tokens[secret].user if secret in self.tokens else ""
        return _name(secret)

    def _knows(self, encoded: str) -> bool:
        name, colon, password = _pair(encoded)
        return bool(colon) and self.users.get(name) == password

    def _knows_form(self, form: Mapping[str, list[str]]) -> bool:
        def first(name: str) -> str:
            return form.get(name, [""])[0]

        if first("grant_type") == "refresh_token":
            return first("refresh_token") in self.identity_tokens
        if first("grant_type") == "password":
            return self.users.get(first("username")) == first("password")
        return False

    def _challenge(self, repository: str, action: str, url: str, error: str) -> Answer:
        answer = error_answer(401, "UNAUTHORIZED", "authentication required")
        actions = "pull" if action == "pull" else "pull,push"
        members = [f'realm="{self.realm.format(url=url)}"', f'service="{self.service}"']
        if self.state_scope and repository:
            members.append(f'scope="repository:{repository}:{actions}"')
        if error:
            members.append(f'error="{error}"')
        spelled = {"Basic": f'Basic realm="{self.service}"', "Bearer": "Bearer " + ",".join(members)}
        challenges = [spelled[scheme] for scheme in self.schemes]
        for value in [", ".join(challenges)] if self.one_line else challenges:
            answer.headers.append(("WWW-Authenticate", value))
        return answer


def _pair(encoded: str) -> tuple[str, str, str]:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", "", ""


def _name(encoded: str) -> str:
    return _pair(encoded)[0]


def _allows(scopes: list[str], repository: str, action: str) -> bool:
    if not repository:
        return True
    for scope in scopes:
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        if kind == "repository" and name == repository and action in actions.split(","):
            return True
    return False
