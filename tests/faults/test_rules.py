"""Each switch on answers, by what a plain client sees of it."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.faults import Endless, artifacts, digest_of
from tests.faults.client import ask, connect

if TYPE_CHECKING:
    from tests.faults import FaultRegistry

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def target(faults: FaultRegistry) -> str:
    """Return the target of a blob."""
    return f"/v2/org/mod/blobs/{faults.add_module(CONTENT).layers[0]['digest']}"


def post(faults: FaultRegistry) -> str:
    """Begin an upload and return its Location."""
    location: str = ask(faults, "POST", "/v2/org/mod/blobs/uploads/").headers["Location"]
    return location


@pytest.mark.parametrize(
    ("nth", "times", "statuses"),
    [
        (None, None, [503, 503, 503]),
        (2, None, [200, 503, 200]),
        ([1, 3], None, [503, 200, 503]),
        (None, 2, [503, 503, 200]),
    ],
)
def test_rules_count_requests(
    faults: FaultRegistry, target: str, nth: int | list[int] | None, times: int | None, statuses: list[int]
) -> None:
    """A rule acts on each request, on the n-th, or on the first few."""
    faults.on("GET", "blob", nth=nth, times=times).fail(503)
    assert [ask(faults, "GET", target).status for _ in statuses] == statuses


@pytest.mark.parametrize(
    ("method", "route", "met"),
    [
        ("GET", "blob", True),
        ("HEAD|GET", "blob", True),
        ("*", "*/blobs/sha256:*", True),
        ("HEAD", "blob", False),
        ("GET", "manifest", False),
        ("GET", "/v2/other/*", False),
    ],
)
def test_rules_meet_methods_and_routes(faults: FaultRegistry, target: str, method: str, route: str, met: bool) -> None:  # noqa: FBT001
    """A route is a name, or a pattern of the path."""
    faults.on(method, route).fail(418)
    assert (ask(faults, "GET", target).status == 418) is met


def test_rules_meet_what_they_are_told_to(faults: FaultRegistry, target: str) -> None:
    """A condition looks at the whole request, such as at its Accept."""
    faults.on("GET", "blob").when(lambda request: "wasm" not in (request.header("Accept") or "")).fail(404)
    assert ask(faults, "GET", target).status == 404
    assert ask(faults, "GET", target, headers={"Accept": "application/wasm"}).status == 200


def test_fails_without_an_effect(faults: FaultRegistry) -> None:
    """An upload that was refused can be tried again at the same place."""
    faults.on("PUT", "upload", nth=1).fail(503, "UNAVAILABLE", "try again")
    location = f"{post(faults)}?digest={digest_of(CONTENT)}"
    first = ask(faults, "PUT", location, body=CONTENT)
    assert (first.status, first.json["errors"][0]["message"]) == (503, "try again")
    assert ask(faults, "PUT", location, body=CONTENT).status == 201


@pytest.mark.parametrize("status", [200, 202, 204])
def test_ends_an_upload_with_another_status(faults: FaultRegistry, status: int) -> None:
    """The blob is there all the same."""
    faults.on("PUT", "upload").status(status)
    assert ask(faults, "PUT", f"{post(faults)}?digest={digest_of(CONTENT)}", body=CONTENT).status == status
    assert ask(faults, "HEAD", f"/v2/org/mod/blobs/{digest_of(CONTENT)}").status == 200


def test_sets_and_omits_headers(faults: FaultRegistry, target: str) -> None:
    """Headers can be other than they are, or not there."""
    faults.on("GET", "blob").header("Content-Type", "text/html").omit("Docker-Content-Digest")
    got = ask(faults, "GET", target)
    assert (got.headers["Content-Type"], got.headers["Docker-Content-Digest"]) == ("text/html", None)
    assert got.body == CONTENT


def test_omits_the_length(faults: FaultRegistry, target: str) -> None:
    """The end of the connection is the end of the body then."""
    faults.on("GET", "blob").omit("Content-Length")
    got = ask(faults, "GET", target)
    assert (got.headers["Content-Length"], got.headers["Connection"], got.body) == (None, "close", CONTENT)


def test_sends_another_body(faults: FaultRegistry, target: str) -> None:
    """Such as a page of HTML with status 200."""
    faults.on("GET", "blob").body(b"<html>", "text/html")
    got = ask(faults, "GET", target)
    assert (got.status, got.body, got.headers["Content-Length"]) == (200, b"<html>", "6")


def test_flips_a_byte(faults: FaultRegistry, target: str) -> None:
    """The length stays, so that only the digest tells."""
    faults.on("GET", "blob").flip(at=70)
    got = ask(faults, "GET", target).body
    assert len(got) == len(CONTENT)
    assert [at for at, byte in enumerate(got) if byte != CONTENT[at]] == [70]


def test_sends_more_or_less(faults: FaultRegistry, target: str) -> None:
    """The length that is told is the one that is sent."""
    faults.on("GET", "blob", nth=1).more(b"extra")
    faults.on("GET", "blob", nth=2).less(5)
    assert ask(faults, "GET", target).body == CONTENT + b"extra"
    assert ask(faults, "GET", target).body == CONTENT[:-5]


def test_sends_without_an_end(faults: FaultRegistry, target: str) -> None:
    """A client that reads on would never come back."""
    faults.on("GET", "blob").body(Endless()).chunked()
    connection = connect(faults)
    connection.request("GET", target)
    assert connection.getresponse().read(1 << 20) == b" " * (1 << 20)
    connection.close()


def test_sends_in_chunks(faults: FaultRegistry, target: str) -> None:
    """No Content-Length is told."""
    faults.on("GET", "blob").chunked()
    got = ask(faults, "GET", target)
    assert (got.headers["Transfer-Encoding"], got.headers["Content-Length"], got.body) == ("chunked", None, CONTENT)


@pytest.mark.parametrize(
    ("name", "pack", "packed"),
    [("gzip", None, True), ("x-gzip", None, True), ("br", None, False), ("gzip", False, False)],
)
def test_encodes(faults: FaultRegistry, target: str, name: str, pack: bool | None, packed: bool) -> None:  # noqa: FBT001
    """The name and the packing are set apart, so that they can contradict each other."""
    faults.on("GET", "blob").encode(name, pack=pack)
    got = ask(faults, "GET", target)
    assert got.headers["Content-Encoding"] == name
    assert got.headers["Content-Length"] == str(len(got.body))
    assert (gzip.decompress(got.body) if packed else got.body) == CONTENT


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_cuts_the_body(faults: FaultRegistry, target: str, framing: str) -> None:
    """The connection ends after so many bytes, in order."""
    faults.on("GET", "blob").framed(framing).cut(after=1000)
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(faults, "GET", target)
    assert caught.value.partial in {CONTENT[:1000], b""}


def test_cuts_the_body_with_a_reset(faults: FaultRegistry, target: str) -> None:
    """The connection ends as if a cable were pulled."""
    faults.on("GET", "blob").cut(after=1000, reset=True)
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        ask(faults, "GET", target)


@pytest.mark.parametrize("reset", [False, True])
def test_drops_the_answer(faults: FaultRegistry, target: str, reset: bool) -> None:  # noqa: FBT001
    """The request arrives, the answer does not."""
    faults.on("GET", "blob").drop(reset=reset)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        ask(faults, "GET", target)
    assert len(faults.journal) == 1


def test_states_a_length_that_is_not_true(faults: FaultRegistry, target: str) -> None:
    """More is told than comes."""
    faults.on("GET", "blob").declare(len(CONTENT) + 5)
    with pytest.raises(http.client.IncompleteRead):
        ask(faults, "GET", target)


@pytest.mark.parametrize("after", [None, 0, 1000, len(CONTENT) - 1])
def test_stalls_until_released(faults: FaultRegistry, target: str, after: int | None) -> None:
    """The server falls silent where it is told to, and goes on when it is told to."""
    rule = faults.on("GET", "blob").stall(after)
    got: list[bytes] = []
    client = threading.Thread(target=lambda: got.append(ask(faults, "GET", target).body))
    client.start()
    assert rule.stalled.reached.wait(10)
    assert got == []
    faults.release()
    client.join(10)
    assert got == [CONTENT]


def test_stalls_end_with_the_registry(faults: FaultRegistry, target: str) -> None:
    """No test hangs on what it forgot to release."""
    rule = faults.on("GET", "blob").stall(1000)

    def ask_in_vain() -> None:
        with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
            ask(faults, "GET", target)

    client = threading.Thread(target=ask_in_vain)
    client.start()
    assert rule.stalled.reached.wait(10)
    faults.close()
    client.join(10)
    assert not client.is_alive()


def test_drips(faults: FaultRegistry, target: str) -> None:
    """A slow line: so many bytes, so often."""
    faults.on("GET", "blob").less(len(CONTENT) - 50).drip(10, 0.02)
    began = time.monotonic()
    assert ask(faults, "GET", target).body == CONTENT[:50]
    assert time.monotonic() - began >= 0.08


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(faults: FaultRegistry, target: str, status: int) -> None:
    """The place may keep the request's own path and query."""
    faults.on("GET", "blob").redirect("http://127.0.0.1:1{path}?signed=a%2Bb&{query}", status)
    got = ask(faults, "GET", f"{target}?x=1")
    assert (got.status, got.headers["Location"]) == (status, f"http://127.0.0.1:1{target}?signed=a%2Bb&x=1")
    assert got.body == b""


