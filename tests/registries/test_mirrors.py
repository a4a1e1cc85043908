"""Pull-through caches of other kinds than CNCF distribution, in front of that."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.registries import programs
from tests.registries.kinds import KINDS
from tests.support import binaries
from tests.support.servers import Server, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.registries.conftest import StartSite
    from tests.registries.site import Site

MODULE = binaries.module(200_000)
SYNCING = "sync extension is enabled"


@pytest.fixture
def origin(start_site: StartSite) -> Site:
    """Run the registry that is mirrored."""
    return start_site(next(kind for kind in KINDS if kind.name == "distribution"))


@pytest.fixture
def zot(origin: Site, tmp_path: Path) -> Iterator[Server]:
    """Run zot, which copies on demand."""
    try:
        program = programs.find("zot")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    port, log = free_port(), tmp_path / "zot.log"
    upstream = {"urls": [f"http://{origin.host}"], "onDemand": True, "tlsVerify": False, "content": [{"prefix": "**"}]}
    config = {
        "storage": {"rootDirectory": str(tmp_path / "zot")},
        "http": {"address": "127.0.0.1", "port": str(port)},
        "log": {"level": "info", "output": str(log)},
        "extensions": {"sync": {"enable": True, "registries": [upstream]}},
    }
    path = tmp_path / "zot.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    with Server([program, "serve", path], port, tmp_path) as server:
        if SYNCING not in log.read_text(encoding="utf-8"):
            pytest.skip("this zot is built without its sync extension")
        yield server


def test_zot_as_a_mirror(zot: Server, origin: Site, tmp_path: Path) -> None:
    """It has what its origin has, and when it is stopped in the midst of many pulls, nobody notices."""
    reference = origin.reference()
    conf = tmp_path / "registries.conf"
    conf.write_text(
        f'[[registry]]\nlocation = "{origin.host}"\n[[registry.mirror]]\nlocation = "{zot.host}"\n', encoding="utf-8"
    )
    with wasm2oci.Client(registries_conf=conf) as client, ThreadPoolExecutor(4) as pool:
        client.push(MODULE, reference)

        def pull(number: int) -> str | None:
            if number == 50:
                zot.stop()
            return client.pull(reference, tmp_path / f"{number}.wasm").source

        sources = list(pool.map(pull, range(100)))
    assert (sources[0], sources[-1]) == ("mirror", "registry")
    assert {path.read_bytes() for path in tmp_path.glob("*.wasm")} == {MODULE}
