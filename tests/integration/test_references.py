"""References: what is asked of which host, and what is refused before any request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import Auth, Proxy, digest_of
from tests.faults.helpers import entry, write_config
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

MODULE = binaries.module()
D64 = "0123456789abcdef" * 4


@pytest.mark.parametrize("unit", ["a", "a/", "v1,", ":", "@", "https://", "\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_a_text_that_is_far_too_long_is_refused_at_once(unit: str) -> None:
    """Hardly any of it is shown or kept."""
    text = "h.io/r:" + unit * (30_000_000 // len(unit))
    with wasm2oci.Client() as client:
        for use in (wasm2oci.Reference.parse, client.resolve, client.tags, client.delete):
            begun = time.monotonic()
            with pytest.raises(wasm2oci.InvalidReferenceError, match="at most 524288 are allowed") as caught:
                use(text)
            assert time.monotonic() - begun < 2
            assert len(str(caught.value)) < 500
            assert len(caught.value.reference or "") < 500


@pytest.mark.parametrize("spelled", ["bad::ref", "org/bad::ref", "https://bad::ref", "oci//:", "./a::"])
def test_advice_that_would_be_refused_is_not_given(spelled: str, run_cli: RunCli) -> None:
    """What is wrong is said all the same."""
    ended = run_cli("resolve", spelled)
    assert (ended.code, "write" in ended.stderr, spelled in ended.stderr) == (2, False, True)


@pytest.mark.parametrize(
    ("name", "tag", "seen"),
    [
        ("org/mod", None, "latest"),
        ("org/mod", "v1", "v1"),
        ("mod", None, "latest"),
        ("a/b/c/d-e_f.g__h", "A.b_c-1", "A.b_c-1"),
        ("mod", "_" + "x" * 127, "_" + "x" * 127),
    ],
)
def test_the_port_is_not_taken_for_a_tag(
    faults: FaultRegistry, tmp_path: Path, name: str, tag: str | None, seen: str
) -> None:
    """windsorcli/cli#2997: requests go to the port, and the tag is what stands behind the last part."""
    faults.add_module(MODULE, name, seen)
    result = wasm2oci.pull(faults.reference(name, tag), tmp_path / "m.wasm")
    assert faults.journal.lines()[0] == f"GET /v2/{name}/manifests/{seen}"
    assert result.reference == faults.reference(name, seen)
    assert result.path.read_bytes() == MODULE


@pytest.mark.parametrize("tag", [None, "v1", "no-such-tag"])
def test_a_digest_decides(faults: FaultRegistry, tmp_path: Path, tag: str | None) -> None:
    """jdx/mise#9273: one GET of the manifest by digest; a tag beside it is only looked at."""
    added = faults.add_module(MODULE)
    result = wasm2oci.pull(faults.reference("org/mod", tag, added.digest), tmp_path / "m.wasm")
    assert [request.target for request in faults.journal.of(path="*/manifests/*")] == [
        f"/v2/org/mod/manifests/{added.digest}"
    ]
    assert result.digest == added.digest
    assert added.digest in result.reference
    assert result.path.read_bytes() == MODULE


def test_a_manifest_with_another_digest_is_refused(faults: FaultRegistry, tmp_path: Path) -> None:
    """The body is checked against the digest that was asked for."""
    added = faults.add_module(MODULE)
    faults.on("GET", "manifest").flip(at=added.size - 1).omit("Docker-Content-Digest")
    with pytest.raises(wasm2oci.DigestMismatchError, match=added.digest):
        wasm2oci.pull(faults.reference("org/mod", None, added.digest), tmp_path / "m.wasm")
    assert list(tmp_path.iterdir()) == []


REFUSED = [
    *("h:1/r:", "h:1/r@", "h:1/r:t@", "h:1/r:@", "h:1/r@sha256:", "h:1/r@sha256", "h:1/r:t@x", "h:1/", "h:1", ":1/r"),
    *("", " ", "h:1//r", "h:1/r//s", "h:1/r/", "/h:1/r", "h:1/r:t:u", "h:x/r:t", "h:99999/r:t", "h:1/r@@", "h:1/r::t"),
    *(f"h:1/r@sha256:{D64[:-1]}", f"h:1/r@sha256:{D64}0", f"h:1/r@sha256:{D64.upper()}", f"h:1/r@md5:{D64[:32]}"),
    *(f"h:1/r:t@sha256:{D64}@sha256:{D64}", "h:1/r:t t", "h:1/r\n", "h:1/r:t\0", "h:1/ü:t"),
    *("oci:", "oci::v1", "oci:dir:", "oci:dir@", "oci:dir:v1@"),
]


