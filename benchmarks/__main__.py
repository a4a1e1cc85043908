"""The command: `python -m benchmarks`, from the root of the repository, with wasm2oci installed."""

from __future__ import annotations

import argparse
import fnmatch
import os
import subprocess
import tempfile
from pathlib import Path

from benchmarks import peers, report
from benchmarks.bench import Bench, proxied
from benchmarks.rows import Row, all_rows
from tests.support.environment import clean
from tests.support.registry import RegistryProcess


def main() -> None:
    """Measure what was asked for."""
    options = _options()
    found = peers.find()
    with tempfile.TemporaryDirectory(prefix="wasm2oci-bench-", dir=options.folder) as name:
        folder = Path(name)
        environment = clean(os.environ, folder / "environment")
        # The client of this process, too, must not find the user's credentials.
        os.environ.clear()
        os.environ.update(environment)
        with (
            RegistryProcess(folder / "registry") as registry,
            RegistryProcess(folder / "mirror") as mirror,
            proxied(registry.host) as far,
        ):
            for host in (registry.host, far, mirror.host):
                command: list[str | Path] = [found.regctl, "registry", "set", "--tls", "disabled", "--skip-check", host]
                subprocess.run(command, env=environment, check=True)
            bench = Bench(found, environment, folder, registry.host, far, mirror.host)
            rows = _measure(bench, options.only, options.scale)
        print(report.bar_table(rows))
        if options.output:
            text = report.document(rows, found.versions(), folder)
            options.output.write_text(text, encoding="utf-8")


def _measure(bench: Bench, only: list[str], scale: float) -> list[Row]:
    rows = []
    for name, measure in all_rows(bench, scale):
        if not only or any(fnmatch.fnmatchcase(name, pattern) for pattern in only):
            rows.append(measure())
            print(report.row_table(rows[-1]), flush=True)
    return rows


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Compare wasm2oci with its peers.")
    parser.add_argument("only", nargs="*", metavar="ROW", help="rows by name or pattern, such as 'pull-*'; default all")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the number of rounds; default 1")
    parser.add_argument("--folder", type=Path, help="where to work; default the system's temporary folder")
    parser.add_argument("--output", type=Path, help="write a document such as benchmarks/RESULTS.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
