"""The library's messages name options as programs write them; the command line's as people do."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import wasm2oci
from wasm2oci._cli import spelling
from wasm2oci._cli.command import command
from wasm2oci._cli.spelling import filled, spelled

GO = Path(__file__).resolve().parents[2] / "go"
NOT_HERE = {"user_agent_suffix", "overwrite", "progress", "client"}
RENAMED = {
    "annotations": "annotation",
    "allow_upload_hosts": "allow-upload-host",
    "password": "password-stdin",
    "token": "token-stdin",
}


@pytest.mark.parametrize(
    ("message", "ours"),
    [
        ("name its CA with ca_file", "name its CA with --ca-file"),
        ('"x_ca_file" with ca_file', '"x_ca_file" with --ca-file'),
        ('push "allow_any": no', 'push "allow_any": no'),
        ("leave out plain_http", "leave out --plain-http"),
        ("the token of alice's proxy", "the token of alice's proxy"),
    ],
)
def test_names_of_options_are_respelled(message: str, ours: str) -> None:
    """But not what is quoted, nor ordinary words."""
    assert spelled(message) == ours
    assert spelled(ours) == ours


@pytest.mark.parametrize(
    ("template", "ours"),
    [
        ("give its CA with {ca_file}", "give its CA with --ca-file"),
        ("give {username} and {password}, or {token}", "give --username and --password-stdin, or --token-stdin"),
        ('push "{{ca_file}}": use {allow_any}', 'push "{ca_file}": use --allow-any'),
    ],
)
def test_options_that_are_marked_are_filled_in(template: str, ours: str) -> None:
    """Whatever the rest of the message holds."""
    assert filled(template) == ours


def test_ordinary_words_are_options_where_arguments_are_at_fault() -> None:
    """Unless they are quoted."""
    assert spelled("timeout must be positive", argument=True) == "--timeout must be positive"
    assert spelled("bad tag 'timeout' or \"token\"", argument=True) == "bad tag 'timeout' or \"token\""


def test_every_option_of_the_library_is_one_here() -> None:
    """Under the same name, but for a few."""
    parameters = inspect.signature(wasm2oci.Client.__init__).parameters.keys() - {"self"}
    for verb in ("push", "pull"):
        parameters |= inspect.signature(getattr(wasm2oci.Client, verb)).parameters.keys()
    options = {name for name in parameters if name not in NOT_HERE | {"self", "source", "reference", "path"}}
    ours = {
        spelled.lstrip("-")
        for verb in ("push", "pull")
        for parameter in command.commands[verb].params
        for spelled in parameter.opts
    }
    assert {RENAMED.get(name, name.replace("_", "-")) for name in options} <= ours


def test_phrases_are_those_of_the_library() -> None:
    """One that was reworded there would be left as it is here."""
    python = list(Path(wasm2oci.__file__).parent.glob("*.py"))
    source = "".join(path.read_text(encoding="utf-8") for path in [*GO.rglob("*.go"), *python])
    assert [phrase for phrase in spelling.PHRASES if phrase not in source] == []