@pytest.mark.parametrize("wait", [6, "Wed, 21 Oct 2037 07:28:00 GMT"])
def test_asks_for_a_wait(faults: FaultRegistry, target: str, wait: int | str) -> None:
    """Seconds or a date."""
    faults.on("GET", "blob", nth=1).retry_after(wait)
    first = ask(faults, "GET", target)
    assert (first.status, first.headers["Retry-After"]) == (429, str(wait))
    assert ask(faults, "GET", target).status == 200


@pytest.mark.parametrize(
    ("template", "path", "query"),
    [
        ("/v2/{repository}/blobs/uploads/{upload}?_state=a%3Db", "/v2/org/mod/blobs/uploads/u1", "_state=a%3Db"),
        ("here-{upload}?_state=x%2By", "/v2/org/mod/blobs/uploads/here-u1", "_state=x%2By"),
        ("/artifact-uploads/ns/{upload}", "/artifact-uploads/ns/u1", ""),
        ("http://{host}/absolute/{upload}", "/absolute/u1", ""),
    ],
)
def test_sends_uploads_elsewhere(faults: FaultRegistry, template: str, path: str, query: str) -> None:
    """A Location may be relative, absolute, outside /v2/, and carry a query."""
    faults.on("POST", "upload").upload_to(template)
    filled = template.format(repository="org/mod", upload="u1", host=faults.host)
    assert post(faults) == filled
    target = f"{path}?{query}&digest={digest_of(CONTENT)}"
    assert ask(faults, "PUT", target, body=CONTENT).status == 201
    assert ask(faults, "GET", f"/v2/org/mod/blobs/{digest_of(CONTENT)}").body == CONTENT


