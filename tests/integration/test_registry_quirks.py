"""Registries that answer unlike the next one, though each within its rights, or nearly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import Auth, artifacts, digest_of, layer
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.faults.registry import Added
    from tests.faults.rules import Rule

MODULE = binaries.module(100_000)
OTHER = binaries.module(50, seed=2)


@pytest.fixture
def added(faults: FaultRegistry) -> Added:
    """Hold a module."""
    return faults.add_module(MODULE)


def check_all_verbs(client: wasm2oci.Client, reference: str, added: Added, folder: Path) -> None:
    """Every verb that reads gives the module, or the true description of its manifest."""
    described = client.resolve(reference)
    assert (described.digest, described.media_type, described.size) == (added.digest, added.media_type, added.size)
    pulled = client.pull(reference, folder / "m.wasm")
    assert (pulled.digest, pulled.media_type, pulled.size) == (added.digest, added.media_type, added.size)
    assert pulled.path.read_bytes() == client.fetch(reference) == MODULE
    assert client.inspect(reference).digest == added.digest
    assert [entry.name for entry in folder.iterdir()] == ["m.wasm"]


# ---------------------------------------------------------------- redirects


@pytest.mark.parametrize("methods", ["GET", "GET|HEAD"], ids=["GET only", "HEAD too"])
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"], ids=["other port", "other host"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_manifest_may_stand_elsewhere(
    start_faults: StartFaults, tmp_path: Path, status: int, address: str, methods: str
) -> None:
    """moby/moby#50065: storage answers without digest and with a general type, and gets no credential."""
    front = start_faults()
    storage = start_faults(address, store=front.store)
    added = front.add_module(MODULE)
    front.auth = Auth(("Basic",), users={"bob": "s3cret"})
    moved = front.on(methods, "manifest").when(lambda request: request.header("Authorization") is not None)
    moved.redirect(storage.url + "{target}", status)
    storage.on("*", "*").omit("Docker-Content-Digest").header("Content-Type", "binary/octet-stream")
    with wasm2oci.Client(username="bob", password="s3cret") as client:
        check_all_verbs(client, front.reference(), added, tmp_path)
    assert storage.journal.of("GET", "*/manifests/v1")
    assert [request for request in storage.journal if request.header("Authorization")] == []


CHANGES: dict[str, Callable[[FaultRegistry, str], object]] = {
    "DELETE delete": lambda faults, digest: wasm2oci.delete(faults.reference(tag=None, digest=digest)),
    "DELETE untag": lambda faults, _: wasm2oci.untag(faults.reference()),
    "DELETE untag --force": lambda faults, _: wasm2oci.untag(faults.reference(), force=True),
    "PUT tag": lambda faults, _: wasm2oci.tag(faults.reference(), "v2"),
    "PUT push": lambda faults, _: wasm2oci.push(b"\0asm\1\0\0\0", faults.reference(tag="v3")),
}


