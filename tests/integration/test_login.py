"""`login` and `logout`: a credential is checked, and found by everybody who looks where it was put."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.faults import Auth
from tests.faults.helpers import entry, write_config
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

MODULE = binaries.module()
LIMIT = 60
STORING = """\
#!/bin/sh
at=$(dirname "$0")/kept
case $1 in
store) cat > "$at";;
get) cat > /dev/null; cat "$at" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; };;
erase) cat > /dev/null; rm "$at";;
esac
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Move to a home of its own, and name docker's file there."""
    for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / ".docker" / "config.json"


def run(*command: str | Path, stdin: str = "", **environment: str) -> str:
    """Run another tool, which must end well."""
    done = subprocess.run(
        command,
        input=stdin.encode(),
        env={**os.environ, **environment},
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout!r}\n{done.stderr.decode()}"
    return done.stdout.decode()


def tool(name: str) -> str:
    """Return a program of the system, or skip."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def who(registry: Registry) -> dict[str, Any]:
    """Return the name and the password of a registry."""
    return {"username": str(registry.username), "password": str(registry.password)}


def credential(registry: Registry) -> str:
    """Return both as the files have them."""
    return entry(**who(registry))["auth"]


def test_a_login_is_found_by_what_comes_after(auth_registry: Registry, hello: Path, home: Path) -> None:
    """Checked with a real registry, kept for the owner alone, and gone after a logout."""
    reference = auth_registry.reference()
    with pytest.raises(wasm2oci.AuthenticationError):
        wasm2oci.push(hello, reference)
    stored = wasm2oci.login(auth_registry.host, **who(auth_registry))
    assert (stored.registry, stored.path, stored.helper) == (auth_registry.host, home, None)
    assert stat.S_IMODE(home.stat().st_mode) == 0o600
    assert json.loads(home.read_text()) == {"auths": {auth_registry.host: {"auth": credential(auth_registry)}}}
    wasm2oci.push(hello, reference)
    assert wasm2oci.logout(auth_registry.host) == (auth_registry.host,)
    assert wasm2oci.logout(auth_registry.host) == ()
    with pytest.raises(wasm2oci.AuthenticationError):
        wasm2oci.resolve(reference)


def test_a_wrong_password_is_not_kept(auth_registry: Registry, home: Path) -> None:
    """And is not repeated; nor is anybody told to log in."""
    with pytest.raises(wasm2oci.AuthenticationError) as caught:
        wasm2oci.login(auth_registry.host, username="eve", password="s3cret")
    assert "check the username and the password" in caught.value.message
    assert "s3cret" not in caught.value.message
    assert not home.parent.exists()


def test_the_async_client_logs_in(auth_registry: Registry, home: Path) -> None:
    """As the other one."""

    async def main() -> None:
        async with wasm2oci.AsyncClient() as client:
            assert (await client.login(auth_registry.host, **who(auth_registry))).path == home
            assert await client.logout(all_registries=True) == (auth_registry.host,)

    asyncio.run(main())
    assert json.loads(home.read_text()) == {"auths": {}}


def test_the_command_logs_in(run_cli: RunCli, auth_registry: Registry, hello: Path, tmp_path: Path) -> None:
    """With the password on standard input; the warning says that it is not encrypted."""
    assert auth_registry.password is not None
    environment = {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker")}
    options = ("--username", str(auth_registry.username), "--password-stdin")
    stdin = auth_registry.password.encode() + b"\n"
    result = run_cli("login", auth_registry.host, *options, stdin=stdin, environment=environment)
    assert (result.code, result.stdout) == (
        0,
        f"logged in to {auth_registry.host}; the credential is in {tmp_path}/docker/config.json\n".encode(),
    )
    assert "unencrypted" in result.stderr
    assert auth_registry.password not in result.stderr
    assert run_cli("push", hello, auth_registry.reference(), environment=environment).code == 0
    result = run_cli("logout", "--all", "--json", environment=environment)
    assert json.loads(result.stdout) == {"registries": [auth_registry.host]}
    result = run_cli("logout", auth_registry.host, environment=environment)
    assert (result.code, result.stdout) == (0, f"not logged in to {auth_registry.host}\n".encode())
    assert run_cli("login", auth_registry.host, *options, stdin=b"s3cret", environment=environment).code == 4


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (("login", "ghcr.io"), b"", "--password-stdin"),
        (("login", "ghcr.io", "--password-stdin"), b"s3cret", "--username"),
        (("login", "ghcr.io", "--token-stdin", "--identity-token-stdin"), b"s3cret", "one secret"),
        (("login", "ghcr.io", "--token-stdin"), b"", "empty"),
        (("login", "https://ghcr.io", "--token-stdin"), b"s3cret", "ghcr.io"),
        (("login", "ghcr.io/me", "--token-stdin"), b"s3cret", "ghcr.io"),
        (("logout",), b"", "--all"),
        (("logout", "ghcr.io", "--all"), b"", "--all"),
        (("logout", "ghcr"), b"", "docker.io"),
    ],
)
def test_what_is_no_login_is_refused(run_cli: RunCli, words: tuple[str, ...], stdin: bytes, says: str) -> None:
    """With what to write instead."""
    result = run_cli(*words, stdin=stdin)
    assert (result.code, result.stdout) == (2, b"")
    assert says in result.stderr
    assert "s3cret" not in result.stderr


def test_a_file_that_is_named_need_not_exist(auth_registry: Registry, tmp_path: Path, run_cli: RunCli) -> None:
    """It is made, with its folder, and is the only one that is looked at."""
    path = tmp_path / "new" / "auth.json"
    assert wasm2oci.login(auth_registry.host, auth_file=path, **who(auth_registry)).path == path
    with wasm2oci.Client(auth_file=path) as client:
        assert client.logout(auth_registry.host) == (auth_registry.host,)
    other = tmp_path / "other.json"
    options = ("--username", str(auth_registry.username), "--password-stdin", "--auth-file", other)
    assert run_cli("login", auth_registry.host, *options, stdin=str(auth_registry.password).encode()).code == 0
    assert auth_registry.host in other.read_text()


def test_a_link_to_a_file_that_need_not_exist_is_followed(
    auth_registry: Registry, tmp_path: Path, run_cli: RunCli
) -> None:
    """Where its folder does not exist nothing is written, least of all a secret beside it."""
    link, target = tmp_path / "config.json", tmp_path / "kept" / "auth.json"
    link.symlink_to(target)
    options = ("--username", str(auth_registry.username), "--password-stdin", "--auth-file", link)
    password = str(auth_registry.password).encode()
    refused = run_cli("login", auth_registry.host, *options, stdin=password)
    assert (refused.code, f'"{target}"' in refused.stderr) == (11, True)
    assert ([*tmp_path.iterdir()], link.readlink()) == ([link], target)
    assert run_cli("logout", auth_registry.host, "--auth-file", link).code != 0
    assert ([*tmp_path.iterdir()], link.readlink()) == ([link], target)
    target.parent.mkdir()
    assert run_cli("login", auth_registry.host, *options, stdin=password).code == 0
    assert (link.readlink(), auth_registry.host in target.read_text()) == (target, True)
    assert run_cli("logout", auth_registry.host, "--auth-file", link).code == 0
    assert (link.readlink(), auth_registry.host in target.read_text()) == (target, False)


def test_a_helper_keeps_it(
    auth_registry: Registry, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has nothing but a mark."""
    program = tmp_path / "bin" / "docker-credential-kept"
    program.parent.mkdir()
    program.write_text(STORING)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    write_config(home.parent, credsStore="kept")
    stored = wasm2oci.login(auth_registry.host, **who(auth_registry))
    assert stored.helper == "docker-credential-kept"
    assert json.loads(home.read_text()) == {"credsStore": "kept", "auths": {auth_registry.host: {}}}
    assert json.loads((program.parent / "kept").read_text())["Secret"] == auth_registry.password
    with pytest.raises(wasm2oci.NotFoundError):
        wasm2oci.resolve(auth_registry.reference())
    assert wasm2oci.logout(auth_registry.host) == (auth_registry.host,)
    assert not (program.parent / "kept").exists()


