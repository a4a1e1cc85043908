"""Several users through one client: a function that answers by thread or by task, whatever else runs."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest

import wasm2oci
from tests.faults import Auth
from tests.support import binaries
from tests.support.registry import RegistryProcess
from tests.support.tokenservice import TokenService

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry

USERS = ("alice", "bob")
MODULES = {user: binaries.module(seed=seed) for seed, user in enumerate(USERS, 1)}
TIMES = 40
user = contextvars.ContextVar[str]("user")


def who(*_: str) -> tuple[str, str]:
    """Say who the thread or the task works for."""
    return user.get(), f"s3cret-of-{user.get()}"


class Shared(NamedTuple):
    """A registry with a repository in which each user has a module, under the user's name."""

    registry: FaultRegistry
    auth: Auth
    owners: dict[str, str]

    def reference(self, name: str) -> str:
        """Name the module of a user."""
        return self.registry.reference(tag=name)

    def check(self) -> None:
        """See that each request came from the one whose module it asked for, and that there were enough."""
        counts = dict.fromkeys(USERS, 0)
        for request in self.registry.journal:
            owner = self.owners.get(request.path.rpartition("/")[2])
            asking = self.auth.user(request)
            if owner is not None and asking:
                assert asking == owner, f"{request.method} {request.path} by {asking}"
                counts[owner] += 1
        assert min(counts.values()) >= TIMES


@pytest.fixture(params=["Basic", "Bearer"])
def shared(request: pytest.FixtureRequest, start_faults: StartFaults) -> Shared:
    """Ask for a password, or for tokens that do not last long."""
    registry = start_faults()
    registry.auth = Auth(
        (request.param,),
        users={name: f"s3cret-of-{name}" for name in USERS},
        anonymous=False,
        token_answer=lambda token: {"token": token, "expires_in": 0.03},
    )
    owners: dict[str, str] = {}
    for name, module in MODULES.items():
        added = registry.add_module(module, tag=name)
        owners |= {name: name, added.digest: name, str(added.layers[0]["digest"]): name}
    return Shared(registry, registry.auth, owners)


def in_threads(work: Callable[[str], None]) -> None:
    """Work for all users at the same time, in two threads for each."""
    problems: list[BaseException] = []

    def run(name: str) -> None:
        user.set(name)
        try:
            for _ in range(TIMES):
                work(name)
        except BaseException as error:  # noqa: BLE001 - told below
            problems.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in USERS * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_threads_are_not_mixed(shared: Shared) -> None:
    """Whatever they do at the same time in one repository."""
    with wasm2oci.Client(credentials=who) as client:
        turns = itertools.count()

        def work(name: str) -> None:
            reference = shared.reference(name)
            if next(turns) % 2:
                assert client.fetch(reference) == MODULES[name]
            else:
                with client.open(reference) as reader:
                    assert reader.read() == MODULES[name]

        in_threads(work)
    shared.check()


