"""`untag` removes one name, and nothing with it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import pytest

import wasm2oci
from tests.faults.auth import Auth
from tests.support import binaries

if TYPE_CHECKING:
    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli

MODULE = binaries.module()
OTHER = binaries.module(seed=2)
SETTING = "REGISTRY_STORAGE_DELETE_ENABLED=true"


@pytest.fixture
def held(faults: FaultRegistry) -> str:
    """Return the same in a registry that fails as it is told."""
    added = faults.add_module(MODULE)
    faults.add_module(OTHER, tag="v2")
    faults.store.repository("org/mod").tags |= {"v1.1": added.digest, "latest": added.digest}
    return f"{faults.host}/org/mod"


def names(repository: str) -> list[str]:
    """Return the tags of a repository."""
    return list(wasm2oci.tags(repository, sort="name"))


def test_one_name_goes(repository: str) -> None:
    """The others stay, and so does what it named, though it was the last name."""
    digest = wasm2oci.resolve(f"{repository}:v1").digest
    left = ["latest", "v1", "v1.1", "v2"]
    for tag in ("v1", "latest", "v1.1"):
        assert wasm2oci.untag(f"{repository}:{tag}") is None
        left.remove(tag)
        assert names(repository) == left
    assert wasm2oci.fetch(f"{repository}@{digest}") == MODULE
    assert wasm2oci.fetch(f"{repository}:v2") == OTHER


def test_the_async_client_removes_a_name(repository: str) -> None:
    """As the other one."""

    async def main() -> None:
        async with wasm2oci.AsyncClient() as client:
            await client.untag(f"{repository}:v1", force=True, timeout=60)

    asyncio.run(main())
    assert names(repository) == ["latest", "v1.1", "v2"]


def test_the_command_says_what_it_removed(run_cli: RunCli, repository: str) -> None:
    """In a line, or one document."""
    digest = wasm2oci.resolve(f"{repository}:v1").digest
    result = run_cli("untag", f"{repository}:v1")
    assert (result.code, result.text, result.stderr) == (0, f"untagged {repository}:v1@{digest}\n", "")
    said = run_cli("untag", f"{repository}:latest", "--json").json
    assert (said["reference"], said["digest"], said["deleted"]) == (f"{repository}:latest", digest, False)
    assert run_cli("untag", f"{repository}:v1.1", "--quiet").stdout == b""
    result = run_cli("untag", f"{repository}:v1")
    assert (result.code, "v2" in result.stderr) == (3, True)


@pytest.mark.parametrize("tail", ["", "@sha256:" + "0" * 64, ":v1@sha256:" + "0" * 64])
def test_what_is_no_tag_is_refused(faults: FaultRegistry, held: str, run_cli: RunCli, tail: str) -> None:
    """Without a request, and with what to write."""
    with pytest.raises(wasm2oci.InvalidReferenceError, match=r'write ".*:TAG"'):
        wasm2oci.untag(held + tail)
    assert run_cli("untag", held + tail).code == 2
    assert len(faults.journal) == 0


def test_a_registry_that_does_not_remove_tags(faults: FaultRegistry, held: str, run_cli: RunCli) -> None:
    """It says so, with what force would take along; force does it."""
    faults.routes.untags = "nothing"
    with pytest.raises(wasm2oci.UnsupportedError, match=r"force deletes .* also latest, v1\.1$") as caught:
        wasm2oci.untag(f"{held}:v1")
    assert caught.value.detail["candidates"] == ["latest", "v1.1"]
    result = run_cli("untag", f"{held}:v1")
    assert (result.code, "--force deletes the manifest" in result.stderr) == (13, True)
    assert names(held) == ["latest", "v1", "v1.1", "v2"]
    result = run_cli("untag", f"{held}:v1", "--force")
    assert (result.code, result.text.startswith("deleted, with all its tags, ")) == (0, True)
    assert names(held) == ["v2"]


def test_a_registry_that_does_not_delete(faults: FaultRegistry, held: str, run_cli: RunCli) -> None:
    """Whoever runs it is told what to set."""
    faults.routes.deletes = False
    for force in (False, True):
        with pytest.raises(wasm2oci.UnsupportedError, match=SETTING):
            wasm2oci.untag(f"{held}:v1", force=force)
    result = run_cli("untag", f"{held}:v1")
    assert (result.code, "--force" in result.stderr) == (13, False)
    assert run_cli("untag", f"{held}:v1", "--force").code == 13
    assert names(held) == ["latest", "v1", "v1.1", "v2"]


def test_a_registry_that_deletes_more_gets_it_back(faults: FaultRegistry, held: str) -> None:
    """Under all its other names, and what happened is told."""
    faults.routes.untags = "manifest"
    digest = wasm2oci.resolve(f"{held}:v1").digest
    with pytest.raises(wasm2oci.RegistryError, match=r"put back under its digest and as latest, v1\.1, and the"):
        wasm2oci.untag(f"{held}:v1")
    assert names(held) == ["latest", "v1.1", "v2"]
    assert wasm2oci.fetch(f"{held}@{digest}") == wasm2oci.fetch(f"{held}:latest") == MODULE
    # What was meant to go may go.
    wasm2oci.untag(f"{held}:latest", force=True)
    assert names(held) == ["v2"]


@pytest.mark.parametrize("untags", ["tag", "manifest"])
def test_an_answer_that_is_lost(faults: FaultRegistry, held: str, untags: Literal["tag", "manifest"]) -> None:
    """Is as good as one that came: what the registry did is looked at."""
    faults.routes.untags = untags
    digest = wasm2oci.resolve(f"{held}:v1").digest
    faults.on("DELETE", "manifest").drop()
    with wasm2oci.Client(retries=0) as client:
        if untags == "tag":
            client.untag(f"{held}:v1")
        else:
            with pytest.raises(
                wasm2oci.RegistryError, match=r"put back under its digest and as latest, v1\.1, and the"
            ):
                client.untag(f"{held}:v1")
    assert names(held) == ["latest", "v1.1", "v2"]
    assert wasm2oci.fetch(f"{held}@{digest}") == MODULE


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_good_answer_will_do(faults: FaultRegistry, held: str, status: int) -> None:
    """Registries differ."""
    faults.on("DELETE", "manifest").status(status)
    wasm2oci.untag(f"{held}:v1")
    assert names(held) == ["latest", "v1.1", "v2"]


def test_the_right_to_delete_is_asked_for(faults: FaultRegistry, held: str) -> None:
    """With those to look before, and to put back after."""
    faults.auth = Auth(("Bearer",), users={"bob": "s3cret"}, anonymous=False)
    with wasm2oci.Client(username="bob", password="s3cret") as client:
        client.untag(f"{held}:v1")
    scopes = [scope for request in faults.journal.of(path="/token") for scope in request.query["scope"]]
    assert scopes == ["repository:org/mod:pull", "repository:org/mod:delete,pull,push"]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (403, "DENIED", wasm2oci.PermissionDeniedError),
        (401, "UNAUTHORIZED", wasm2oci.AuthenticationError),
        (400, "DENIED", wasm2oci.PermissionDeniedError),
    ],
)
def test_a_refusal_is_not_overcome(
    faults: FaultRegistry, held: str, status: int, code: str, error: type[Exception], *, force: bool
) -> None:
    """Whoever may not delete a tag is told so."""
    faults.on("DELETE", "manifest").fail(status, code, "deletion is for admins")
    with pytest.raises(error, match="deletion is for admins"):
        wasm2oci.untag(f"{held}:v1", force=force)
    assert len(faults.journal.of("DELETE")) == 1


def test_cancelling_ends_the_wait(faults: FaultRegistry, held: str) -> None:
    """Of a registry that does not answer."""
    stall = faults.on("DELETE", "manifest").stall()

    async def main() -> None:
        async with wasm2oci.AsyncClient() as client:
            task = asyncio.create_task(client.untag(f"{held}:v1"))
            await asyncio.to_thread(stall.stalled.reached.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
