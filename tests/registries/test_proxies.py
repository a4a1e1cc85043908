"""Proxies that people run, between a client and a registry."""

from __future__ import annotations

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


@pytest.fixture
def registry(start_site: StartSite) -> Site:
    """Run the registry behind the proxy."""
    return start_site(next(kind for kind in KINDS if kind.name == "distribution"))


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