def test_entries_of_parts_have_names_of_their_own(run_cli: RunCli, tmp_path: Path) -> None:
    """As `podman login HOST/PATH` writes them: a logout of the host says that they stay."""
    keys = ("r.example", "r.example/me", "r.example/me/mod")
    path = write_config(tmp_path, dict.fromkeys(keys, entry("me", "s3cret")))
    options = ("--auth-file", path)
    result = run_cli("logout", "r.example", *options)
    assert result.stdout == b"logged out of r.example\n"
    assert [f'"{key}" stays' in result.stderr for key in keys] == [False, True, True]
    result = run_cli("logout", "r.example/me", *options)
    assert (result.stdout, result.stderr) == (b"logged out of r.example/me\n", "")
    assert list(json.loads(path.read_text())["auths"]) == ["r.example/me/mod"]
    result = run_cli("logout", "r.example/me", *options)
    assert (result.code, result.stdout) == (0, b"not logged in to r.example/me\n")
    result = run_cli("logout", "--all", "--json", *options)
    assert (result.code, json.loads(path.read_text())) == (0, {"auths": {}})


def test_podmans_entry_of_a_part_is_erased(auth_registry: Registry, home: Path, run_cli: RunCli) -> None:
    """One that podman wrote itself."""
    program, path = tool("podman"), home.parent / "auth.json"
    part = f"{auth_registry.host}/part"
    login = ("--tls-verify=false", "--authfile", path, "--username", str(auth_registry.username), "--password-stdin")
    home.parent.mkdir()
    run(program, "login", *login, part, stdin=str(auth_registry.password))
    assert list(json.loads(path.read_text())["auths"]) == [part]
    assert run_cli("logout", part, "--auth-file", path).stdout == f"logged out of {part}\n".encode()
    assert json.loads(path.read_text()) == {"auths": {}}


