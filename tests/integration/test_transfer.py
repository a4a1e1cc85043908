"""What goes over the wire: how many requests, and what is done when one goes wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import Auth, digest_of
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.faults.rules import Rule

MODULE = binaries.module(1_000_000)
LONG_AGO = "Thu, 01 Jan 2015 00:00:00 GMT"


@pytest.fixture
def client() -> Iterator[wasm2oci.Client]:
    """Make a client as users do."""
    with wasm2oci.Client() as client:
        yield client


def ranges(faults: FaultRegistry) -> list[str | None]:
    """Return the Range headers of the requests for the blob."""
    return [request.header("Range") for request in faults.journal.of("GET", "*/blobs/*")]


# ------------------------------------------------------------------- downloads


def test_a_pull_by_tag_is_two_requests(faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path) -> None:
    """The manifest and the layer, over one connection."""
    added = faults.add_module(MODULE)
    client.pull(faults.reference(), tmp_path / "m.wasm")
    assert faults.journal.lines() == [
        "GET /v2/org/mod/manifests/v1",
        f"GET /v2/org/mod/blobs/{added.layers[0]['digest']}",
    ]
    assert faults.journal.connections == 1


@pytest.mark.parametrize("format", ["compat", "image"])
def test_a_pull_of_a_tar_is_three_requests(
    faults: FaultRegistry,
    client: wasm2oci.Client,
    tmp_path: Path,
    format: wasm2oci.PushFormat,  # noqa: A002
) -> None:
    """The config may name the module."""
    client.push(MODULE, faults.reference(), format=format)
    faults.journal.clear()
    client.pull(faults.reference(), tmp_path / "m.wasm")
    assert sent(faults)[0] == "GET manifest"
    assert len(faults.journal.all()) <= 3


def test_a_client_asks_for_a_token_once(faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path) -> None:
    """The challenge and the token cost the first pull two requests more, and no other one."""
    faults.auth = Auth(schemes=("Bearer",), anonymous=True)
    faults.add_module(MODULE)
    client.pull(faults.reference(), tmp_path / "m.wasm")
    assert len(faults.journal.of(path="/token")) == 1
    assert len(faults.journal.all()) == 4
    faults.journal.clear()
    for _ in range(3):
        client.pull(faults.reference(), tmp_path / "m.wasm")
    assert len(faults.journal.all()) == 6
    assert faults.journal.of(path="/token") == []


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("way", ["pull", "fetch", "open"])
def test_a_broken_download_goes_on_where_it_broke(
    faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path, way: str, *, reset: bool
) -> None:
    """Nothing is read twice, and the hash goes on."""
    faults.add_module(MODULE)
    faults.on("GET", "blob", nth=1).cut(after=400_000, reset=reset)
    faults.on("GET", "blob", nth=2).cut(after=100_000, reset=reset)
    assert read(client, faults.reference(), tmp_path, way) == MODULE
    first, second, third = ranges(faults)
    starts = [int(str(text).removeprefix("bytes=").partition("-")[0]) for text in (second, third)]
    assert first is None
    # A reset drops what the client had not read yet.
    assert starts[0] <= 400_000
    assert starts[1] <= starts[0] + 100_000
    if not reset:
        assert starts == [400_000, 500_000]


def read(client: wasm2oci.Client, reference: str, folder: Path, way: str) -> bytes:
    """Read a module in one of the three ways."""
    if way == "pull":
        return client.pull(reference, folder / "m.wasm").path.read_bytes()
    if way == "fetch":
        return client.fetch(reference)
    with client.open(reference) as reader:
        return reader.read()


def test_a_broken_download_without_ranges_starts_again(
    faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path
) -> None:
    """A registry may answer a range with the whole."""
    faults.add_module(MODULE)
    faults.on("GET", "blob", nth=1).cut(after=400_000)
    whole = faults.on("GET", "blob", nth=2).status(200).body(MODULE).omit("Content-Range")
    assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == MODULE
    assert whole.seen == 2


def test_a_download_that_breaks_for_ever_is_given_up(faults: FaultRegistry, tmp_path: Path) -> None:
    """Without progress there are as many tries as `retries` says, and the old file stays."""
    output = tmp_path / "m.wasm"
    output.write_bytes(b"old")
    faults.add_module(MODULE)
    faults.on("GET", "blob").cut(after=1)
    with wasm2oci.Client(retries=2) as impatient, pytest.raises(wasm2oci.NetworkError):
        impatient.pull(faults.reference(), output)
    assert len(ranges(faults)) == 3
    assert output.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [output]


def test_damage_on_the_way_is_fetched_once_more(faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path) -> None:
    """A cache may hold a damaged copy, so the second request passes it by."""
    faults.add_module(MODULE)
    faults.on("GET", "blob", nth=1).flip(at=500_000)
    assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == MODULE
    first, second = faults.journal.of("GET", "*/blobs/*")
    assert (first.header("Cache-Control"), second.header("Cache-Control")) == (None, "no-cache")


def test_damage_that_stays_is_an_error(faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path) -> None:
    """Two requests, no more."""
    faults.add_module(MODULE)
    faults.on("GET", "blob").flip(at=0)
    with pytest.raises(wasm2oci.DigestMismatchError):
        client.pull(faults.reference(), tmp_path / "m.wasm")
    assert len(ranges(faults)) == 2
    assert list(tmp_path.iterdir()) == []


def test_retries_are_logged(
    faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Users see why it takes longer, in Python's own logging."""
    faults.add_module(MODULE)
    faults.on("GET", "blob", nth=1).cut(after=1000)
    client.pull(faults.reference(), tmp_path / "m.wasm")
    assert [record.levelname for record in caplog.records if "next try in" in record.getMessage()] == ["WARNING"]


