"""Builds the DLL for Windows by MinGW, in both ways, and tries what can be tried of it elsewhere.

    python tools/windows.py FOLDER

What it exports is compared with the header's functions, a C program is linked with the installed package, and run
by Wine where that is here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "x86_64-w64-mingw32"
TOOLCHAIN = f"""
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER {PREFIX}-gcc)
set(CMAKE_CXX_COMPILER {PREFIX}-g++)
set(CMAKE_RC_COMPILER {PREFIX}-windres)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
"""
# Go asks it for random numbers, and Wine has it from version 8.12 on.
RANDOM = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
  return SystemFunction036(data, (ULONG)size);
}
"""
# What a host with plugins does. Go's threads run from the load on, so the DLL must stay.
LOADING = """
#include <stdio.h>
#include <windows.h>

int main(int count, char **names) {
  HMODULE library = count == 2 ? LoadLibraryA(names[1]) : NULL;
  if (library == NULL) return 2;
  int (*info)(const char **, void *) =
      (int (*)(const char **, void *))(void *)GetProcAddress(library, "wasm2oci_build_info");
  const char *json = NULL;
  if (info == NULL || info(&json, NULL) != 0 || json == NULL) return 3;
  FreeLibrary(library);
  if (GetModuleHandleA(names[1]) != library) return 4;
  library = LoadLibraryA(names[1]);
  if (info(&json, NULL) != 0) return 5;
  FreeLibrary(library);
  puts(json);
  return 0;
}
"""


def main() -> None:
    """Builds and tries."""
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    toolchain = folder / "toolchain.cmake"
    toolchain.write_text(TOOLCHAIN, encoding="utf-8")
    expected = set((ROOT / "cpp" / "abi" / "symbols.txt").read_text(encoding="utf-8").split())
    for mode in ("c-archive", "c-shared"):
        place = folder / mode
        options = [f"--toolchain={toolchain}", "-DCMAKE_BUILD_TYPE=Release", "-G", "Ninja"]
        build(ROOT, place / "build", *options, f"-DWASM2OCI_GO_BUILDMODE={mode}", "-DWASM2OCI_BUILD_TESTS=OFF")
        run("cmake", "--install", place / "build", "--prefix", place / "prefix")
        dll = place / "prefix" / "bin" / "libwasm2oci.dll"
        compare(mode, exports(dll), expected)
        package = f"-DCMAKE_PREFIX_PATH={place / 'prefix'}"
        # A cross build looks for packages in the system's root alone.
        build(ROOT / "examples", place / "examples", *options, package, "-DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=BOTH")
        shutil.copy(dll, place / "examples")
        print(f"{mode}: {dll.name} exports the {len(expected)} public functions; C and C++ link with it")
        try_by_wine(place / "examples", folder / "wine")


def build(source: Path, binary: Path, *options: str) -> None:
    """Configures and builds."""
    run("cmake", "-S", source, "-B", binary, *options)
    run("cmake", "--build", binary)


def exports(dll: Path) -> set[str]:
    """Returns the names that a DLL exports."""
    said = run(f"{PREFIX}-objdump", "-p", dll)
    table = said.split("[Ordinal/Name Pointer] Table", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"\[ *\d+\](?: \+base\[ *\d+\] +[0-9a-f]+)? (\w+)$", table, re.MULTILINE))


def compare(mode: str, found: set[str], expected: set[str]) -> None:
    """Stops where the exports are not the public functions."""
    if mode == "c-shared":
        # Go's linker exports what cgo does as well.
        found = {name for name in found if not re.match(r"go[A-Z]", name)}
    if found != expected:
        raise SystemExit(f"{mode}: missing {sorted(expected - found)}, needless {sorted(found - expected)}")


def try_by_wine(programs: Path, prefix: Path) -> None:
    """Pushes and pulls with the C and the C++ program, where there is Wine."""
    wine = shutil.which("wine64") or shutil.which("wine")
    if wine is None:
        print("there is no Wine here: the programs were not run")
        return
    environment = {**os.environ, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all"}
    system = prefix / "drive_c" / "windows" / "system32"
    if not prefix.is_dir():
        run(wine, "wineboot", "--init", environment=environment)
        if not (system / "bcryptprimitives.dll").exists():
            source = prefix / "random.c"
            source.write_text(RANDOM, encoding="utf-8")
            run(f"{PREFIX}-gcc", "-shared", source, "-o", system / "bcryptprimitives.dll", "-ladvapi32")
    module = ROOT / "examples" / "hello.wasm"
    for number, name in enumerate(("push_pull", "push_pull_cpp")):
        shutil.copy(module, programs / "hello.wasm")
        copy = programs / f"{name}.wasm"
        arguments = ("hello.wasm", f"oci:layout:{number}", copy.name)
        run(wine, programs / f"{name}.exe", *arguments, environment=environment, folder=programs)
        if copy.read_bytes() != module.read_bytes():
            raise SystemExit(f"{name} pulled something else than it pushed")
        print(f"{name}.exe pushed and pulled, by {run(wine, '--version').strip()}")
    source = programs / "loading.c"
    source.write_text(LOADING, encoding="utf-8")
    run(f"{PREFIX}-gcc", "-Wall", "-Werror", source, "-o", programs / "loading.exe")
    run(wine, programs / "loading.exe", "libwasm2oci.dll", environment=environment, folder=programs)
    print("loading.exe loaded the DLL, called and freed it, and it stayed")


def run(*command: str | Path, environment: dict[str, str] | None = None, folder: Path | None = None) -> str:
    """Runs a command, which must end well; returns what it said."""
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, env=environment, cwd=folder, timeout=1200
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