@pytest.mark.parametrize("where", ["other host", "same host"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_not_made_elsewhere(
    start_faults: StartFaults, faults: FaultRegistry, added: Added, change: str, status: int, where: str
) -> None:
    """Nor taken for done where net/http has asked by GET; and nothing but what was named is deleted."""
    method = change.split(maxsplit=1)[0]
    if method == "PUT" and status >= 307 and where == "same host":
        pytest.skip("a registry may have an upload of its own sent to where it likes")
    other = start_faults(store=faults.store)
    faults.add_module(OTHER, repository="org/kept")
    tags = faults.store.repository("org/mod").tags.copy()
    location = (other.url if where == "other host" else "") + "/v2/org/kept/manifests/v1"
    faults.on(method, "manifest").when(lambda request: "org/mod" in request.path).fail(status, Location=location)
    with pytest.raises(wasm2oci.RegistryError, match=f"redirects a {method}|wants the upload to go to"):
        CHANGES[change](faults, added.digest)
    assert not other.journal.of("DELETE") + other.journal.of("PUT")
    assert faults.store.repository("org/mod").tags == tags
    assert faults.store.find_manifest("org/kept", "v1") is not None


@pytest.mark.parametrize("route", ["manifest", "blob"])
def test_what_stands_elsewhere_is_checked_as_well(
    start_faults: StartFaults, tmp_path: Path, added: Added, faults: FaultRegistry, route: str
) -> None:
    """A digest that was asked for, or that the manifest names, holds wherever the bytes come from."""
    storage = start_faults(store=faults.store)
    faults.on("GET", route).redirect(storage.url + "{target}")
    storage.on("GET", route).omit("Docker-Content-Digest").flip(at=added.size // 2)
    reference = faults.reference(tag=None, digest=added.digest)
    with pytest.raises(wasm2oci.DigestMismatchError):
        wasm2oci.pull(reference, tmp_path / "m.wasm")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("route", ["manifest", "blob"])
def test_a_redirect_without_an_end(faults: FaultRegistry, tmp_path: Path, added: Added, route: str) -> None:
    """It is given up soon, by an error that speaks of redirects."""
    faults.on("GET|HEAD", route).redirect("{target}")
    with pytest.raises(wasm2oci.NetworkError, match="redirect"):
        wasm2oci.pull(faults.reference(), tmp_path / "m.wasm")
    assert len(faults.journal) < 50
    assert added.digest
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ headers


@pytest.mark.parametrize("by", ["tag", "digest"])
@pytest.mark.parametrize("methods", ["GET", "HEAD", "GET|HEAD"])
@pytest.mark.parametrize(
    "headers",
    [
        ("Docker-Content-Digest",),
        ("Docker-Content-Digest", "Content-Length"),
        ("Docker-Content-Digest", "Content-Type"),
        ("Docker-Content-Digest", "Content-Length", "Content-Type"),
        ("Content-Length",),
        ("Content-Type",),
    ],
    ids="+".join,
)
def test_headers_may_be_missing(
    faults: FaultRegistry, tmp_path: Path, added: Added, headers: tuple[str, ...], methods: str, by: str
) -> None:
    """oras-project/oras#1318: what a manifest is and how it is called is worked out from its bytes."""
    faults.on(methods, "manifest").omit(*headers)
    reference = faults.reference() if by == "tag" else faults.reference(tag=None, digest=added.digest)
    with wasm2oci.Client() as client:
        check_all_verbs(client, reference, added, tmp_path)


@pytest.mark.parametrize("value", ["", "latest", "sha256:", "sha256:abc", "md5:" + "0" * 32, '"x"'])
def test_a_digest_header_that_is_none(faults: FaultRegistry, tmp_path: Path, added: Added, value: str) -> None:
    """It promises nothing, so that the bytes alone count."""
    faults.on("GET|HEAD", "manifest").header("Docker-Content-Digest", value)
    with wasm2oci.Client() as client:
        check_all_verbs(client, faults.reference(), added, tmp_path)


@pytest.mark.parametrize("by", ["tag", "digest"])
def test_a_digest_header_of_other_bytes(faults: FaultRegistry, tmp_path: Path, added: Added, by: str) -> None:
    """One of the two is wrong, and nobody can tell which."""
    faults.on("GET|HEAD", "manifest").header("Docker-Content-Digest", digest_of(OTHER))
    reference = faults.reference() if by == "tag" else faults.reference(tag=None, digest=added.digest)
    with pytest.raises(wasm2oci.DigestMismatchError):
        wasm2oci.pull(reference, tmp_path / "m.wasm")
    assert faults.journal.of(path="*/blobs/*") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("head", [200, 400, 403, 404, 405], ids=lambda status: f"HEAD {status}")
@pytest.mark.parametrize("routes", [("manifest",), ("blob",), ("manifest", "blob")], ids="+".join)
@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_lengths_may_be_unknown(
    faults: FaultRegistry, tmp_path: Path, added: Added, framing: str, routes: tuple[str, ...], head: int
) -> None:
    """oras-project/oras-go#370: no Content-Length, and no HEAD that would tell it."""
    for route in routes:
        faults.on("GET|HEAD", route).framed(framing)
    if head != 200:
        faults.on("HEAD", "*").fail(head)
    with wasm2oci.Client() as client:
        check_all_verbs(client, faults.reference(), added, tmp_path)


@pytest.mark.parametrize("stated", [1, 50_000, len(MODULE) - 1])
def test_a_length_that_cuts_the_blob_short(faults: FaultRegistry, tmp_path: Path, added: Added, stated: int) -> None:
    """The size in the descriptor counts, not the header."""
    faults.on("GET", "blob").declare(stated)
    with wasm2oci.Client(retries=0) as client, pytest.raises((wasm2oci.DigestMismatchError, wasm2oci.NetworkError)):
        client.pull(faults.reference(), tmp_path / "m.wasm")
    assert added.layers[0]["size"] == len(MODULE)
    assert list(tmp_path.iterdir()) == []


ACCEPTED = [artifacts.OCI_MANIFEST, artifacts.OCI_INDEX, artifacts.DOCKER_MANIFEST, artifacts.DOCKER_LIST]


@pytest.mark.parametrize("needed", [*([kind] for kind in ACCEPTED), ACCEPTED], ids=lambda kinds: kinds[0][-25:])
@pytest.mark.parametrize("by", ["tag", "digest"])
def test_every_type_of_manifest_is_accepted(
    faults: FaultRegistry, tmp_path: Path, added: Added, needed: list[str], by: str
) -> None:
    """fossas/fossa-cli#1309: for who does not name a type, registries convert, or have nothing."""

    def lacks(accept: str) -> bool:
        named = {kind.partition(";")[0].strip() for kind in accept.split(",")}
        return not named.issuperset(needed)

    faults.on("GET|HEAD", "manifest").when(lambda request: lacks(request.header("Accept") or "")).fail(
        404, "MANIFEST_UNKNOWN", "OCI manifest found, but accept header does not support OCI manifests"
    )
    reference = faults.reference() if by == "tag" else faults.reference(tag=None, digest=added.digest)
    with wasm2oci.Client() as client:
        check_all_verbs(client, reference, added, tmp_path)


@pytest.mark.parametrize("media_type", [artifacts.OCI_INDEX, artifacts.DOCKER_LIST])
def test_types_are_named_behind_an_index_as_well(faults: FaultRegistry, tmp_path: Path, media_type: str) -> None:
    """Each request for a manifest names them all."""
    child = faults.add_module(MODULE, tag=None)
    index = {"schemaVersion": 2, "mediaType": media_type, "manifests": [child.descriptor()]}
    faults.add_manifest("org/mod", "v1", index, media_type)
    result = wasm2oci.pull(faults.reference(), tmp_path / "m.wasm")
    assert (result.digest, result.path.read_bytes()) == (child.digest, MODULE)
    accepts = [request.header("Accept") or "" for request in faults.journal.of(path="*/manifests/*")]
    assert len(accepts) == 2
    assert [accept for accept in accepts if not all(kind in accept for kind in ACCEPTED)] == []


# ------------------------------------------------------------------ refusals

DENIED = wasm2oci.PermissionDeniedError
REFUSALS = [
    (401, "UNAUTHORIZED", "authentication required", wasm2oci.AuthenticationError),
    (401, "DENIED", "access denied", DENIED),
    (403, "DENIED", "requested access to the resource is denied", DENIED),
    (403, "UNAUTHORIZED", "project is private", DENIED),
    (404, "NAME_UNKNOWN", "repository name not known to registry", wasm2oci.NotFoundError),
    (404, "MANIFEST_UNKNOWN", "manifest unknown", wasm2oci.NotFoundError),
    (404, "NOT_FOUND", "artifact not found", wasm2oci.NotFoundError),
    (400, "NAME_INVALID", "invalid repository name", wasm2oci.RegistryError),
    (418, "TEAPOT", "short and stout", wasm2oci.RegistryError),
]


@pytest.mark.parametrize("verb", ["pull", "resolve", "fetch", "inspect", "push"])
@pytest.mark.parametrize(("status", "code", "text", "error"), REFUSALS, ids=lambda value: str(value)[:30])
def test_each_refusal_has_its_class(
    faults: FaultRegistry,
    tmp_path: Path,
    added: Added,
    status: int,
    code: str,
    text: str,
    error: type[wasm2oci.Wasm2ociError],
    verb: str,
) -> None:
    """docker/cli#1743: the class tells what to do; the message has the registry's code, its text and the reference."""
    faults.on("*", "*").fail(status, code, text)
    reference = faults.reference(added.repository, added.tag)
    with pytest.raises(wasm2oci.Wasm2ociError) as caught:
        wasm2oci.push(MODULE, reference) if verb == "push" else getattr(wasm2oci, verb)(reference)
    assert type(caught.value) is error
    assert [word for word in (code, text, reference) if word not in caught.value.message] == []
    assert "\n" not in caught.value.message
    assert caught.value.reference == reference
    assert caught.value.detail["http_status"] == status
    assert [entry["code"] for entry in caught.value.detail["registry_errors"]] == [code]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, wasm2oci.AuthenticationError), (403, DENIED), (404, wasm2oci.NotFoundError), (410, wasm2oci.RegistryError)],
)
@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"", "application/json"),
        (b"<html>no</html>", "text/html"),
        (b"no\nwhatever\x1b[2J", "text/plain"),
        (b'{"errors":null}', "application/json"),
        (b'{"errors":[{"code":7}]}', "application/json"),
        (b'{"message":"no"}', "application/json"),
        (b"[" * 10_000, "application/json"),
        (bytes(100_000), "application/octet-stream"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_refusal_without_words(
    faults: FaultRegistry, added: Added, status: int, error: type[Exception], body: bytes, media_type: str
) -> None:
    """The status alone decides then, and what was sent harms no terminal."""
    faults.on("*", "manifest").status(status).body(body, media_type)
    with pytest.raises(wasm2oci.Wasm2ociError) as caught:
        wasm2oci.fetch(faults.reference(added.repository))
    assert type(caught.value) is error
    assert str(status) in caught.value.message or error is not wasm2oci.RegistryError
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 1000


# ---------------------------------------------------------------- what is sent


def sent(faults: FaultRegistry) -> list[str]:
    """Tell what was written to the registry, and forget it."""
    names = {"POST": "begin", "PATCH": "part", "PUT": "end"}
    seen = [
        "manifest" if "/manifests/" in request.path else names[request.method]
        for request in faults.journal
        if request.method not in {"GET", "HEAD"}
    ]
    faults.journal.clear()
    return seen


ALL_NEW = ["begin", "end", "begin", "end", "manifest"]


@pytest.mark.parametrize("kind", ["hello", "greeter"])
@pytest.mark.parametrize("layout", ["wasm", "wasm-to-oci"])
def test_what_is_there_is_not_sent_again(
    faults: FaultRegistry, request: pytest.FixtureRequest, layout: wasm2oci.PushFormat, kind: str
) -> None:
    """engineerd/wasm-to-oci#18: each blob goes up once, and the same push gives the same digest."""
    path: Path = request.getfixturevalue(kind)
    first = wasm2oci.push(path, faults.reference(), format=layout)
    assert sorted(sent(faults)) == sorted(ALL_NEW)
    again = wasm2oci.push(path, faults.reference(), format=layout)
    assert set(sent(faults)) <= {"manifest"}
    assert again == first
    other = wasm2oci.push(path, faults.reference(tag="v2"), format=layout)
    assert sent(faults) == ["manifest"]
    assert (other.digest, other.size) == (first.digest, first.size)
    noted = wasm2oci.push(path, faults.reference(), format=layout, annotations={"a": "b"})
    assert sent(faults) == ["manifest"]
    assert noted.digest != first.digest
    assert noted.layer == first.layer


def test_bytes_and_file_are_the_same_blob(faults: FaultRegistry, hello: Path) -> None:
    """Only the title differs, which stands in the manifest."""
    wasm2oci.push(hello, faults.reference())
    sent(faults)
    wasm2oci.push(hello.read_bytes(), faults.reference())
    assert sent(faults) == ["manifest"]


def test_a_blob_that_several_formats_share(faults: FaultRegistry, hello: Path) -> None:
    """The module is there already; only the other config goes up."""
    wasm2oci.push(hello, faults.reference())
    sent(faults)
    wasm2oci.push(hello, faults.reference(), format="wasm-to-oci")
    assert sent(faults) == ["begin", "end", "manifest"]


def test_another_repository_is_another_place(faults: FaultRegistry, hello: Path) -> None:
    """A blob that is elsewhere in the registry may not be there for this repository."""
    first = wasm2oci.push(hello, faults.reference())
    sent(faults)
    assert wasm2oci.push(hello, faults.reference("org/other")).digest == first.digest
    assert sent(faults)[-1] == "manifest"
    assert wasm2oci.fetch(faults.reference("org/other")) == hello.read_bytes()


@pytest.mark.parametrize("status", [400, 401, 403, 405])
def test_a_registry_that_does_not_say_what_it_has(faults: FaultRegistry, hello: Path, status: int) -> None:
    """Then all is sent, since only the upload can tell."""
    faults.on("HEAD", "blob").fail(status)
    first = wasm2oci.push(hello, faults.reference())
    assert sorted(sent(faults)) == sorted(ALL_NEW)
    assert wasm2oci.push(hello, faults.reference()).digest == first.digest
    assert wasm2oci.fetch(faults.reference()) == hello.read_bytes()


def test_a_registry_that_claims_what_it_does_not_have(faults: FaultRegistry, hello: Path) -> None:
    """It refuses the manifest then, and gets the blob after all."""
    content = hello.read_bytes()
    faults.claim(digest_of(content), len(content))
    wasm2oci.push(hello, faults.reference())
    assert sent(faults) == ["begin", "end", "manifest", "begin", "end", "manifest"]
    assert wasm2oci.fetch(faults.reference()) == content


def test_a_registry_that_never_finds_a_blob(faults: FaultRegistry, hello: Path) -> None:
    """The push is no success, however often the registry says that it has all blobs."""
    faults.on("PUT", "manifest").fail(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
    with pytest.raises(wasm2oci.Wasm2ociError, match="MANIFEST_BLOB_UNKNOWN"):
        wasm2oci.push(hello, faults.reference())
    assert len(faults.journal) < 30
    assert faults.store.find_manifest("org/mod", "v1") is None


@pytest.mark.parametrize(
    "quirk",
    [
        pytest.param(lambda rule: rule.omit("Docker-Content-Digest", "Location"), id="201 without headers"),
        pytest.param(lambda rule: rule.status(200), id="200"),
        pytest.param(lambda rule: rule.status(202), id="202"),
        pytest.param(lambda rule: rule.status(204), id="204"),
        pytest.param(lambda rule: rule.status(200).omit("Docker-Content-Digest"), id="200 without digest"),
        pytest.param(lambda rule: rule.body(b'{"ok": true}', "application/json"), id="a body"),
    ],
)
@pytest.mark.parametrize("path", ["*/blobs/uploads/*", "*/manifests/*"])
def test_uploads_may_end_in_other_words(
    faults: FaultRegistry, hello: Path, quirk: Callable[[Rule], Rule], path: str
) -> None:
    """Whatever says that it is done, once it is."""
    quirk(faults.on("PUT", path))
    result = wasm2oci.push(hello, faults.reference())
    found = faults.store.find_manifest("org/mod", "v1")
    assert found is not None
    assert found[0] == result.digest
    assert wasm2oci.fetch(faults.reference()) == hello.read_bytes()


def test_a_layer_is_looked_for_by_its_own_digest(faults: FaultRegistry, tmp_path: Path) -> None:
    """Two tags, one repository, two modules: none is taken for the other."""
    faults.add_artifact(tag="v1", layers=[layer(MODULE)])
    faults.add_artifact(tag="v2", layers=[layer(OTHER)])
    wasm2oci.pull(faults.reference(tag="v1"), tmp_path / "m.wasm")
    wasm2oci.pull(faults.reference(tag="v2"), tmp_path / "m.wasm")
    assert (tmp_path / "m.wasm").read_bytes() == OTHER


@pytest.mark.parametrize("challenge", ['Basic realm="tests"', None])
def test_a_head_that_nobody_may_send(faults: FaultRegistry, added: Added, challenge: str | None) -> None:
    """The answer to a GET is as good."""
    headers = {"WWW_Authenticate": challenge} if challenge else {}
    faults.on("HEAD", "manifest").fail(401, "UNAUTHORIZED", **headers)
    assert wasm2oci.resolve(faults.reference(added.repository, added.tag)).digest == added.digest


# ------------------------------------------------------- manifests that are refused

SHAPE_REFUSALS = [(400, "MANIFEST_INVALID"), (403, "DENIED"), (405, "UNSUPPORTED"), (415, "MANIFEST_INVALID")]


@pytest.mark.parametrize(("status", "code"), SHAPE_REFUSALS)
def test_a_registry_that_knows_no_artifact_type(
    faults: FaultRegistry, caplog: pytest.LogCaptureFixture, status: int, code: str
) -> None:
    """oras-project/oras#1133: the manifest goes up without it, the rest is kept, no blob is sent again."""
    faults.on("PUT", "manifest").when(lambda request: b'"artifactType"' in request.body).fail(
        status, code, "no such field"
    )
    pushed = wasm2oci.push(MODULE, faults.reference(), artifact_type="a/artifact", annotations={"a": "b"})
    assert len(faults.journal.of("PUT", "*/uploads/*")) == 2
    assert len(faults.journal.of("PUT", "*/manifests/*")) == 2
    assert "a/artifact" in caplog.text
    found = wasm2oci.inspect(faults.reference())
    assert found.digest == pushed.digest
    assert found.manifest is not None
    assert "artifactType" not in found.manifest
    assert found.manifest["annotations"] == {"a": "b"}


@pytest.mark.parametrize("artifact_type", [None, "a/artifact"])
@pytest.mark.parametrize(("status", "code"), [refusal for refusal in SHAPE_REFUSALS if refusal[0] != 403])
def test_a_registry_that_takes_images_only(
    faults: FaultRegistry, artifact_type: str | None, status: int, code: str
) -> None:
    """engineerd/wasm-to-oci#7: the error names the field that is refused, and what helps; and that does help."""
    faults.on("PUT", "manifest").when(lambda request: b"vnd.oci.image.config" not in request.body).fail(
        status, code, "no"
    )
    with pytest.raises(
        wasm2oci.Wasm2ociError, match=r"application/vnd\.wasm\.config\.v0\+json.*config_media_type"
    ) as caught:
        wasm2oci.push(MODULE, faults.reference(), artifact_type=artifact_type)
    assert caught.value.detail["http_status"] == status
    assert len(faults.journal.of("PUT", "*/uploads/*")) == 2
    wasm2oci.push(MODULE, faults.reference(), format="image")
    assert wasm2oci.fetch(faults.reference()) == MODULE


def test_a_refusal_for_another_reason_is_not_tried_again(faults: FaultRegistry) -> None:
    """What the name is called is no matter of types."""
    faults.on("PUT", "manifest").fail(400, "TAG_INVALID", "no such tag")
    with pytest.raises(wasm2oci.RegistryError, match="no such tag"):
        wasm2oci.push(MODULE, faults.reference(), artifact_type="a/artifact")
    assert len(faults.journal.of("PUT", "*/manifests/*")) == 1
