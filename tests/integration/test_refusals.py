"""Refusals say whose they are, what was missing, and what would help; each with its exit code."""

from __future__ import annotations

import io
import json
import tarfile
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import Auth, Tls, artifacts, big_module, layer
from tests.faults.tls import write_authority, write_client_pair
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.support.cli import CliResult, RunCli

MODULE = binaries.module()


def check(result: CliResult, code: int, *words: str, never: tuple[str, ...] = ()) -> None:
    """Expect an exit code and one line of error with these words, and without the others."""
    assert result.code == code, result.stderr
    line = result.stderr.splitlines()[-1]
    assert line.startswith("wasm2oci: error: ")
    assert [word for word in words if word not in line] == [], line
    assert [word for word in never if word in line] == [], line


# ------------------------------------------------------------ no registry at all

PAGE = b"<html><body>Please log in</body></html>"


@pytest.mark.parametrize("status", [200, 201, 204])
@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "text/plain", "application/json"])
def test_a_server_that_answers_everything_takes_no_push(
    faults: FaultRegistry, run_cli: RunCli, hello: Path, status: int, media_type: str
) -> None:
    """A proxy's login page is not a registry that has stored something."""
    body = b'{"status": "ok"}' if "json" in media_type else PAGE
    faults.on("*", "*").status(status).body(body if status != 204 else b"", media_type)
    check(run_cli("push", hello, faults.reference()), 12, "check that the address is that of a registry")
    assert faults.store.find_manifest("org/mod", "v1") is None


@pytest.mark.parametrize("verb", ["pull", "resolve", "inspect"])
@pytest.mark.parametrize("body", [PAGE, b"OK", b'{"status": "ok"}', b""], ids=lambda body: body[:10].decode())
def test_a_server_that_answers_everything_has_no_manifest(
    faults: FaultRegistry, run_cli: RunCli, tmp_path: Path, verb: str, body: bytes
) -> None:
    """No more does it have something to pull."""
    faults.on("*", "*").status(200).body(body, "text/html" if body == PAGE else "application/json")
    result = run_cli(verb, faults.reference(), cwd=tmp_path)
    check(result, 9, "check that the address is that of a registry")
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------ whose credentials


def test_nobody_is_told_of_credentials_in_use(faults: FaultRegistry, run_cli: RunCli, hello: Path) -> None:
    """The token service gives everybody a token, which is good for reading."""
    faults.auth = Auth(grant=lambda scopes: [scope.replace("pull,push", "pull") for scope in scopes])
    result = run_cli("push", hello, faults.reference())
    check(result, 5, f"no credentials were given for {faults.host}", never=("in use",))


def test_a_firewall_is_not_a_matter_of_credentials(faults: FaultRegistry, run_cli: RunCli, tmp_path: Path) -> None:
    """Nobody asked for any."""
    faults.on("*", "*").status(403).body(PAGE, "text/html")
    result = run_cli("pull", faults.reference(), cwd=tmp_path)
    check(result, 5, f"no credentials were sent to {faults.host}", "proxy", never=("log in",))


def test_a_wrong_password_names_the_registry(faults: FaultRegistry, run_cli: RunCli, tmp_path: Path) -> None:
    """The token service that refuses it may be another host."""
    faults.auth = Auth(users={"bob": "right"}, anonymous=False)
    result = run_cli("pull", faults.reference(), "--username", "bob", "--password-stdin", stdin=b"wrong", cwd=tmp_path)
    check(result, 4, f"given for {faults.host}", never=("wrong\n", "log in"))


@pytest.mark.parametrize(
    ("status", "code"), [(400, "DENIED"), (401, "UNAUTHORIZED"), (403, "DENIED")], ids=["400", "401", "403"]
)
@pytest.mark.parametrize("verb", ["fetch", "push"])
def test_a_token_that_has_expired_is_replaced(faults: FaultRegistry, status: int, code: str, verb: str) -> None:
    """aws/containers-roadmap#2835: the answer does not ask for another."""
    faults.add_module(MODULE)
    auth = faults.auth = Auth()

    def expired(request: object) -> bool:
        given = (getattr(request, "header")("Authorization") or "").removeprefix("Bearer ")  # noqa: B009
        return bool(given) and given not in auth.tokens

    faults.on("*", "*").when(expired).fail(status, code, "Your Authorization Token has expired")
    with wasm2oci.Client(retries=0) as client:
        for _ in range(3):
            if verb == "fetch":
                assert client.fetch(faults.reference()) == MODULE
            else:
                client.push(MODULE, faults.reference(tag="v2"))
            auth.tokens.clear()


