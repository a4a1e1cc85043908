"""`attach` stores files that point at a manifest, and keeps the list of them where the registry has none."""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import threading
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import assert_type

import wasm2oci
from tests.faults import digest_of
from tests.faults.artifacts import OCI_INDEX, OCI_MANIFEST
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import Added, FaultRegistry
    from tests.support.cli import RunCli, StartCli
    from tests.support.registry import Registry

MODULE = binaries.module()
SPDX = "application/spdx+json"
TITLE = "org.opencontainers.image.title"
CREATED = "org.opencontainers.image.created"
LIMIT = 60


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


@pytest.fixture
def sbom(tmp_path: Path) -> Path:
    """Return the path of a file to attach."""
    path = tmp_path / "hello.spdx.json"
    path.write_text('{"spdxVersion": "SPDX-2.3"}', encoding="utf-8")
    return path


def listed(faults: FaultRegistry, subject: Added) -> list[str]:
    """Return the digests that the fallback tag lists."""
    held = faults.store.find_manifest("org/mod", subject.digest.replace(":", "-"))
    return [entry["digest"] for entry in held[1].document["manifests"]] if held else []


def without_api(faults: FaultRegistry) -> None:
    """Be a registry that knows no referrers."""
    faults.on("GET", "referrers").fail(404)
    faults.on("PUT", "manifest").omit("OCI-Subject")


# ------------------------------------------------------------------- what it does


def test_a_file_is_attached(repository: str, sbom: Path) -> None:
    """It points at the subject, which stays what it is; `referrers` and `fetch` find it."""
    subject = wasm2oci.resolve(f"{repository}:v1")
    attached = wasm2oci.attach(f"{repository}:v1", sbom, artifact_type=SPDX, annotations={"b": "2", "a": "1"})
    assert_type(attached, wasm2oci.AttachResult)
    assert attached.reference == f"{repository}@{attached.digest}"
    assert (attached.artifact_type, attached.media_type) == (SPDX, OCI_MANIFEST)
    assert attached.subject.digest == subject.digest
    content = sbom.read_bytes()
    layer = wasm2oci.Descriptor("application/octet-stream", digest_of(content), len(content), {TITLE: sbom.name})
    assert attached.layers == (layer,)
    assert [one.digest for one in wasm2oci.referrers(f"{repository}:v1")] == [attached.digest]
    artifact = wasm2oci.inspect(attached.reference)
    assert (artifact.artifact_type, artifact.annotations) == (SPDX, {"a": "1", "b": "2"})
    assert artifact.manifest is not None
    assert artifact.manifest["subject"]["digest"] == subject.digest
    assert artifact.layers == (layer,)
    assert wasm2oci.resolve(f"{repository}:v1").digest == subject.digest
    assert wasm2oci.fetch(f"{repository}:v1") == MODULE


def test_files_keep_their_order_and_their_base_names(repository: str, tmp_path: Path) -> None:
    """Whatever the folders they come from."""
    for name in ("z/one", "a/two"):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(name, encoding="utf-8")
    paths = (tmp_path / name for name in ("z/one", "a/two"))
    attached = wasm2oci.attach(f"{repository}:v1", paths, artifact_type=SPDX, media_type="text/plain")
    assert [(one.annotations[TITLE], one.media_type) for one in attached.layers] == [
        ("one", "text/plain"),
        ("two", "text/plain"),
    ]


def test_a_file_of_no_bytes(repository: str, tmp_path: Path) -> None:
    """Such as the log of a tool that had nothing to say; it comes back as it is."""
    empty = tmp_path / "warnings.txt"
    empty.touch()
    attached = wasm2oci.attach(f"{repository}:v1", empty, artifact_type="example/log")
    assert [(one.size, one.annotations[TITLE]) for one in attached.layers] == [(0, "warnings.txt")]
    back = f"oci:{tmp_path / 'back'}"
    wasm2oci.copy(attached.reference, f"{back}:v1")
    assert wasm2oci.inspect(f"{back}:v1").layers == attached.layers
    assert (tmp_path / "back" / "blobs" / "sha256" / attached.layers[0].digest[7:]).read_bytes() == b""


