"""TLS, connections, the proxy and the credential helpers."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from tests.faults import Proxy, Tls
from tests.faults.client import LIMIT, ask
from tests.faults.helpers import Helper, entry, write_config
from tests.faults.tls import write_authority, write_client_pair

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry


@pytest.fixture
def trusting(tmp_path: Path) -> ssl.SSLContext:
    """Return a context that trusts the private authority."""
    return ssl.create_default_context(cafile=str(write_authority(tmp_path)))


def test_private_authority(start_faults: StartFaults, trusting: ssl.SSLContext) -> None:
    """Whoever knows the authority gets through, nobody else."""
    faults = start_faults(tls=Tls())
    assert faults.url.startswith("https://")
    assert ask(faults, "GET", "/v2/", context=trusting).status == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(faults, "GET", "/v2/", context=ssl.create_default_context())
    faults.journal.wait(lambda _: faults.journal.failed_handshakes == 1)


@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        (Tls("expired"), "expired"),
        (Tls("wrong-name"), "IP address mismatch"),
        (Tls(authority="other"), "unable to get local issuer"),
    ],
)
def test_wrong_certificates(start_faults: StartFaults, trusting: ssl.SSLContext, tls: Tls, reason: str) -> None:
    """Each is wrong in one way only."""
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        ask(start_faults(tls=tls), "GET", "/v2/", context=trusting)


def test_old_version(start_faults: StartFaults, trusting: ssl.SSLContext) -> None:
    """TLS 1.2 and no newer."""
    faults = start_faults(tls=Tls(newest=ssl.TLSVersion.TLSv1_2))
    assert ask(faults, "GET", "/v2/", context=trusting).status == 200
    trusting.minimum_version = ssl.TLSVersion.TLSv1_3
    with pytest.raises(ssl.SSLError):
        ask(faults, "GET", "/v2/", context=trusting)


def test_client_certificate(start_faults: StartFaults, trusting: ssl.SSLContext, tmp_path: Path) -> None:
    """Only with a pair of the same authority."""
    faults = start_faults(tls=Tls(client_certificate=True))
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(faults, "GET", "/v2/", context=trusting)
    trusting.load_cert_chain(*write_client_pair(tmp_path))
    assert ask(faults, "GET", "/v2/", context=trusting).status == 200


@pytest.mark.parametrize("after_tls", [False, True])
def test_silent_after_the_accept(start_faults: StartFaults, trusting: ssl.SSLContext, *, after_tls: bool) -> None:
    """The connection opens, and then nothing comes, before or after TLS is agreed on."""
    faults = start_faults(tls=Tls())
    rule = faults.on_connect(nth=1).stall(after_tls=after_tls)
    got: list[int] = []
    client = threading.Thread(target=lambda: got.append(ask(faults, "GET", "/v2/", context=trusting).status))
    client.start()
    assert rule.reached.wait(LIMIT)
    assert got == []
    assert len(faults.journal) == 0
    faults.release()
    client.join(LIMIT)
    assert got == [200]


def test_resets_a_connection(faults: FaultRegistry) -> None:
    """The first connection ends at once, the second one works."""
    faults.on_connect(nth=1).reset()
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected, BrokenPipeError)):
        ask(faults, "GET", "/v2/")
    assert ask(faults, "GET", "/v2/").status == 200


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """Run a proxy that asks for a name."""
    with Proxy(username="u", password="s3cret") as running:
        yield running


def say(secret: str) -> dict[str, str]:
    """Return the header that opens the proxy."""
    return {"Proxy-Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


@pytest.mark.parametrize(("secret", "status"), [("u:s3cret", 200), ("u:wrong", 407)])
def test_proxy_passes_plain_requests_on(faults: FaultRegistry, proxy: Proxy, secret: str, status: int) -> None:
    """The registry sees the made-up name, and never the proxy's secret."""
    proxy.name("registry.test", faults.port)
    connection = http.client.HTTPConnection(proxy.host, timeout=LIMIT)
    connection.request("GET", "http://registry.test/v2/?x=a%3Db", headers=say(secret))
    answer = connection.getresponse()
    assert (answer.status, answer.read() != b"") == (status, status == 200)
    connection.close()
    assert [(got.target, got.accepted) for got in proxy.requests] == [
        ("http://registry.test/v2/?x=a%3Db", status == 200)
    ]
    if status == 200:
        seen = faults.journal.all()[0]
        assert (seen.header("Host"), seen.header("Proxy-Authorization")) == ("registry.test", None)


