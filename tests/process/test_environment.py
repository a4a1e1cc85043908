"""Variables that are set after the first call are seen by the next one, here and in forked children."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults import Auth, Proxy, Tls, helpers, tls
from tests.process.forking import IN_CHILD
from tests.support import binaries, python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartFaults
    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forked children work on Linux alone")

CONTENT = binaries.module(10_000)

# Takes the name of a class of errors, what raises it first, and the variables that change that.
PROGRAM = f"""{IN_CHILD}
    import json
    error, reference, variables = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    before = {{name: os.environ.get(name) for name in variables}}

    def fails():
        try:
            wasm2oci.fetch(reference)
        except getattr(wasm2oci, error):
            return
        raise AssertionError("it works already")

    def works():
        assert len(wasm2oci.fetch(reference)) > 1000

    def sets():
        os.environ.update(variables)
        works()

    fails()
    in_child(fails)
    in_child(sets)
    fails()
    sets()
    in_child(works)
    for name in variables:
        os.environ.pop(name) if before[name] is None else os.environ.update({{name: before[name]}})
    fails()
"""


@pytest.fixture
def guarded(faults: FaultRegistry) -> FaultRegistry:
    """Serve a module to those who say who they are."""
    faults.add_module(CONTENT)
    faults.auth = Auth(schemes=("Basic",), users={"alice": "s3cret"})
    return faults


def test_the_folder_of_docker(guarded: FaultRegistry, tmp_path: Path) -> None:
    """DOCKER_CONFIG."""
    helpers.write_config(tmp_path, {guarded.host: helpers.entry("alice", "s3cret")})
    variables = json.dumps({"DOCKER_CONFIG": str(tmp_path)})
    python.check(PROGRAM, "AuthenticationError", guarded.reference(), variables)


def test_the_folder_of_podman(guarded: FaultRegistry, tmp_path: Path) -> None:
    """XDG_CONFIG_HOME."""
    (tmp_path / "containers").mkdir()
    auths = {"auths": {guarded.host: helpers.entry("alice", "s3cret")}}
    (tmp_path / "containers" / "auth.json").write_text(json.dumps(auths), encoding="utf-8")
    variables = json.dumps({"XDG_CONFIG_HOME": str(tmp_path)})
    python.check(PROGRAM, "AuthenticationError", guarded.reference(), variables)


def test_authorities(start_faults: StartFaults, tmp_path: Path) -> None:
    """SSL_CERT_FILE."""
    server = start_faults(tls=Tls())
    server.add_module(CONTENT)
    # A name that stands for a loopback address and is none, since those are spoken to without TLS.
    with Proxy() as proxy:
        reference = server.reference().replace(server.host, proxy.name("registry.test", server.port))
        variables = json.dumps({"SSL_CERT_FILE": str(tls.write_authority(tmp_path))})
        python.check(PROGRAM, "TLSError", reference, variables, environment={"HTTPS_PROXY": proxy.url})


def test_proxies(start_faults: StartFaults, tmp_path: Path) -> None:
    """HTTPS_PROXY, and NO_PROXY against it."""
    server = start_faults(tls=Tls())
    server.add_module(CONTENT)
    authority = {"SSL_CERT_FILE": str(tls.write_authority(tmp_path))}
    with Proxy() as proxy:
        reference = server.reference().replace(server.host, proxy.name("registry.test", server.port))
        python.check(PROGRAM, "NetworkError", reference, json.dumps({"HTTPS_PROXY": proxy.url}), environment=authority)
        seen = len(proxy.requests)
        environment = {**authority, "HTTPS_PROXY": proxy.url, "NO_PROXY": "registry.test"}
        python.check(PROGRAM, "NetworkError", reference, json.dumps({"NO_PROXY": ""}), environment=environment)
        assert len(proxy.requests) > seen


def test_all_proxies(faults: FaultRegistry) -> None:
    """ALL_PROXY."""
    faults.add_module(CONTENT)
    with Proxy() as proxy:
        reference = faults.reference().replace(faults.host, proxy.name("registry.test", faults.port))
        environment = {"WASM2OCI_PLAIN_HTTP": "1"}
        python.check(PROGRAM, "NetworkError", reference, json.dumps({"ALL_PROXY": proxy.url}), environment=environment)


def test_moved_registries(faults: FaultRegistry, tmp_path: Path) -> None:
    """CONTAINERS_REGISTRIES_CONF."""
    faults.add_module(CONTENT)
    conf = tmp_path / "registries.conf"
    conf.write_text(f'[[registry]]\nprefix = "moved.test"\nlocation = "{faults.host}"\n', encoding="utf-8")
    variables = json.dumps({"CONTAINERS_REGISTRIES_CONF": str(conf)})
    with Proxy() as proxy:  # which does not know the name either
        environment = {"HTTPS_PROXY": proxy.url}
        python.check(PROGRAM, "NetworkError", "moved.test/org/mod:v1", variables, environment=environment)


@pytest.mark.repeated
def test_a_thread_that_sets_variables_crashes_nothing(faults: FaultRegistry) -> None:
    """The C library's own are not safe from that; names are looked up meanwhile."""
    faults.add_module(CONTENT)
    program = """
        import os, sys, threading, wasm2oci
        stop = threading.Event()

        def churn():
            number = 0
            while not stop.is_set():
                number += 1
                os.environ[f"SOME_VARIABLE_{number % 2000}"] = "x" * (number % 300)
                os.environ.pop(f"SOME_VARIABLE_{(number + 1000) % 2000}", None)

        thread = threading.Thread(target=churn)
        thread.start()
        try:
            for _ in range(int(sys.argv[2])):
                with wasm2oci.Client() as client:
                    assert len(client.fetch(sys.argv[1])) > 1000
        finally:
            stop.set()
            thread.join()
    """
    reference = faults.reference().replace("127.0.0.1", "localhost")
    python.check(program, reference, str(python.REPEATS * 5))
