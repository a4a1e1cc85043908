"""An error is data: a host fills in its own spelling of options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.registry import FaultRegistry


class Shouted(dict[str, str]):
    """How a host of its own kind spells options."""

    def __missing__(self, name: str) -> str:
        """Shouts them."""
        return f"<{name.upper()}>"


def push(**options: str) -> None:
    """Pushes under options that are refused."""
    wasm2oci.push(binaries.HELLO, "oci:{layer}:v1", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "option"),
    [
        (lambda: push(layer_media_type="x {title}"), "layer_media_type"),
        (lambda: push(created="{format}"), "created"),
        (lambda: push(format="{created}"), "format"),
        (lambda: wasm2oci.Client(ca_file="{token}.pem"), "ca_file"),
        (lambda: wasm2oci.Client(username="a\nb", password="c"), "username"),
        (lambda: wasm2oci.fetch("u:p@127.0.0.1:1/a/b"), "username"),
    ],
)
def test_the_option_at_fault_is_named(call: Callable[[], object], option: str) -> None:
    """And it alone is spelt anew, whatever the input holds."""
    with pytest.raises(wasm2oci.Wasm2ociError) as caught:
        call()
    detail = caught.value.detail
    assert detail["option"] == option
    template = detail["template"]
    assert f"<{option.upper()}>" in template.format_map(Shouted())
    assert template.format_map({name: name for name in ("username", "password", option)}) == str(caught.value)


def test_a_hint_names_its_option(faults: FaultRegistry) -> None:
    """Where no option is at fault."""
    with wasm2oci.Client(insecure=True, retries=0) as client, pytest.raises(wasm2oci.TLSError) as caught:
        client.fetch(faults.reference())
    assert caught.value.detail["option"] == "plain_http"
    assert "<PLAIN_HTTP>" in caught.value.detail["template"].format_map(Shouted())


def test_without_an_option_there_is_no_template(tmp_path: Path) -> None:
    """The message says it all."""
    with pytest.raises(wasm2oci.NotFoundError) as caught:
        wasm2oci.fetch(f"oci:{tmp_path}/{{layer}}:v1")
    assert not {"option", "template"} & caught.value.detail.keys()
    assert "{layer}" in str(caught.value)
