"""A registry that goes wrong on purpose, and what stands beside it.

    faults.add_module(binaries.module())
    faults.on("GET", "blob", nth=1).cut(after=1000)
    ...
    assert faults.journal.lines() == [...]

`registry` is the server to ask for, `rules` lists what can go wrong, `artifacts` makes manifests of any
shape, `auth`, `tls`, `proxy` and `helpers` are what their names say.
"""

from tests.faults.artifacts import config, layer, manifest, tar, wasm_config
from tests.faults.auth import Auth
from tests.faults.content import Endless, big_module, digest_of
from tests.faults.proxy import Proxy
from tests.faults.registry import Added, FaultRegistry
from tests.faults.tls import Tls

__all__ = [
    "Added",
    "Auth",
    "Endless",
    "FaultRegistry",
    "Proxy",
    "Tls",
    "big_module",
    "config",
    "digest_of",
    "layer",
    "manifest",
    "tar",
    "wasm_config",
]
