"""How each program is told to pull into a folder, and to push a file."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.bench import Bench, Stored, check_pushed, check_size, clear
from benchmarks.contestants import Checked, Contestant, Warm, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Command = Sequence[str | Path]

ORAS_PY_PULL = (
    "import sys, oras.client; oras.client.OrasClient(insecure=True).pull(target=sys.argv[1], outdir=sys.argv[2])"
)
ORAS_PY_PUSH = (
    "import sys, oras.client; oras.client.OrasClient(insecure=True).push("
    "target=sys.argv[1], files=[sys.argv[2] + ':application/wasm'], disable_path_validation=True)"
)
WASM2OCI_PULL = "import sys, wasm2oci; wasm2oci.pull(sys.argv[1], sys.argv[2])"
CURL_PUSH = (
    'location=$("$0" -sS -D- -o /dev/null -X POST "$1" | tr -d "\\r" | sed -n "s/^[Ll]ocation: //p") && '
    '"$0" -sS -f -o /dev/null -T "$2" -H "Content-Type: application/octet-stream" "$location&digest=$3"'
)


@dataclass
class Pulls:
    """Contestants that pull one stored module."""

    bench: Bench
    stored: Stored

    def programs(self) -> dict[str, Contestant]:
        """Return each program that is here; the whole process is timed."""
        peers, stored = self.bench.peers, self.stored
        reference, host = stored.reference, stored.host
        blob = f"{host}/{stored.repository}@{stored.digest}"
        found: dict[str, Contestant] = {
            "wasm2oci, command": self._to_file(
                "wasm2oci", lambda out: [peers.cli, "pull", "--quiet", reference, "-o", out / "module.wasm"]
            ),
            "oras": self._to_file("oras", lambda out: [peers.oras, "pull", "--plain-http", reference, "-o", out]),
            # Not the manifest, which crane would not leave out of an archive.
            "crane blob": self._printed("crane blob", [peers.crane, "blob", "--insecure", blob]),
            "regctl": self._printed("regctl", [peers.regctl, "artifact", "get", reference]),
            "oras-py, process": self._to_file(
                "oras-py", lambda out: [peers.oras_py, "-c", ORAS_PY_PULL, reference, out]
            ),
        }
        if peers.skopeo:
            found["skopeo"] = self._to_file("skopeo", partial(_skopeo_pull, peers.skopeo, reference))
        if peers.wkg:
            found["wkg"] = self._to_file("wkg", partial(_wkg_pull, peers.wkg, host, reference))
        return found

    def floors(self) -> dict[str, Contestant]:
        """Return what nobody can be much faster than."""
        stored = self.stored
        url = f"http://{stored.host}/v2/{stored.repository}/blobs/{stored.digest}"
        found: dict[str, Contestant] = {
            "cp": self._to_file("cp", lambda out: ["cp", "--reflink=never", stored.file, out / "module.wasm"]),
            "sha256sum": self._program("sha256sum", lambda _: ["sha256sum", stored.file], None),
        }
        curl = self.bench.peers.curl
        if curl:
            found["curl"] = self._to_file("curl", lambda out: [curl, "-sSf", "-o", out / "module.wasm", url])
        return found

    def warm(self, name: str, worker: Worker) -> Contestant:
        """Return a worker that pulls; it alone is timed, not its start."""
        out = self.bench.output(f"{name} warm")
        # oras-py writes into a folder, under the title.
        path = out if name == "oras-py" else out / "module.wasm"
        arguments = [{"reference": self.stored.reference, "path": str(path)}]
        return self._checked(Warm(worker, lambda _: {"verb": "pull", "arguments": arguments}), out)

    def fresh(self, source: str) -> Contestant:
        """Return a fresh Python that runs a line of code; it is given the reference and a path."""
        peers, reference = self.bench.peers, self.stored.reference
        return self._to_file("fresh", lambda out: [peers.python, "-c", source, reference, out / "module.wasm"])

    def _to_file(self, name: str, command: Callable[[Path], Command]) -> Contestant:
        out = self.bench.output(name)
        return self._checked(self._program(name, command, None), out)

    def _printed(self, name: str, command: Command) -> Contestant:
        out = self.bench.output(name)
        return self._checked(self._program(name, lambda _: command, out / "module.wasm"), out)

    def _program(self, name: str, command: Callable[[Path], Command], printed: Path | None) -> Contestant:
        out = self.bench.output(name)
        output = (lambda _: printed) if printed else None
        return self.bench.program(lambda _: command(out), output)

    def _checked(self, contestant: Contestant, out: Path) -> Contestant:
        return Checked(contestant, lambda _: check_size(out, self.stored.size), lambda _: clear(out))


def _skopeo_pull(skopeo: Path, reference: str, out: Path) -> Command:
    options = ["--insecure-policy", "copy", "-q", "--src-tls-verify=false"]
    return [skopeo, *options, f"docker://{reference}", f"dir:{out}"]


def _wkg_pull(wkg: Path, host: str, reference: str, out: Path) -> Command:
    return [wkg, "oci", "pull", "--insecure", host, "-o", out / "module.wasm", reference]


@dataclass
class Pushes:
    """Contestants that push a file into a repository that nobody pushed to before."""

    bench: Bench
    stored: Stored

    def programs(self) -> dict[str, Contestant]:
        """Return each program that is here; the whole process is timed. crane cannot push a plain file."""
        peers, file = self.bench.peers, self.stored.file
        artifact = ["--artifact-type", "application/vnd.wasm.config.v0+json", "--file-media-type", "application/wasm"]
        found: dict[str, Contestant] = {
            "wasm2oci, command": self._program(
                "wasm2oci-command", lambda reference: [peers.cli, "push", "--quiet", file, reference]
            ),
            "oras": self._program(
                "oras",
                lambda reference: [
                    *(peers.oras, "push", "--plain-http", "--disable-path-validation", reference),
                    f"{file}:application/wasm",
                ],
            ),
            "regctl": self._program(
                "regctl", lambda reference: [peers.regctl, "artifact", "put", *artifact, "--file", file, reference]
            ),
            "oras-py, process": self._program(
                "oras-py", lambda reference: [peers.oras_py, "-c", ORAS_PY_PUSH, reference, file]
            ),
        }
        if peers.skopeo:
            found["skopeo"] = self._skopeo(peers.skopeo)
        if peers.wkg:
            found["wkg"] = self._program("wkg", partial(_wkg_push, peers.wkg, self.stored.host, file))
        return found

    def floors(self) -> dict[str, Contestant]:
        """Return what nobody can be much faster than."""
        curl, stored = self.bench.peers.curl, self.stored
        if not curl:
            return {}

        def command(turn: int) -> Command:
            url = f"http://{stored.host}/v2/push/curl-{stored.size}-{turn}/blobs/uploads/"
            return ["sh", "-c", CURL_PUSH, curl, url, stored.file, stored.digest]

        return {"curl": self.bench.program(command)}

    def warm(self, name: str, worker: Worker) -> Contestant:
        """Return a worker that pushes; it alone is timed, not its start."""
        path = str(self.stored.file)
        job = Warm(
            worker, lambda turn: {"verb": "push", "arguments": [{"reference": self._name(name, turn), "path": path}]}
        )
        return self._checked(name, job)

    def _repository(self, name: str, turn: int) -> str:
        return f"push/{name}-{self.stored.size}-{turn}"

    def _name(self, name: str, turn: int) -> str:
        return f"{self.stored.host}/{self._repository(name, turn)}:v1"

    def _program(self, name: str, command: Callable[[str], Command]) -> Contestant:
        return self._checked(name, self.bench.program(lambda turn: command(self._name(name, turn))))

    def _checked(self, name: str, contestant: Contestant) -> Contestant:
        return Checked(contestant, lambda turn: check_pushed(self.stored.host, self._repository(name, turn)))

    def _skopeo(self, skopeo: Path) -> Contestant:
        """Push from a layout, other content each time: skopeo remembers blobs and would mount them."""
        layout = self.bench.folder / f"layout-{self.stored.size}"

        def ahead(turn: int) -> None:
            shutil.rmtree(layout, ignore_errors=True)
            other = self.bench.file(self.stored.size, f"other-{turn}.wasm", seed=turn + 2)
            self.bench.client.push(other, f"oci:{layout}:v1")
            other.unlink()

        job = self._program("skopeo", partial(_skopeo_push, skopeo, layout))
        return Checked(job, lambda _: None, ahead)


def _skopeo_push(skopeo: Path, layout: Path, reference: str) -> Command:
    options = ["--insecure-policy", "copy", "-q", "--dest-tls-verify=false"]
    return [skopeo, *options, f"oci:{layout}:v1", f"docker://{reference}"]


def _wkg_push(wkg: Path, host: str, file: Path, reference: str) -> Command:
    return [wkg, "oci", "push", "--insecure", host, reference, file]