@pytest.mark.parametrize(
    "delay", [lambda rule: rule.retry_after(1), lambda rule: rule.retry_after(LONG_AGO), lambda rule: rule.fail(503)]
)
@pytest.mark.parametrize("route", ["manifest", "blob"])
def test_a_registry_that_is_busy_is_asked_again(
    faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path, delay: Callable[..., object], route: str
) -> None:
    """429 with a wait in seconds or as a date, and 503."""
    faults.add_module(MODULE)
    delay(faults.on("GET", route, nth=(1, 2)))
    assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == MODULE


def test_a_large_blob_that_comes_slowly_is_read_over_several_connections(faults: FaultRegistry, tmp_path: Path) -> None:
    """Each of them is as slow as before; and the file is the same."""
    content = binaries.module(12_000_000)
    faults.add_module(content)
    faults.on("GET", "blob").drip(200_000, 0.01)
    with wasm2oci.Client(range_threshold=1_000_000) as client:
        assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == content
    first, *others = ranges(faults)
    assert first is None
    assert len(others) >= 3
    assert faults.journal.connections >= 4


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda rule: rule.fail(416), id="416"),
        pytest.param(lambda rule: rule.fail(403), id="403"),
        pytest.param(lambda rule: rule.retry_after(30), id="429"),
        pytest.param(lambda rule: rule.status(200).omit("Content-Range"), id="200"),
    ],
)
def test_a_registry_that_refuses_ranges_is_read_over_one_connection(
    faults: FaultRegistry, tmp_path: Path, fault: Callable[[Rule], Rule]
) -> None:
    """Without a wait, and without an error."""
    content = binaries.module(9_000_000)
    faults.add_module(content)
    fault(faults.on("GET", "blob").when(lambda request: request.header("Range") is not None))
    with wasm2oci.Client(range_threshold=1_000_000, timeout=20) as client:
        assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == content
    assert len(ranges(faults)) == 2


def test_each_range_goes_on_by_itself(faults: FaultRegistry, tmp_path: Path) -> None:
    """One that breaks is asked for again from where it broke."""
    content = binaries.module(12_000_000)
    faults.add_module(content)
    faults.on("GET", "blob").drip(200_000, 0.005)
    faults.on("GET", "blob", nth=(1, 2, 3)).cut(after=1_000_000)
    with wasm2oci.Client(range_threshold=1_000_000) as client:
        assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == content