@pytest.mark.parametrize("verb", [wasm2oci.pull, wasm2oci.resolve, wasm2oci.fetch])
@pytest.mark.parametrize("spelled", REFUSED)
def test_what_is_no_reference_is_refused(
    faults: FaultRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelled: str, verb: object
) -> None:
    """oras-project/oras-go#1191: dangling delimiters and the like never become `latest`, or nothing."""
    monkeypatch.chdir(tmp_path)
    reference = spelled.replace("h:1/", f"{faults.host}/")
    with pytest.raises((wasm2oci.InvalidReferenceError, wasm2oci.InvalidArgumentError)) as caught:
        verb(reference)  # type: ignore[operator]
    assert "\n" not in caught.value.message
    assert len(faults.journal) == faults.journal.connections == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spelled", ["bob:s3cret@h:1/r:t", "bob:s3cret@ghcr.io/org/mod:v1"])
def test_a_secret_in_a_reference_is_refused_and_not_shown(faults: FaultRegistry, spelled: str) -> None:
    """References stand in logs, so the message says that names and passwords go elsewhere."""
    with pytest.raises(wasm2oci.InvalidReferenceError) as caught:
        wasm2oci.resolve(spelled.replace("h:1/", f"{faults.host}/"))
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in str(caught.value.detail)
    assert len(faults.journal) == 0


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_digest_in_place_of_a_tag_is_refused(faults: FaultRegistry, algorithm: str) -> None:
    """oras-project/oras-go#303: the message shows how a digest is written."""
    digest = digest_of(MODULE, algorithm)
    with pytest.raises(wasm2oci.InvalidReferenceError, match="@"):
        wasm2oci.resolve(f"{faults.host}/hello:{digest}")
    assert len(faults.journal) == 0


@pytest.mark.parametrize(("name", "part"), [("Org/mod", "Org"), ("org/Mod", "Mod"), ("org/MOD", "MOD")])
@pytest.mark.parametrize("way", ["push", "pull"])
def test_upper_case_is_refused_by_name(faults: FaultRegistry, tmp_path: Path, name: str, part: str, way: str) -> None:
    """oras-project/oras#679: the message names the part, and says that lower case is needed."""
    reference = faults.reference(name)
    arguments = (MODULE, reference) if way == "push" else (reference, tmp_path)
    with pytest.raises(wasm2oci.InvalidReferenceError, match="lower") as caught:
        getattr(wasm2oci, way)(*arguments)
    assert part in caught.value.message
    assert len(faults.journal) == 0


@pytest.mark.parametrize("way", ["pull", "push"])
def test_an_ipv6_address_is_a_host(start_faults: StartFaults, tmp_path: Path, way: str) -> None:
    """distribution/distribution#3665: in brackets, over plain HTTP since it is the loopback."""
    faults = start_faults("::1")
    if way == "pull":
        faults.add_module(MODULE)
        assert wasm2oci.pull(faults.reference(), tmp_path / "m.wasm").path.read_bytes() == MODULE
    else:
        wasm2oci.push(MODULE, faults.reference())
        assert faults.store.find_manifest("org/mod", "v1")
    assert {request.header("Host") for request in faults.journal} == {faults.host}


@pytest.mark.parametrize(
    ("spelled", "hint"),
    [
        ("hello:1", "docker.io/library/hello:1"),
        ("hello", "docker.io/library/hello"),
        ("org/app:1", "docker.io/org/app:1"),
        ("org/team/app", "docker.io/org/team/app"),
    ],
)
def test_a_name_without_a_host_is_refused(spelled: str, hint: str) -> None:
    """oras-project/rust-oci-client#5: `org` is a stranger's host, so it is never dialled."""
    with Proxy() as proxy, wasm2oci.Client(proxy=proxy.url) as client:
        with pytest.raises(wasm2oci.InvalidReferenceError) as caught:
            client.resolve(spelled)
        assert hint in caught.value.message
        assert proxy.requests == []


@pytest.mark.parametrize("host", ["docker.io", "index.docker.io", "registry-1.docker.io"])
@pytest.mark.parametrize(("name", "full"), [("hello:1", "library/hello"), ("org/app:1", "org/app")])
def test_docker_hub_has_one_api_host(host: str, name: str, full: str) -> None:
    """oras-project/oras#542: each alias leads to the same host, with `library/` where it belongs."""
    with Proxy() as proxy, wasm2oci.Client(proxy=proxy.url, plain_http=True, retries=0) as client:
        with pytest.raises(wasm2oci.Wasm2ociError):
            client.pull(f"{host}/{name}", "never.wasm")
        assert {request.target for request in proxy.requests} == {f"http://registry-1.docker.io/v2/{full}/manifests/1"}


