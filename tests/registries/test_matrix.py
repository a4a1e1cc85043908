"""Every registry, every verb: one function is one row, which runs against each kind."""

from __future__ import annotations

import http.client
import ssl
import uuid
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries
from tests.support.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.registries.site import Site

FORMATS = ["wasm", "wasm-to-oci", "compat", "image"]
MODULE = binaries.module(100_000)
OTHER = binaries.module(seed=3)
LARGE = binaries.module(32_000_000, seed=2)


@pytest.fixture
def client(site: Site) -> Iterator[wasm2oci.Client]:
    """Make a client that the registry lets in."""
    with site.client() as client:
        yield client


def fresh(size: int) -> bytes:
    """Return a module that no registry has: some look for a blob in all their repositories."""
    return binaries.module(size, seed=uuid.uuid4().int)


def digest_of(content: bytes) -> str:
    """Return the digest of content."""
    return f"sha256:{sha256(content).hexdigest()}"


# ------------------------------------------------------------------------ verbs


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("binary", ["hello", "greeter"])
def test_push_and_pull(
    site: Site,
    client: wasm2oci.Client,
    tmp_path: Path,
    layout: wasm2oci.PushFormat,
    binary: str,
    request: pytest.FixtureRequest,
) -> None:
    """A module and a component, in every format."""
    source: Path = request.getfixturevalue(binary)
    reference = site.reference()
    pushed = client.push(source, reference, format=layout)
    pulled = client.pull(reference, tmp_path / "m.wasm")
    assert pulled.path.read_bytes() == source.read_bytes()
    assert (pulled.digest, pulled.media_type, pulled.size) == (pushed.digest, pushed.media_type, pushed.size)
    assert pulled.kind == pushed.kind


def test_pull_by_digest(site: Site, client: wasm2oci.Client, hello: Path, tmp_path: Path) -> None:
    """With and without the tag beside it."""
    reference = site.reference()
    digest = client.push(hello, reference).digest
    for spelling in (f"{reference}@{digest}", f"{reference.rpartition(':')[0]}@{digest}"):
        assert client.pull(spelling, tmp_path / "m.wasm").path.read_bytes() == hello.read_bytes()


def test_push_by_digest(site: Site, client: wasm2oci.Client, hello: Path) -> None:
    """Without a tag: the digest that another repository has it under."""
    digest = client.push(hello, site.reference()).digest
    untagged = f"{site.reference().rpartition(':')[0]}@{digest}"
    assert client.push(hello, untagged).digest == digest
    assert client.fetch(untagged) == hello.read_bytes()


def test_fetch_and_open(site: Site, client: wasm2oci.Client) -> None:
    """Into memory, at once and in pieces."""
    reference = site.reference()
    client.push(MODULE, reference)
    assert client.fetch(reference) == MODULE
    with client.open(reference) as reader:
        assert reader.read(10) + reader.read() == MODULE


def test_resolve(site: Site, client: wasm2oci.Client) -> None:
    """By tag and by digest."""
    reference = site.reference()
    pushed = client.push(MODULE, reference)
    for spelling in (reference, f"{reference}@{pushed.digest}"):
        found = client.resolve(spelling)
        assert (found.digest, found.media_type, found.size) == (pushed.digest, pushed.media_type, pushed.size)


def test_inspect(site: Site, client: wasm2oci.Client, greeter: Path) -> None:
    """What was pushed is shown, with annotations and the component's world."""
    reference = site.reference()
    pushed = client.push(greeter, reference, annotations={"org.example.note": "§ 1"})
    artifact = client.inspect(reference)
    assert (artifact.digest, artifact.format, artifact.kind) == (pushed.digest, "wasm", "component")
    assert artifact.annotations["org.example.note"] == "§ 1"
    assert artifact.imports
    assert artifact.exports


def test_attach_and_referrers(site: Site, client: wasm2oci.Client, hello: Path) -> None:
    """By the API of the registry, or by the list under the fallback tag."""
    reference = site.reference()
    subject = client.push(MODULE, reference)
    first = client.attach(reference, hello, artifact_type="example/a", annotations={"by": "me"})
    second = client.attach(reference, hello, artifact_type="example/b")
    client.attach(reference, hello, artifact_type="example/b")
    signature = client.attach(first.reference, annotations={"by": "me"}, artifact_type="example/signature")
    assert first.subject.digest == subject.digest
    listed = client.referrers(reference)
    assert sorted(one.digest for one in listed) == sorted((first.digest, second.digest))
    (found,) = client.referrers(f"{reference}@{subject.digest}", artifact_type="example/a")
    assert (found.digest, found.artifact_type, found.annotations) == (first.digest, "example/a", {"by": "me"})
    assert [one.digest for one in client.referrers(first.reference)] == [signature.digest]
    assert client.referrers(signature.reference) == []
    assert client.fetch(reference) == MODULE