@pytest.mark.parametrize(
    ("field", "unless", "status"),
    [
        ("artifactType", None, 400),
        ("config.mediaType", "application/vnd.oci.image.config.v1+json", 400),
        ("config.mediaType", artifacts.WASM_CONFIG, 201),
        ("subject", None, 201),
    ],
)
def test_refuses_manifests_with_a_field(faults: FaultRegistry, field: str, unless: str | None, status: int) -> None:
    """The answer names the field."""
    document = artifacts.manifest([], artifacts.config(), artifactType="application/x")
    faults.add_blob("org/mod", b"{}")
    faults.on("PUT", "manifest").veto(field, unless=unless)
    got = ask(faults, "PUT", "/v2/org/mod/manifests/v1", body=json.dumps(document).encode())
    assert got.status == status
    assert (field in got.body.decode()) is (status == 400)


def test_claims_to_have_a_blob(faults: FaultRegistry) -> None:
    """HEAD says yes, GET says no."""
    digest = digest_of(CONTENT)
    faults.claim(digest, len(CONTENT))
    assert ask(faults, "HEAD", f"/v2/org/mod/blobs/{digest}").headers["Content-Length"] == str(len(CONTENT))
    assert ask(faults, "GET", f"/v2/org/mod/blobs/{digest}").status == 404


def test_changes_an_answer_in_any_other_way(faults: FaultRegistry, target: str) -> None:
    """What has no switch can be written down by the test."""
    faults.on("GET", "blob").change(lambda answer, request: answer.set("X-Seen", request.method))
    assert ask(faults, "GET", target).headers["X-Seen"] == "GET"


@pytest.mark.parametrize("head", ["HEAD", "GET"])
def test_head_behaves_apart_from_get(faults: FaultRegistry, head: str) -> None:
    """A registry may know one and not the other."""
    faults.add_module(CONTENT)
    faults.on("HEAD", "manifest").fail(405, "UNSUPPORTED")
    assert ask(faults, head, "/v2/org/mod/manifests/v1").status == (405 if head == "HEAD" else 200)
