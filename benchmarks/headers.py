"""What wasm2oci.hpp costs a compiler, beyond the standard headers that it includes.

Run as `python -m benchmarks.headers [COMPILER...]`; without arguments, g++ and clang++ where they are.
Two files are compiled in turns, without optimisation and without a line of their own: one includes wasm2oci.hpp, the
other the same standard headers. A program pays for what it uses as well.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median

INCLUDE = Path(__file__).parent.parent / "cpp" / "include"
HEADER = "wasm2oci/wasm2oci.hpp"
STANDARDS = ("c++17", "c++20")
_INCLUDED = re.compile(r"^\s*#\s*include <([^>]+)>", re.MULTILINE)


def standard_headers(header: str = HEADER) -> list[str]:
    """Return the headers that `header` and what it includes of ours take from elsewhere, sorted."""
    found: set[str] = set()
    seen: set[str] = set()
    rest = [header]
    while rest:
        name = rest.pop()
        if name not in seen:
            seen.add(name)
            if name.startswith("wasm2oci/"):
                rest += _INCLUDED.findall((INCLUDE / name).read_text())
            else:
                found.add(name)
    return sorted(found)


def seconds(compiler: str, standard: str, source: Path) -> float:
    """Compile a file, and return the processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([compiler, f"-std={standard}", "-O0", "-c", f"-I{INCLUDE}", source, "-o", "/dev/null"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a line for each compiler and standard."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("compilers", metavar="COMPILER", nargs="*", default=["g++", "clang++"])
    arguments.add_argument("--rounds", type=int, default=15)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bare, whole = Path(folder, "bare.cpp"), Path(folder, "whole.cpp")
        # Some standard headers exist only in later standards.
        bare.write_text(
            "".join(f"#if __has_include(<{name}>)\n#include <{name}>\n#endif\n" for name in standard_headers())
        )
        whole.write_text(f"#include <{HEADER}>\n")
        for compiler in filter(shutil.which, options.compilers):
            for standard in STANDARDS:
                seconds(compiler, standard, bare)
                pairs = [
                    (seconds(compiler, standard, bare), seconds(compiler, standard, whole))
                    for _ in range(options.rounds)
                ]
                least, both = (min(column) for column in zip(*pairs, strict=True))
                more = median(b - a for a, b in pairs)
                print(
                    f"{compiler} -std={standard}: standard headers {least:.2f} s, with {HEADER} {both:.2f} s; "
                    f"difference {both - least:.3f} s of the fastest, {more:.3f} s in the median of {len(pairs)} pairs"
                )


if __name__ == "__main__":
    main()
