"""Proxies that people run, between a client and a registry."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.registries import forwards, programs
from tests.registries.forwards import PASSWORD, USER
from tests.registries.kinds import KINDS
from tests.support import binaries
from tests.support.servers import Server, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Protocol

    from tests.registries.conftest import StartSite
    from tests.registries.site import Site

    class StartForward(Protocol):
        """The `start_forward` fixture."""

        def __call__(self, forward: forwards.Forward, *, authenticate: bool = False) -> Server:
            """Start a proxy, for everybody or for whoever says the password."""
            ...


MODULE = binaries.module(200_000)


FORWARDS = pytest.mark.parametrize("forward", [forwards.Squid(), forwards.ProxyPy()], ids=["squid", "proxy.py"])


def site_of(start_site: StartSite, name: str) -> Site:
    """Start a registry of the kind with this name."""
    return start_site(next(kind for kind in KINDS if kind.name == name))


@pytest.fixture
def registry(start_site: StartSite) -> Site:
    """Run the registry behind the proxy."""
    return site_of(start_site, "distribution")


@pytest.fixture
def start_forward(tmp_path: Path) -> Iterator[StartForward]:
    """Start forward proxies, which end with the test."""
    with ExitStack() as stack:

        def start(forward: forwards.Forward, *, authenticate: bool = False) -> Server:
            try:
                return forward.start(stack, tmp_path / "forward", authenticate=authenticate)
            except programs.Missing as missing:
                pytest.skip(str(missing))

        yield start


@pytest.fixture
def microsocks(tmp_path: Path) -> Iterator[Server]:
    """Run a SOCKS 5 proxy that wants a user name and a password."""
    try:
        program = programs.find("microsocks")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    port = free_port()
    with Server(
        [program, "-i", "127.0.0.1", "-p", port, "-u", "u", "-P", "s3cret"], port, tmp_path, http=False
    ) as server:
        yield server


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_microsocks(microsocks: Server, registry: Site, scheme: str, tmp_path: Path) -> None:
    """It lets through whoever says the password; others learn why not."""
    reference = registry.reference()
    with wasm2oci.Client(proxy=f"{scheme}://u:s3cret@{microsocks.host}") as client:
        client.push(MODULE, reference)
        client.pull(reference, tmp_path / "a.wasm")
    assert (tmp_path / "a.wasm").read_bytes() == MODULE
    for user, says in [
        ("u:wr0ng@", "refused the user name and the password"),
        ("", "wants a user name and a password"),
    ]:
        with (
            wasm2oci.Client(proxy=f"{scheme}://{user}{microsocks.host}", retries=0) as client,
            pytest.raises(wasm2oci.NetworkError, match=f"the proxy {microsocks.host} {says}") as caught,
        ):
            client.fetch(reference)
        assert "wr0ng" not in str(caught.value)


@FORWARDS
@pytest.mark.parametrize("kind", ["distribution", "distribution-password", "nginx-tls"])
@pytest.mark.parametrize("authenticate", [False, True], ids=["everybody", "password"])
def test_a_module_goes_through_and_comes_back(
    forward: forwards.Forward,
    kind: str,
    start_forward: StartForward,
    start_site: StartSite,
    tmp_path: Path,
    *,
    authenticate: bool,
) -> None:
    """By requests that are passed on, and by a tunnel where the registry speaks TLS."""
    site = site_of(start_site, kind)
    server = start_forward(forward, authenticate=authenticate)
    user = f"{USER}:{PASSWORD}@" if authenticate else ""
    reference = site.reference()
    with site.client(proxy=f"http://{user}{server.host}") as client:
        client.push(MODULE, reference)
        assert client.pull(reference, tmp_path / "a.wasm").path.read_bytes() == MODULE
        assert list(client.tags(reference.rpartition(":")[0])) == ["v1"]


@FORWARDS
@pytest.mark.parametrize("kind", ["distribution", "nginx-tls"])
@pytest.mark.parametrize(
    ("user", "says"),
    [(f"{USER}:wr0ng@", "check the user name and the password"), ("", "write a user name and a password into the URL")],
    ids=["wrong", "none"],
)
def test_a_password_that_the_proxy_refuses(
    forward: forwards.Forward, kind: str, user: str, says: str, start_forward: StartForward, start_site: StartSite
) -> None:
    """The proxy is named, and the password is not."""
    site = site_of(start_site, kind)
    server = start_forward(forward, authenticate=True)
    with (
        site.client(proxy=f"http://{user}{server.host}", retries=0) as client,
        pytest.raises(wasm2oci.NetworkError, match=f"the proxy {server.host} answered 407.*{says}") as caught,
    ):
        client.push(MODULE, site.reference())
    assert "wr0ng" not in str(caught.value)


@FORWARDS
def test_a_registry_that_is_away_behind_the_proxy(forward: forwards.Forward, start_forward: StartForward) -> None:
    """Whom the proxy did not reach is said."""
    server, away = start_forward(forward), f"127.0.0.1:{free_port()}"
    with (
        wasm2oci.Client(proxy=f"http://{server.host}", retries=0, plain_http=False) as client,
        pytest.raises(wasm2oci.NetworkError, match=f"the proxy {server.host} .*"),
    ):
        client.fetch(f"{away}/org/mod:v1")


@pytest.mark.parametrize("kind", ["distribution", "nginx-tls"])
def test_squid_by_the_environment(
    kind: str, start_forward: StartForward, start_site: StartSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It looks up a name that nobody else knows; what it forbids is said to be its doing."""
    site = site_of(start_site, kind)
    server = start_forward(forwards.Squid(), authenticate=True)
    monkeypatch.setenv("ALL_PROXY", f"http://{USER}:{PASSWORD}@{server.host}")
    host = f"registry.test:{site.server.port}"
    plain = kind == "distribution"
    says = f"the proxy {server.host}" + (", whose answer it may be" if plain else " does not let a connection")
    with wasm2oci.Client(retries=0, plain_http=plain, insecure=not plain) as client:
        reference = site.reference(host=host)
        client.push(MODULE, reference)
        assert client.pull(reference, tmp_path / "a.wasm").path.read_bytes() == MODULE
        with pytest.raises(wasm2oci.Wasm2ociError, match=says) as caught:
            client.fetch(reference.replace("registry.test", "forbidden.test"))
    assert PASSWORD not in str(caught.value)