def test_the_same_files_give_the_same_digest(repository: str, sbom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a time only where one is given."""
    reference = f"{repository}:v1"
    first = wasm2oci.attach(reference, sbom, artifact_type=SPDX)
    assert wasm2oci.attach(reference, [str(sbom)], artifact_type=SPDX) == first
    assert [one.digest for one in wasm2oci.referrers(reference)] == [first.digest]
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    wasm2oci.attach(reference, sbom, artifact_type="example/a", created=when)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    wasm2oci.attach(reference, sbom, artifact_type="example/b")
    times = {one.artifact_type: one.annotations.get(CREATED) for one in wasm2oci.referrers(reference)}
    assert times == {SPDX: None, "example/a": "2026-01-02T03:04:05Z", "example/b": "1970-01-02T00:00:00Z"}


def test_the_async_client_attaches(repository: str, sbom: Path) -> None:
    """As the other one."""

    async def main() -> wasm2oci.AttachResult:
        async with wasm2oci.AsyncClient() as client:
            return await client.attach(f"{repository}:v1", sbom, artifact_type=SPDX, timeout=60)

    attached = asyncio.run(main())
    assert [one.digest for one in wasm2oci.referrers(f"{repository}:v1")] == [attached.digest]


def test_the_command_says_what_was_attached(run_cli: RunCli, repository: str, sbom: Path) -> None:
    """A line, or a document."""
    reference = f"{repository}:v1"
    result = run_cli("attach", reference, sbom, "--artifact-type", SPDX, "--annotation", "a=1")
    (found,) = wasm2oci.referrers(reference)
    subject = wasm2oci.resolve(reference).digest
    assert (result.text, result.stderr) == (f"attached {repository}@{found.digest} to {subject}\n", "")
    assert found.annotations == {"a": "1"}
    document = run_cli("attach", reference, "--artifact-type", "example/b", "--annotation", "a=1", "--json").json
    assert (document["subject"]["digest"], document["artifact_type"], document["layers"]) == (subject, "example/b", [])
    assert run_cli("attach", reference, sbom, "--artifact-type", "example/c", "--quiet").stdout == b""
    assert len(wasm2oci.referrers(reference)) == 3


def test_progress_counts_all_files(repository: str, sbom: Path, tmp_path: Path) -> None:
    """And the empty config."""
    large = tmp_path / "large"
    large.write_bytes(bytes(300_000))
    seen: list[wasm2oci.Progress] = []
    wasm2oci.attach(f"{repository}:v1", [sbom, large], artifact_type=SPDX, progress=seen.append)
    assert seen[-1].done == seen[-1].total == 300_000 + sbom.stat().st_size + 2


# --------------------------------------------------------------------- requests


def test_a_registry_with_the_api_lists_by_itself(faults: FaultRegistry, subject: Added, sbom: Path) -> None:
    """One look, whether a list of the time before is left."""
    attached = wasm2oci.attach(faults.reference(), sbom, artifact_type=SPDX)
    lines = [line for line in faults.journal.lines() if "/blobs/" not in line]
    manifests = "/v2/org/mod/manifests/"
    tag = subject.digest.replace(":", "-")
    assert lines == [f"HEAD {manifests}v1", f"PUT {manifests}{attached.digest}", f"GET {manifests}{tag}"]
    faults.journal.clear()
    wasm2oci.attach(faults.reference(), sbom, artifact_type=SPDX)
    assert not faults.journal.of("POST")


def test_the_list_of_the_time_before_the_api_goes(faults: FaultRegistry, subject: Added, sbom: Path) -> None:
    """Once the API lists all of it, and no sooner."""
    first = wasm2oci.attach(faults.reference(), sbom, artifact_type="example/a")
    tag = subject.digest.replace(":", "-")
    missing = {"mediaType": OCI_MANIFEST, "digest": digest_of(b"missing"), "size": 7}
    known = {"mediaType": OCI_MANIFEST, "digest": first.digest, "size": first.size}
    faults.add_index("org/mod", tag, [known, missing])
    wasm2oci.attach(faults.reference(), sbom, artifact_type="example/b")
    assert listed(faults, subject) == [first.digest, missing["digest"]]
    faults.add_index("org/mod", tag, [known])
    wasm2oci.attach(faults.reference(), sbom, artifact_type="example/c")
    assert faults.store.find_manifest("org/mod", tag) is None
    assert len(wasm2oci.referrers(faults.reference())) == 3


def test_a_registry_without_the_api_gets_a_list(faults: FaultRegistry, subject: Added, sbom: Path) -> None:
    """Under the fallback tag, with type and annotations."""
    without_api(faults)
    first = wasm2oci.attach(faults.reference(), sbom, artifact_type=SPDX, annotations={"a": "1"})
    second = wasm2oci.attach(faults.reference(), sbom, artifact_type="example/b")
    wasm2oci.attach(faults.reference(), sbom, artifact_type=SPDX, annotations={"a": "1"})
    held = faults.store.find_manifest("org/mod", subject.digest.replace(":", "-"))
    assert held is not None
    assert held[1].media_type == OCI_INDEX
    entries = [
        {"mediaType": OCI_MANIFEST, "digest": first.digest, "size": first.size, "artifactType": SPDX},
        {"mediaType": OCI_MANIFEST, "digest": second.digest, "size": second.size, "artifactType": "example/b"},
    ]
    entries[0]["annotations"] = {"a": "1"}
    assert held[1].document == {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
    assert [one.digest for one in wasm2oci.referrers(faults.reference())] == [first.digest, second.digest]


def test_what_others_wrote_into_the_list_stays(faults: FaultRegistry, subject: Added, sbom: Path) -> None:
    """Down to members that nobody knows."""
    without_api(faults)
    theirs = {"mediaType": OCI_MANIFEST, "digest": digest_of(b"theirs"), "size": 1, "x-note": [1], "annotations": {}}
    faults.add_index("org/mod", subject.digest.replace(":", "-"), [theirs, {"odd": True}], annotations={"by": "them"})
    attached = wasm2oci.attach(faults.reference(), sbom, artifact_type=SPDX)
    held = faults.store.find_manifest("org/mod", subject.digest.replace(":", "-"))
    assert held is not None
    assert held[1].document["annotations"] == {"by": "them"}
    assert held[1].document["manifests"][:2] == [theirs, {"odd": True}]
    assert held[1].document["manifests"][2]["digest"] == attached.digest


def test_a_tag_that_is_something_else_is_not_overwritten(faults: FaultRegistry, subject: Added, sbom: Path) -> None:
    """What is attached is stored all the same, and the error says so."""
    without_api(faults)
    tag = subject.digest.replace(":", "-")
    other = faults.add_module(binaries.module(seed=2), tag=tag)
    with pytest.raises(wasm2oci.InvalidManifestError, match="is stored, but not listed") as caught:
        wasm2oci.attach(faults.reference(), sbom, artifact_type=SPDX)
    assert tag in caught.value.message
    held = faults.store.find_manifest("org/mod", tag)
    assert held is not None
    assert held[0] == other.digest
    faults.store.repository("org/mod").tags.pop(tag)
    attached = wasm2oci.attach(faults.reference(), sbom, artifact_type=SPDX)
    assert listed(faults, subject) == [attached.digest]


def test_gitlab_takes_the_tag_for_the_digest(faults: FaultRegistry, subject: Added, sbom: Path) -> None:
    """Nothing is written over the subject."""
    without_api(faults)
    faults.store.repository("org/mod").tags[subject.digest.replace(":", "-")] = subject.digest
    with pytest.raises(wasm2oci.UnsupportedError, match="keeps no list of referrers"):
        wasm2oci.attach(faults.reference(), sbom, artifact_type=SPDX)
    assert wasm2oci.referrers(faults.reference()) == []
    assert wasm2oci.fetch(faults.reference()) == MODULE


@pytest.mark.parametrize(
    ("field", "status", "error"),
    [
        ("subject", 405, wasm2oci.UnsupportedError),
        ("subject", 400, wasm2oci.RegistryError),
        ("artifactType", 400, wasm2oci.RegistryError),
        ("artifactType", 415, wasm2oci.RegistryError),
    ],
)
def test_a_field_that_is_refused_is_named(
    faults: FaultRegistry, subject: Added, run_cli: RunCli, sbom: Path, field: str, status: int, error: type[Exception]
) -> None:
    """It is not left out: without it this would be another thing (REG-23)."""
    faults.on("PUT", "manifest").veto(field, status)
    with pytest.raises(error, match=f"subject and the artifactType .*{field} is not accepted"):
        wasm2oci.attach(faults.reference(), sbom, artifact_type=SPDX)
    assert len(faults.journal.of("PUT", "*/manifests/*")) == 1
    assert listed(faults, subject) == []
    result = run_cli("attach", faults.reference(), sbom, "--artifact-type", SPDX)
    assert (result.code != 0, "of this --artifact-type" in result.stderr) == (True, True)


# -------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hello.spdx.json"], "--artifact-type is missing"),
        (["hello.spdx.json", "--artifact-type", "sbom"], "'sbom'|\"sbom\""),
        (["hello.spdx.json", "--artifact-type", SPDX, "--media-type", "json"], "--media-type"),
        (["--artifact-type", SPDX], "there is nothing to attach; give a file, or --annotation"),
        (["hello.spdx.json", "other/hello.spdx.json", "--artifact-type", SPDX], "two files are called"),
        (["-", "--artifact-type", SPDX], "does not read standard input"),
    ],
)
def test_what_cannot_be_attached_makes_no_request(
    faults: FaultRegistry, run_cli: RunCli, sbom: Path, arguments: list[str], message: str
) -> None:
    """The message names what is missing."""
    other = sbom.parent / "other" / sbom.name
    other.parent.mkdir()
    other.write_text("other", encoding="utf-8")
    result = run_cli("attach", faults.reference(), *arguments, cwd=sbom.parent)
    assert result.code == 2
    assert any(part in result.stderr for part in message.split("|"))
    assert len(faults.journal) == 0


def test_wrong_types_are_refused(faults: FaultRegistry) -> None:
    """As everywhere."""
    with pytest.raises(TypeError, match="source must be a path or an iterable of paths, not int"):
        wasm2oci.attach(faults.reference(), 1, artifact_type=SPDX)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"source must be a str or an os.PathLike, not bytes"):
        wasm2oci.attach(faults.reference(), b"content", artifact_type=SPDX)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="artifact_type"):
        wasm2oci.attach(faults.reference(), "a")  # type: ignore[call-arg]


def test_what_is_not_there(repository: str, sbom: Path) -> None:
    """The subject, and the file: nothing is stored then."""
    with pytest.raises(wasm2oci.NotFoundError, match="v9"):
        wasm2oci.attach(f"{repository}:v9", sbom, artifact_type=SPDX)
    with pytest.raises(wasm2oci.FilesystemError) as caught:
        wasm2oci.attach(f"{repository}:v1", [sbom, sbom.with_name("missing")], artifact_type=SPDX)
    assert isinstance(caught.value, OSError)
    assert str(sbom.with_name("missing")) in caught.value.message
    assert wasm2oci.referrers(f"{repository}:v1") == []


# ----------------------------------------------------------------- many at once


def test_threads_do_not_lose_each_others_files(registry: Registry) -> None:
    """The registry is one without the API."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference)
    attached: list[str] = []

    def attach(number: int) -> None:
        with wasm2oci.Client() as client:
            found = client.attach(reference, annotations={"number": str(number)}, artifact_type=SPDX)
            attached.append(found.digest)

    threads = [threading.Thread(target=attach, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(attached) == 6
    assert {one.digest for one in wasm2oci.referrers(reference)} == set(attached)


def test_processes_do_not_lose_each_others_files(registry: Registry, start_cli: StartCli) -> None:
    """They share nothing but the registry."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference)
    running = [
        start_cli("attach", reference, "--artifact-type", SPDX, "--annotation", f"number={number}", "--json")
        for number in range(4)
    ]
    documents = [json.loads(process.communicate(timeout=LIMIT)[0]) for process in running]
    assert {one.digest for one in wasm2oci.referrers(reference)} == {one["digest"] for one in documents}


def test_what_was_deleted_does_not_block_the_list(registry: Registry) -> None:
    """A registry refuses a list with a manifest that is gone: that one is taken off, and the others stay."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference)
    kept, gone = (wasm2oci.attach(reference, annotations={"a": "b"}, artifact_type=f"example/{n}") for n in "ab")
    host, _, path = reference.rpartition(":")[0].partition("/")
    connection = http.client.HTTPConnection(host, timeout=LIMIT)
    connection.request("DELETE", f"/v2/{path}/manifests/{gone.digest}")
    assert connection.getresponse().status == 202
    connection.close()
    assert [one.digest for one in wasm2oci.referrers(reference)] == [kept.digest]
    added = wasm2oci.attach(reference, annotations={"a": "b"}, artifact_type="example/c")
    assert [one.digest for one in wasm2oci.referrers(reference)] == [kept.digest, added.digest]


def test_what_is_deleted_leaves_the_list(registry: Registry, oras: Path) -> None:
    """Whether by its digest or, by force, by its tag; the last one takes the list with it."""
    reference = registry.reference()
    subject = wasm2oci.push(MODULE, reference)
    first, second = (wasm2oci.attach(reference, annotations={"a": "b"}, artifact_type=f"example/{n}") for n in "ab")
    wasm2oci.delete(first.reference)
    assert [one.digest for one in wasm2oci.referrers(reference)] == [second.digest]
    assert [one["digest"] for one in discovered(oras, "--plain-http", reference)] == [second.digest]
    wasm2oci.delete(second.reference)
    assert wasm2oci.referrers(reference) == []
    assert discovered(oras, "--plain-http", reference) == []
    assert subject.digest.replace(":", "-") not in list(wasm2oci.tags(reference.rpartition(":")[0]))


def test_what_is_untagged_by_force_leaves_the_list(faults: FaultRegistry, subject: Added) -> None:
    """Where the registry deletes the manifest with the tag."""
    without_api(faults)
    faults.routes.untags = "nothing"
    attached = wasm2oci.attach(faults.reference(), artifact_type=SPDX, annotations={"a": "b"})
    wasm2oci.tag(attached.reference, "sbom")
    assert listed(faults, subject) == [attached.digest]
    wasm2oci.untag(faults.reference(tag="sbom"), force=True)
    assert listed(faults, subject) == []


def test_a_list_that_cannot_be_changed_is_told(
    faults: FaultRegistry, subject: Added, caplog: pytest.LogCaptureFixture
) -> None:
    """What was asked for is done, and nobody finds what is gone."""
    without_api(faults)
    first, second = (
        wasm2oci.attach(faults.reference(), annotations={"a": "b"}, artifact_type=f"example/{n}") for n in "ab"
    )
    faults.on("PUT", "manifest").fail(403, "DENIED", "tags are for ever")
    wasm2oci.delete(first.reference)
    assert f"may still be listed as a referrer of {subject.digest}" in caplog.text
    assert listed(faults, subject) == [first.digest, second.digest]
    assert [one.digest for one in wasm2oci.referrers(faults.reference())] == [second.digest]


def test_a_delete_that_is_refused_leaves_the_list(faults: FaultRegistry, subject: Added) -> None:
    """Or a signature that is there would not be found."""
    without_api(faults)
    attached = wasm2oci.attach(faults.reference(), annotations={"a": "b"}, artifact_type=SPDX)
    faults.routes.deletes = False
    with pytest.raises(wasm2oci.UnsupportedError):
        wasm2oci.delete(attached.reference)
    assert listed(faults, subject) == [attached.digest]


# ----------------------------------------------------------------- other tools


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run another tool, which must end well, and return its standard output."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=LIMIT, check=False, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def discovered(oras: Path, *arguments: str | Path) -> list[dict[str, Any]]:
    """Return what oras finds."""
    found: list[dict[str, Any]] = json.loads(run(oras, "discover", "--format", "json", *arguments))["referrers"]
    return found


def test_oras_finds_and_pulls_what_we_attached(registry: Registry, oras: Path, sbom: Path, tmp_path: Path) -> None:
    """By the list that we keep."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference)
    attached = wasm2oci.attach(reference, sbom, artifact_type=SPDX, annotations={"by": "us"})
    (found,) = discovered(oras, "--plain-http", reference)
    assert (found["digest"], found["artifactType"], found["annotations"]) == (attached.digest, SPDX, {"by": "us"})
    out = tmp_path / "out"
    run(oras, "pull", "--plain-http", "--no-tty", "-o", out, attached.reference)
    assert out.joinpath(sbom.name).read_bytes() == sbom.read_bytes()


def test_we_find_what_oras_attached(registry: Registry, oras: Path, sbom: Path) -> None:
    """And its list stays whole when we add to it, and when it does."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference)
    attach = (oras, "attach", "--plain-http", "--no-tty", reference)
    run(*attach, "--artifact-type", "example/first", f"{sbom.name}:application/json", cwd=sbom.parent)
    wasm2oci.attach(reference, sbom, artifact_type="example/second")
    run(*attach, "--artifact-type", "example/third", "--annotation", "a=1", cwd=sbom.parent)
    listed = wasm2oci.referrers(reference)
    assert [one.artifact_type for one in listed] == ["example/first", "example/second", "example/third"]
    assert listed[2].annotations["a"] == "1"
    assert [one["digest"] for one in discovered(oras, "--plain-http", reference)] == [one.digest for one in listed]


def test_oras_and_we_share_a_layout(oras: Path, sbom: Path, tmp_path: Path) -> None:
    """Each finds what the other attached."""
    layout = tmp_path / "layout"
    wasm2oci.push(MODULE, f"oci:{layout}:v1")
    ours = wasm2oci.attach(f"oci:{layout}:v1", sbom, artifact_type="example/ours")
    run(oras, "attach", "--oci-layout", "--artifact-type", "example/theirs", f"{layout}:v1", sbom.name, cwd=sbom.parent)
    listed = wasm2oci.referrers(f"oci:{layout}:v1")
    # oras writes the entries of index.json in any order.
    assert {one.artifact_type for one in listed} == {"example/ours", "example/theirs"}
    assert ours.digest in {one.digest for one in listed}
    found = discovered(oras, "--oci-layout", f"{layout}:v1")
    assert {one["digest"] for one in found} == {one.digest for one in listed}


def test_crane_reads_what_we_attached(registry: Registry, crane: Path, sbom: Path) -> None:
    """The manifest, the list and the file."""
    reference = registry.reference()
    wasm2oci.push(MODULE, reference)
    attached = wasm2oci.attach(reference, sbom, artifact_type=SPDX)
    repository = reference.rpartition(":")[0]
    index = json.loads(run(crane, "manifest", f"{repository}:{attached.subject.digest.replace(':', '-')}"))
    assert [one["digest"] for one in index["manifests"]] == [attached.digest]
    assert json.loads(run(crane, "manifest", attached.reference))["artifactType"] == SPDX
    assert run(crane, "blob", f"{repository}@{attached.layers[0].digest}").encode() == sbom.read_bytes()


def test_inspect_shows_what_is_attached(run_cli: RunCli, repository: str, tmp_path: Path) -> None:
    """Its type, what it is attached to, and the files; nobody looks for a module in there."""
    (tmp_path / "sbom.json").write_bytes(b"{}")
    subject = wasm2oci.resolve(f"{repository}:v1").digest
    words = ["--artifact-type", "application/spdx+json", "--annotation", "by=alice"]
    attached = run_cli("attach", f"{repository}:v1", "sbom.json", *words, "--json", cwd=tmp_path).json
    found = wasm2oci.inspect(f"{repository}@{attached['digest']}").subject
    assert found is not None
    assert (found.digest, found.size, found.media_type) == (subject, attached["subject"]["size"], OCI_MANIFEST)
    assert wasm2oci.inspect(f"{repository}:v1").subject is None
    shown = run_cli("inspect", f"{repository}@{attached['digest']}").text.splitlines()
    assert shown[1:] == [
        f"  digest: {attached['digest']}",
        "  media type: application/vnd.oci.image.manifest.v1+json",
        f"  size: {attached['size']} bytes",
        "  artifact type: application/spdx+json",
        f"  subject: {subject}",
        "  annotations",
        "    by: alice",
        "  files",
        "    sbom.json",
        "      digest: sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "      media type: application/octet-stream",
        "      size: 2 bytes",
    ]


def test_inspect_of_what_has_no_files(run_cli: RunCli, repository: str) -> None:
    """The empty layer that stands for none is no file."""
    words = ["--artifact-type", "a/b", "--annotation", "by=alice"]
    attached = run_cli("attach", f"{repository}:v1", *words, "--json").json
    shown = run_cli("inspect", f"{repository}@{attached['digest']}").text
    assert "  artifact type: a/b\n" in shown
    assert "files" not in shown
    assert "module" not in shown


@pytest.mark.parametrize("subject", ["text", None, [], {"digest": 1}, {}])
def test_inspect_of_a_subject_that_is_none(run_cli: RunCli, faults: FaultRegistry, subject: object) -> None:
    """What is not a descriptor is not shown."""
    blob = {"mediaType": "text/plain", "digest": digest_of(b"x"), "size": 1}
    manifest = {"schemaVersion": 2, "config": blob, "layers": [blob], "subject": subject}
    faults.add_blob("org/mod", b"x")
    faults.add_manifest("org/mod", "v1", manifest)
    shown = run_cli("inspect", faults.reference())
    assert (shown.code, "subject" in shown.text) == (0, False)
    assert wasm2oci.inspect(faults.reference()).subject is None