@pytest.mark.parametrize("right", [True, False])
def test_proxy_opens_tunnels(start_faults: StartFaults, proxy: Proxy, trusting: ssl.SSLContext, *, right: bool) -> None:
    """TLS goes through to a certificate for the made-up name."""
    faults = start_faults(tls=Tls())
    proxy.name("registry.test", faults.port)
    connection = http.client.HTTPSConnection(proxy.host, timeout=LIMIT, context=trusting)
    connection.set_tunnel("registry.test", 443, say("u:s3cret") if right else {})
    if right:
        connection.request("GET", "/v2/")
        assert connection.getresponse().status == 200
    else:
        with pytest.raises(OSError, match="407"):
            connection.request("GET", "/v2/")
    connection.close()
    assert [(got.method, got.target) for got in proxy.requests] == [("CONNECT", "registry.test:443")]


def test_proxy_knows_no_other_name() -> None:
    """Nothing of the machine can be reached through it."""
    with Proxy() as proxy:
        connection = http.client.HTTPConnection(proxy.host, timeout=LIMIT)
        connection.request("GET", "http://127.0.0.1:1/")
        assert connection.getresponse().status == 502
        connection.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", proxy.port), 1)


def call(helper: Helper, host: str) -> subprocess.CompletedProcess[str]:
    """Ask a helper as clients do."""
    program = helper.folder / f"docker-credential-{helper.name}"
    return subprocess.run([program, "get"], input=host, capture_output=True, text=True, timeout=LIMIT, check=False)


def test_helper_answers(tmp_path: Path) -> None:
    """It knows what it was told, and remembers who asked."""
    helper = Helper(tmp_path, answers={"127.0.0.1:1": ("bob", "a:b")})
    known, unknown = call(helper, "127.0.0.1:1"), call(helper, "other")
    assert json.loads(known.stdout) == {"ServerURL": "127.0.0.1:1", "Username": "bob", "Secret": "a:b"}
    assert (unknown.returncode, unknown.stdout) == (1, "credentials not found in native keychain\n")
    assert helper.calls == ["get 127.0.0.1:1", "get other"]


def test_helper_fails(tmp_path: Path) -> None:
    """With the words that the test gave it."""
    failed = call(Helper(tmp_path, failure="keychain is locked"), "host")
    assert (failed.returncode, failed.stdout) == (1, "keychain is locked\n")


def test_helper_sleeps_until_woken(tmp_path: Path) -> None:
    """It never answers by itself."""
    helper = Helper(tmp_path, asleep=True)
    process = subprocess.Popen(
        [helper.folder / "docker-credential-fake", "get"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    with open(os.open(tmp_path / "fake.fifo", os.O_WRONLY), "wb"):  # opens once the helper waits  # noqa: PTH123
        assert process.poll() is None
    process.communicate(timeout=LIMIT)
    assert process.returncode == 1


def test_config_file(tmp_path: Path) -> None:
    """Inline entries are as Docker writes them."""
    path = write_config(tmp_path, {"127.0.0.1:1": entry("bob", "a:b:c")}, credsStore="fake")
    document = json.loads(path.read_bytes())
    assert base64.b64decode(document["auths"]["127.0.0.1:1"]["auth"]) == b"bob:a:b:c"
    assert document["credsStore"] == "fake"
