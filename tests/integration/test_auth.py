"""Credentials: where they are found, in which form, and who gets to see them."""

from __future__ import annotations

import base64
import errno
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.faults import Auth
from tests.faults.helpers import Helper, entry, write_config
from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.faults.registry import Added
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

MODULE = binaries.module()
PASSWORDS = ["a:b:c", ":", "::x", "pass word ", "ünï✓", '"\\/', "%41+&=", "x" * 5000, "{}", "-p"]
SCHEMES = [("Basic",), ("Bearer",)]


@pytest.fixture
def added(faults: FaultRegistry) -> Added:
    """Hold a module."""
    return faults.add_module(MODULE)


FETCH = """
    import sys, wasm2oci
    assert wasm2oci.fetch(sys.argv[1]).hex() == sys.argv[2]
"""


def use_helper(monkeypatch: pytest.MonkeyPatch, folder: Path, host: str, username: str, secret: str) -> Helper:
    """Put a helper that knows one host on the PATH of the processes that start from now on."""
    helper = Helper(folder / "bin", answers={host: (username, secret)})
    monkeypatch.setenv("PATH", str(helper.folder), prepend=os.pathsep)
    return helper


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name the folder of Docker's configuration."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    return tmp_path / "docker"


def basic(username: str, password: str) -> str:
    """Return the header that says this name and password."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def names_said(faults: FaultRegistry) -> set[str]:
    """Return each name and password that a registry was told, decoded."""
    headers = [request.header("Authorization") or "" for request in faults.journal]
    pairs = {header.removeprefix("Basic ") for header in headers if header.startswith("Basic ")}
    return {base64.b64decode(pair).decode() for pair in pairs}


# ------------------------------------------------------------------ nobody


@pytest.mark.parametrize("verb", ["pull", "fetch", "resolve", "inspect"])
def test_what_is_public_needs_no_name(
    faults: FaultRegistry, added: Added, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """zarf-dev/zarf#1678: one token, asked for without a name, for exactly this repository."""
    monkeypatch.chdir(tmp_path)
    faults.auth = Auth(("Bearer",))
    getattr(wasm2oci, verb)(faults.reference())
    (asked,) = faults.journal.of(path="/token")
    assert asked.header("Authorization") is None
    assert (asked.method, asked.query["scope"]) == ("GET", [f"repository:{added.repository}:pull"])
    assert asked.query["service"] == ["tests"]


@pytest.mark.parametrize(
    "content",
    [
        None,
        "{}",
        '{"auths": {}}',
        '{"auths": {"127.0.0.1:1": {}}}',
        '{"credHelpers": {}}',
        '{"HttpHeaders": {"a": "b"}}',
    ],
)
def test_a_config_without_this_host_is_no_obstacle(
    faults: FaultRegistry, added: Added, config: Path, content: str | None
) -> None:
    """Empty, of other hosts, or not there at all."""
    config.mkdir()
    if content is not None:
        (config / "config.json").write_text(content)
    faults.auth = Auth(("Bearer",))
    assert wasm2oci.fetch(faults.reference(added.repository)) == MODULE
    assert names_said(faults) == set()


@pytest.mark.parametrize("scheme", SCHEMES, ids="".join)
def test_what_is_private_says_so(faults: FaultRegistry, added: Added, scheme: tuple[str, ...]) -> None:
    """The error names the registry, and how to give a name."""
    faults.auth = Auth(scheme, anonymous=False)
    with pytest.raises(wasm2oci.AuthenticationError) as caught:
        wasm2oci.fetch(faults.reference(added.repository))
    assert faults.host in caught.value.message
    assert "\n" not in caught.value.message


