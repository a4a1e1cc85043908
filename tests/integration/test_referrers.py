"""`referrers` lists what points at a manifest, and nothing else, whatever a registry answers."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import assert_type

import wasm2oci
from tests.faults import digest_of
from tests.faults.artifacts import OCI_INDEX, OCI_MANIFEST
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.faults import Added, FaultRegistry
    from tests.faults.answer import Answer
    from tests.faults.journal import Request
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

MODULE = binaries.module()
SPDX = "application/spdx+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
PAGE = b"<html>log in</html>"


@pytest.fixture(params=["registry", "layout"])
def repository(request: pytest.FixtureRequest, registry: Registry, tmp_path: Path) -> str:
    """Return a place with a module that is called v1."""
    place = registry.repository() if request.param == "registry" else f"oci:{tmp_path / 'layout'}"
    wasm2oci.push(MODULE, f"{place}:v1")
    return place


@pytest.fixture
def subject(faults: FaultRegistry) -> Added:
    """Return a module in the registry that goes wrong."""
    return faults.add_module(MODULE)


def pointing(faults: FaultRegistry, subject: Added, artifact_type: str = SPDX, **fields: Any) -> Added:  # noqa: ANN401
    """Hold a manifest that points at a subject."""
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": artifact_type, "layers": [], **fields}
    return faults.add_manifest(subject.repository, None, {**document, "subject": subject.descriptor()})


def index_of(*entries: Any) -> bytes:  # noqa: ANN401
    """Return an index of manifests."""
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode()


def fallback(faults: FaultRegistry, subject: Added, body: bytes, media_type: str = OCI_INDEX) -> None:
    """Hold something under the fallback tag of a subject."""
    faults.add_manifest(subject.repository, subject.digest.replace(":", "-"), body, media_type)


def found(faults: FaultRegistry, **options: Any) -> list[str]:  # noqa: ANN401
    """Return the digests of what points at the module."""
    return [one.digest for one in wasm2oci.referrers(faults.reference(), **options)]


# ------------------------------------------------------------------- what it is


def test_what_points_at_a_manifest_is_listed(repository: str, tmp_path: Path) -> None:
    """By tag and by digest, of all types and of one."""
    path = tmp_path / "sbom.json"
    path.write_text("{}", encoding="utf-8")
    sbom = wasm2oci.attach(f"{repository}:v1", path, artifact_type=SPDX, annotations={"by": "me"})
    signature = wasm2oci.attach(f"{repository}:v1", annotations={"a": "b"}, artifact_type="example/signature")
    listed = wasm2oci.referrers(f"{repository}:v1")
    assert_type(listed, list[wasm2oci.Descriptor])
    assert [one.digest for one in listed] == [sbom.digest, signature.digest]
    assert listed[0] == wasm2oci.Descriptor(OCI_MANIFEST, sbom.digest, sbom.size, {"by": "me"}, SPDX)
    by_digest = wasm2oci.referrers(f"{repository}@{sbom.subject.digest}", artifact_type="example/signature")
    assert by_digest == listed[1:]
    assert wasm2oci.referrers(sbom.reference) == []
    assert wasm2oci.fetch(f"{repository}:v1") == MODULE


def test_the_async_client_lists(repository: str) -> None:
    """As the other one."""
    attached = wasm2oci.attach(f"{repository}:v1", annotations={"a": "b"}, artifact_type=SPDX)

    async def main() -> list[wasm2oci.Descriptor]:
        async with wasm2oci.AsyncClient() as client:
            return await client.referrers(f"{repository}:v1", artifact_type=SPDX, timeout=60)

    assert [one.digest for one in asyncio.run(main())] == [attached.digest]


def test_the_command_prints_lines_a_document_or_a_tree(run_cli: RunCli, repository: str) -> None:
    """With what points at the referrers in turn."""
    reference = f"{repository}:v1"
    assert run_cli("referrers", reference).text == ""
    sbom = wasm2oci.attach(reference, annotations={"a": "b"}, artifact_type=SPDX)
    signature = wasm2oci.attach(sbom.reference, annotations={"c": "d"}, artifact_type="example/signature")
    assert run_cli("referrers", reference).text == f"{sbom.digest} {SPDX}\n"
    assert run_cli("referrers", reference, "--artifact-type", "example/signature").text == ""
    assert run_cli("referrers", reference, "--tree").text.splitlines() == [
        f"{reference}@{sbom.subject.digest}",
        f"  {SPDX}: {sbom.digest}",
        f"    example/signature: {signature.digest}",
    ]
    document = run_cli("referrers", f"{repository}@{sbom.subject.digest}", "--tree", "--json").json
    entry = {"media_type": OCI_MANIFEST, "digest": sbom.digest, "size": sbom.size, "artifact_type": SPDX}
    below = {"media_type": OCI_MANIFEST, "digest": signature.digest, "size": signature.size, "referrers": []}
    assert document == {
        "reference": f"{repository}@{sbom.subject.digest}",
        "digest": sbom.subject.digest,
        "referrers": [
            {
                **entry,
                "annotations": {"a": "b"},
                "referrers": [{**below, "annotations": {"c": "d"}, "artifact_type": "example/signature"}],
            }
        ],
    }
    flat = run_cli("referrers", reference, "--json").json
    assert flat["referrers"] == [{**entry, "annotations": {"a": "b"}}]


def test_what_is_not_there(run_cli: RunCli, repository: str) -> None:
    """A tag and a layout must be there; a digest need not."""
    with pytest.raises(wasm2oci.NotFoundError, match="v9"):
        wasm2oci.referrers(f"{repository}:v9")
    assert run_cli("referrers", f"{repository}:v9").code == 3
    assert wasm2oci.referrers(f"{repository}@{digest_of(b'none')}") == []
    with pytest.raises(wasm2oci.NotFoundError, match="layout"):
        wasm2oci.referrers(f"oci:missing@{digest_of(b'none')}")


def test_a_digest_is_not_looked_up(faults: FaultRegistry, subject: Added) -> None:
    """One request lists, and one reads each."""
    one = pointing(faults, subject)
    wasm2oci.referrers(faults.reference(tag=None, digest=subject.digest), artifact_type=SPDX)
    begin = "GET /v2/org/mod"
    listing = f"{begin}/referrers/{subject.digest}?artifactType=application%2Fspdx%2Bjson"
    assert faults.journal.lines() == [listing, f"{begin}/manifests/{one.digest}"]


# ---------------------------------------------------------- what is not believed


@pytest.mark.parametrize("status", [400, 404, 405, 406, 415, 501])
def test_a_registry_without_the_api_has_the_fallback_tag(faults: FaultRegistry, subject: Added, status: int) -> None:
    """And the other verbs do not ask (REG-21)."""
    one = pointing(faults, subject)
    faults.on("GET", "referrers").fail(status)
    assert found(faults) == []
    fallback(faults, subject, index_of(one.descriptor()))
    assert found(faults) == [one.digest]
    assert found(faults, artifact_type=SPDX) == [one.digest]
    assert found(faults, artifact_type="example/other") == []
    asked = len(faults.journal.of("GET", "*/referrers/*"))
    wasm2oci.fetch(faults.reference())
    wasm2oci.inspect(faults.reference())
    wasm2oci.push(MODULE, faults.reference(tag="v2"))
    assert len(faults.journal.of("GET", "*/referrers/*")) == asked


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (PAGE, "text/html"),
        (PAGE, OCI_INDEX),
        (b"", OCI_INDEX),
        (b"[]", OCI_INDEX),
        (b'{"manifests": {}}', OCI_INDEX),
        (b'{"schemaVersion": 2}', OCI_INDEX),
        (index_of(), "application/json"),
        (index_of(), DOCKER_LIST),
        (json.dumps({"mediaType": OCI_MANIFEST, "manifests": []}).encode(), OCI_INDEX),
    ],
)
def test_a_false_answer_is_no_list(faults: FaultRegistry, subject: Added, body: bytes, media_type: str) -> None:
    """Whatever its status: what the fallback tag says counts then (REG-22)."""
    one = pointing(faults, subject)
    faults.on("GET", "referrers").body(body, media_type)
    assert found(faults) == []
    fallback(faults, subject, index_of(one.descriptor()))
    assert found(faults) == [one.digest]


@pytest.mark.parametrize("what", ["the subject", "a manifest", "a Docker list", "no JSON"])
def test_a_fallback_tag_that_is_no_list_names_no_referrers(faults: FaultRegistry, what: str) -> None:
    """Its children are not referrers either (REG-22)."""
    child = faults.add_module(MODULE, tag=None)
    index = faults.add_index("org/mod", "v1", [child.descriptor()])
    faults.on("GET", "referrers").fail(404)
    bodies = {"the subject": index.body, "a manifest": child.body, "a Docker list": index_of(child.descriptor())}
    types = {"a manifest": OCI_MANIFEST, "a Docker list": DOCKER_LIST}
    fallback(faults, index, bodies.get(what, b"{"), types.get(what, OCI_INDEX))
    assert found(faults) == []


@pytest.mark.parametrize("how", ["by the API", "by the fallback tag"])
def test_what_points_elsewhere_is_left_out(faults: FaultRegistry, subject: Added, how: str) -> None:
    """And what is gone, the subject itself, and what is no descriptor."""
    good = pointing(faults, subject)
    elsewhere = pointing(faults, faults.add_module(binaries.module(seed=2), tag="other"))
    child = faults.add_module(binaries.module(seed=3), tag=None)
    gone = {**good.descriptor(), "digest": digest_of(b"gone")}
    false = {**pointing(faults, subject, "example/b").descriptor(), "size": 1}
    listed = index_of(
        elsewhere.descriptor(), child.descriptor(), gone, subject.descriptor(), false, {}, 1, good.descriptor()
    )
    if how == "by the API":
        faults.on("GET", "referrers").body(listed, OCI_INDEX)
    else:
        faults.on("GET", "referrers").fail(404)
        fallback(faults, subject, listed)
    assert found(faults) == [good.digest]


def test_a_filter_that_the_registry_does_not_apply_is_ours(faults: FaultRegistry, subject: Added) -> None:
    """Also where it says that it did, and where its list lacks the types."""
    one, other = pointing(faults, subject), pointing(faults, subject, "example/b")
    bare = index_of(one.descriptor(), other.descriptor())
    typed = index_of(one.descriptor(artifactType=SPDX), other.descriptor(artifactType="example/b"))
    for number, body in enumerate([bare, typed, typed], 1):
        rule = faults.on("GET", "referrers", nth=number).body(body, OCI_INDEX).omit("OCI-Filters-Applied")
        if number == 3:
            rule.header("OCI-Filters-Applied", "artifactType")
    for _ in range(3):
        assert found(faults, artifact_type="example/b") == [other.digest]


@pytest.mark.parametrize(
    ("status", "word", "error", "code"),
    [(401, "UNAUTHORIZED", wasm2oci.AuthenticationError, 4), (403, "DENIED", wasm2oci.PermissionDeniedError, 5)],
)
def test_who_may_not_ask_is_told(
    faults: FaultRegistry, subject: Added, run_cli: RunCli, status: int, word: str, error: type[Exception], code: int
) -> None:
    """None would be the wrong answer."""
    fallback(faults, subject, index_of(pointing(faults, subject).descriptor()))
    faults.on("GET", "referrers").fail(status, word, "not you")
    with pytest.raises(error, match="not you"):
        wasm2oci.referrers(faults.reference())
    assert run_cli("referrers", faults.reference()).code == code


# ------------------------------------------------------------------------ pages


def serve_pages(faults: FaultRegistry, pages: Iterable[bytes], link: str) -> None:
    """Answer with one page after the other."""
    bodies = list(pages)

    def page(answer: Answer, request: Request) -> None:
        number = int(request.query.get("page", ["0"])[0])
        answer.body = type(answer.body)(bodies[number])  # type: ignore[call-arg]
        if number + 1 < len(bodies):
            answer.set("Link", link.format(url=faults.url, path=request.path, next=number + 1))

    faults.on("GET", "referrers").change(page)


@pytest.mark.parametrize(
    "link",
    [
        '<{path}?page={next}>; rel="next"',
        '<{url}{path}?page={next}>; rel="next"',
        "<?page={next}>; rel=next",
        '</v2/>; rel="first", <?page={next}>; title="a, b"; rel="last next"',
    ],
)
def test_all_pages_are_gathered(faults: FaultRegistry, subject: Added, link: str) -> None:
    """In their order, however the next one is named."""
    listed = [pointing(faults, subject, f"example/{n}") for n in range(5)]
    pages = [listed[:2], listed[2:4], [], listed[4:]]
    serve_pages(faults, [index_of(*(one.descriptor() for one in page)) for page in pages], link)
    assert found(faults) == [one.digest for one in listed]


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ('<http://elsewhere.test/?page={next}>; rel="next"', "leads to another host"),
        ('<{path}>; rel="next"', "in a circle"),
    ],
)
def test_a_page_that_leads_astray_is_refused(faults: FaultRegistry, subject: Added, link: str, message: str) -> None:
    """And no part of the list passes for all of it."""
    one = pointing(faults, subject)
    serve_pages(faults, [index_of(one.descriptor())] * 2, link)
    with pytest.raises(wasm2oci.RegistryError, match=message):
        wasm2oci.referrers(faults.reference())


def test_a_page_that_is_missing_is_an_error(faults: FaultRegistry, subject: Added) -> None:
    """Not a shorter list, and not the fallback tag."""
    one = pointing(faults, subject)
    fallback(faults, subject, index_of(one.descriptor()))
    serve_pages(faults, [index_of(one.descriptor()), PAGE], '<?page={next}>; rel="next"')
    with pytest.raises(wasm2oci.InvalidManifestError, match="page 2 of the list of referrers"):
        wasm2oci.referrers(faults.reference())


def test_a_list_that_another_host_does_not_have(faults: FaultRegistry, mirror: FaultRegistry, subject: Added) -> None:
    """GHCR redirects to github.com, where there is none: so it has no such API."""
    pointing(faults, subject)
    faults.on("GET", "*/referrers/*").redirect(f"{mirror.url}/list", 303)
    assert wasm2oci.referrers(faults.reference()) == []


# ------------------------------------------------------------------------- tree


def test_a_tree_that_never_ends_is_an_error(faults: FaultRegistry, subject: Added, run_cli: RunCli) -> None:
    """It says how to go on."""
    last = subject
    for number in range(18):
        last = pointing(faults, last, annotations={"level": str(number)})
    result = run_cli("referrers", faults.reference(), "--tree")
    assert result.stdout == b""
    assert "more than 16 levels" in result.stderr
    assert "list one of them by its digest" in result.stderr
