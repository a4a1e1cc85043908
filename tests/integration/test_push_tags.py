"""`push` and `convert` store an artifact once, and name it as often as they are told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from typing_extensions import assert_type

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

MODULE = binaries.module()


@pytest.fixture(params=["registry", "layout"])
def place(request: pytest.FixtureRequest, registry: Registry, tmp_path: Path) -> str:
    """Return a repository or a layout that does not exist yet."""
    return registry.repository() if request.param == "registry" else f"oci:{tmp_path / 'layout'}"


def digests(place: str, *tags: str) -> set[str]:
    """Return the digests that tags name."""
    return {wasm2oci.resolve(f"{place}:{tag}").digest for tag in tags}


def test_all_names_are_those_of_one_manifest(place: str) -> None:
    """The result has the first one in its reference, and all of them in their order."""
    result = wasm2oci.push(MODULE, f"{place}:v1.2.0,v1,latest,v1")
    assert_type(result.tags, tuple[str, ...])
    assert (result.reference, result.tags) == (f"{place}:v1.2.0", ("v1.2.0", "v1", "latest"))
    assert digests(place, *result.tags) == {result.digest}
    assert wasm2oci.push(MODULE, f"{place}:v1").tags == ("v1",)
    assert wasm2oci.push(MODULE, place).tags == ("latest",)
    converted = wasm2oci.convert(f"{place}:v1", f"{place}:image,plugin", format="compat")
    assert (converted.reference, converted.tags) == (f"{place}:image", ("image", "plugin"))
    assert digests(place, "image", "plugin") == {converted.digest}


def test_a_digest_holds_for_all_names(place: str) -> None:
    """Alone it sets none."""
    digest = wasm2oci.push(MODULE, f"{place}:v1").digest
    assert wasm2oci.push(MODULE, f"{place}@{digest}").tags == ()
    assert wasm2oci.push(MODULE, f"{place}:a,b@{digest}").tags == ("a", "b")
    assert digests(place, "a", "b") == {digest}
    with pytest.raises(wasm2oci.DigestMismatchError):
        wasm2oci.push(binaries.module(seed=2), f"{place}:c,d@{digest}")
    with pytest.raises(wasm2oci.NotFoundError):
        wasm2oci.resolve(f"{place}:d")


def test_batches_and_the_async_client_take_lists(place: str) -> None:
    """As `push` does."""
    items = [(MODULE, f"{place}:v1,v2"), (binaries.module(seed=2), f"{place}:v3,v4")]
    for outcome in wasm2oci.push_many(items):
        assert outcome.unwrap().tags == (("v1", "v2"), ("v3", "v4"))[outcome.index]

    async def main() -> wasm2oci.PushResult:
        async with wasm2oci.AsyncClient() as client:
            return await client.push(MODULE, f"{place}:v5,v6")

    found = asyncio.run(main())
    assert found.tags == ("v5", "v6")
    assert digests(place, "v1", "v2", "v5", "v6") == {found.digest}


def test_blobs_are_sent_once_and_a_manifest_for_each_name(faults: FaultRegistry) -> None:
    """In the order in which the names stand."""
    wasm2oci.push(MODULE, f"{faults.host}/org/mod:v1,v1.2,v1,latest")
    assert len(faults.journal.of("POST")) == 2
    manifests = [request.target for request in faults.journal.of("PUT", "*/manifests/*")]
    assert manifests == [f"/v2/org/mod/manifests/{tag}" for tag in ("v1", "v1.2", "latest")]
    sent = [line for line in faults.journal.lines() if not line.startswith("HEAD")]
    assert sent[-3:] == [f"PUT {target}" for target in manifests]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("v1,a b", "'a b'"),
        ("v1,,v2", "'v1,,v2' is empty"),
        ("v1,", "'v1,' is empty"),
        (",", "is empty"),
        ("v1, v2", "' v2'"),
        (f"v1,{'x' * 129}", "129 characters"),
        ("v1,ghcr.io/mod:v2", "write the tag alone, such as 'v2'"),
    ],
)
def test_a_bad_name_makes_no_request(
    faults: FaultRegistry, run_cli: RunCli, tmp_path: Path, hello: Path, names: str, words: str
) -> None:
    """Nor a layout. The message has it."""
    for place in (f"{faults.host}/org/mod", f"oci:{tmp_path / 'layout'}"):
        if "/" in names and place.startswith("oci:"):
            continue  # a path
        with pytest.raises(wasm2oci.InvalidReferenceError) as caught:
            wasm2oci.push(MODULE, f"{place}:{names}")
        assert words.replace("'", '"') in caught.value.message
        with pytest.raises(wasm2oci.InvalidReferenceError):
            wasm2oci.convert(faults.reference(), f"{place}:{names}")
        assert run_cli("push", hello, f"{place}:{names}").code == 2
    assert len(faults.journal) == 0
    assert not (tmp_path / "layout").exists()


@pytest.mark.parametrize("verb", ["pull", "fetch", "open", "resolve", "inspect"])
def test_every_other_verb_takes_one_name(faults: FaultRegistry, verb: str) -> None:
    """And says so."""
    faults.add_module(MODULE)
    reference = f"{faults.host}/org/mod:v1,v2"
    with pytest.raises(wasm2oci.InvalidReferenceError, match='"v1,v2" are several tags, but only one is allowed here'):
        getattr(wasm2oci, verb)(reference)
    with pytest.raises(wasm2oci.InvalidReferenceError, match="only one is allowed here"):
        wasm2oci.tag(reference, "v3")
    with pytest.raises(wasm2oci.InvalidReferenceError, match="only one is allowed here"):
        wasm2oci.convert(reference, f"{faults.host}/org/mod:v3")
    assert len(faults.journal) == 0


def test_an_error_says_which_names_are_set(faults: FaultRegistry, run_cli: RunCli, hello: Path) -> None:
    """Those before the one that failed; the registry's words are in the message, too."""
    faults.on("PUT", "*/manifests/v3").fail(403, "DENIED", "v3 is protected")
    reference = f"{faults.host}/org/mod:v1,v2,v3,v4"
    with pytest.raises(wasm2oci.PermissionDeniedError, match="v3 is protected") as caught:
        wasm2oci.push(MODULE, reference)
    assert "tagged as v1, v2, but not as v3: " in caught.value.message
    assert caught.value.message.startswith(f'push "{reference}": ')
    assert caught.value.detail["http_status"] == 403
    assert [faults.store.find_manifest("org/mod", tag) is not None for tag in ("v1", "v2", "v3", "v4")] == [
        True,
        True,
        False,
        False,
    ]
    failed = run_cli("push", hello, reference)
    assert (failed.code, "tagged as v1, v2, but not as v3" in failed.stderr) == (5, True)
    with pytest.raises(wasm2oci.PermissionDeniedError, match="tagged as v5, but not as v3: "):
        wasm2oci.tag(f"{faults.host}/org/mod:v1", "v5", "v3")