@pytest.mark.parametrize("layout", FORMATS)
def test_convert(site: Site, client: wasm2oci.Client, layout: wasm2oci.PushFormat) -> None:
    """To a new tag, from the format that is the default."""
    reference = site.reference()
    client.push(MODULE, reference)
    other = site.reference()
    converted = client.convert(reference, other, format=layout)
    assert client.resolve(other).digest == converted.digest
    assert client.fetch(other) == MODULE


def test_copy(site: Site, client: wasm2oci.Client, tmp_path: Path) -> None:
    """To another repository, by a mount where there are any, through a layout and back, and with all tags."""
    content = fresh(1_000_000)
    reference, other, back = site.reference(), site.reference(), site.reference()
    pushed = client.push(content, reference)
    copied = client.copy(reference, other)
    assert (copied.digest, copied.sent + copied.mounted + copied.reused) == (pushed.digest, 3)
    assert client.copy(reference, other).sent == 0
    assert client.copy(reference, f"oci:{tmp_path / 'layout'}:v1").digest == pushed.digest
    assert client.copy(f"oci:{tmp_path / 'layout'}:v1", back).digest == pushed.digest
    assert client.fetch(other) == client.fetch(back) == content
    place = reference.rpartition(":")[0]
    client.tag(reference, "v1.1", "v1.2")
    tags = client.copy(place, f"oci:{tmp_path / 'all'}", all_tags=True).tags
    assert {"v1.1", "v1.2"} <= set(tags)
    assert set(tags.values()) == {pushed.digest}


def test_a_file_of_no_bytes(site: Site, client: wasm2oci.Client, tmp_path: Path) -> None:
    """Goes up, comes back and is copied on; or it is said that this is what the registry refuses."""
    reference, layout, other = site.reference(), f"oci:{tmp_path / 'layout'}:v1", site.reference()
    client.push(MODULE, reference)
    empty = tmp_path / "empty"
    empty.touch()
    if not site.takes_empty:
        with pytest.raises(wasm2oci.RegistryError, match="does not take a blob of no bytes: HTTP 500"):
            client.attach(reference, empty, artifact_type="example/log")
        return
    attached = client.attach(reference, empty, artifact_type="example/log")
    client.copy(attached.reference, layout)
    client.copy(layout, other)
    assert client.inspect(other).layers == attached.layers


def test_copy_with_referrers(site: Site, client: wasm2oci.Client) -> None:
    """To another repository: what points at the manifest, and at that, is listed there as well, beside others'."""
    reference, other = site.reference(), site.reference()
    subject = client.push(MODULE, reference)
    attached = client.attach(reference, annotations={"by": "me"}, artifact_type="example/sbom")
    signature = client.attach(attached.reference, annotations={"by": "me"}, artifact_type="example/signature")
    client.push(MODULE, other)
    theirs = client.attach(other, annotations={"by": "them"}, artifact_type="example/sbom")
    assert client.copy(reference, other, referrers=True).digest == subject.digest
    assert {one.digest for one in client.referrers(other)} == {attached.digest, theirs.digest}
    (found,) = client.referrers(f"{other.rpartition(':')[0]}@{attached.digest}")
    assert found.digest == signature.digest


def test_copy_through_an_archive(site: Site, client: wasm2oci.Client, tmp_path: Path) -> None:
    """And back, with what points at the manifest: the digests are equal."""
    reference, back = site.reference(), site.reference()
    archive = f"oci-archive:{tmp_path / 'carry.tar'}:v1"
    client.push(MODULE, reference)
    attached = client.attach(reference, annotations={"by": "me"}, artifact_type="example/sbom")
    for source, destination in ((reference, archive), (archive, back)):
        assert client.copy(source, destination, referrers=True).digest == client.resolve(source).digest
        assert client.resolve(destination).digest == client.resolve(reference).digest
        assert [one.digest for one in client.referrers(destination)] == [attached.digest]
    assert client.fetch(back) == client.fetch(archive) == MODULE