def test_tokens_are_kept(faults: FaultRegistry, home: Path, run_cli: RunCli) -> None:
    """An identity token is checked by exchanging it."""
    added = faults.add_module(MODULE)
    faults.auth = Auth(
        ("Bearer",),
        identity_tokens=frozenset({"identity-of-bob"}),
        anonymous=False,
        token_answer=lambda token: {"access_token": token},
    )
    result = run_cli("login", faults.host, "--identity-token-stdin", stdin=b"identity-of-bob\n")
    assert result.code == 0
    assert json.loads(home.read_text())["auths"][faults.host]["identitytoken"] == "identity-of-bob"
    assert wasm2oci.fetch(faults.reference(added.repository)) == MODULE
    assert run_cli("login", faults.host, "--identity-token-stdin", stdin=b"s3cret").code == 4


# ---------------------------------------------------------------------- others


@pytest.mark.parametrize("name", ["podman", "skopeo"])
def test_podman_and_skopeo_read_what_we_write(name: str, auth_registry: Registry, hello: Path, home: Path) -> None:
    """And the reverse."""
    program = tool(name)
    wasm2oci.login(auth_registry.host, **who(auth_registry))
    said = run(program, "login", "--get-login", auth_registry.host, XDG_RUNTIME_DIR=str(home.parent))
    assert said.strip() == auth_registry.username
    reference = auth_registry.reference()
    wasm2oci.push(hello, reference, format="image")
    if name == "skopeo":
        tag = reference.rsplit(":", 1)[0]
        assert run(program, "list-tags", "--tls-verify=false", f"docker://{tag}")
    wasm2oci.logout(auth_registry.host)
    path = home.parent / "auth.json"
    login = ("--tls-verify=false", "--authfile", path, "--username", str(auth_registry.username), "--password-stdin")
    run(program, "login", *login, auth_registry.host, stdin=str(auth_registry.password))
    with wasm2oci.Client(auth_file=path) as client:
        client.resolve(reference)
        assert client.logout(auth_registry.host) == (auth_registry.host,)


def test_oras_reads_what_we_write(auth_registry: Registry, oras: Path, hello: Path, home: Path) -> None:
    """And the reverse; neither touches what the other has not written."""
    others: dict[str, Any] = {"auths": {"other.example": entry("a", "b")}, "psFormat": "<{{.ID}}>"}
    write_config(home.parent, **others)
    wasm2oci.login(auth_registry.host, **who(auth_registry))
    reference = auth_registry.reference()
    wasm2oci.push(hello, reference)
    run(oras, "resolve", "--plain-http", reference)
    run(oras, "logout", auth_registry.host)
    assert json.loads(home.read_text()) == others
    login = ("--plain-http", "--username", str(auth_registry.username), "--password-stdin")
    run(oras, "login", *login, auth_registry.host, stdin=str(auth_registry.password))
    wasm2oci.resolve(reference)
    assert wasm2oci.logout(auth_registry.host) == (auth_registry.host,)
    assert json.loads(home.read_text()) == others


def test_no_secret_leaves_a_login(auth_registry: Registry, home: Path, run_cli: RunCli) -> None:
    """In what is printed with all that there is to log, as it is or as base64."""
    secret = str(auth_registry.password)
    options = ("--username", str(auth_registry.username), "--password-stdin", "--debug")
    for stdin in (secret, "s3cret-other"):
        result = run_cli("login", auth_registry.host, *options, stdin=stdin.encode())
        for spelled in (stdin, base64.b64encode(stdin.encode()).decode(), entry(options[1], stdin)["auth"]):
            assert spelled not in result.stderr + result.stdout.decode()
    assert home.exists()
