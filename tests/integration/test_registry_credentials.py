"""`credentials` of a client: who it is in which registry, in a mapping or by a function."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import gc
import os
import pickle
import threading
from typing import TYPE_CHECKING, Any

import pytest

import wasm2oci
from tests.faults import Auth
from tests.faults.helpers import entry, write_config
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.support.registry import Registry

MODULE = binaries.module()
BOB = ("bob", "s3cret")


@pytest.fixture
def guarded(faults: FaultRegistry) -> FaultRegistry:
    """Ask for bob's password."""
    faults.add_module(MODULE)
    faults.auth = Auth(("Basic",), users=dict([BOB]))
    return faults


def fetch(faults: FaultRegistry, credentials: Any) -> bytes:  # noqa: ANN401 - also what is refused
    """Fetch with a client of its own."""
    with wasm2oci.Client(credentials=credentials) as client:
        return client.fetch(faults.reference())


# ------------------------------------------------------------------ a mapping


def test_each_registry_has_its_own(start_faults: StartFaults) -> None:
    """All in one client, and none is told what is another's."""
    basic, token, identity = start_faults(), start_faults(), start_faults()
    basic.auth = Auth(("Basic",), users=dict([BOB]))
    identity.auth = Auth(
        ("Bearer",),
        identity_tokens=frozenset({"s3cret-identity"}),
        anonymous=False,
        token_answer=lambda issued: {"access_token": issued},
    )
    token.on("*", "*").when(lambda request: request.header("Authorization") != "Bearer s3cret-token").fail(
        401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="workloads"'
    )
    credentials: dict[str, wasm2oci.Credential] = {
        basic.host: BOB,
        token.host: wasm2oci.Token("s3cret-token"),
        identity.host: wasm2oci.IdentityToken("s3cret-identity"),
    }
    with wasm2oci.Client(credentials=credentials) as client:
        for registry in (basic, token, identity):
            client.push(MODULE, registry.reference("org/mod"))
            assert client.fetch(registry.reference("org/mod")) == MODULE
    assert not basic.journal.saw("s3cret-token")
    assert not identity.journal.saw("s3cret-token")
    assert not token.journal.saw("s3cret-identity")


