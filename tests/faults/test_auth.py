"""Each switch of the auth modes, by what a plain client sees of it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.faults import Auth
from tests.faults.client import Got, ask

if TYPE_CHECKING:
    from tests.faults import FaultRegistry

MANIFEST = "/v2/org/mod/manifests/v1"
SCOPE = "repository:org/mod:pull"


@pytest.fixture(autouse=True)
def added(faults: FaultRegistry) -> None:
    """Hold something to ask for."""
    faults.add_module(b"\0asm\x01\0\0\0")


def basic(username: str, password: str) -> dict[str, str]:
    """Return the header that says a name."""
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


def bearer(got: Got) -> dict[str, str]:
    """Return the header that shows a token."""
    return {"Authorization": f"Bearer {got.json.get('token') or got.json['access_token']}"}


def test_lets_everybody_in_by_default(faults: FaultRegistry) -> None:
    """No mode, no question."""
    assert ask(faults, "GET", MANIFEST).status == 200


@pytest.mark.parametrize(
    ("password", "status"), [("a:b:c", 200), ("a", 401), ("", 401)], ids=["right", "cut at a colon", "empty"]
)
def test_basic(faults: FaultRegistry, password: str, status: int) -> None:
    """The password is the whole rest, colons and all."""
    faults.auth = Auth(("Basic",), users={"bob": "a:b:c"})
    refused = ask(faults, "GET", MANIFEST)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="tests"')
    assert ask(faults, "GET", MANIFEST, headers=basic("bob", password)).status == status


def test_bearer_for_everybody(faults: FaultRegistry) -> None:
    """The token service gives a token to those who say no name."""
    faults.auth = Auth()
    refused = ask(faults, "GET", MANIFEST)
    challenge = f'Bearer realm="{faults.url}/token",service="tests",scope="{SCOPE}"'
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, challenge)
    token = ask(faults, "GET", f"/token?service=tests&scope={SCOPE}")
    assert ask(faults, "GET", MANIFEST, headers=bearer(token)).status == 200


@pytest.mark.parametrize(("headers", "status"), [({}, 401), (basic("bob", "wrong"), 401), (basic("bob", "right"), 200)])
def test_bearer_for_some(faults: FaultRegistry, headers: dict[str, str], status: int) -> None:
    """The token service asks for a name."""
    faults.auth = Auth(anonymous=False, users={"bob": "right"})
    assert ask(faults, "GET", f"/token?scope={SCOPE}", headers=headers).status == status


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("grant_type=refresh_token&refresh_token=good", 200),
        ("grant_type=refresh_token&refresh_token=bad", 401),
        ("grant_type=password&username=bob&password=right", 200),
        ("grant_type=password&username=bob&password=wrong", 401),
    ],
)
def test_identity_tokens_and_passwords_by_post(faults: FaultRegistry, form: str, status: int) -> None:
    """OAuth2 clients post a form."""
    faults.auth = Auth(anonymous=False, users={"bob": "right"}, identity_tokens=frozenset({"good"}))
    got = ask(faults, "POST", "/token", body=f"{form}&scope={SCOPE}".encode())
    assert got.status == status
    if status == 200:
        assert ask(faults, "GET", MANIFEST, headers=bearer(got)).status == 200


def test_challenges_in_one_header_or_two(faults: FaultRegistry) -> None:
    """Both forms are legal, in either order."""
    faults.auth = Auth(("Basic", "Bearer"))
    one = ask(faults, "GET", MANIFEST).headers.get_all("WWW-Authenticate") or []
    faults.auth = Auth(("Bearer", "Basic"), one_line=False)
    two = ask(faults, "GET", MANIFEST).headers.get_all("WWW-Authenticate") or []
    assert len(one) == 1
    assert one[0].startswith("Basic realm=")
    assert "Bearer realm=" in one[0]
    assert [line.split()[0] for line in two] == ["Bearer", "Basic"]


def test_realm_from_a_template(faults: FaultRegistry) -> None:
    """The token address may be anywhere, and the scope unsaid."""
    faults.auth = Auth(realm="http://169.254.169.254/latest?from={url}", state_scope=False)
    challenge = f'Bearer realm="http://169.254.169.254/latest?from={faults.url}",service="tests"'
    assert ask(faults, "GET", MANIFEST).headers["WWW-Authenticate"] == challenge


def test_token_answer_from_the_test(faults: FaultRegistry) -> None:
    """Some registries call it access_token, and tell when it ends."""
    faults.auth = Auth(token_answer=lambda token: {"access_token": token, "expires_in": 60})
    got = ask(faults, "GET", f"/token?scope={SCOPE}")
    assert sorted(got.json) == ["access_token", "expires_in"]
    assert ask(faults, "GET", MANIFEST, headers=bearer(got)).status == 200


def test_token_that_ends_after_some_requests(faults: FaultRegistry) -> None:
    """A new one is needed then."""
    faults.auth = Auth(lifetime=2)
    token = bearer(ask(faults, "GET", f"/token?scope={SCOPE}"))
    assert [ask(faults, "GET", MANIFEST, headers=token).status for _ in range(3)] == [200, 200, 401]
    again = ask(faults, "GET", MANIFEST, headers=token)
    assert 'error="invalid_token"' in again.headers["WWW-Authenticate"]


@pytest.mark.parametrize("status", [401, 403])
def test_refuses_a_secret_but_not_its_absence(faults: FaultRegistry, status: int) -> None:
    """An expired secret is worse than none."""
    faults.auth = Auth(users={"bob": "right"}, refuse_secrets=status)
    assert ask(faults, "GET", f"/token?scope={SCOPE}", headers=basic("bob", "right")).status == status
    assert ask(faults, "GET", f"/token?scope={SCOPE}").status == 200


def test_scope_must_fit_the_request(faults: FaultRegistry) -> None:
    """A token for pull does not push, and not elsewhere."""
    faults.auth = Auth()
    token = bearer(ask(faults, "GET", f"/token?scope={SCOPE}"))
    pushed = ask(faults, "POST", "/v2/org/mod/blobs/uploads/", headers=token)
    assert pushed.status == 401
    assert 'error="insufficient_scope"' in pushed.headers["WWW-Authenticate"]
    assert 'scope="repository:org/mod:pull,push"' in pushed.headers["WWW-Authenticate"]
    assert ask(faults, "GET", "/v2/other/manifests/v1", headers=token).status == 401


def test_grants_part_of_what_was_asked(faults: FaultRegistry) -> None:
    """Such as the last scope alone."""
    faults.auth = Auth(grant=lambda scopes: scopes[-1:])
    token = bearer(ask(faults, "GET", f"/token?scope={SCOPE}&scope=repository:other:pull"))
    assert ask(faults, "GET", MANIFEST, headers=token).status == 401


def test_protects_what_the_test_says(faults: FaultRegistry) -> None:
    """Such as blobs alone."""
    faults.auth = Auth(protects=lambda request: "/blobs/" in request.path)
    assert ask(faults, "GET", MANIFEST).status == 200
    assert ask(faults, "GET", "/v2/org/mod/blobs/sha256:00").status == 401