def test_a_token_is_sent_where_only_basic_is_asked_for(faults: FaultRegistry) -> None:
    """pyoci#419: the challenge does not name all that the registry takes."""
    faults.add_module(MODULE)
    faults.on("*", "*").when(lambda request: request.header("Authorization") != "Bearer J").fail(
        401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="r"'
    )
    with wasm2oci.Client(token="J") as client:
        assert client.fetch(faults.reference()) == MODULE
        client.push(MODULE, faults.reference(tag="v2"))
    with wasm2oci.Client(token="K") as client, pytest.raises(wasm2oci.AuthenticationError, match="check the token"):
        client.fetch(faults.reference())


# --------------------------------------------------------------------------- TLS


def test_nothing_given_on_loopback_names_the_option_for_tls(
    start_faults: StartFaults, run_cli: RunCli, tmp_path: Path
) -> None:
    """There was no --plain-http to leave out. This server has a page for it."""
    server = start_faults()
    server.on("*", "*").status(400).body(b"Client sent an HTTP request to an HTTPS server.", "text/plain")
    with wasm2oci.Client(retries=0) as client, pytest.raises(wasm2oci.TLSError, match="plain_http=False") as caught:
        client.fetch(server.reference())
    assert caught.value.detail["option"] == "plain_http"
    assert "{plain_http=False}" in caught.value.detail["template"]
    check(run_cli("pull", server.reference(), "--retries", "0", cwd=tmp_path), 7, never=("leave out",))


def test_a_server_of_tls_that_only_hangs_up(start_faults: StartFaults) -> None:
    """The option is named here, too; not where it was given."""
    server = start_faults(tls=Tls())
    with wasm2oci.Client(retries=0) as client, pytest.raises(wasm2oci.NetworkError, match="plain_http=False"):
        client.fetch(server.reference())
    with wasm2oci.Client(retries=0, plain_http=True) as client, pytest.raises(wasm2oci.NetworkError) as caught:
        client.fetch(server.reference())
    assert "plain_http" not in caught.value.message