@pytest.mark.parametrize("awaited", [False, True])
def test_tasks_are_not_mixed(shared: Shared, awaited: bool) -> None:  # noqa: FBT001
    """With a function that runs in another thread, and with a coroutine."""

    async def awaitable(*_: str) -> tuple[str, str]:
        await asyncio.sleep(0)
        return who()

    async def work(client: wasm2oci.AsyncClient, name: str) -> None:
        user.set(name)
        for _ in range(TIMES // 4):
            assert await client.fetch(shared.reference(name)) == MODULES[name]

    async def main() -> None:
        async with wasm2oci.AsyncClient(credentials=awaitable if awaited else who) as client:
            await asyncio.gather(*(work(client, name) for name in USERS * 4))

    asyncio.run(main())
    shared.check()


def test_one_is_refused_while_the_other_goes_on(shared: Shared) -> None:
    """And is told of the own password alone."""
    shared.auth.users = {"alice": "s3cret-of-alice", "bob": "changed"}
    with wasm2oci.Client(credentials=who) as client:

        def work(name: str) -> None:
            if name == "alice":
                assert client.fetch(shared.reference(name)) == MODULES[name]
                return
            with pytest.raises(wasm2oci.AuthenticationError) as caught:
                client.fetch(shared.reference(name))
            assert "s3cret" not in f"{caught.value!r}{caught.value.detail}"

        in_threads(work)
    assert {shared.auth.user(request) for request in shared.registry.journal.of("GET", "*/alice")} <= {"", "alice"}


def test_one_raises_while_the_other_goes_on(shared: Shared) -> None:
    """What the function raises ends the operation that it was asked for."""

    def moody(*place: str) -> tuple[str, str]:
        if user.get() == "bob":
            raise KeyError(user.get())
        return who(*place)

    with wasm2oci.Client(credentials=moody) as client:

        def work(name: str) -> None:
            if name == "alice":
                assert client.fetch(shared.reference(name)) == MODULES[name]
                return
            with pytest.raises(KeyError, match="bob"):
                client.fetch(shared.reference(name))

        in_threads(work)
    assert all(shared.auth.user(request) in {"", "alice"} for request in shared.registry.journal)


def test_nobody_is_not_the_one_before(shared: Shared) -> None:
    """None is nobody, even right after somebody was asked for the same thing."""
    answers = {"alice": ("alice", "s3cret-of-alice"), "bob": None}
    with wasm2oci.Client(credentials=lambda *_: answers[user.get()]) as client:

        def work(name: str) -> None:
            if name == "alice":
                assert client.fetch(shared.reference(name)) == MODULES[name]
                return
            with pytest.raises(wasm2oci.AuthenticationError):
                client.fetch(shared.reference("alice"))

        in_threads(work)


def test_what_goes_on_later_is_still_its_own(shared: Shared) -> None:
    """A reader whose connection breaks goes on as the one who opened it."""
    auth = shared.auth
    shared.registry.on("GET", "blob", nth=1).when(lambda request: auth.user(request) == "alice").cut(100)
    with wasm2oci.Client(credentials=who) as client:
        user.set("alice")
        with client.open(shared.reference("alice")) as reader:
            begin = reader.read(50)
            user.set("bob")
            assert client.fetch(shared.reference("bob")) == MODULES["bob"]
            assert begin + reader.read() == MODULES["alice"]
    blobs = [request for request in shared.registry.journal.of("GET", "*/blobs/*") if auth.user(request)]
    alices = {request.path for request in blobs if auth.user(request) == "alice"}
    assert [auth.user(request) for request in blobs if request.path in alices] == ["alice"] * 2


def test_many_at_a_time_are_those_of_who_asks(shared: Shared, tmp_path: Path) -> None:
    """A batch asks in the thread that takes its outcomes."""
    with wasm2oci.Client(credentials=who) as client:

        def work(name: str) -> None:
            items = [(shared.reference(name), tmp_path / f"{name}-{number}.wasm") for number in range(2)]
            assert len([outcome.unwrap() for outcome in client.pull_many(items)]) == len(items)

        in_threads(work)
    shared.check()


def test_the_cache_asks_as_who_asks(shared: Shared, tmp_path: Path) -> None:
    """Under `always`: one who has no right gets nothing of what another has brought. Under `missing` nobody asks."""
    shared.auth.users = {"alice": "s3cret-of-alice"}
    with wasm2oci.Client(credentials=who, cache_dir=tmp_path / "cache") as client:
        for name in ("alice", "alice"):
            user.set(name)
            assert client.fetch(shared.reference("alice")) == MODULES["alice"]
        user.set("bob")
        for verb in (client.fetch, client.resolve, client.inspect, client.cached):
            with pytest.raises(wasm2oci.AuthenticationError):
                verb(shared.reference("alice"))
        assert client.fetch(shared.reference("alice"), pull_policy="missing") == MODULES["alice"]


def test_a_real_registry_sees_each_user_alone(tmp_path: Path) -> None:
    """By the tokens of a real token service: each may do what they may, and never what the other may."""
    rights = {name: {f"{name}/": {"pull", "push"}} for name in USERS}
    users = {name: f"s3cret-of-{name}" for name in USERS}
    with (
        TokenService(users, rights) as tokens,
        RegistryProcess(tmp_path / "registry", tokens=tokens) as registry,
        wasm2oci.Client(credentials=who) as client,
    ):
        others = dict(zip(USERS, reversed(USERS), strict=True))
        for name in USERS:
            user.set(name)
            client.push(MODULES[name], f"{registry.host}/{name}/mod:v1")

        def work(name: str) -> None:
            assert client.fetch(f"{registry.host}/{name}/mod:v1") == MODULES[name]
            with pytest.raises(wasm2oci.PermissionDeniedError):
                client.fetch(f"{registry.host}/{others[name]}/mod:v1")
            client.push(MODULES[name], f"{registry.host}/{name}/mod:v2")
            with pytest.raises(wasm2oci.PermissionDeniedError):
                client.push(MODULES[name], f"{registry.host}/{others[name]}/mod:v2")

        in_threads(work)
        assert {name for name, _ in tokens.asked} == set(USERS)
