"""Looks at OCI layouts that many have written to, as others would."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from tests.support import environment, tools

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 60


def check(layout: Path) -> list[dict[str, Any]]:
    """Hold each blob against its digest, and what is listed against what is there; return the entries of the index."""
    blobs = {path.name: path for path in (layout / "blobs" / "sha256").iterdir() if not path.name.startswith(".")}
    for name, path in blobs.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == name
    entries: list[dict[str, Any]] = json.loads((layout / "index.json").read_text("utf-8"))["manifests"]
    for entry in entries:
        manifest = json.loads(blobs[entry["digest"].removeprefix("sha256:")].read_text("utf-8"))
        for listed in (manifest["config"], *manifest["layers"]):
            assert listed["digest"].removeprefix("sha256:") in blobs
    return entries


def check_by_others(layout: Path, folder: Path) -> list[str]:
    """Let oras and skopeo, as far as they are here, copy all that is listed; return which of them did."""
    oras, skopeo = tools.find_peer(tools.ORAS), shutil.which("skopeo", path=environment.ORIGINAL.get("PATH"))
    for number, entry in enumerate(check(layout)):
        if oras:
            copied = f"{folder / 'by-oras'}:v{number}"
            source = f"{layout}@{entry['digest']}"
            _run(oras, "cp", "--no-tty", "--from-oci-layout", source, "--to-oci-layout", copied)
        if skopeo:
            name = entry["annotations"]["org.opencontainers.image.ref.name"]
            _run(skopeo, "copy", "--quiet", f"oci:{layout}:{name}", f"oci:{folder / 'by-skopeo'}:v{number}")
    return [str(program) for program in (oras, skopeo) if program]


def _run(*command: str | Path) -> None:
    ended = subprocess.run(command, env=dict(os.environ), capture_output=True, timeout=LIMIT, check=False)
    assert ended.returncode == 0, f"{command}\n{ended.stdout!r}\n{ended.stderr!r}"