def test_an_authority_of_another_tool_is_not_ours(
    start_faults: StartFaults, run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """buildkit#7186: SSL_CERT_FILE counts, REQUESTS_CA_BUNDLE does not, and the error names what does."""
    server = start_faults(tls=Tls())
    server.add_module(MODULE)
    bundle = str(write_authority(tmp_path))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    check(run_cli("pull", server.reference(), "--no-plain-http", cwd=tmp_path), 7, "--ca-file")
    monkeypatch.setenv("SSL_CERT_FILE", bundle)
    assert run_cli("pull", server.reference(), "--no-plain-http", cwd=tmp_path).code == 0


def test_a_client_certificate_that_is_missing(start_faults: StartFaults, run_cli: RunCli, tmp_path: Path) -> None:
    """The alert has no words for it that help; one that was given is not advised."""
    server = start_faults(tls=Tls(client_certificate=True))
    trust = ("--ca-file", write_authority(tmp_path), "--retries", "0")
    check(run_cli("resolve", server.reference(), *trust), 7, "give one with --client-cert and --client-key")
    certificate, key = write_client_pair(tmp_path, "other")
    shown = run_cli("resolve", server.reference(), *trust, "--client-cert", certificate, "--client-key", key)
    check(shown, 7, "check that it accepts the --client-cert", never=("give",))


@pytest.mark.parametrize("text", [b"No required SSL certificate was sent", b"The SSL certificate error"])
def test_a_page_about_the_client_certificate(
    faults: FaultRegistry, run_cli: RunCli, tmp_path: Path, text: bytes
) -> None:
    """What nginx answers to whoever has none, or another."""
    faults.on("*", "*").status(400).body(b"<html><center>" + text + b"</center></html>", "text/html")
    check(run_cli("pull", faults.reference(), cwd=tmp_path), 7, "--client-cert")


# ------------------------------------------------------------------------ pushes

REFUSED: dict[str, tuple[str, str, int, str, int, tuple[str, ...]]] = {
    "no repository": ("POST", "upload", 404, "NAME_UNKNOWN", 3, ("create the repository first",)),
    "no upload session": ("PUT", "upload", 404, "BLOB_UPLOAD_UNKNOWN", 12, ("upload session",)),
    "no manifest": ("PUT", "manifest", 404, "MANIFEST_UNKNOWN", 12, ("refused the manifest",)),
    "read-only": ("POST|PUT", "*", 405, "UNSUPPORTED", 13, ("read-only",)),
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_a_refused_push_is_not_sent_to_check_the_tag(
    faults: FaultRegistry, run_cli: RunCli, hello: Path, what: str
) -> None:
    """Nor to another format, where nothing is taken."""
    method, route, status, code, exit_code, words = REFUSED[what]
    faults.on(method, route).fail(status, code)
    result = run_cli("push", hello, faults.reference())
    check(result, exit_code, *words, never=("the tag", "--format", "images only"))


def test_the_detail_is_shown_where_the_message_says_nothing(
    faults: FaultRegistry, run_cli: RunCli, hello: Path
) -> None:
    """ocx#480: GitLab puts the cause there."""
    error = {"code": "MANIFEST_INVALID", "message": "manifest invalid", "detail": "unknown media\ntype " + "x" * 900}
    faults.on("PUT", "manifest").status(400).body(json.dumps({"errors": [error]}).encode(), "application/json")
    result = run_cli("push", hello, faults.reference())
    check(result, 12, "MANIFEST_INVALID: manifest invalid: unknown media type xx", "--config-media-type")
    assert len(result.stderr) < 1500
    assert len(faults.journal.of("PUT", "*/manifests/*")) == 1


@pytest.mark.parametrize("format", ["wasm", "compat", "image", "wasm-to-oci"])
def test_a_registry_that_demands_a_media_type_in_manifests(faults: FaultRegistry, format: str) -> None:  # noqa: A002
    """serverless-registry#158: one format has none, and says so."""
    faults.on("PUT", "manifest").when(lambda request: "mediaType" not in json.loads(request.body)).fail(
        400, "MANIFEST_INVALID", "no mediaType"
    )
    if format != "wasm-to-oci":
        wasm2oci.push(MODULE, faults.reference(), format=format)  # type: ignore[arg-type]
        assert wasm2oci.fetch(faults.reference()) == MODULE
        return
    with pytest.raises(wasm2oci.RegistryError, match="no mediaType, which some registries demand: use format wasm"):
        wasm2oci.push(MODULE, faults.reference(), format=format)  # type: ignore[arg-type]


# ----------------------------------------------------------------------- reading


def test_a_config_that_its_descriptor_carries(faults: FaultRegistry) -> None:
    """zot#2977: the blob is missing, or empty; for the empty object nobody is asked."""
    raw = b'{"os": "wasip1"}'
    for content, data, media_type in [
        (raw, "eyJvcyI6ICJ3YXNpcDEifQ==", "application/vnd.wasm.config.v0+json"),
        (b"{}", "e30=", artifacts.EMPTY),
        (b"{}", None, artifacts.EMPTY),
    ]:
        described = artifacts.config(content, media_type, data=data)
        added = faults.add_artifact(layers=[layer(MODULE)], config=described)
        digest = described.descriptor()["digest"]
        for empty in (False, True):
            rule = faults.on("GET", f"*/blobs/{digest}")
            rule = rule.body(b"") if empty else rule.fail(404, "BLOB_UNKNOWN")
            found = wasm2oci.inspect(faults.reference())
            assert (found.digest, found.config) == (added.digest, json.loads(content))
        assert faults.journal.of("GET", f"*/blobs/{digest}") == []


@pytest.mark.parametrize(
    "aside",
    [
        {"platform": {"os": "linux", "architecture": ""}},
        {"artifactType": "application/vnd.cyclonedx+json"},
        {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}},
    ],
    ids=["half a platform", "another type", "an attestation"],
)
@pytest.mark.parametrize("first", [False, True])
def test_what_is_attached_in_an_index_comes_last(
    faults: FaultRegistry, tmp_path: Path, aside: dict[str, object], *, first: bool
) -> None:
    """inspektor-gadget#5494: the child without a platform is the module."""
    child = faults.add_module(MODULE, tag=None)
    other = faults.add_artifact(tag=None, layers=[layer(b"{}", "application/vnd.cyclonedx+json")])
    children = [child.descriptor(), other.descriptor(**aside)]
    faults.add_index("org/mod", "v1", reversed(children) if first else children)
    assert wasm2oci.pull(faults.reference(), tmp_path / "m.wasm").digest == child.digest


@pytest.mark.parametrize("first", [False, True])
def test_a_policy_beside_a_component(faults: FaultRegistry, greeter: Path, *, first: bool) -> None:
    """wassette#216: the component, wherever it stands."""
    policy = layer(b"version: 1", "application/vnd.wasm.policy.v1+yaml", title="policy.yaml")
    component = layer(greeter.read_bytes(), title="greeter.wasm")
    faults.add_artifact(layers=[policy, component] if first else [component, policy])
    assert wasm2oci.fetch(faults.reference()) == greeter.read_bytes()


def test_a_tag_that_is_near_is_offered(faults: FaultRegistry, run_cli: RunCli, tmp_path: Path) -> None:
    """One page of tags is asked for, and not where a digest is missing."""
    for tag in ["v1.0.0", "v1.0.1", "nightly", "main"]:
        faults.add_module(MODULE, tag=tag)
    result = run_cli("pull", faults.reference(tag="1.0.0"), cwd=tmp_path)
    check(result, 3, "v1.0.0", never=("nightly",))
    assert len(faults.journal.of(path="*/tags/list")) == 1
    result = run_cli("pull", faults.reference(tag=None, digest="sha256:" + "0" * 64), cwd=tmp_path)
    check(result, 3, "check the repository and the digest", never=("tag",))
    assert len(faults.journal.of(path="*/tags/list")) == 1


def test_tags_of_which_none_is_near_are_counted(faults: FaultRegistry, run_cli: RunCli, tmp_path: Path) -> None:
    """The repository was found, so that nobody need check it; the log has the request."""
    for tag in ["v1.0.0", "v2.0.0", "nightly", "main", "sha256-" + "0" * 64]:
        faults.add_module(MODULE, tag=tag)
    result = run_cli("pull", faults.reference(tag=None), "--debug", cwd=tmp_path)
    says = "no tag was given, which means latest; the repository has 4 tags, such as v2.0.0, v1.0.0, main"
    check(result, 3, says, never=("check the repository", "sha256"))
    assert f"GET http://{faults.host}/v2/org/mod/tags/list" in result.stderr
    assert len(faults.journal.of(path="*/tags/list")) == 1


def test_a_download_and_an_upload_over_tls_that_break(start_faults: StartFaults, tmp_path: Path) -> None:
    """ghaf-infra#1115: twice after 1 MiB; the rest comes by Range, the upload goes again."""
    server = start_faults(tls=Tls())
    content = big_module(3 << 20)
    server.add_module(content)
    server.on("GET", "blob", nth=[1, 2]).cut(1 << 20, reset=True)
    with wasm2oci.Client(ca_file=write_authority(tmp_path)) as client:
        fetched = client.fetch(server.reference())
        ranges = [request.header("Range") for request in server.journal.of("GET", "*/blobs/*")]
        assert len([one for one in ranges if one]) >= 2
        server.on("PUT", "upload", nth=1).drop(reset=True)
        client.push(fetched, server.reference("org/other"))
        assert client.fetch(server.reference("org/other")) == fetched


@pytest.mark.parametrize("mode", [0o400, 0o444, 0o777, 0])
def test_the_mode_of_a_member_is_not_that_of_the_file(faults: FaultRegistry, tmp_path: Path, mode: int) -> None:
    """source-controller#1019: the umask decides, and a second pull works."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("plugin.wasm")
        member.size, member.mode = len(MODULE), mode
        archive.addfile(member, io.BytesIO(MODULE))
    image = artifacts.config({"config": {}}, "application/vnd.oci.image.config.v1+json")
    faults.add_artifact(layers=[layer(packed.getvalue(), "application/vnd.oci.image.layer.v1.tar+gzip")], config=image)
    expected = tmp_path / "other"
    expected.touch()
    for _ in range(2):
        path = wasm2oci.pull(faults.reference(), tmp_path / "m.wasm").path
        assert path.read_bytes() == MODULE
        assert path.stat().st_mode == expected.stat().st_mode