def test_nothing_is_looked_up_before_it_is_asked_for(
    faults: FaultRegistry, added: Added, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A registry that asks nobody gets no name, and no helper is run for it."""
    helper = use_helper(monkeypatch, config, faults.host, "bob", "s3cret")
    write_config(config, {faults.host: entry("bob", "s3cret")}, credsStore="fake")
    python.check(FETCH, faults.reference(added.repository), MODULE.hex())
    assert helper.calls == []
    assert names_said(faults) == set()


# -------------------------------------------------------------- names and secrets


@pytest.mark.parametrize("scheme", SCHEMES, ids="".join)
@pytest.mark.parametrize("password", PASSWORDS, ids=lambda password: repr(password[:12]))
@pytest.mark.parametrize("source", ["auth", "fields", "options"])
def test_a_password_arrives_whole(
    faults: FaultRegistry, added: Added, config: Path, source: str, password: str, scheme: tuple[str, ...]
) -> None:
    """spotify/docker-client#764: only the first colon divides, and no byte is lost, wherever it comes from."""
    faults.auth = Auth(scheme, users={"bob": password}, anonymous=False)
    options: dict[str, Any] = {}
    if source == "auth":
        write_config(config, {faults.host: entry("bob", password)})
    elif source == "fields":
        write_config(config, {faults.host: {"username": "bob", "password": password}})
    else:
        options = {"username": "bob", "password": password}
    with wasm2oci.Client(**options) as client:
        assert client.fetch(faults.reference(added.repository)) == MODULE
    assert names_said(faults) == {f"bob:{password}"}


@pytest.mark.parametrize("password", ["a:b:c", 'ünï✓ "\\/ '])
def test_a_password_of_a_helper_arrives_whole(
    faults: FaultRegistry, added: Added, config: Path, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    """Through its JSON as well."""
    use_helper(monkeypatch, config, faults.host, "bob", password)
    write_config(config, credsStore="fake")
    faults.auth = Auth(("Basic",), users={"bob": password})
    python.check(FETCH, faults.reference(added.repository), MODULE.hex())
    assert names_said(faults) == {f"bob:{password}"}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"auths": {"{host}": entry("bob", "s3cret")}}, id="auth"),
        pytest.param({"auths": {"{host}": {"username": "bob", "password": "s3cret"}}}, id="name and password"),
        pytest.param(
            {"auths": {"{host}": {**entry("bob", "s3cret"), "username": "eve", "password": "old"}}}, id="auth wins"
        ),
        pytest.param({"auths": {"{host}": {**entry("bob", "s3cret"), "email": "b@x"}}}, id="with an email"),
        pytest.param({"auths": {"https://{host}/": entry("bob", "s3cret")}}, id="a key with a scheme"),
        pytest.param({"auths": {"http://{host}": entry("bob", "s3cret")}}, id="a key with another scheme"),
        pytest.param({"auths": {"https://{host}/v1/": entry("bob", "s3cret")}}, id="a key with a path"),
        pytest.param({"auths": {"{host}/v2/": entry("bob", "s3cret")}}, id="a key with a path alone"),
        pytest.param({"credsStore": "fake"}, id="a store"),
        pytest.param({"credHelpers": {"{host}": "fake"}}, id="a helper for the host"),
        pytest.param({"credsStore": "missing", "credHelpers": {"{host}": "fake"}}, id="helper before store"),
        pytest.param({"auths": {"{host}": {}}, "credsStore": "fake"}, id="an empty entry beside the store"),
        pytest.param({"auths": {"{host}": entry("eve", "old")}, "credsStore": "fake"}, id="store before entry"),
    ],
)
def test_every_form_of_dockers_config(
    faults: FaultRegistry, added: Added, config: Path, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    """fsouza/go-dockerclient#677, docker/cli#2264: what `docker login` and its helpers leave behind is understood."""
    helper = use_helper(monkeypatch, config, faults.host, "bob", "s3cret")
    write_config(config, **json.loads(json.dumps(fields).replace("{host}", faults.host)))
    faults.auth = Auth(("Bearer",), users={"bob": "s3cret"}, anonymous=False)
    python.check(FETCH, faults.reference(added.repository), MODULE.hex())
    assert names_said(faults) == {"bob:s3cret"}
    assert set(helper.calls) <= {f"get {faults.host}"}
    assert bool(helper.calls) is any("fake" in str(value) for value in fields.values())


def test_an_identity_token_is_exchanged(faults: FaultRegistry, added: Added, config: Path) -> None:
    """As cloud registries hand them out: it is no password, and goes to the token service alone."""
    write_config(config, {faults.host: {"identitytoken": "identity-of-bob"}})
    faults.auth = Auth(
        ("Bearer",),
        identity_tokens=frozenset({"identity-of-bob"}),
        anonymous=False,
        token_answer=lambda token: {"access_token": token},
    )
    assert wasm2oci.fetch(faults.reference(added.repository)) == MODULE
    seen = {request.path for request in faults.journal if request.has("identity-of-bob")}
    assert seen == {"/token"}


def test_an_identity_token_of_a_helper_is_exchanged(
    faults: FaultRegistry, added: Added, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is `<token>` then."""
    use_helper(monkeypatch, config, faults.host, "<token>", "identity-of-bob")
    write_config(config, credsStore="fake")
    faults.auth = Auth(
        ("Bearer",),
        identity_tokens=frozenset({"identity-of-bob"}),
        anonymous=False,
        token_answer=lambda token: {"access_token": token},
    )
    python.check(FETCH, faults.reference(added.repository), MODULE.hex())
    assert names_said(faults) == set()


@pytest.mark.parametrize("source", ["config", "options"])
def test_a_bearer_token_is_used_as_it_is(faults: FaultRegistry, added: Added, config: Path, source: str) -> None:
    """No token service is asked for another."""
    if source == "config":
        write_config(config, {faults.host: {"registrytoken": "t0ken"}})
    wanted = "Bearer t0ken"
    faults.on("*", "*").when(lambda request: request.header("Authorization") != wanted).fail(
        401, "UNAUTHORIZED", WWW_Authenticate=f'Bearer realm="{faults.url}/token",service="tests"'
    )
    with wasm2oci.Client(token="t0ken" if source == "options" else None) as client:
        assert client.fetch(faults.reference(added.repository)) == MODULE
    assert faults.journal.of(path="/token") == []


@pytest.mark.parametrize("scheme", SCHEMES, ids="".join)
def test_options_come_before_the_config(
    faults: FaultRegistry, added: Added, config: Path, scheme: tuple[str, ...]
) -> None:
    """What is said last and nearest counts."""
    write_config(config, {faults.host: entry("eve", "old")})
    faults.auth = Auth(scheme, users={"bob": "s3cret"}, anonymous=False)
    with wasm2oci.Client(username="bob", password="s3cret") as client:
        assert client.fetch(faults.reference(added.repository)) == MODULE
    assert names_said(faults) == {"bob:s3cret"}


def test_a_named_file_is_the_only_one(faults: FaultRegistry, added: Added, config: Path, tmp_path: Path) -> None:
    """Nothing is looked for elsewhere, and one that is missing is an error that names it."""
    write_config(config, {faults.host: entry("eve", "old")})
    named = write_config(tmp_path / "named", {faults.host: entry("bob", "s3cret")})
    faults.auth = Auth(("Basic",), users={"bob": "s3cret", "eve": "old"})
    with wasm2oci.Client(auth_file=named) as client:
        assert client.fetch(faults.reference(added.repository)) == MODULE
    assert names_said(faults) == {"bob:s3cret"}
    missing = tmp_path / "missing.json"
    with pytest.raises(wasm2oci.FilesystemError, match=r"auth_file .*missing\.json") as caught:
        wasm2oci.Client(auth_file=missing)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, str(missing))


@pytest.mark.parametrize("option", ["--auth-file", "--ca-file", "--client-cert"])
def test_a_file_that_is_named_and_missing_is_one_that_is_missing(run_cli: RunCli, tmp_path: Path, option: str) -> None:
    """Whatever it was to hold."""
    missing = tmp_path / "missing"
    key = ("--client-key", missing) if option == "--client-cert" else ()
    result = run_cli("resolve", "r.example/org/mod", option, missing, *key)
    assert (result.code, result.stderr.count("\n")) == (11, 1)
    assert f'{option} "{missing}": no such file or directory' in result.stderr


def test_a_broken_file_says_what_to_do(run_cli: RunCli, faults: FaultRegistry, added: Added, config: Path) -> None:
    """Whichever verb comes upon it, and where it is a warning as well."""
    del added
    config.mkdir()
    (config / "config.json").write_text("{'auths': {}}")
    step = "cannot be used: it is not JSON, at byte 2; correct it, or move it away and log in again"
    here: dict[str, str | None] = {"DOCKER_CONFIG": str(config)}
    faults.auth = Auth(("Bearer",), users={"bob": "s3cret"})
    warned = run_cli("resolve", faults.reference(), environment=here)
    assert (warned.code, step in warned.stderr) == (0, True)
    faults.auth = Auth(("Basic",), users={"bob": "s3cret"})
    refused = run_cli("resolve", faults.reference(), environment=here)
    assert (refused.code, refused.stderr.splitlines()[-1].count("not JSON")) == (4, 1)
    assert refused.stderr.rstrip().endswith("; mend that, or give --username and --password-stdin, or --token-stdin")
    for words in (("logout", faults.host), ("login", faults.host, "--username", "bob", "--password-stdin")):
        failed = run_cli(*words, stdin=b"s3cret", environment=here)
        assert (failed.code, step in failed.stderr) == (4, True), failed.stderr


def test_podmans_files_are_found(faults: FaultRegistry, added: Added, tmp_path: Path, config: Path) -> None:
    """One file after the other, as the environment names them."""
    places = {
        "REGISTRY_AUTH_FILE": tmp_path / "explicit.json",
        "DOCKER_CONFIG": config / "config.json",
        "XDG_RUNTIME_DIR": tmp_path / "run" / "containers" / "auth.json",
        "XDG_CONFIG_HOME": tmp_path / "xdg" / "containers" / "auth.json",
        "HOME": tmp_path / "home" / ".docker" / "config.json",
    }
    values = {name: path.parents[0 if name == "DOCKER_CONFIG" else 1] for name, path in places.items()}
    values["REGISTRY_AUTH_FILE"] = places["REGISTRY_AUTH_FILE"]
    faults.auth = Auth(("Basic",), users=dict.fromkeys(places, "s3cret"))
    with pytest.MonkeyPatch.context() as patch:
        for name, path in places.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"auths": {faults.host: entry(name, "s3cret")}}))
            patch.setenv(name, str(values[name]))
        for name, path in places.items():
            faults.journal.clear()
            if name == "HOME":
                patch.delenv("DOCKER_CONFIG")
            with wasm2oci.Client() as client:
                assert client.fetch(faults.reference(added.repository)) == MODULE
            assert names_said(faults) == {f"{name}:s3cret"}
            path.unlink()


def test_an_entry_of_podman_may_be_for_a_repository(
    faults: FaultRegistry, added: Added, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longest that fits is used (containers-auth.json, 5)."""
    organisation = added.repository.rpartition("/")[0]
    path = tmp_path / "auth.json"
    auths = {faults.host: entry("eve", "x"), f"{faults.host}/{organisation}": entry("bob", "s3cret")}
    path.write_text(json.dumps({"auths": auths}))
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(path))
    faults.auth = Auth(("Basic",), users={"bob": "s3cret"})
    assert wasm2oci.fetch(faults.reference(added.repository)) == MODULE
    assert names_said(faults) == {"bob:s3cret"}


def test_a_helper_that_is_missing_keeps_nobody_from_what_is_public(
    faults: FaultRegistry, added: Added, config: Path, run_cli: RunCli, tmp_path: Path
) -> None:
    """There is a warning; and the error names it where the registry refuses."""
    config.mkdir()
    config.joinpath("config.json").write_text('{"credsStore": "nosuchhelper"}')
    faults.auth = Auth(("Bearer",), anonymous=True)
    result = run_cli("pull", faults.reference(added.repository), "-o", tmp_path / "m.wasm")
    assert result.code == 0
    assert "docker-credential-nosuchhelper" in result.stderr
    assert tmp_path.joinpath("m.wasm").read_bytes() == MODULE
    faults.auth = Auth(("Bearer",), users={"bob": "s3cret"}, anonymous=False)
    with pytest.raises(wasm2oci.AuthenticationError, match="docker-credential-nosuchhelper"):
        wasm2oci.fetch(faults.reference(added.repository))


@pytest.mark.parametrize("content", ["{", "[]", '"x"', '{"auths": 7}', '{"auths": {"{host}": {"auth": "%%%"}}}'])
def test_a_config_that_cannot_be_read_is_named(faults: FaultRegistry, added: Added, config: Path, content: str) -> None:
    """The user has to repair it; what stands in it is not shown."""
    config.mkdir()
    path = config / "config.json"
    path.write_text(content.replace("{host}", faults.host))
    faults.auth = Auth(("Basic",), users={"bob": "s3cret"})
    with pytest.raises(wasm2oci.AuthenticationError) as caught:
        wasm2oci.push(MODULE, faults.reference(added.repository))
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message
    assert faults.journal.of("PUT") == []


# ------------------------------------------------------------------ who sees them


@pytest.mark.parametrize("scheme", SCHEMES, ids="".join)
@pytest.mark.parametrize(
    "key",
    [
        *("127.0.0.1:1", "127.0.0.1", "localhost:{port}", "127.0.0.2:{port}", "127.0.0.1:{port}0"),
        *("x127.0.0.1:{port}", "docker.io", "https://index.docker.io/v1/", "", "*"),
    ],
)
@pytest.mark.parametrize("form", ["auth", "identitytoken", "registrytoken"])
def test_a_credential_goes_to_its_own_host_alone(
    faults: FaultRegistry, added: Added, config: Path, form: str, key: str, scheme: tuple[str, ...]
) -> None:
    """moby/moby#2165: neither another port nor a name that looks alike is the same host."""
    held = entry("bob", "s3cret") if form == "auth" else {form: "s3cret"}
    write_config(config, {key.format(port=faults.port): held})
    faults.auth = Auth(scheme, users={"bob": "s3cret"}, anonymous=False)
    with pytest.raises(wasm2oci.AuthenticationError) as caught:
        wasm2oci.fetch(faults.reference(added.repository))
    assert faults.host in caught.value.message
    assert names_said(faults) == set()
    assert not faults.journal.saw("s3cret")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"], ids=["other port", "other host"])
@pytest.mark.parametrize("route", ["manifest", "blob"])
@pytest.mark.parametrize("scheme", SCHEMES, ids="".join)
def test_a_redirect_carries_no_credential(
    start_faults: StartFaults, config: Path, scheme: tuple[str, ...], route: str, address: str
) -> None:
    """Neither password nor token, even where the other side asks for one in the registry's own words."""
    front = start_faults()
    other = start_faults(address, store=front.store)
    front.add_module(MODULE)
    write_config(config, {front.host: entry("bob", "s3cret")})
    front.auth = Auth(scheme, users={"bob": "s3cret"}, anonymous=False)
    other.auth = Auth(scheme, users={"bob": "s3cret"}, anonymous=False, realm=front.url + "/token")
    front.on("GET|HEAD", route).when(lambda request: request.header("Authorization") is not None).redirect(
        other.url + "{target}"
    )
    with pytest.raises(wasm2oci.AuthenticationError) as caught:
        wasm2oci.fetch(front.reference())
    assert other.host in caught.value.message
    assert other.journal.all()
    assert [request for request in other.journal if request.header("Authorization")] == []
    assert not other.journal.saw("s3cret")


def test_a_token_service_elsewhere_gets_no_password(start_faults: StartFaults, config: Path) -> None:
    """GHSA-jxpm-75mh-9fp7: a registry must not send us to an address in our own network with a secret in hand."""
    front, other = start_faults(), start_faults("127.0.0.2")
    front.add_module(MODULE)
    write_config(config, {front.host: entry("bob", "s3cret")})
    front.auth = Auth(("Bearer",), users={"bob": "s3cret"}, anonymous=False, realm=other.url + "/token")
    with pytest.raises(wasm2oci.Wasm2ociError) as caught:
        wasm2oci.fetch(front.reference())
    assert "127.0.0.2" in caught.value.message
    assert "s3cret" not in str(caught.value)
    assert len(other.journal) == 0


@pytest.mark.parametrize("scheme", SCHEMES, ids="".join)
def test_a_refused_secret_is_not_shown(faults: FaultRegistry, added: Added, scheme: tuple[str, ...]) -> None:
    """In no spelling: message, detail and representation are all that reaches logs."""
    faults.auth = Auth(scheme, users={"bob": "other"}, anonymous=False)
    with (
        wasm2oci.Client(username="bob", password="s3cret") as client,
        pytest.raises(wasm2oci.AuthenticationError) as caught,
    ):
        client.fetch(faults.reference(added.repository))
    shown = f"{caught.value}{caught.value!r}{caught.value.detail}"
    assert [text for text in ("s3cret", basic("bob", "s3cret").split()[1]) if text in shown] == []
    assert faults.host in caught.value.message


@pytest.mark.parametrize("one_line", [True, False])
@pytest.mark.parametrize("schemes", [("Basic", "Bearer"), ("Bearer", "Basic")], ids="".join)
@pytest.mark.parametrize("known", [True, False])
def test_any_of_several_challenges_will_do(
    faults: FaultRegistry,
    added: Added,
    schemes: tuple[str, ...],
    one_line: bool,  # noqa: FBT001
    known: bool,  # noqa: FBT001
) -> None:
    """httpwg/http-core#136: in one header or in two, and the first is not the one that counts."""
    faults.auth = Auth(schemes, users={"bob": "s3cret"}, anonymous=not known, one_line=one_line)
    options: dict[str, Any] = {"username": "bob", "password": "s3cret"} if known else {}
    with wasm2oci.Client(**options) as client:
        assert client.fetch(faults.reference(added.repository)) == MODULE
        client.push(MODULE, faults.reference("org/new"))
    assert names_said(faults) == ({"bob:s3cret"} if known else set())


@pytest.mark.parametrize("grant", ["nothing", "part", "the last"])
def test_a_right_that_is_not_given_is_not_asked_for_again(faults: FaultRegistry, grant: str) -> None:
    """estesp/manifest-tool#53: what is missing is a right; the token service is asked twice at most."""
    grants: dict[str, Any] = {
        "nothing": lambda _: [],
        "part": lambda scopes: [scope.replace("pull,push", "pull") for scope in scopes],
        "the last": lambda scopes: scopes[-1:],
    }
    faults.auth = Auth(("Bearer",), users={"bob": "s3cret"}, anonymous=False, grant=grants[grant])
    with wasm2oci.Client(username="bob", password="s3cret") as client:
        if grant == "the last":
            assert client.push(MODULE, faults.reference()).digest
            return
        with pytest.raises(wasm2oci.PermissionDeniedError, match=r"username given for .* does not have the right"):
            client.push(MODULE, faults.reference())
    assert len(faults.journal.of(path="/token")) <= 2


def test_a_token_is_replaced_before_it_ends(faults: FaultRegistry, added: Added) -> None:
    """As long as it lives there is no other; and no request comes too late with an old one."""
    faults.auth = Auth(("Bearer",), token_answer=lambda token: {"token": token, "expires_in": 1})
    refused = faults.on("*", "*").when(lambda request: "/v2/" in request.path and not request.header("Authorization"))
    with wasm2oci.Client() as client:
        while len(faults.journal.of(path="/token")) < 3:
            assert client.resolve(faults.reference(added.repository)).size
    assert refused.seen == 3


def test_a_push_asks_for_the_right_to_push(faults: FaultRegistry, config: Path) -> None:
    """Both rights in one token, for this repository alone."""
    write_config(config, {faults.host: entry("bob", "s3cret")})
    faults.auth = Auth(("Bearer",), users={"bob": "s3cret"}, anonymous=False)
    wasm2oci.push(MODULE, faults.reference("org/new"))
    scopes = {scope for request in faults.journal.of(path="/token") for scope in request.query["scope"]}
    assert scopes == {"repository:org/new:pull,push"}
    assert len(faults.journal.of(path="/token")) == 1


def test_a_real_registry_takes_the_config(auth_registry: Registry, config: Path, hello: Path, tmp_path: Path) -> None:
    """There and back, with a password full of colons."""
    write_config(config, {auth_registry.host: entry(str(auth_registry.username), str(auth_registry.password))})
    reference = auth_registry.reference()
    pushed = wasm2oci.push(hello, reference)
    assert wasm2oci.pull(reference, tmp_path / "m.wasm").digest == pushed.digest
    assert (tmp_path / "m.wasm").read_bytes() == hello.read_bytes()


# ------------------------------------------------------------------ environment


def test_the_environment_of_the_moment_counts(
    faults: FaultRegistry, added: Added, monkeypatch: pytest.MonkeyPatch
) -> None:
    """golang/go#27693: also what was set after the first call, and what is no longer."""
    faults.auth = Auth(("Basic",), users={"bob": "s3cret"})
    with pytest.raises(wasm2oci.AuthenticationError):
        wasm2oci.fetch(faults.reference(added.repository))
    monkeypatch.setenv("WASM2OCI_USERNAME", "bob")
    monkeypatch.setenv("WASM2OCI_PASSWORD", "s3cret")
    assert wasm2oci.fetch(faults.reference(added.repository)) == MODULE
    monkeypatch.setenv("WASM2OCI_REGISTRY", "other.example")
    with pytest.raises(wasm2oci.AuthenticationError):
        wasm2oci.fetch(faults.reference(added.repository))
    monkeypatch.setenv("WASM2OCI_REGISTRY", faults.host)
    assert wasm2oci.fetch(faults.reference(added.repository)) == MODULE
    assert names_said(faults) == {"bob:s3cret"}


def test_options_come_before_the_environment(
    faults: FaultRegistry, added: Added, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name or a file that is given."""
    monkeypatch.setenv("WASM2OCI_TOKEN", "of-the-environment")
    faults.auth = Auth(("Basic",), users={"bob": "s3cret"})
    path = write_config(tmp_path, {faults.host: entry("bob", "s3cret")})
    for options in ({"username": "bob", "password": "s3cret"}, {"auth_file": path}):
        with wasm2oci.Client(**options) as client:
            assert client.fetch(faults.reference(added.repository)) == MODULE
    assert names_said(faults) == {"bob:s3cret"}


def test_a_refusal_names_the_variable(run_cli: RunCli, faults: FaultRegistry) -> None:
    """And does not advise to log in, which was done."""
    faults.auth = Auth(("Basic",), users={"bob": "other"})
    environment = {"WASM2OCI_USERNAME": "bob", "WASM2OCI_PASSWORD": "s3cret"}
    result = run_cli("resolve", faults.reference("a/b"), environment=environment)
    assert result.code == 4
    assert "check WASM2OCI_USERNAME and WASM2OCI_PASSWORD" in result.stderr
    assert "s3cret" not in result.stderr
