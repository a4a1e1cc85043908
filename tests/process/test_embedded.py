"""Interpreters other than the one that `python` starts."""

from __future__ import annotations

import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries, python
from wasm2oci import _native as native

if TYPE_CHECKING:
    from tests.faults import FaultRegistry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="built with a Unix compiler")

SOURCE = Path(__file__).with_name("embed.c")
CONTENT = binaries.module(60_000)
PROGRAM = """
import sys, threading
import wasm2oci
reference, stalled, target = sys.argv[1:]
try:
    wasm2oci.pull(reference, target)
except ImportError as error:
    print(error, flush=True)
else:
    print("pulled", flush=True)
    for _ in range(4):
        threading.Thread(target=wasm2oci.fetch, args=(stalled,), daemon=True).start()
    wasm2oci.resolve(stalled)
"""


@pytest.fixture(scope="module")
def embed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a program that embeds this Python."""
    variables = sysconfig.get_config_vars()
    folder = "LIBDIR" if variables["Py_ENABLE_SHARED"] else "LIBPL"
    library = Path(variables[folder], variables["LDLIBRARY"])
    if not library.exists():
        pytest.skip(f"this Python came without {library.name}")
    program = tmp_path_factory.mktemp("embed") / "embed"
    words = " ".join(str(variables[name] or "") for name in ("LINKFORSHARED", "LIBS", "SYSLIBS"))
    subprocess.run(
        [
            *("cc", "-o", str(program), str(SOURCE), f"-I{variables['INCLUDEPY']}"),
            *(str(library), f"-Wl,-rpath,{variables['LIBDIR']}", *shlex.split(words), "-lpthread"),
        ],
        check=True,
    )
    return program


@pytest.fixture
def arguments(faults: FaultRegistry, tmp_path: Path) -> list[str]:
    """Name a module, one whose bytes stop coming, and a path."""
    faults.add_module(CONTENT)
    faults.add_module(CONTENT, repository="org/stalled")
    faults.on("GET", "/v2/org/stalled/blobs/*").stall(after=1000)
    return [faults.reference(), faults.reference("org/stalled"), str(tmp_path / "a.wasm")]


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_host_that_embeds_python_ends_it_and_goes_on(embed: Path, arguments: list[str]) -> None:
    """While operations run."""
    ended = run(embed, "1", sys.executable, PROGRAM, *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "pulled\nthe host goes on\n", "")
    assert Path(arguments[-1]).read_bytes() == CONTENT


def test_a_second_interpreter_is_told_that_it_comes_too_late(embed: Path, arguments: list[str]) -> None:
    """Where Python itself can be begun twice: 3.12.1 crashes over its own modules."""
    if run(embed, "2", sys.executable, "import asyncio, json").returncode:
        pytest.skip("this Python cannot be begun twice")
    ended = run(embed, "2", sys.executable, PROGRAM, *arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [
        "pulled",
        "wasm2oci cannot be loaded again once an interpreter that used it has ended",
        "the host goes on",
    ]


@pytest.mark.parametrize("isolated", [True, False], ids=["isolated", "legacy"])
@pytest.mark.parametrize("used", [True, False], ids=["used", "unused"])
def test_a_sub_interpreter_is_refused(hello: Path, *, isolated: bool, used: bool) -> None:
    """With an ImportError, since one Go runtime serves one interpreter; the main one works as before and after."""
    program = f"""
        import sys, textwrap, wasm2oci
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        if {used}:
            wasm2oci.inspect(sys.argv[1])
        code = '''
        import wasm2oci
        try:
            wasm2oci.inspect({str(hello)!r})
        except ImportError:
            refused = True
        else:
            refused = False
        assert refused
        '''
        if sys.version_info >= (3, 13):
            created = interpreters.create("isolated" if {isolated} else "legacy")
        else:
            created = interpreters.create(isolated={isolated})
        failure = interpreters.run_string(created, textwrap.dedent(code))
        assert failure is None, failure
        interpreters.destroy(created)
        assert wasm2oci.inspect(sys.argv[1]).kind == "module"
    """
    if isolated and not Path(str(native.ext.__file__)).is_relative_to(Path(wasm2oci.__file__).parent):
        pytest.skip("an editable install starts programs on import, which such an interpreter may not")
    python.check(program, str(hello))
