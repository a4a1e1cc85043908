"""The library's messages mark options; the command line writes them as people type them."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import wasm2oci
from wasm2oci._cli import app, failure

NOT_HERE = {
    "credentials",
    "user_agent_suffix",
    "overwrite",
    "progress",
    "client",
    "self",
    "source",
    "reference",
    "path",
}
RENAMED = {
    "annotations": "--annotation",
    "allow_upload_hosts": "--allow-upload-host",
    "cache": "--user-cache",
    "cache_dir": "--cache",
    "password": "--password-stdin",
    "token": "--token-stdin",
}


def options() -> set[str]:
    """Return the library's options that the command line has, too."""
    parameters = set(inspect.signature(wasm2oci.Client.__init__).parameters)
    for verb in ("push", "pull", "convert", "inspect"):
        parameters |= set(inspect.signature(getattr(wasm2oci.Client, verb)).parameters)
    return parameters - NOT_HERE - {"destination", "what"}


@pytest.mark.parametrize(
    ("detail", "ours"),
    [
        ({"template": "name its CA with {ca_file}"}, "name its CA with --ca-file"),
        (
            {"template": 'push "{{ca_file}}": {timeout} must be positive'},
            'push "{ca_file}": --timeout must be positive',
        ),
        ({"template": "leave out {plain_http}", "option": "plain_http"}, "leave out --plain-http"),
        ({"template": "the token of alice's proxy"}, "the token of alice's proxy"),
        ({}, "as the library says it: timeout"),
    ],
)
def test_marked_options_are_respelled(detail: dict[str, Any], ours: str) -> None:
    """And nothing else, whatever it looks like."""
    assert failure.spelled("as the library says it: timeout", detail) == ours


@pytest.mark.parametrize("name", sorted(options()))
def test_every_option_of_the_library_is_one_here(name: str) -> None:
    """It is spelled in messages as it is typed."""
    ours = {spelling for verb in app.VERBS for option in app.verb(verb).options for spelling in option.spellings}
    shown = failure.spelled("", {"template": f"{{{name}}}"})
    assert shown == RENAMED.get(name, f"--{name.replace('_', '-')}")
    assert shown in ours


def test_a_template_that_cannot_be_read_loses_no_message() -> None:
    """A bug in one must not hide what it is about."""
    assert failure.spelled("no such file: {", {"template": "no such file: {"}) == "no such file: {"
