"""Without faults the server is a registry, with a journal."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from tests.faults import artifacts, big_module, digest_of
from tests.faults.client import ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults import FaultRegistry
    from tests.faults.registry import Added

CONTENT = b"\0asm\x01\0\0\0" + bytes(200)


def push_blob(faults: FaultRegistry, content: bytes, repository: str = "org/mod") -> int:
    """Upload a blob in one PUT and return the status."""
    started = ask(faults, "POST", f"/v2/{repository}/blobs/uploads/")
    assert started.status == 202
    return ask(faults, "PUT", f"{started.headers['Location']}?digest={digest_of(content)}", body=content).status


@pytest.fixture
def added(faults: FaultRegistry) -> Added:
    """Return an artifact of one module."""
    return faults.add_module(CONTENT)


def test_answers_the_version_check(faults: FaultRegistry) -> None:
    """Clients ask this first."""
    assert ask(faults, "GET", "/v2/").status == 200


@pytest.mark.parametrize("by", ["tag", "digest"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_serves_a_manifest(faults: FaultRegistry, added: Added, by: str, method: str) -> None:
    """A tag and a digest lead to the same manifest, and HEAD tells what GET would."""
    item = added.tag if by == "tag" else added.digest
    got = ask(faults, method, f"/v2/org/mod/manifests/{item}")
    assert got.status == 200
    assert got.headers["Content-Type"] == artifacts.OCI_MANIFEST
    assert got.headers["Docker-Content-Digest"] == added.digest
    assert got.headers["Content-Length"] == str(added.size)
    assert got.body == (added.body if method == "GET" else b"")


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/v2/no/such/manifests/v1", "NAME_UNKNOWN"),
        ("/v2/org/mod/manifests/v2", "MANIFEST_UNKNOWN"),
        ("/v2/org/mod/blobs/sha256:00", "BLOB_UNKNOWN"),
        ("/v2/no/such/tags/list", "NAME_UNKNOWN"),
    ],
)
@pytest.mark.usefixtures("added")
def test_says_what_is_not_there(faults: FaultRegistry, target: str, code: str) -> None:
    """Each 404 has the registry's own word."""
    got = ask(faults, "GET", target)
    assert (got.status, got.json["errors"][0]["code"]) == (404, code)


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=100-", 206, 100, 208),
        ("bytes=200-999", 206, 200, 208),
        ("bytes=208-", 416, 0, 0),
    ],
)
def test_serves_part_of_a_blob(
    faults: FaultRegistry, added: Added, wanted: str, status: int, first: int, last: int
) -> None:
    """A transfer that broke off can be resumed."""
    target = f"/v2/org/mod/blobs/{added.layers[0]['digest']}"
    got = ask(faults, "GET", target, headers={"Range": wanted})
    assert (got.status, got.body) == (status, CONTENT[first:last])


def test_takes_a_blob_in_one_put(faults: FaultRegistry) -> None:
    """What was uploaded is served."""
    assert push_blob(faults, CONTENT) == 201
    assert ask(faults, "GET", f"/v2/org/mod/blobs/{digest_of(CONTENT)}").body == CONTENT


def test_takes_a_blob_in_chunks(faults: FaultRegistry) -> None:
    """Chunks go on where the last one ended, and nowhere else."""
    location = ask(faults, "POST", "/v2/org/mod/blobs/uploads/").headers["Location"]
    first = ask(faults, "PATCH", location, body=CONTENT[:100], headers={"Content-Range": "0-99"})
    assert (first.status, first.headers["Range"]) == (202, "0-99")
    gap = ask(faults, "PATCH", location, body=CONTENT[150:], headers={"Content-Range": "150-207"})
    assert gap.status == 416
    ask(faults, "PATCH", location, body=CONTENT[100:], headers={"Content-Range": "100-207"})
    assert ask(faults, "PUT", f"{location}?digest={digest_of(CONTENT)}").status == 201


def test_refuses_a_blob_with_another_digest(faults: FaultRegistry) -> None:
    """The digest is checked, as registries do."""
    location = ask(faults, "POST", "/v2/org/mod/blobs/uploads/").headers["Location"]
    got = ask(faults, "PUT", f"{location}?digest={digest_of(b'other')}", body=CONTENT)
    assert (got.status, got.json["errors"][0]["code"]) == (400, "DIGEST_INVALID")


def test_mounts_a_blob_from_another_repository(faults: FaultRegistry) -> None:
    """A blob that is there already is not sent again."""
    digest = faults.add_blob("one/mod", CONTENT)
    assert ask(faults, "POST", f"/v2/two/mod/blobs/uploads/?mount={digest}&from=one/mod").status == 201
    assert ask(faults, "POST", f"/v2/two/mod/blobs/uploads/?mount={digest}&from=no/such").status == 202
    assert ask(faults, "HEAD", f"/v2/two/mod/blobs/{digest}").status == 200


