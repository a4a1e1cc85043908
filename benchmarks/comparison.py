"""Tries what the table in README.md says of other clients: `python -m benchmarks.comparison`.

Each trial is a registry that goes wrong in one way, or an artifact of one shape, and one pull by each client
into an empty folder. Printed are the exit code, the files that are left, and whether one of them is the module.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import peers
from tests import faults
from tests.faults import FaultRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.peers import Peers

    Setting = Callable[[FaultRegistry], object]

PATIENCE = 90
"""Seconds that a client has."""

# An empty module, with a custom section of 4 MiB named x.
MODULE = b"\0asm\1\0\0\0" + b"\0\x82\x80\x80\x02" + b"\1x" + bytes(4 << 20)

ORAS_PY = "import oras.client; oras.client.OrasClient(insecure=True).pull(target={!r}, outdir='.')"


@dataclass(frozen=True)
class Trial:
    """One thing to try.

    Attributes:
        name: What goes wrong, or what is pulled.
        setting: Makes the registry so.
    """

    name: str
    setting: Setting


def titled(registry: FaultRegistry) -> None:
    """Hold a module as `oras push` writes it."""
    registry.add_artifact(layers=[faults.layer(MODULE, title="m.wasm")])


def packed(registry: FaultRegistry) -> None:
    """Hold a plugin for Envoy or Istio."""
    layer = faults.layer(faults.tar({"plugin.wasm": MODULE}), "application/vnd.oci.image.layer.v1.tar+gzip")
    registry.add_artifact(layers=[layer], config=faults.config({}, "application/vnd.oci.image.config.v1+json"))


def _going_wrong(spoil: Setting) -> Setting:
    def setting(registry: FaultRegistry) -> None:
        titled(registry)
        spoil(registry)

    return setting


TRIALS = (
    Trial("nothing goes wrong", titled),
    Trial("a layer without a title", lambda registry: registry.add_module(MODULE)),
    Trial("a plugin for a proxy", packed),
    Trial(
        "the connection breaks twice", _going_wrong(lambda one: one.on("GET", "blob", nth=(1, 2)).cut(after=1 << 20))
    ),
    Trial("one byte is wrong each time", _going_wrong(lambda one: one.on("GET", "blob").flip(1 << 20))),
    Trial("503 once", _going_wrong(lambda one: one.on("GET", "blob", nth=1).fail(503))),
    Trial("429 once, wait 4 s", _going_wrong(lambda one: one.on("GET", "blob", nth=1).retry_after(4))),
)


def main() -> int:
    """Try all, or those whose names hold the words given."""
    found = peers.find()
    for trial in TRIALS:
        if not all(word in trial.name for word in sys.argv[1:]):
            continue
        print(trial.name)
        for client in ("wasm2oci", "oras", "crane", "oras-py"):
            with FaultRegistry() as registry, tempfile.TemporaryDirectory() as folder:
                trial.setting(registry)
                command = _command(found, client, registry, packed_in_image=trial.setting is packed)
                print(f"  {client:9} {_try(command, Path(folder))}")
                registry.release()
    return 0


def _command(found: Peers, client: str, registry: FaultRegistry, *, packed_in_image: bool) -> Sequence[str | Path]:
    """Return how a client pulls; crane has no verb for an artifact's file, but others for blobs and images."""
    reference = registry.reference()
    if client == "wasm2oci":
        return [found.cli, "pull", reference]
    if client == "oras":
        return [found.oras, "pull", "--plain-http", reference]
    if client == "crane" and packed_in_image:
        return ["sh", "-c", f"{found.crane} export --insecure {reference} - | tar -x"]
    if client == "crane":
        blob = registry.reference(tag=None) + "@" + faults.digest_of(MODULE)
        return ["sh", "-c", f"{found.crane} blob --insecure {blob} > m.wasm"]
    return [found.oras_py, "-c", ORAS_PY.format(reference)]


def _try(command: Sequence[str | Path], folder: Path) -> str:
    """Return how a command ends and what it leaves."""
    began = time.monotonic()
    surroundings = {**os.environ, "HOME": str(folder)}
    try:
        ended = subprocess.run(
            command, cwd=folder, env=surroundings, capture_output=True, check=False, timeout=PATIENCE
        )
        code = f"exit {ended.returncode}"
    except subprocess.TimeoutExpired:
        code = "never"
    left = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
    whole = any(file.read_bytes() == MODULE for file in left.values())
    files = ", ".join(f"{name} ({file.stat().st_size} bytes)" for name, file in left.items()) or "no file"
    return f"{code} after {time.monotonic() - began:.1f} s, {'the module' if whole else 'no module'}; {files}"


if __name__ == "__main__":
    sys.exit(main())
