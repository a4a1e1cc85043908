"""`examples/server.py`: a program with many users and one client."""

from __future__ import annotations

import runpy
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.faults import Auth
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.faults import FaultRegistry

USERS = {"alice": "s3cret-a", "bob": "s3cret-b"}
MODULE = binaries.module()


@pytest.fixture
def app(faults: FaultRegistry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Start the program for a registry that wants to know who asks."""
    faults.add_module(MODULE, repository="team/hello")
    faults.auth = Auth(("Basic",), users=USERS)
    monkeypatch.setenv("REGISTRY", faults.host)
    program = runpy.run_path(str(binaries.ROOT / "examples" / "server.py"))
    with program["client"]:
        yield program["app"]


def test_each_user_asks_as_who_they_are(app: Flask, faults: FaultRegistry) -> None:
    """At the same time, over one client."""

    def get(name: str) -> tuple[int, bytes]:
        answer = app.test_client().get("/team/hello:v1", auth=(name, USERS[name]))
        return answer.status_code, answer.data

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(get, [*USERS] * 10))
    assert answers == [(200, MODULE)] * 20
    assert faults.auth is not None
    assert {faults.auth.user(request) for request in faults.journal} - {""} == {*USERS}


@pytest.mark.parametrize(
    ("path", "auth", "status"),
    [
        ("team/hello:v1", None, 401),
        ("team/hello:v1", ("alice", "wrong"), 401),
        ("team/none:v1", ("alice", "s3cret-a"), 404),
        ("team/HELLO:v1", ("alice", "s3cret-a"), 400),
        ("../hello:v1", ("alice", "s3cret-a"), 400),
    ],
)
def test_what_cannot_be_had_is_told(app: Flask, path: str, auth: tuple[str, str] | None, status: int) -> None:
    """Without anybody's password."""
    answer = app.test_client().get(f"/{path}", auth=auth)
    assert answer.status_code == status
    assert b"s3cret" not in answer.data
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)
