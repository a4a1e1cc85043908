"""Where gevent has replaced what the library uses, it works, or says that it does not."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from tests.support import binaries, python

if TYPE_CHECKING:
    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(importlib.util.find_spec("gevent") is None, reason="gevent is not here")

PATCHED = "from gevent import monkey; monkey.patch_all()"


def test_calls_of_greenlets_and_of_a_pool_work(faults: FaultRegistry) -> None:
    """Those of the pool side by side."""
    faults.add_module(binaries.module(1000))
    program = f"""
        {PATCHED}
        import gevent, sys, wasm2oci
        jobs = [gevent.spawn(wasm2oci.fetch, sys.argv[1]) for _ in range(4)]
        gevent.joinall(jobs)
        size = len(wasm2oci.fetch(sys.argv[1]))
        assert [len(job.value) for job in jobs] == [size] * 4
        pool = gevent.get_hub().threadpool
        assert [len(job.get()) for job in [pool.spawn(wasm2oci.fetch, sys.argv[1]) for _ in range(4)]] == [size] * 4
    """
    python.check(program, faults.reference())


def test_the_async_client_refuses_threads_that_are_none(faults: FaultRegistry) -> None:
    """They would hold up the loop for ever. Nothing is left of the operation."""
    faults.add_module(binaries.module(1000))
    program = f"""
        {PATCHED}
        import asyncio, sys, wasm2oci

        async def main():
            async with wasm2oci.AsyncClient() as client:
                for _ in range(2):
                    try:
                        await client.fetch(sys.argv[1])
                    except wasm2oci.UnsupportedError as error:
                        assert "gevent" in str(error), error
                    else:
                        raise AssertionError
                assert wasm2oci.runtime_info().operations == 0

        asyncio.run(main())
    """
    python.check(program, faults.reference())
