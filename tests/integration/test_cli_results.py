"""What the command line prints: one JSON document, or a few lines to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.faults import config, layer
from tests.support import binaries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.cli import RunCli
    from tests.support.registry import Registry

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def test_push_prints_one_document(run_cli: RunCli, registry: Registry, hello: Path) -> None:
    """With what the registry now has."""
    reference = registry.reference()
    result = run_cli("push", hello, reference, "--json")
    digest = wasm2oci.resolve(reference).digest
    assert (result.code, result.stderr) == (0, "")
    said = result.json
    assert said.pop("size") == wasm2oci.resolve(reference).size
    assert said.pop("layer") == {
        "media_type": "application/wasm",
        "digest": wasm2oci.inspect(hello).digest,
        "size": hello.stat().st_size,
        "annotations": {"org.opencontainers.image.title": "hello.wasm"},
    }
    assert said == {
        "reference": reference,
        "digest": digest,
        "media_type": MANIFEST,
        "format": "wasm",
        "kind": "module",
        "tags": ["v1"],
    }


def test_pull_prints_one_document(run_cli: RunCli, registry: Registry, greeter: Path, tmp_path: Path) -> None:
    """With the file that was written."""
    reference = registry.reference()
    pushed = run_cli("push", greeter, reference, "--json").json
    assert pushed.pop("tags") == ["v1"]
    said = run_cli("pull", reference, "--json", cwd=tmp_path).json
    assert {name: said[name] for name in pushed} == pushed
    assert {name: said[name] for name in set(said) - set(pushed)} == {
        "path": "mod.wasm",
        "file_digest": wasm2oci.inspect(greeter).digest,
        "file_size": greeter.stat().st_size,
        "index_digest": None,
        "member": None,
    }
    assert (tmp_path / "mod.wasm").read_bytes() == greeter.read_bytes()


def test_a_missing_tag_is_latest_and_said(run_cli: RunCli, registry: Registry, hello: Path, tmp_path: Path) -> None:
    """By push, pull and resolve alike."""
    repository = registry.repository()
    said = [
        run_cli("push", hello, repository, "--json").json["reference"],
        run_cli("pull", repository, "--json", cwd=tmp_path).json["reference"],
        run_cli("resolve", repository, "--json").json["reference"],
        run_cli("inspect", repository, "--json").json["reference"],
    ]
    assert said == [f"{repository}:latest"] * 4


def test_resolve_prints_the_digest_alone(run_cli: RunCli, registry: Registry, hello: Path) -> None:
    """Good to be used in a shell."""
    reference = registry.reference()
    pushed = wasm2oci.push(hello, reference)
    assert run_cli("resolve", reference).text == f"{pushed.digest}\n"
    assert run_cli("resolve", reference, "--quiet").text == f"{pushed.digest}\n"
    assert run_cli("resolve", reference, "--json").json == {
        "reference": reference,
        "digest": pushed.digest,
        "media_type": MANIFEST,
        "size": pushed.size,
        "annotations": {},
    }


def test_push_and_pull_print_lines_to_read(run_cli: RunCli, registry: Registry, hello: Path, tmp_path: Path) -> None:
    """What was moved, by its digest, and where it is now."""
    reference = registry.reference()
    pushed = run_cli("push", hello, reference)
    digest = wasm2oci.resolve(reference).digest
    assert (pushed.text, pushed.stderr) == (f"pushed {reference}@{digest}\n", "")
    pulled = run_cli("pull", f"{reference}@{digest}", "-o", "x.wasm", cwd=tmp_path)
    assert pulled.text.splitlines() == [f"pulled {reference}@{digest}", "wrote x.wasm: module, 347 bytes"]
    assert pulled.stderr == ""


def test_quiet_prints_nothing_where_all_is_well(run_cli: RunCli, hello: Path, tmp_path: Path) -> None:
    """But the document that was asked for."""
    layout = f"oci:{tmp_path}:v1"
    assert run_cli("push", hello, layout, "--quiet").stdout == b""
    assert run_cli("pull", layout, "--quiet", "-o", tmp_path / "x.wasm").stdout == b""
    assert run_cli("pull", layout, "--quiet", "--json", "-o", tmp_path / "y.wasm").json["kind"] == "module"


def test_push_takes_what_stands_in_the_manifest(run_cli: RunCli, hello: Path, tmp_path: Path) -> None:
    """Annotations, a title, a time and a format; a value may hold equals signs."""
    layout = f"oci:{tmp_path}:v1"
    options = ["--annotation", "a=1=2", "--annotation", "ünï=✓", "--title", "other", "--created", "86400"]
    assert run_cli("push", hello, layout, *options).code == 0
    inspected = wasm2oci.inspect(layout)
    assert {"a": "1=2", "ünï": "✓"}.items() <= inspected.annotations.items()
    assert inspected.layers[0].annotations == {"org.opencontainers.image.title": "other"}
    assert inspected.config is not None
    assert inspected.config["created"] == "1970-01-02T00:00:00Z"
    said = run_cli("push", hello, layout, "--format", "wasm-to-oci", "--json").json
    assert (said["format"], said["layer"]["media_type"]) == (
        "wasm-to-oci",
        "application/vnd.wasm.content.layer.v1+wasm",
    )


def test_inspect_prints_one_document(run_cli: RunCli, registry: Registry, greeter: Path) -> None:
    """Of an artifact, all that the library knows of it."""
    reference = registry.reference()
    wasm2oci.push(greeter, reference, annotations={"a": "b"})
    said = run_cli("inspect", reference, "--json").json
    assert (said["reference"], said["format"], said["kind"]) == (reference, "wasm", "component")
    assert [layer["media_type"] for layer in said["layers"]] == ["application/wasm"]
    assert said["manifest"]["annotations"] == said["annotations"] == {"a": "b"}
    assert said["config"]["os"] == "wasip2"
    assert [item["name"] for item in said["imports"]] == ["example:greeter/log@0.1.0"]
    assert [item["name"] for item in said["exports"]] == ["example:greeter/greet@0.1.0"]


def test_inspect_prints_one_document_of_a_file(run_cli: RunCli, hello: Path) -> None:
    """Which has no reference, and no registry is asked."""
    said = run_cli("inspect", hello, "--json").json
    assert (said["reference"], said["kind"], said["name"]) == (None, "module", "hello")
    assert (said["size"], said["file_size"]) == (347, 347)
    assert [(item["name"], item["kind"]) for item in said["exports"]] == [
        ("memory", "memory"),
        ("greetings", "global"),
        ("_start", "func"),
    ]


def test_inspect_prints_lines_to_read(run_cli: RunCli, hello: Path) -> None:
    """Indented text, which any program can cut up."""
    lines = run_cli("inspect", hello).text.splitlines()
    assert lines[0] == str(hello)
    assert lines[lines.index("  imports") :] == [
        "  imports",
        "    wasi_snapshot_preview1 fd_write: func (i32, i32, i32, i32) -> (i32)",
        "    wasi_snapshot_preview1 proc_exit: func (i32)",
        "  exports",
        "    memory: memory 1 page",
        "    greetings: global mut i32",
        "    _start: func ()",
        "  producers",
        "    language: WAT 1",
        "    processed-by: wat2wasm 50.0.1",
    ]


def test_inspect_shows_an_artifact_without_a_module(run_cli: RunCli, faults: FaultRegistry) -> None:
    """To look at such is what it is for."""
    faults.add_artifact(layers=[layer(b"# Read me", "text/markdown", title="README.md")], config=config())
    result = run_cli("inspect", faults.reference())
    assert result.code == 0
    assert "  module: none, or several" in result.text.splitlines()
    assert "      org.opencontainers.image.title: README.md" in result.text.splitlines()


def test_what_an_artifact_says_does_nothing_to_a_terminal(run_cli: RunCli, faults: FaultRegistry) -> None:
    """Escape sequences, line ends and bidirectional overrides are spelled out; JSON keeps them, escaped."""
    nasty = "red \x1b[31m\r\nfake: line \u202egnp\x9b"
    faults.add_artifact(layers=[layer(binaries.module(), title=nasty)], annotations={"note": nasty})
    faults.add_artifact("org/mod", "plain", layers=[layer(binaries.module())], annotations={"note": "redü"})
    result = run_cli("inspect", faults.reference())
    assert result.code == 0
    assert all(line.isprintable() for line in result.text.splitlines())
    assert "note: red \\x1b[31m\\r\\nfake: line \\u202egnp\\x9b" in result.text
    document = run_cli("inspect", faults.reference(), "--json")
    assert document.json["annotations"] == {"note": nasty}
    assert all(line.isprintable() for line in document.text.splitlines())
    assert "redü".encode() in run_cli("inspect", faults.reference(tag="plain"), "--json").stdout


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_output_can_be_written_in_any_encoding(run_cli: RunCli, hello: Path, tmp_path: Path, encoding: str) -> None:
    """Lines escape what it lacks; JSON is UTF-8 everywhere."""
    layout = f"oci:{tmp_path / 'ünï ✓'}:v1"
    environment = {"PYTHONIOENCODING": encoding}
    lines = run_cli("push", hello, layout, environment=environment)
    assert (lines.code, lines.stderr) == (0, "")
    assert layout in lines.stdout.decode(encoding).encode("ascii", "backslashreplace").decode("unicode_escape")
    document = run_cli("push", hello, layout, "--json", environment=environment)
    assert json.loads(document.stdout.decode("utf-8"))["reference"] == layout


def test_the_second_push_sends_nothing(run_cli: RunCli, faults: FaultRegistry, hello: Path) -> None:
    """And says the same."""
    first = run_cli("push", hello, faults.reference(), "--json").json
    faults.journal.clear()
    assert run_cli("push", hello, faults.reference(), "--json").json == first
    assert faults.journal.of("POST") == []
