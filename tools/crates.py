"""Packs the crates as they are published, and builds a program from them where no Go module can be had.

    python tools/crates.py FOLDER [--publish]

Writes `FOLDER/*.crate`, and publishes the same on crates.io if that is asked for. They are made from a copy of the
tree, with the Go modules in it: cargo follows the symbolic links of `rust/wasm2oci-sys/native`, and packs what is in
`go/vendor`, which the tree itself must not have (go_modules.py).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CRATES = ("wasm2oci-sys", "wasm2oci")
NEEDED = ("CMakeLists.txt", "LICENSE", "THIRD_PARTY_LICENSES", "cmake", "cpp/include", "go", "rust")
CONTENT = {
    "wasm2oci-sys": [
        "LICENSE",
        "THIRD_PARTY_LICENSES",
        "README.md",
        "native/CMakeLists.txt",
        "native/cmake/GoArchive.cmake",
        "native/cpp/include/wasm2oci/wasm2oci.h",
        "native/go/capi/entry.c",
        "native/go/vendor/modules.txt",
        "native/THIRD_PARTY_LICENSES",
    ],
    "wasm2oci": ["LICENSE", "THIRD_PARTY_LICENSES", "README.md", "src/lib.rs"],
}
# What crates.io takes is ten times that.
LARGEST = 2_000_000

sys.path.insert(0, str(ROOT / "cmake"))

import go_modules  # noqa: E402 - it lies beside the build


def main() -> None:
    """Pack, look into the packages, and build from them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the packages are written")
    parser.add_argument("--publish", action="store_true", help="publish them, once they have been tried")
    given = parser.parse_args()
    folder = given.folder.resolve()
    with tempfile.TemporaryDirectory(prefix="wasm2oci-") as place:
        tree = Path(place) / "tree"
        copy_tree(tree)
        packed = pack(tree, folder)
        for crate, file in packed.items():
            check(crate, file)
        build(Path(place) / "program", packed)
        if given.publish:
            publish(tree)
    print("\n".join(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} KiB" for file in packed.values()))


def copy_tree(tree: Path) -> None:
    """Copy what git knows or would take, and add the Go modules."""
    listed = subprocess.run(  # noqa: S603 - our own files
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *NEEDED],  # noqa: S607 - that of the machine
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, tree / name
        if source.is_symlink() or source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    with go_modules.vendored() as modules:
        shutil.copytree(modules, tree / "go" / "vendor", dirs_exist_ok=True)


def pack(tree: Path, folder: Path) -> dict[str, Path]:
    """Run `cargo package`.

    It does not try to build what it has packed: for that it keeps, by name and version, the crates that others need, so
    that the second run would build with what the first one has packed.
    """
    chosen = [argument for crate in CRATES for argument in ("-p", crate)]
    cargo("package", "--quiet", "--locked", "--no-verify", *chosen, cwd=tree / "rust")
    made = Path(os.environ.get("CARGO_TARGET_DIR", tree / "rust" / "target")) / "package"
    folder.mkdir(parents=True, exist_ok=True)
    packed = {}
    for crate in CRATES:
        (file,) = made.glob(f"{crate}-[0-9]*.crate")
        packed[crate] = Path(shutil.copy2(file, folder))
    return packed


def publish(tree: Path) -> None:
    """Run `cargo publish` for each, which waits until the next one can find it."""
    for crate in CRATES:
        cargo("publish", "--locked", "--no-verify", "-p", crate, cwd=tree / "rust")


def check(crate: str, file: Path) -> None:
    """Compare a package with what it must hold."""
    with tarfile.open(file) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    missing = [name for name in CONTENT[crate] if name not in names]
    unwanted = [name for name in names if name.endswith("_test.go") or "/testdata/" in name or "__pycache__" in name]
    if missing or unwanted or file.stat().st_size > LARGEST:
        raise SystemExit(f"{file.name}: lacks {missing}, has {unwanted[:5]}, {file.stat().st_size} bytes")


def build(folder: Path, packed: dict[str, Path]) -> None:
    """Build a program with the packages alone, from source, and let it say its version."""
    now = time.time()
    for file in packed.values():
        with tarfile.open(file) as archive:
            # What is in a package has one time, by which cargo would take it for what it has built before.
            archive.extractall(folder, filter=lambda one, path: tarfile.data_filter(one.replace(mtime=now), path))  # noqa: S202 - ours
    folders = {crate: file.name.removesuffix(".crate") for crate, file in packed.items()}
    manifest = f"""[package]
name = "program"
version = "0.0.0"
edition = "2024"

[dependencies]
wasm2oci = {{ path = "{folders["wasm2oci"]}", features = ["vendored"] }}

[patch.crates-io]
wasm2oci-sys = {{ path = "{folders["wasm2oci-sys"]}" }}

[workspace]
"""
    program = """fn main() {
    wasm2oci::Client::new().expect("a client");
    print!("{}", wasm2oci::build_info().expect("an answer").version);
}
"""
    folder.joinpath("Cargo.toml").write_text(manifest, encoding="utf-8")
    folder.joinpath("src").mkdir()
    folder.joinpath("src", "main.rs").write_text(program, encoding="utf-8")
    shutil.copy2(ROOT / "rust" / "Cargo.lock", folder)
    modules = folder / "modules"
    offline = {"GOPROXY": "off", "GOMODCACHE": str(modules), "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "go1.999.0"}
    said = cargo("run", "--quiet", cwd=folder, environment=offline).strip()
    if (modules / "cache").exists():
        raise SystemExit("the build put something into the module cache")
    if not packed["wasm2oci"].name.startswith(f"wasm2oci-{said}"):
        raise SystemExit(f"the program says it has version {said}")


def cargo(*arguments: str, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Run cargo and return what it prints."""
    surroundings = {**os.environ, **(environment or {})}
    ended = subprocess.run(  # noqa: S603 - our own crates
        ["cargo", *arguments],  # noqa: S607 - that of the machine
        cwd=cwd,
        env=surroundings,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return ended.stdout


if __name__ == "__main__":
    main()