def test_what_is_deleted_is_no_referrer(site: Site, client: wasm2oci.Client) -> None:
    """By the registry's API, or off the list under the fallback tag."""
    reference = site.reference()
    client.push(MODULE, reference)
    kept, gone = (client.attach(reference, annotations={"a": "b"}, artifact_type=f"example/{n}") for n in "ab")
    if not site.deletes:
        with pytest.raises(wasm2oci.UnsupportedError):
            client.delete(gone.reference)
        assert {one.digest for one in client.referrers(reference)} == {kept.digest, gone.digest}
        return
    client.delete(gone.reference)
    assert [one.digest for one in client.referrers(reference)] == [kept.digest]


def test_many(site: Site, client: wasm2oci.Client, tmp_path: Path) -> None:
    """Forty of them, as many at once as the client does."""
    modules = [binaries.module(2000, seed=seed) for seed in range(40)]
    references = [site.reference() for _ in modules]
    for pushed in client.push_many(list(zip(modules, references, strict=True))):
        pushed.unwrap()
    outputs = [tmp_path / f"{number}.wasm" for number in range(len(modules))]
    for pulled in client.pull_many(list(zip(references, outputs, strict=True))):
        pulled.unwrap()
    assert [path.read_bytes() for path in outputs] == modules


def test_one_blob_by_many_at_once(site: Site, client: wasm2oci.Client) -> None:
    """Eight threads push the same module to the same repository, under tags of their own."""
    content = fresh(1_000_000)
    repository = site.reference().rpartition(":")[0]
    with ThreadPoolExecutor(8) as pool:
        digests = {pushed.digest for pushed in pool.map(lambda n: client.push(content, f"{repository}:v{n}"), range(8))}
    assert len(digests) == 1
    assert all(client.fetch(f"{repository}:v{number}") == content for number in range(8))


# --------------------------------------------------------------------- contents


def test_a_tag_moves(site: Site, client: wasm2oci.Client) -> None:
    """The second push to a tag is what it names from then on; the first may stay, by its digest."""
    reference = site.reference()
    first = client.push(MODULE, reference)
    second = client.push(OTHER, reference)
    assert client.resolve(reference).digest == second.digest
    assert client.fetch(reference) == OTHER
    if site.keeps_untagged:
        assert client.fetch(f"{reference.rpartition(':')[0]}@{first.digest}") == MODULE


def test_a_push_sends_nothing_twice(site: Site, client: wasm2oci.Client) -> None:
    """What the registry has is not sent again, to another tag either."""
    with Relay(site.host) as relay:
        reference = site.reference(host=relay.host)
        content = fresh(12_000_000)
        client.push(content, reference)
        assert relay.sent > len(content)
        before = relay.sent
        client.push(content, reference)
        client.push(content, f"{reference}.1")
        assert relay.sent - before < 100_000


def test_a_large_blob(site: Site, client: wasm2oci.Client, tmp_path: Path) -> None:
    """Up in one piece where the registry takes that, and sent once."""
    with Relay(site.host) as relay:
        reference = site.reference(host=relay.host)
        content = fresh(32_000_000)
        client.push(content, reference)
        assert len(content) < relay.sent < 2 * len(content)
    assert client.pull(_seen_directly(site, reference), tmp_path / "m.wasm").path.read_bytes() == content


@pytest.mark.parametrize("size", [300_000, 1_000_000, 5_000_000])
def test_an_upload_in_chunks(site: Site, size: int) -> None:
    """Of any size: what does not fit the registry is changed by the client."""
    site.needs_chunks()
    reference = site.reference()
    with site.client(upload_chunk_size=size) as client:
        content = fresh(12_000_000)
        client.push(content, reference)
        assert client.fetch(reference) == content


def test_a_pull_over_several_connections(site: Site, client: wasm2oci.Client, tmp_path: Path) -> None:
    """In parts, put together right."""
    reference = site.reference()
    client.push(LARGE, reference)
    with site.client(range_threshold=1_000_000, connections=4) as several:
        assert several.pull(reference, tmp_path / "m.wasm").path.read_bytes() == LARGE


# --------------------------------------------------------------------- refusals