@pytest.mark.parametrize("host", ["docker.io", "index.docker.io", "registry-1.docker.io"])
def test_docker_hub_has_one_credential(faults: FaultRegistry, tmp_path: Path, host: str) -> None:
    """sylabs/singularity#2778: the key of Docker's own file serves each alias."""
    faults.add_module(MODULE, "org/app", "1")
    faults.auth = Auth(("Basic",), users={"bob": "secret"})
    file = write_config(tmp_path, {"https://index.docker.io/v1/": entry("bob", "secret")})
    with Proxy() as proxy:
        proxy.name("registry-1.docker.io", faults.port)
        with wasm2oci.Client(proxy=proxy.url, plain_http=True, auth_file=file) as client:
            assert client.fetch(f"{host}/org/app:1") == MODULE


def test_push_and_pull_mean_the_same_tag(registry: Registry, hello: Path, tmp_path: Path) -> None:
    """Both say `latest` where none is given, and say so."""
    reference = registry.repository()
    pushed = wasm2oci.push(hello, reference)
    pulled = wasm2oci.pull(reference, tmp_path / "m.wasm")
    assert pushed.reference == pulled.reference == f"{reference}:latest"
    assert pushed.digest == pulled.digest == wasm2oci.resolve(f"{reference}:latest").digest


@pytest.mark.parametrize("tag", ["x" * 129, "a b", ".hidden", "-dash", "a/b", "ü", "a+b", "a:b", "a@b"])
def test_a_bad_tag_is_refused_before_any_byte_is_sent(faults: FaultRegistry, tag: str) -> None:
    """oras-project/oras#1479: the registry would notice only after the upload."""
    with pytest.raises(wasm2oci.InvalidReferenceError):
        wasm2oci.push(MODULE, faults.reference(tag=tag))
    assert len(faults.journal) == 0


@pytest.mark.parametrize(
    ("scheme", "rest"),
    [
        ("https://", "{host}/org/mod:v1"),
        ("http://", "{host}/org/mod:v1"),
        ("docker://", "{host}/org/mod:v1"),
        ("oci://", "{host}/org/mod:v1"),
        ("oras://", "{host}/org/mod:v1"),
    ],
)
def test_a_scheme_is_refused_by_name(faults: FaultRegistry, scheme: str, rest: str) -> None:
    """The message has the spelling without it."""
    spelled = rest.format(host=faults.host)
    with pytest.raises(wasm2oci.InvalidReferenceError) as caught:
        wasm2oci.resolve(scheme + spelled)
    assert scheme in caught.value.message
    assert spelled in caught.value.message.replace(scheme + spelled, "", 1)
    assert len(faults.journal) == 0


def test_a_file_where_a_reference_belongs(faults: FaultRegistry, hello: Path) -> None:
    """It is taken neither for a registry nor for a repository of Docker Hub."""
    with pytest.raises(wasm2oci.InvalidReferenceError, match="a file name is not a reference; push the file"):
        wasm2oci.fetch("hello.wasm")
    with pytest.raises(wasm2oci.InvalidReferenceError, match="the file comes first, and then the reference"):
        wasm2oci.push(faults.reference(), str(hello))
    assert len(faults.journal) == 0


@pytest.mark.parametrize(
    "path", ["C:\\dir\\m.wasm", "C:/dir/m.wasm", "a:b.wasm", "./a:b", "a b:c.wasm", "x:latest.wasm"]
)
@pytest.mark.parametrize("way", ["push", "inspect", "pull"])
def test_a_colon_belongs_to_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, way: str) -> None:
    """oras-project/oras-py#93: a drive letter is no type, and no part of a path is cut off."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    wasm2oci.push(MODULE, "oci:layout:v1")
    if way == "pull":
        assert wasm2oci.pull("oci:layout:v1", path).path.read_bytes() == MODULE
        assert file.read_bytes() == MODULE
        return
    file.write_bytes(MODULE)
    if way == "push":
        assert wasm2oci.push(path, "oci:layout:v1").layer.size == len(MODULE)
    else:
        assert wasm2oci.inspect(path).file_size == len(MODULE)


@pytest.mark.parametrize("path", ["C:\\dir\\m.wasm", "C:/dir/m.wasm", "a:b.wasm"])
def test_a_path_with_a_colon_on_the_command_line(run_cli: RunCli, tmp_path: Path, path: str) -> None:
    """The command line has no `file:type` either."""
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(MODULE)
    done = run_cli("push", path, "oci:layout:v1", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")


@pytest.mark.parametrize("spelled", ["hello:1", "{host}/Org/mod:v1", "{host}/r:", "https://{host}/r:v1"])
def test_the_command_line_refuses_a_bad_reference(run_cli: RunCli, faults: FaultRegistry, spelled: str) -> None:
    """One line on stderr, exit code 2, and not a single request."""
    done = run_cli("pull", spelled.format(host=faults.host), "-o", "m.wasm")
    assert (done.code, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1
    assert len(faults.journal) == 0
