"""Installs the packages as their users do, and tries them."""

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
    """Solves for the packages, installs them into a new environment and uses it."""
    prefix = output / "environment"
    shutil.rmtree(prefix, ignore_errors=True)
    # See recipe.py: not packages of the same name that were made before.
    os.environ["RATTLER_CACHE_DIR"] = str(output / "cache")
    asyncio.run(_install([output.as_uri(), channel.as_uri()], prefix))
    with tempfile.TemporaryDirectory() as home:
        variables = {"PATH": f"{prefix}/bin:/usr/bin:/bin", "HOME": home, "CONDA_PREFIX": str(prefix)}
        for command in (
            ["wasm2oci", "--version"],
            ["python", "-m", "pip", "check"],
            ["python", str(ROOT / "tests" / "smoke.py")],
        ):
            subprocess.run([prefix / "bin" / command[0], *command[1:]], env=variables, cwd=home, check=True)  # noqa: S603


async def _install(channels: list[str], prefix: Path) -> None:
    found = await solve(
        sources=channels,
        specs=["wasm2oci", "libwasm2oci", "pip"],
        virtual_packages=VirtualPackage.detect(),
        platforms=["linux-64", "noarch"],
    )
    await install(found, target_prefix=prefix, show_progress=False)
    ours = [f"{record.name.normalized} {record.version}" for record in found if "wasm2oci" in record.name.normalized]
    print(f"installed {', '.join(sorted(ours))} and {len(found) - len(ours)} others into {prefix}", flush=True)