def test_damage_in_a_range_is_fetched_once_more(faults: FaultRegistry, tmp_path: Path) -> None:
    """The whole of it, past caches."""
    content = binaries.module(9_000_000)
    faults.add_module(content)
    faults.on("GET", "blob", nth=2).flip(at=100)
    with wasm2oci.Client(range_threshold=1_000_000) as client:
        assert client.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == content
    assert any(request.header("Cache-Control") == "no-cache" for request in faults.journal)


# --------------------------------------------------------------------- uploads

CHUNK = 4 << 20
BIG = binaries.module(9_000_000)


def sent(faults: FaultRegistry) -> list[str]:
    """Return the methods of the requests, and what they were for."""
    kinds = {"/manifests/": "manifest", "/uploads/": "upload", "/blobs/": "blob"}
    return [
        f"{request.method} {next(kind for part, kind in kinds.items() if part in request.path)}"
        for request in faults.journal
    ]


def test_a_push_is_three_requests_a_blob_and_one(faults: FaultRegistry, client: wasm2oci.Client) -> None:
    """A look, the begin and the end of each upload; then the manifest. Over one connection."""
    client.push(MODULE, faults.reference())
    blob = ["HEAD blob", "POST upload", "PUT upload"]
    assert sent(faults) == [*blob, *blob, "PUT manifest"]
    assert faults.journal.connections == 1


def test_a_second_push_sends_no_body(faults: FaultRegistry, client: wasm2oci.Client) -> None:
    """Only the manifest, which moves the tag; and it is the same."""
    first = client.push(MODULE, faults.reference())
    faults.journal.clear()
    second = client.push(MODULE, faults.reference())
    assert second == first
    assert sent(faults) == ["HEAD blob", "HEAD blob", "PUT manifest"]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda rule: rule.fail(503), id="503"),
        pytest.param(lambda rule: rule.fail(500), id="500"),
        pytest.param(lambda rule: rule.retry_after(1), id="429"),
        pytest.param(lambda rule: rule.drop(), id="closed"),
        pytest.param(lambda rule: rule.drop(reset=True), id="reset"),
        pytest.param(
            lambda rule: rule.fail(429, "TOOMANYREQUESTS", "retry-after: 877.2µs, allowed: 44000/minute"),
            id="429 of GHCR",
        ),
    ],
)
def test_a_failed_upload_is_begun_again(
    faults: FaultRegistry, client: wasm2oci.Client, fault: Callable[[Rule], Rule]
) -> None:
    """With a new session, never by going on with the old one."""
    fault(faults.on("PUT", "upload", nth=1))
    client.push(MODULE, faults.reference())
    first, second = faults.journal.of("PUT", "*/uploads/*")[:2]
    assert first.path != second.path
    assert client.fetch(faults.reference()) == MODULE


@pytest.mark.parametrize("status", [413, 416])
def test_a_blob_that_is_too_large_goes_up_in_chunks(
    faults: FaultRegistry, client: wasm2oci.Client, status: int
) -> None:
    """helm/helm#12491 and others: and what was stored is looked at in the end."""
    faults.on("PUT|POST|PATCH", "upload").when(lambda request: request.length > CHUNK).fail(
        status, "SIZE_INVALID", "at most 4 MiB"
    )
    client.push(BIG, faults.reference())
    sizes = [request.length for request in faults.journal.of("PATCH")]
    assert sizes == [CHUNK, CHUNK, len(BIG) - 2 * CHUNK]
    assert client.fetch(faults.reference()) == BIG


def test_chunks_of_a_size_that_is_asked_for(faults: FaultRegistry, client: wasm2oci.Client) -> None:
    """Without a try in one request; and never less than what the registry wants."""
    with wasm2oci.Client(upload_chunk_size=4_000_000) as cautious:
        cautious.push(BIG, faults.reference(tag="chunks"))
    puts = [request.length for request in faults.journal.of("PUT", "*/uploads/*")]
    assert [request.length for request in faults.journal.of("PATCH")] == [4_000_000, 4_000_000, len(BIG) - 8_000_000]
    assert puts[0] == 0  # the end of the chunks
    assert puts[1] > 0  # the config, which is small
    assert client.fetch(faults.reference(tag="chunks")) == BIG

    faults.journal.clear()
    faults.on("POST", "upload").header("OCI-Chunk-Min-Length", "5000000")
    other = binaries.module(9_000_000, seed=2)
    with wasm2oci.Client(upload_chunk_size=1_000_000) as cautious:
        cautious.push(other, faults.reference(tag="more"))
    assert [request.length for request in faults.journal.of("PATCH")] == [5_000_000, len(other) - 5_000_000]


