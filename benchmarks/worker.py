"""A warm worker: does one job per line of JSON on standard input and says how long it took.

Run by the Python of the library under test: `python worker.py wasm2oci|asyncio|oras-py|http|files`. It stands alone,
since the other Python has neither wasm2oci nor the rest of this folder. What it keeps is in the folder that it runs in.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Jobs = dict[str, Callable[..., None]]


def wasm2oci_jobs() -> Jobs:
    """Return the jobs, done by one client."""
    import wasm2oci  # noqa: PLC0415 - only one of the two libraries is there

    client = wasm2oci.Client()

    def pull(reference: str, path: str) -> None:
        client.pull(reference, path)

    def push(reference: str, path: str) -> None:
        client.push(path, reference)

    def copy(source: str, destination: str) -> None:
        client.copy(source, destination)

    def cached(reference: str, size: int) -> None:
        check(caching.fetch(reference), size)

    caching = wasm2oci.Client(cache_dir="cache")
    return {"pull": pull, "push": push, "copy": copy, "cached": cached}


def asyncio_jobs() -> Jobs:
    """Return the job of all pulls at once, on one loop that stays, by one client."""
    import asyncio  # noqa: PLC0415 - for this worker alone

    import wasm2oci  # noqa: PLC0415 - as above

    loop = asyncio.new_event_loop()
    client = wasm2oci.AsyncClient()

    async def pull(arguments: list[dict[str, str]]) -> None:
        await asyncio.gather(*(client.pull(one["reference"], one["path"]) for one in arguments))

    return {"pull together": lambda arguments: loop.run_until_complete(pull(arguments))}


def oras_py_jobs() -> Jobs:
    """Return the jobs, done by one client. It writes into folders, under the titles of the layers."""
    import oras.client  # type: ignore[import-not-found] # noqa: PLC0415 - as above

    client = oras.client.OrasClient(insecure=True)

    def pull(reference: str, path: str) -> None:
        client.pull(target=reference, outdir=path, overwrite=True)

    def push(reference: str, path: str) -> None:
        client.push(target=reference, files=[f"{path}:application/wasm"], disable_path_validation=True)

    def cached(reference: str, size: int) -> None:
        """Look for a file named after the reference, as whoever writes a cache in ten lines does."""
        path = Path("cache", reference.replace("/", "_"))
        if not path.exists():
            (found,) = client.pull(target=reference, outdir="pulled", overwrite=True)
            path.parent.mkdir(exist_ok=True)
            Path(found).replace(path)
        check(path.read_bytes(), size)

    return {"pull": pull, "push": push, "cached": cached}


def files_jobs() -> Jobs:
    """Return what `hf_hub_download(local_files_only=True)` and a read would do, without its library.

    A reference leads to a revision, that to a link in a snapshot, and the link to a blob. Nothing is verified.
    """
    jobs = http_jobs()
    root = Path("cache")

    def cached(reference: str, size: int) -> None:
        name, _, revision = reference.partition("@")
        folder = root / f"models--{name.replace('/', '--')}"
        snapshot = folder / "snapshots" / revision / "module.wasm"
        if not snapshot.exists():
            blob = folder / "blobs" / "module"
            for path in (blob, snapshot):
                path.parent.mkdir(parents=True, exist_ok=True)
            jobs["pull"](reference, str(blob))
            snapshot.symlink_to(blob.resolve())
        check(snapshot.read_bytes(), size)

    return {"cached": cached}


def check(content: bytes, size: int) -> None:
    """Look at what came.

    Raises:
        ValueError: It is something else.
    """
    if len(content) != size:
        raise ValueError(f"{len(content)} bytes, not {size}")


def http_jobs() -> Jobs:
    """Return the job that needs no library at all: two requests over one connection, and a file."""
    connections: dict[str, http.client.HTTPConnection] = {}

    def get(host: str, path: str) -> bytes:
        connection = connections.setdefault(host, http.client.HTTPConnection(host))
        connection.request("GET", path, headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
        return connection.getresponse().read()

    def pull(reference: str, path: str) -> None:
        host, _, name = reference.partition("/")
        repository, _, tag = name.partition("@" if "@" in name else ":")
        manifest = json.loads(get(host, f"/v2/{repository}/manifests/{tag}"))
        Path(path).write_bytes(get(host, f"/v2/{repository}/blobs/{manifest['layers'][0]['digest']}"))

    return {"pull": pull}


def peak() -> int | None:
    """Return the highest resident memory so far, in bytes, where the system tells."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def do(jobs: Jobs, verb: str, arguments: list[dict[str, str]], concurrency: int) -> None:
    """Do one job for each set of arguments."""
    if together := jobs.get(f"{verb} together"):
        together(arguments)
        return
    if concurrency == 1:
        for one in arguments:
            jobs[verb](**one)
        return
    with ThreadPoolExecutor(concurrency) as pool:
        for result in [pool.submit(jobs[verb], **one) for one in arguments]:
            result.result()


def answer(jobs: Jobs, job: dict[str, Any]) -> dict[str, Any]:
    """Do what a line asks for."""
    start = time.perf_counter()
    try:
        do(jobs, job["verb"], job["arguments"], job.get("concurrency", 1))
    except Exception as error:  # noqa: BLE001 - told to whoever asked
        return {"error": f"{type(error).__name__}: {error}"}
    return {"seconds": time.perf_counter() - start, "peak": peak()}


def main() -> None:
    """Work until standard input ends. The library's own talk goes to standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    known = {
        "wasm2oci": wasm2oci_jobs,
        "asyncio": asyncio_jobs,
        "oras-py": oras_py_jobs,
        "http": http_jobs,
        "files": files_jobs,
    }
    jobs = known[sys.argv[1]]()
    for line in sys.stdin:
        print(json.dumps(answer(jobs, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