@pytest.mark.parametrize("what", ["tag", "repository", "digest"])
@pytest.mark.parametrize("verb", ["pull", "fetch", "resolve", "inspect"])
def test_what_is_missing(site: Site, client: wasm2oci.Client, tmp_path: Path, what: str, verb: str) -> None:
    """It is not found, and named, in every verb."""
    reference = site.reference("absent")
    if what != "repository":
        client.push(MODULE, f"{reference.rpartition(':')[0]}:v1")
    if what == "digest":
        reference = f"{reference.rpartition(':')[0]}@{digest_of(b'absent')}"
    arguments = [tmp_path / "m.wasm"] if verb == "pull" else []
    with pytest.raises(wasm2oci.NotFoundError) as caught:
        getattr(client, verb)(reference, *arguments)
    assert reference in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_password(site: Site) -> None:
    """Where one is asked for, it is refused and the registry is named."""
    if "password" not in site.options:
        pytest.skip("this registry asks for no password")
    with site.client(password="wrong") as client, pytest.raises(wasm2oci.AuthenticationError) as caught:
        client.push(MODULE, site.reference())
    assert site.host in str(caught.value)
    assert "wrong" not in str(caught.value).replace("wrong password", "")


def test_no_password(site: Site) -> None:
    """Where one is asked for, nothing is pushed without it."""
    if "password" not in site.options:
        pytest.skip("this registry asks for no password")
    with wasm2oci.Client() as stranger, pytest.raises(wasm2oci.AuthenticationError) as caught:
        stranger.push(MODULE, site.reference())
    assert site.host in str(caught.value)


def test_another_client_deletes_it(site: Site, client: wasm2oci.Client) -> None:
    """It is not found then, and can be pushed again; where the registry does not delete, it stays."""
    reference = site.reference()
    pushed = client.push(MODULE, reference)
    repository = reference.partition("/")[2].rpartition(":")[0]
    status = _request(site, "DELETE", f"/v2/{repository}/manifests/{pushed.digest}")
    if not site.deletes:
        assert status == 405
        assert client.fetch(reference) == MODULE
        return
    assert status == 202
    with pytest.raises(wasm2oci.NotFoundError):
        client.resolve(f"{reference}@{pushed.digest}")
    assert client.push(MODULE, reference).digest == pushed.digest
    assert client.fetch(reference) == MODULE


# --------------------------------------------------------------- connections


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("threshold", [None, 1_000_000], ids=["one", "several"])
def test_a_pull_whose_connections_break(site: Site, tmp_path: Path, threshold: int | None, *, reset: bool) -> None:
    """It goes on where it was."""
    with Relay(site.host) as relay, site.client(range_threshold=threshold) as client:
        reference = site.reference(host=relay.host)
        client.push(LARGE, reference)
        downloads = site.downloads or relay
        downloads.cut("received", 3_000_000, reset=reset, times=3)
        before = downloads.received
        assert client.pull(reference, tmp_path / "m.wasm").path.read_bytes() == LARGE
        assert downloads.pending() == 0
        assert downloads.received - before < 2 * len(LARGE)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("chunk", [None, 5_000_000], ids=["whole", "chunks"])
def test_a_push_whose_connections_break(site: Site, chunk: int | None, *, reset: bool) -> None:
    """It is tried again, every time that this happens."""
    if chunk is not None:
        site.needs_chunks()
    for after in (1, 70_000, 1_000_000, 3_000_000):
        content = fresh(12_000_000)
        with Relay(site.host) as relay, site.client(upload_chunk_size=chunk) as client:
            reference = site.reference(host=relay.host)
            relay.cut("sent", after, reset=reset, times=2)
            client.push(content, reference)
            assert relay.pending() == 0
        with site.client() as client:
            assert client.fetch(_seen_directly(site, reference)) == content


def _seen_directly(site: Site, reference: str) -> str:
    """Name without the relay what was pushed through it."""
    return f"{site.host}/{reference.partition('/')[2]}"


def _request(site: Site, method: str, path: str) -> int:
    """Ask the registry for something that wasm2oci has no verb for, and return the status."""
    if "ca_file" in site.options:
        context = ssl.create_default_context(cafile=str(site.options["ca_file"]))
        if "client_cert" in site.options:
            context.load_cert_chain(site.options["client_cert"], site.options["client_key"])
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(site.host, context=context, timeout=30)
    else:
        connection = http.client.HTTPConnection(site.host, timeout=30)
    headers = {}
    if "password" in site.options:
        login = f"{site.options['username']}:{site.options['password']}"
        headers["Authorization"] = f"Basic {b64encode(login.encode()).decode()}"
    connection.request(method, path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status
