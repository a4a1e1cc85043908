"""What the library writes can be read, whatever strangers have put into it."""

from __future__ import annotations

import pytest

from wasm2oci import _parse


@pytest.mark.parametrize("text", [b"{}x", b"", b"nothing"])
def test_what_is_not_one_document_is_an_error(text: bytes) -> None:
    """A ValueError, as that of `json`."""
    with pytest.raises(ValueError):  # noqa: PT011 - the words are nobody's
        _parse.document(text)


def test_a_byte_that_is_not_utf_8_is_replaced() -> None:
    """It came from a manifest, whose author is not the user, and is no reason to show nothing."""
    assert _parse.document(b'{"title": "caf\xe9"}') == {"title": "caf\ufffd"}