def test_a_registry_without_chunks_that_are_asked_for(faults: FaultRegistry) -> None:
    """Its refusal is the error, and there is no manifest."""
    faults.on("PATCH", "upload").fail(400, message="no chunks here")
    with (
        wasm2oci.Client(upload_chunk_size=4_000_000) as cautious,
        pytest.raises(wasm2oci.RegistryError, match="no chunks here"),
    ):
        cautious.push(BIG, faults.reference())
    assert faults.journal.of("PUT", "*/manifests/*") == []


def test_chunks_go_on_from_where_the_registry_is(faults: FaultRegistry, client: wasm2oci.Client) -> None:
    """ocx-sh/ocx#237: a chunk that was lost is sent again."""
    faults.on("PUT|POST", "upload").when(lambda request: request.length > CHUNK).fail(413)
    faults.on("PATCH", "upload", nth=2).fail(416, Range=f"0-{CHUNK - 1}")
    client.push(BIG, faults.reference())
    starts = [str(request.header("Content-Range")).partition("-")[0] for request in faults.journal.of("PATCH")]
    assert starts == ["0", str(CHUNK), str(CHUNK), str(2 * CHUNK)]


def test_an_absurd_least_size_of_chunks_is_refused(faults: FaultRegistry, client: wasm2oci.Client) -> None:
    """artifact-keeper#3275: no crash, no half blob, no manifest."""
    faults.on("PUT", "upload").when(lambda request: request.length > CHUNK).fail(413)
    faults.on("POST", "upload").header("OCI-Chunk-Min-Length", "9223372036854775807")
    with pytest.raises(wasm2oci.RegistryError, match="9223372036854775807"):
        client.push(BIG, faults.reference())
    assert faults.journal.of("PUT", "*/manifests/*") == []


def test_a_registry_without_chunks_says_what_its_limit_is(faults: FaultRegistry, client: wasm2oci.Client) -> None:
    """The limit is what the user has to know, and no manifest is left behind."""
    faults.on("PUT", "upload").when(lambda request: request.length > CHUNK).fail(413, "SIZE_INVALID", "at most 4 MiB")
    faults.on("PATCH", "upload").fail(405)
    with pytest.raises(wasm2oci.RegistryError, match="at most 4 MiB") as caught:
        client.push(BIG, faults.reference())
    assert caught.value.detail["http_status"] == 413
    assert faults.journal.of("PUT", "*/manifests/*") == []


@pytest.mark.parametrize("status", [200, 202, 204])
def test_an_upload_may_end_with_any_success(faults: FaultRegistry, client: wasm2oci.Client, status: int) -> None:
    """wasmCloud/wash-archive#187: it is looked at then."""
    faults.on("PUT", "upload").status(status).omit("Docker-Content-Digest")
    client.push(MODULE, faults.reference())
    assert client.fetch(faults.reference()) == MODULE


def test_a_blob_that_is_falsely_claimed_is_sent(faults: FaultRegistry, client: wasm2oci.Client) -> None:
    """The registry refuses the manifest for it, and gets it after all."""
    faults.claim(digest_of(MODULE), len(MODULE))
    client.push(MODULE, faults.reference())
    assert client.fetch(faults.reference()) == MODULE
    assert sent(faults)[0] == "HEAD blob"
    assert len(faults.journal.of("PUT", "*/manifests/*")) == 2


def test_a_token_that_dies_before_the_upload_ends_is_renewed(start_faults: StartFaults) -> None:
    """smol-machines/smolvm#436: also between the begin and the end of one upload."""
    faults = start_faults()
    faults.auth = Auth(schemes=("Bearer",), anonymous=True, lifetime=2)
    with wasm2oci.Client() as client:
        client.push(MODULE, faults.reference())
        assert client.fetch(faults.reference()) == MODULE


