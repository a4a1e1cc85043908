"""Where the servers come from: built by Go, taken from Debian, or found on this machine.

`python -m tests.registries.programs` brings what can be had, before a test waits for it.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from tests.support import tools
from tests.support.environment import ORIGINAL

STORE = tools.GoTool("gofakes3", "github.com/johannesboyne/gofakes3/cmd/gofakes3", "v1.2.0")
BUILT = {tool.name: tool for tool in (tools.REGISTRY, tools.CRANE, STORE)}
PACKAGES = {
    "docker-registry": "docker-registry",
    "nginx": "nginx",
    "haproxy": "haproxy",
    "microsocks": "microsocks",
    "squid": "squid",
}
"""Programs of Debian, and the packages that have them."""
DEBIAN = tools.TOOLS / "debian"
BUILD_LIMIT = 600
"""Seconds that a build may take."""


class Missing(Exception):  # noqa: N818 - it says why something is skipped
    """A program is not here, and cannot be had."""


def find(name: str) -> Path:
    """Return the path of a program.

    Raises:
        Missing: It is neither here nor can it be built.
    """
    if name in BUILT:
        return _built(BUILT[name])
    folders = [str(DEBIAN / "usr" / "sbin"), str(DEBIAN / "usr" / "bin"), ORIGINAL.get("PATH", ""), "/usr/sbin"]
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        advice = "`nox -s registries` unpacks Debian's" if name in PACKAGES else "put it on PATH"
        raise Missing(f"{name} is not on this machine; {advice}")
    return Path(found)


def environment(program: Path) -> dict[str, str]:
    """Return the variables that a program needs: what was taken from Debian brings its own libraries."""
    if DEBIAN not in program.parents:
        return {}
    return {"LD_LIBRARY_PATH": str(DEBIAN / "usr" / "lib" / f"{platform.machine()}-linux-gnu")}


def _built(tool: tools.GoTool) -> Path:
    try:
        return tools.build(tool, limit=BUILD_LIMIT)
    except subprocess.TimeoutExpired as error:
        raise Missing(f"{tool.name} was not built within {BUILD_LIMIT} s") from error
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise Missing(f"{tool.name} {tool.version} could not be built: {error}") from error


def unpack_debian() -> None:
    """Unpack the packages that this machine lacks, beside the tools.

    They are not installed: that would start their services.
    """
    lacking = [name for name in PACKAGES if not _is_here(name)]
    if not lacking or shutil.which("apt-get") is None:
        return
    archives = DEBIAN / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
    listed = _run("apt-get", "install", "--simulate", "--no-install-recommends", *lacking)
    _run("apt-get", "download", "-qq", *re.findall(r"^Inst (\S+)", listed, re.MULTILINE), cwd=archives)
    for archive in sorted(archives.glob("*.deb")):
        _run("dpkg-deb", "--extract", archive, DEBIAN)


def _is_here(name: str) -> bool:
    try:
        find(name)
    except Missing:
        return False
    return True


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=ORIGINAL, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def _describe(name: str) -> str:
    try:
        return f"{name}: {find(name)}"
    except Missing as missing:
        return f"{name}: {missing}"


def main() -> None:
    """Bring what can be had, and say what cannot."""
    try:
        unpack_debian()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"Debian's packages could not be had: {error}")  # noqa: T201 - a program
    for name in (*BUILT, *PACKAGES, "zot", "olareg"):
        print(_describe(name))  # noqa: T201 - a program


if __name__ == "__main__":
    main()