def test_the_command_says_each_name(run_cli: RunCli, place: str, hello: Path) -> None:
    """A line for each, or one document."""
    result = run_cli("push", hello, f"{place}:v1,latest")
    digest = wasm2oci.resolve(f"{place}:v1").digest
    pinned = f"{place}:v1@{digest}"
    assert result.text.splitlines() == [f"pushed {pinned}", f"tagged {pinned} as latest"]
    said = run_cli("push", hello, f"{place}:v1,latest", "--json").json
    assert (said["reference"], said["tags"]) == (f"{place}:v1", ["v1", "latest"])
    converted = run_cli("convert", f"{place}:v1", f"{place}:a,b", "--format", "image")
    assert [line.split()[0] for line in converted.text.splitlines()] == ["pushed", "tagged"]
    assert run_cli("push", hello, f"{place}:v1,latest", "--quiet").stdout == b""


def test_tag_in_the_wrong_order_is_told_the_right_one(run_cli: RunCli) -> None:
    """The reference comes first."""
    result = run_cli("tag", "v2", "127.0.0.1:1/mod:v1", "v3")
    assert (result.code, result.stderr.count("\n")) == (2, 1)
    assert "run: wasm2oci tag 127.0.0.1:1/mod:v1 v2 v3" in result.stderr


def test_a_reference_for_a_name_is_told_what_to_write(faults: FaultRegistry, run_cli: RunCli) -> None:
    """Its tag alone."""
    with pytest.raises(wasm2oci.InvalidReferenceError, match='write the tag alone, such as "v2"'):
        wasm2oci.tag(faults.reference(), faults.reference(tag="v2"))
    result = run_cli("tag", faults.reference(), "oci:dir:v2")
    assert (result.code, 'write the tag alone, such as "v2"' in result.stderr) == (2, True)
    assert len(faults.journal) == 0