@pytest.mark.parametrize(
    "location", ["/v2/{repository}/blobs/uploads/{upload}", "{upload}?_state=x%2By", "/else/{upload}"]
)
def test_an_upload_goes_where_the_registry_says(faults: FaultRegistry, client: wasm2oci.Client, location: str) -> None:
    """distribution/distribution#48: relative, with a query, outside of /v2/."""
    faults.on("POST", "upload").upload_to(location)
    client.push(MODULE, faults.reference())
    assert client.fetch(faults.reference()) == MODULE


def test_an_upload_to_another_host_needs_to_be_allowed(start_faults: StartFaults) -> None:
    """Both hosts are named; and the one that is allowed never sees the secret."""
    faults = start_faults()
    storage = start_faults(store=faults.store)
    faults.auth = Auth(schemes=("Basic",), users={"alice": "s3cret"})
    faults.on("POST", "upload").upload_to(storage.url + "/data/{upload}")
    with (
        wasm2oci.Client(username="alice", password="s3cret") as client,
        pytest.raises(wasm2oci.RegistryError) as caught,
    ):
        client.push(MODULE, faults.reference())
    assert faults.host in caught.value.message
    assert storage.host in caught.value.message
    assert "allow_upload_hosts" in caught.value.message
    assert storage.journal.all() == []
    with wasm2oci.Client(username="alice", password="s3cret", allow_upload_hosts=[storage.host]) as client:
        client.push(MODULE, faults.reference())
        assert client.fetch(faults.reference()) == MODULE
    assert [request.method for request in storage.journal] == ["PUT", "PUT"]
    assert [request.header("Authorization") for request in storage.journal] == [None, None]


@pytest.mark.parametrize("hosts", [["http://storage.test"], ["a/b"], [""]])
def test_a_bad_upload_host_is_refused(hosts: list[str]) -> None:
    """Before anything is sent."""
    with pytest.raises(wasm2oci.InvalidArgumentError, match="allow_upload_hosts"):
        wasm2oci.Client(allow_upload_hosts=hosts)


# ------------------------------------------------------------------- redirects


def test_redirects_come_to_an_end(faults: FaultRegistry, client: wasm2oci.Client) -> None:
    """At most ten, and the message says so."""
    faults.add_module(MODULE)
    faults.on("GET", "blob").redirect("{target}")
    with pytest.raises(wasm2oci.NetworkError, match="redirects more than 10 times"):
        client.fetch(faults.reference())
    assert len(ranges(faults)) == 11


@pytest.mark.parametrize("route", ["manifest", "blob"])
def test_no_secret_follows_a_redirect(start_faults: StartFaults, route: str) -> None:
    """Another port is another host."""
    faults = start_faults()
    storage = start_faults(store=faults.store)
    faults.auth = Auth(schemes=("Basic",), users={"alice": "s3cret"})
    faults.add_module(MODULE)
    faults.on("GET", route).redirect(storage.url + "{path}?sig=a%2Fb")
    with wasm2oci.Client(username="alice", password="s3cret") as client:
        assert client.fetch(faults.reference()) == MODULE
    (request,) = storage.journal.all()
    assert request.header("Authorization") is None
    assert request.target.endswith("?sig=a%2Fb")


# ----------------------------------------------------------------------- files


def test_many_pulls_to_one_path(faults: FaultRegistry, client: wasm2oci.Client, tmp_path: Path) -> None:
    """Each of them writes the whole file, whoever is last."""
    output = tmp_path / "m.wasm"
    contents = [binaries.module(200_000 + size, seed=size) for size in range(4)]
    for number, content in enumerate(contents):
        faults.add_module(content, tag=f"v{number}")
    with ThreadPoolExecutor(8) as pool:
        pulls = [pool.submit(client.pull, faults.reference(tag=f"v{turn % 4}"), output) for turn in range(24)]
        for pull in pulls:
            assert pull.result().path == output
    assert output.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [output]
