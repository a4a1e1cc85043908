"""A real registry that takes the tokens of a token service alone, as those in the field do."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import pytest

import wasm2oci
from tests.integration.test_login import run, tool
from tests.support.registry import Registry, RegistryProcess
from tests.support.tokenservice import TokenService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.cli import RunCli

ALL = {"pull", "push", "delete"}


class Site(NamedTuple):
    """The registry and its token service."""

    registry: Registry
    tokens: TokenService

    def client(self, user: str) -> wasm2oci.Client:
        """Make the client of a user."""
        return wasm2oci.Client(credentials={self.registry.host: (user, f"{user}:s3cret")})


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Run both: alice may do all, bob may read, and everybody may read what is public."""
    users = {name: f"{name}:s3cret" for name in ("alice", "bob", "eve")}
    rights = {"alice": {"": ALL}, "bob": {"private/": {"pull"}}, "": {"public/": {"pull"}}}
    with (
        TokenService(users, rights, {"identity-of-alice": "alice"}) as tokens,
        RegistryProcess(tmp_path / "registry", tokens=tokens) as registry,
    ):
        yield Site(registry, tokens)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a file that keeps credentials."""
    path = tmp_path / "auth.json"
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(path))
    return path


def test_each_user_has_their_rights(site: Site, hello: Path) -> None:
    """One token for each kind of request; what is missing is a lack of rights, and not of a login."""
    private, public = f"{site.registry.host}/private/mod:v1", f"{site.registry.host}/public/mod:v1"
    with site.client("alice") as alice, site.client("bob") as bob, site.client("eve") as eve:
        pushed = alice.push(hello, private)
        assert site.tokens.asked == [("alice", ["repository:private/mod:pull,push"])]
        alice.push(hello, public)
        assert bob.resolve(private).digest == pushed.digest
        for client, verb in ((bob, bob.delete), (eve, eve.resolve)):
            with pytest.raises((wasm2oci.PermissionDeniedError, wasm2oci.AuthenticationError)) as caught:
                verb(f"{private}@{pushed.digest}")
            assert f"the credential for {site.registry.host} in credentials does not have the right" in str(
                caught.value
            )
            assert client.fetch(public) == hello.read_bytes()
        with pytest.raises(wasm2oci.PermissionDeniedError, match="does not have the right"):
            bob.push(hello, f"{site.registry.host}/private/other:v1")
        alice.delete(f"{private}@{pushed.digest}")
    site.tokens.asked.clear()
    assert wasm2oci.fetch(public) == hello.read_bytes()
    assert site.tokens.asked == [("", ["repository:public/mod:pull"])]


def test_a_wrong_password_gets_no_token(site: Site) -> None:
    """The error says whose it is, and nothing of it."""
    with (
        wasm2oci.Client(credentials={site.registry.host: ("alice", "s3cret-wrong")}) as client,
        pytest.raises(wasm2oci.AuthenticationError) as caught,
    ):
        client.resolve(f"{site.registry.host}/private/mod:v1")
    assert "wrong name or password" in caught.value.message
    assert "s3cret" not in caught.value.message


def test_many_at_a_time_need_one_token(site: Site, hello: Path) -> None:
    """As long as it lives."""
    reference = f"{site.registry.host}/private/mod:v1"
    with site.client("alice") as alice:
        alice.push(hello, reference)
        site.tokens.asked.clear()
        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(alice.fetch, [reference] * 64)) == {hello.read_bytes()}
    assert site.tokens.asked == [("alice", ["repository:private/mod:pull"])]


def test_a_copy_within_it_asks_for_both(site: Site, hello: Path) -> None:
    """The rights to read there and to write here."""
    host = site.registry.host
    with site.client("alice") as alice:
        alice.push(hello, f"{host}/private/mod:v1")
        copied = alice.copy(f"{host}/private/mod:v1", f"{host}/copies/mod:v1")
        assert copied.sent == 0 or copied.mounted


def test_a_login_by_a_token(site: Site, hello: Path, home: Path, run_cli: RunCli) -> None:
    """It is exchanged for others each time."""
    host = site.registry.host
    assert run_cli("login", host, "--identity-token-stdin", stdin=b"identity-of-alice").code == 0
    assert json.loads(home.read_text())["auths"][host]["identitytoken"] == "identity-of-alice"
    wasm2oci.push(hello, f"{host}/private/mod:v1")
    assert {user for user, _ in site.tokens.asked} == {"alice"}
    assert run_cli("login", host, "--identity-token-stdin", stdin=b"identity-of-eve").code == 4


@pytest.mark.parametrize("name", ["podman", "skopeo"])
def test_others_log_in_there(name: str, site: Site, hello: Path, home: Path) -> None:
    """And read what we wrote, and the reverse."""
    program, host = tool(name), site.registry.host
    wasm2oci.login(host, username="alice", password="alice:s3cret")
    reference = f"{host}/private/mod:v1"
    wasm2oci.push(hello, reference, format="image")
    if name == "skopeo":
        assert run(program, "inspect", "--raw", "--tls-verify=false", f"docker://{reference}")
    assert run(program, "login", "--get-login", host).strip() == "alice"
    assert wasm2oci.logout(host) == (host,)
    login = ("login", "--tls-verify=false", "--username", "bob", "--password-stdin", host)
    run(program, *login, stdin="bob:s3cret")
    assert wasm2oci.fetch(reference) == hello.read_bytes()
    run(program, "logout", host)
    with wasm2oci.Client() as client, pytest.raises(wasm2oci.Wasm2ociError):  # a new one, which has no token
        client.fetch(reference)
    assert home.exists()