def test_the_nearest_counts(guarded: FaultRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the registry before all of it; then what is for all registries; then the environment and files."""
    name = guarded.reference().removeprefix(guarded.host + "/").rpartition(":")[0]
    eve = ("eve", "old")
    assert fetch(guarded, {guarded.host: eve, f"{guarded.host}/{name}": BOB, f"{guarded.host}/x": eve}) == MODULE
    with wasm2oci.Client(credentials={guarded.host: BOB}, username="eve", password="old") as client:
        assert client.fetch(guarded.reference()) == MODULE
    with wasm2oci.Client(credentials={"other.test": eve}, username="bob", password="s3cret") as client:
        assert client.fetch(guarded.reference()) == MODULE
    path = write_config(tmp_path, {guarded.host: entry(*BOB)})
    with wasm2oci.Client(credentials={"other.test": eve}, auth_file=path) as client:
        assert client.fetch(guarded.reference()) == MODULE
    monkeypatch.setenv("WASM2OCI_USERNAME", "eve")
    monkeypatch.setenv("WASM2OCI_PASSWORD", "old")
    assert fetch(guarded, {guarded.host: BOB}) == MODULE


def test_a_refusal_says_which_it_was(guarded: FaultRegistry) -> None:
    """And shows nothing of it."""
    with pytest.raises(wasm2oci.AuthenticationError) as caught:
        fetch(guarded, {guarded.host: ("bob", "wr0ng-secret")})
    assert f"check the credential for {guarded.host} in credentials" in caught.value.message
    assert "wr0ng" not in f"{caught.value}{caught.value!r}{caught.value.detail}"


@pytest.mark.parametrize(
    ("credentials", "error", "says"),
    [
        pytest.param({"ghcr.io": "s3cret"}, TypeError, "'ghcr.io'", id="a text"),
        pytest.param({"ghcr.io": ("a", "b", "s3cret")}, TypeError, "not a tuple of 3", id="three"),
        pytest.param({"ghcr.io": (b"a", b"s3cret")}, TypeError, "not a tuple of a bytes and a bytes", id="bytes"),
        pytest.param({"ghcr.io": None}, TypeError, "NoneType", id="none"),
        pytest.param({7: BOB}, TypeError, "str keys", id="a number"),
        pytest.param([("ghcr.io", BOB)], TypeError, "mapping", id="a list"),
        pytest.param({"ghcr": BOB}, wasm2oci.InvalidArgumentError, '"ghcr"', id="no host"),
        pytest.param({"": BOB}, wasm2oci.InvalidArgumentError, "HOST", id="nothing"),
        pytest.param({"ghcr.io": ("", "s3cret")}, wasm2oci.InvalidArgumentError, "together", id="no name"),
        pytest.param({"ghcr.io": ("b:b", "s3cret")}, wasm2oci.InvalidArgumentError, "colon", id="a colon"),
        pytest.param({"ghcr.io": ("b", "s3cret\n")}, wasm2oci.InvalidArgumentError, "control", id="a line"),
        pytest.param({"docker.io": BOB, "index.docker.io": BOB}, wasm2oci.InvalidArgumentError, "twice", id="twice"),
    ],
)
def test_what_is_no_credential_is_refused(credentials: Any, error: type[Exception], says: str) -> None:  # noqa: ANN401
    """When the client is made, without repeating it."""
    with pytest.raises(error) as caught:
        wasm2oci.Client(credentials=credentials)
    assert says in str(caught.value)
    assert "s3cret" not in f"{caught.value!r}"


@pytest.mark.parametrize("kind", [wasm2oci.Token, wasm2oci.IdentityToken])
def test_a_token_does_not_show_itself(kind: type[wasm2oci.Token | wasm2oci.IdentityToken]) -> None:
    """Nor does it go into a pickle."""
    token = kind("s3cret")
    assert repr(token) == str(token) == f"{token}" == f"{kind.__name__}('***')"
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="pickled"):
            attempt(token)
    with pytest.raises(TypeError, match="str, not bytes"):
        kind(b"s3cret")  # type: ignore[arg-type]


# ------------------------------------------------------------------ a function


def test_a_function_is_asked_for_each_operation(guarded: FaultRegistry, tmp_path: Path) -> None:
    """With the registry and the repository, in the thread of the caller; not for a layout."""
    asked: list[tuple[str, str]] = []

    def who(registry: str, repository: str) -> tuple[str, str]:
        assert threading.current_thread() is threading.main_thread()
        asked.append((registry, repository))
        return BOB

    with wasm2oci.Client(credentials=who) as client:
        client.push(MODULE, f"{guarded.host}/org/mod:v1,v2")
        assert client.fetch(f"{guarded.host}/org/mod:v2") == MODULE
        client.copy(f"{guarded.host}/org/mod:v1", f"oci:{tmp_path}:v1")
        client.copy(f"{guarded.host}/org/mod:v1", f"{guarded.host}/org/copy:v1")
        assert [*client.tags(f"{guarded.host}/org/mod")] == ["v1", "v2"]
        assert [outcome.unwrap() for outcome in client.pull_many([f"{guarded.host}/org/copy:v1"], tmp_path)]
    mod, other = (guarded.host, "org/mod"), (guarded.host, "org/copy")
    assert asked == [mod, mod, mod, mod, other, mod, other]


def test_what_it_says_may_change(guarded: FaultRegistry) -> None:
    """A password that is renewed is used at once, and one that is taken back no more."""
    answers: list[Any] = [BOB, BOB, ("bob", "new"), None]
    assert guarded.auth is not None
    with wasm2oci.Client(credentials=lambda *_: answers.pop(0)) as client:
        assert client.fetch(guarded.reference()) == MODULE
        assert client.fetch(guarded.reference()) == MODULE
        guarded.auth.users = {"bob": "new"}
        assert client.fetch(guarded.reference()) == MODULE
        with pytest.raises(wasm2oci.AuthenticationError):
            client.fetch(guarded.reference())


def test_none_looks_elsewhere(guarded: FaultRegistry, tmp_path: Path) -> None:
    """In the files, as without a function."""
    path = write_config(tmp_path, {guarded.host: entry(*BOB)})
    with wasm2oci.Client(credentials=lambda *_: None, auth_file=path) as client:
        assert client.fetch(guarded.reference()) == MODULE


class TroubleError(Exception):
    """What a function raises."""


def test_what_it_raises_is_passed_on(guarded: FaultRegistry, tmp_path: Path) -> None:
    """As it is, with nothing sent; of many operations it is the item's."""
    trouble = TroubleError("no vault")

    def who(*_: str) -> None:
        raise trouble

    with wasm2oci.Client(credentials=who) as client:
        for verb in (client.fetch, client.resolve, client.open, client.delete):
            with pytest.raises(TroubleError) as caught:
                verb(guarded.reference())
            assert caught.value is trouble
        (failure,) = client.pull_many([guarded.reference()], tmp_path)
        with pytest.raises(TroubleError):
            failure.unwrap()
    assert len(guarded.journal) == 0


@pytest.mark.parametrize("answer", ["s3cret", 7, ("bob",), ("ghcr.io", ("bob", "s3cret"))])
def test_what_it_says_is_checked(guarded: FaultRegistry, answer: object) -> None:
    """And not repeated."""
    with pytest.raises(TypeError) as caught:
        fetch(guarded, lambda *_: answer)
    assert "s3cret" not in str(caught.value)


def test_a_function_may_use_the_client(guarded: FaultRegistry) -> None:
    """It runs before the operation does."""
    assert guarded.auth is not None
    guarded.auth.protects = lambda request: "secrets" not in request.path
    guarded.add_module(MODULE, repository="secrets")

    def who(_: str, repository: str) -> tuple[str, str] | None:
        if repository == "secrets":
            return None
        assert client.fetch(guarded.reference("secrets")) == MODULE
        return BOB

    with wasm2oci.Client(credentials=who) as client:
        assert client.fetch(guarded.reference()) == MODULE


def test_a_function_of_a_class_keeps_no_client_alive(guarded: FaultRegistry) -> None:
    """Nor is it asked after the client is closed."""

    class Who:
        def __call__(self, *_: str) -> tuple[str, str]:
            return BOB

    client = wasm2oci.Client(credentials=Who())
    client.close()
    with pytest.raises(wasm2oci.ClosedError):
        client.fetch(guarded.reference())
    gc.collect()


def test_a_coroutine_is_for_the_async_client(guarded: FaultRegistry) -> None:
    """The other one says so, and leaves none behind that nobody awaits."""

    async def who(*_: str) -> tuple[str, str]:
        return BOB

    with pytest.raises(TypeError, match="AsyncClient"):
        fetch(guarded, who)
    gc.collect()


@pytest.mark.parametrize("awaited", [False, True])
def test_the_async_client_asks_elsewhere(guarded: FaultRegistry, awaited: bool) -> None:  # noqa: FBT001
    """A function that waits holds up no loop, and a coroutine runs in it; both see the context of the task."""
    request = contextvars.ContextVar[str]("request")
    seen: list[object] = []

    def who(*_: str) -> tuple[str, str]:
        seen.append((threading.current_thread() is threading.main_thread(), request.get()))
        return BOB

    async def awaitable(*_: str) -> tuple[str, str]:
        await asyncio.sleep(0)
        return who()

    async def main() -> None:
        request.set("mine")
        async with wasm2oci.AsyncClient(credentials=awaitable if awaited else who) as client:
            assert await client.fetch(guarded.reference()) == MODULE
            async with client.open(guarded.reference()) as reader:
                assert await reader.read() == MODULE
            assert (await client.resolve(guarded.reference())).size

    asyncio.run(main())
    assert seen == [(awaited, "mine")] * 3


def test_an_exception_reaches_the_task(guarded: FaultRegistry) -> None:
    """As it is."""

    async def who(*_: str) -> tuple[str, str]:
        raise TroubleError

    async def main() -> None:
        async with wasm2oci.AsyncClient(credentials=who) as client:
            with pytest.raises(TroubleError):
                await client.fetch(guarded.reference())

    asyncio.run(main())
    assert len(guarded.journal) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork there")
def test_a_child_asks_anew(guarded: FaultRegistry) -> None:
    """Its client is another one."""
    with wasm2oci.Client(credentials=lambda *_: BOB) as client:
        assert client.fetch(guarded.reference()) == MODULE
        child = os.fork()
        if child == 0:
            os._exit(0 if client.fetch(guarded.reference()) == MODULE else 1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0


def test_many_threads_ask_at_the_same_time(guarded: FaultRegistry) -> None:
    """Each gets what is for its repository."""
    names = [f"org/mod{number}" for number in range(8)]
    for name in names:
        guarded.add_module(MODULE, repository=name)
    assert guarded.auth is not None
    guarded.auth.users = dict.fromkeys(names, "s3cret")
    problems: list[BaseException] = []

    def work(client: wasm2oci.Client, name: str) -> None:
        try:
            for _ in range(5):
                assert client.fetch(guarded.reference(name)) == MODULE
        except BaseException as error:  # noqa: BLE001 - told below
            problems.append(error)

    with wasm2oci.Client(credentials=lambda _, repository: (repository, "s3cret")) as client:
        threads = [threading.Thread(target=work, args=(client, name)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert problems == []


def test_a_real_registry_takes_it(auth_registry: Registry, hello: Path) -> None:
    """To push and to pull."""
    who = (str(auth_registry.username), str(auth_registry.password))
    reference = auth_registry.reference()
    with wasm2oci.Client(credentials={auth_registry.host: who}) as client:
        client.push(hello, reference)
    with wasm2oci.Client(credentials=lambda *_: who) as client:
        assert client.fetch(reference) == hello.read_bytes()
