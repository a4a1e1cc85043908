"""Clients, the one that functions share, and what both say to Python's logging."""

from __future__ import annotations

import base64
import copy
import io
import json
import logging
import pickle
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults import FaultRegistry
    from tests.support.registry import Registry


def test_every_source_gives_the_same_artifact(registry: Registry, hello: Path) -> None:
    """A file by its name, its handle, its bytes or a stream of them."""
    content = hello.read_bytes()
    with hello.open("rb") as file:
        sources = [hello, str(hello), file, content, bytearray(content), memoryview(content), io.BytesIO(content)]
        digests = {
            wasm2oci.push(source, registry.reference(), title="hello.wasm").digest  # type: ignore[arg-type]
            for source in sources
        }
    assert len(digests) == 1


def test_a_file_object_gives_its_name_to_the_layer(registry: Registry, hello: Path) -> None:
    """As its path does."""
    with hello.open("rb") as file:
        by_handle = wasm2oci.push(file, registry.reference())
    assert by_handle.digest == wasm2oci.push(hello, registry.reference()).digest
    assert by_handle.layer.annotations == {"org.opencontainers.image.title": "hello.wasm"}


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_handles_cannot_be_copied(hello: Path, tmp_path: Path, duplicate: Callable[[object], object]) -> None:
    """The end of the copy would close the original's, or in another process a stranger's."""
    reference = f"oci:{tmp_path / 'layout'}:v1"
    with wasm2oci.Client() as client:
        client.push(hello, reference)
        with client.open(reference) as reader:
            for one in (client, reader):
                with pytest.raises(TypeError, match="cannot be copied or pickled"):
                    duplicate(one)
            assert reader.readall() == hello.read_bytes()


def test_a_closed_client_says_so(hello: Path, tmp_path: Path) -> None:
    """For every verb."""
    reference = f"oci:{tmp_path / 'layout'}:v1"
    with wasm2oci.Client() as client:
        client.push(hello, reference)
    client.close()
    for use in (
        lambda: client.push(hello, reference),
        lambda: client.pull(reference, tmp_path / "a.wasm"),
        lambda: client.fetch(reference),
        lambda: client.open(reference),
        lambda: client.resolve(reference),
        lambda: client.inspect(reference),
    ):
        with pytest.raises(wasm2oci.ClosedError):
            use()
    assert not (tmp_path / "a.wasm").exists()


def test_functions_take_no_client(hello: Path) -> None:
    """They are methods of one; those of another client take its options."""
    with pytest.raises(TypeError, match="client"):
        wasm2oci.push(hello, "oci:hello:v1", client=5)  # type: ignore[call-arg]


def test_the_shared_client_follows_the_environment(
    auth_registry: Registry, hello: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A credential file that is named after the first call is used."""
    reference = auth_registry.reference()
    with pytest.raises(wasm2oci.AuthenticationError):
        wasm2oci.push(hello, reference)
    secret = base64.b64encode(f"{auth_registry.username}:{auth_registry.password}".encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {auth_registry.host: {"auth": secret}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert wasm2oci.push(hello, reference).kind == "module"


def test_a_client_keeps_the_environment_it_was_made_in(
    auth_registry: Registry, hello: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Until it is closed."""
    client = wasm2oci.Client()
    (tmp_path / "config.json").write_text('{"auths": {}}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with client, pytest.raises(wasm2oci.AuthenticationError):
        client.push(hello, auth_registry.reference())


def test_retries_are_logged_as_warnings(faults: FaultRegistry, caplog: pytest.LogCaptureFixture) -> None:
    """Under `wasm2oci`, with no secret in them."""
    faults.add_module(binaries.module())
    faults.on("GET", "manifest", nth=1).fail(503)
    caplog.set_level(logging.WARNING, "wasm2oci")
    with wasm2oci.Client(username="alice", password="s3cret") as client:
        client.fetch(faults.reference())
    assert [record.name for record in caplog.records] == ["wasm2oci"]
    assert caplog.records[0].levelno == logging.WARNING
    assert "503" in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": -1}, "timeout must be a positive number of seconds"),
        ({"retries": -1}, "retries must not be negative"),
        ({"username": "alice"}, "password"),
        ({"proxy": "::"}, "proxy"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bad_options_are_refused_when_the_client_is_made(options: dict[str, object], message: str) -> None:
    """Not by the first call."""
    with pytest.raises(wasm2oci.InvalidArgumentError, match=message):
        wasm2oci.Client(**options)  # type: ignore[arg-type]


def test_a_ca_file_that_is_missing_names_itself(tmp_path: Path) -> None:
    """As an OSError with its file."""
    with pytest.raises(wasm2oci.FilesystemError) as caught:
        wasm2oci.Client(ca_file=tmp_path / "ca.pem")
    assert caught.value.filename == str(tmp_path / "ca.pem")
    assert isinstance(caught.value, OSError)


def test_what_there_is_says_what_it_is(faults: FaultRegistry) -> None:
    """At a prompt; no secret is shown."""
    content = binaries.module()
    faults.add_module(content)
    with wasm2oci.Client(username="name", password="secret") as client:
        assert repr(client) == "<wasm2oci.Client, open>"
        with client.open(faults.reference()) as reader:
            count = reader.readinto(bytearray(10))
            assert repr(reader) == f"<wasm2oci.Reader of '{faults.reference()}', at {count} of {len(content)} bytes>"
        assert repr(reader).endswith(f", closed of {len(content)} bytes>")
    assert repr(client) == "<wasm2oci.Client, closed>"
    with pytest.raises(wasm2oci.NotFoundError) as caught:
        wasm2oci.resolve(faults.reference(tag="absent"))
    assert repr(caught.value).startswith("NotFoundError('resolve \"")