def test_takes_a_manifest_once_its_blobs_are_there(faults: FaultRegistry) -> None:
    """The order of a push matters, as with real registries."""
    part = artifacts.layer(CONTENT)
    body = json.dumps(artifacts.manifest([part], artifacts.config())).encode()
    headers = {"Content-Type": artifacts.OCI_MANIFEST}
    early = ask(faults, "PUT", "/v2/org/mod/manifests/v1", body=body, headers=headers)
    assert early.json["errors"][0]["code"] == "MANIFEST_BLOB_UNKNOWN"
    assert push_blob(faults, CONTENT) == push_blob(faults, b"{}") == 201
    put = ask(faults, "PUT", "/v2/org/mod/manifests/v1", body=body, headers=headers)
    assert (put.status, put.headers["Docker-Content-Digest"]) == (201, digest_of(body))
    assert ask(faults, "GET", "/v2/org/mod/manifests/v1").body == body


def test_removes_a_tag_and_a_manifest(faults: FaultRegistry, added: Added) -> None:
    """A tag goes alone; a manifest takes its tags along."""
    faults.add_module(CONTENT, tag="v2")
    assert ask(faults, "DELETE", "/v2/org/mod/manifests/v1").status == 202
    assert ask(faults, "GET", f"/v2/org/mod/manifests/{added.digest}").status == 200
    assert ask(faults, "DELETE", f"/v2/org/mod/manifests/{added.digest}").status == 202
    assert ask(faults, "GET", "/v2/org/mod/manifests/v2").status == 404


def test_lists_tags_in_pages(faults: FaultRegistry) -> None:
    """Link leads from page to page."""
    for tag in ("a", "b", "c"):
        faults.add_module(CONTENT, tag=tag)
    faults.routes.tags_per_page = 2
    first = ask(faults, "GET", "/v2/org/mod/tags/list")
    assert first.json["tags"] == ["a", "b"]
    assert first.headers["Link"] == '</v2/org/mod/tags/list?n=2&last=b>; rel="next"'
    rest = ask(faults, "GET", "/v2/org/mod/tags/list?n=2&last=b")
    assert rest.json["tags"] == ["c"]
    assert rest.headers["Link"] is None


def test_lists_referrers(faults: FaultRegistry, added: Added) -> None:
    """What has a subject is found from the subject, by type if asked."""
    kind = "application/vnd.example.note"
    note = faults.add_artifact(
        tag=None, layers=[artifacts.layer(b"note")], subject=added.descriptor(), artifactType=kind
    )
    listed = ask(faults, "GET", f"/v2/org/mod/referrers/{added.digest}").json["manifests"]
    assert [(entry["digest"], entry["artifactType"]) for entry in listed] == [(note.digest, kind)]
    other = ask(faults, "GET", f"/v2/org/mod/referrers/{added.digest}?artifactType=other")
    assert (other.json["manifests"], other.headers["OCI-Filters-Applied"]) == ([], "artifactType")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_listens_on_both_kinds_of_address(start_faults: Callable[[str], FaultRegistry], address: str) -> None:
    """The reference is spelled as users spell it."""
    faults = start_faults(address)
    assert ask(faults, "GET", "/v2/").status == 200
    assert faults.journal.all()[0].header("Host") == faults.host
    assert faults.host.startswith("[::1]:" if address == "::1" else "127.0.0.1:")


def test_journal_has_every_request(faults: FaultRegistry) -> None:
    """Method, target byte for byte, headers, length and digest of the body."""
    ask(faults, "GET", "/v2/")
    ask(faults, "POST", "/v2/org/mod/blobs/uploads/?x=a%3Db", body=b"body", headers={"X-One": "1"})
    assert faults.journal.lines() == ["GET /v2/", "POST /v2/org/mod/blobs/uploads/?x=a%3Db"]
    posted = faults.journal.of("POST", "*/uploads/")[0]
    assert (posted.length, posted.sha256) == (4, hashlib.sha256(b"body").hexdigest())
    assert (posted.header("x-one"), posted.query, posted.header("Missing")) == ("1", {"x": ["a=b"]}, None)
    assert faults.journal.saw("a%3Db")
    assert not faults.journal.saw("secret")
    assert faults.journal.connections == 2


def test_journal_counts_a_chunked_body(faults: FaultRegistry) -> None:
    """A body without Content-Length is taken in as well."""
    location = ask(faults, "POST", "/v2/org/mod/blobs/uploads/").headers["Location"]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (CONTENT[:50], CONTENT[50:])) + b"0\r\n\r\n"
    target = f"{location}?digest={digest_of(CONTENT)}"
    got = ask(faults, "PUT", target, body=chunks, headers={"Transfer-Encoding": "chunked"})
    assert got.status == 201
    assert faults.journal.of("PUT")[0].length == len(CONTENT)


@pytest.mark.parametrize("size", [9 + 8, 135 + 8, 100_000, 3 << 20])
def test_big_modules_have_the_size_asked_for(size: int) -> None:
    """They are made on the fly, the same from any offset."""
    made = big_module(size)
    whole = made.read()
    assert len(whole) == made.size == size
    assert made.digest() == digest_of(whole)
    assert b"".join(made.pieces(5, size - 3)) == whole[5 : size - 3]


def test_a_gib_is_served_from_nothing(faults: FaultRegistry) -> None:
    """A blob of a GiB states its true size and can be read from anywhere."""
    big = big_module(1 << 30)
    target = f"/v2/org/mod/blobs/{faults.add_blob('org/mod', big)}"
    assert ask(faults, "HEAD", target).headers["Content-Length"] == str(1 << 30)
    assert ask(faults, "GET", target, headers={"Range": f"bytes={(1 << 30) - 5}-"}).body == bytes(5)
