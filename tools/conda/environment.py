"""Installs the packages as their users do, with each Python that the channel has, and tries them."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from rattler import VirtualPackage, install, solve

ROOT = Path(__file__).resolve().parents[2]


def install_and_try(channel: Path, output: Path) -> None:
    """Solves for the packages, installs them into new environments and uses these."""
    # See recipe.py: not packages of the same name that were made before.
    os.environ["RATTLER_CACHE_DIR"] = str(output / "cache")
    for path in sorted(channel.glob("linux-64/python-[0-9]*.conda")):
        python = path.name.split("-")[1].rpartition(".")[0]
        prefix = output / f"environment-{python}"
        shutil.rmtree(prefix, ignore_errors=True)
        asyncio.run(_install([output.as_uri(), channel.as_uri()], prefix, python))
        _try(prefix)


def _try(prefix: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        variables = {"PATH": f"{prefix}/bin:/usr/bin:/bin", "HOME": home, "CONDA_PREFIX": str(prefix)}
        for command in (
            ["wasm2oci", "--version"],
            ["python", "-m", "pip", "check"],
            ["python", str(ROOT / "tests" / "smoke.py")],
        ):
            subprocess.run([prefix / "bin" / command[0], *command[1:]], env=variables, cwd=home, check=True)  # noqa: S603


async def _install(channels: list[str], prefix: Path, python: str) -> None:
    found = await solve(
        sources=channels,
        specs=[f"python {python}.*", "wasm2oci", "libwasm2oci-static", "pip"],
        virtual_packages=VirtualPackage.detect(),
        platforms=["linux-64", "noarch"],
    )
    await install(found, target_prefix=prefix, show_progress=False)
    ours = [f"{record.name.normalized} {record.version}" for record in found if "wasm2oci" in record.name.normalized]
    others = len(found) - len(ours)
    print(f"Python {python}: installed {', '.join(sorted(ours))} and {others} others into {prefix}", flush=True)
