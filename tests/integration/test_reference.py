"""`Reference`: what the verbs take, as a value."""

from __future__ import annotations

import asyncio
import copy
import os
import pickle
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries, python
from wasm2oci import Reference

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.registry import Registry

MODULE = binaries.module()
DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ghcr.io/me/hello", ("", "ghcr.io", "me/hello", "", "latest", None)),
        ("GHCR.io/me/hello:v1", ("", "ghcr.io", "me/hello", "", "v1", None)),
        ("docker.io/hello:1", ("", "docker.io", "library/hello", "", "1", None)),
        (f"[::1]:5000/hello@{DIGEST}", ("", "[::1]:5000", "hello", "", None, DIGEST)),
        (f"localhost/hello:v1@{DIGEST}", ("", "localhost", "hello", "", "v1", DIGEST)),
        ("oci:some/dir", ("oci", "", "", "some/dir", "latest", None)),
        ("oci:/a b/dir:v1", ("oci", "", "", "/a b/dir", "v1", None)),
        (f"oci-archive:mod.tar@{DIGEST}", ("oci-archive", "", "", "mod.tar", None, DIGEST)),
    ],
)
def test_it_has_the_parts(text: str, parts: tuple[str | None, ...]) -> None:
    """Its text has them all, and is parsed to the same."""
    found = Reference.parse(text)
    assert (found.scheme, found.registry, found.repository, found.path, found.tag, found.digest) == parts
    assert Reference.parse(str(found)) == found
    assert Reference.parse(found) is found


@pytest.mark.parametrize("text", ["", "hello", "ghcr.io", "ghcr.io/Me", "ghcr.io/me:", "oci:", "ghcr.io/me:v1,v2"])
def test_it_is_refused_as_by_the_verbs(text: str) -> None:
    """With the same words."""
    with pytest.raises(wasm2oci.InvalidReferenceError) as parsed:
        Reference.parse(text)
    with pytest.raises(wasm2oci.InvalidReferenceError) as resolved:
        wasm2oci.resolve(text)
    assert (parsed.value.message, parsed.value.detail) == (resolved.value.message, resolved.value.detail)


def test_it_is_a_value() -> None:
    """It can be compared, ordered, hashed, copied, pickled and shown, and not changed."""
    one, same, other = map(Reference.parse, ("docker.io/hello", "docker.io/library/hello:latest", "ghcr.io/hello"))
    assert (one == same, one == other, hash(one) == hash(same)) == (True, False, True)
    assert one != "docker.io/library/hello:latest"
    assert {one, same, other} == {same, other}
    assert sorted([other, one]) == [one, other]
    assert (one <= same, one < same, other >= one, other > one) == (True, False, True, True)
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.copy(one) is copy.deepcopy(one) is one
    assert repr(one) == "Reference.parse('docker.io/library/hello')"
    assert repr(same) == "Reference.parse('docker.io/library/hello:latest')"
    assert f"{one}" == "docker.io/library/hello:latest"
    for name in ("tag", "new"):
        with pytest.raises(AttributeError, match="cannot be changed"):
            setattr(one, name, "v2")
    with pytest.raises(AttributeError, match="cannot be changed"):
        del one.tag
    with pytest.raises(TypeError, match=r"Reference\.parse"):
        Reference("docker.io/hello")
    with pytest.raises(TypeError):
        os.fspath(one)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        one < "docker.io"  # noqa: B015
    match one:
        case Reference("", registry, repository):
            assert (registry, repository) == ("docker.io", "library/hello")
        case _:
            pytest.fail("it does not match")


def test_another_tag_or_digest_is_another_reference() -> None:
    """A new tag counts, so that no digest is left; a digest decides, whatever tag there is."""
    for place in ("ghcr.io/me/hello", "oci:dir", "oci-archive:a:b/mod.tar"):
        tagged, pinned, bare = (Reference.parse(f"{place}{end}") for end in (":v1", f":v1@{DIGEST}", f"@{DIGEST}"))
        assert str(pinned.with_tag("v2")) == str(bare.with_tag("v2")) == f"{place}:v2"
        assert tagged.with_digest(DIGEST) == pinned
        assert bare.with_digest(DIGEST) == bare
        for tag in ("", "a b", "v1,v2", "a/b", f"v1@{DIGEST}", "v1:v2", ".x", "x" * 129, "é"):
            with pytest.raises(wasm2oci.InvalidReferenceError):
                tagged.with_tag(tag)
        for digest in ("", "sha256:0", DIGEST.upper(), f"{DIGEST}@{DIGEST}", "v1", f"x:{DIGEST}", f"a/b@{DIGEST}"):
            with pytest.raises(wasm2oci.InvalidReferenceError):
                tagged.with_digest(digest)
    with pytest.raises(TypeError, match="tag must be a str, not int"):
        tagged.with_tag(1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="digest must be a str, not NoneType"):
        tagged.with_digest(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", ["oci", "oci-archive"])
def test_a_tag_that_was_not_written_is_not_asked_for(scheme: str, tmp_path: Path) -> None:
    """It does what its text does: the only manifest of a place without a `latest` is taken."""
    text = f"{scheme}:{tmp_path / 'place'}"
    digest = wasm2oci.push(MODULE, f"{text}:v1").digest
    wasm2oci.untag(f"{text}:v1")
    reference = Reference.parse(text)
    assert (str(reference), reference.tag) == (f"{text}:latest", "latest")
    for one in (reference, pickle.loads(pickle.dumps(reference)), copy.copy(reference), eval(repr(reference))):
        assert wasm2oci.resolve(one).digest == digest
        assert str(one) == f"{text}:latest"
    assert wasm2oci.fetch(reference) == wasm2oci.pull(reference, tmp_path / "m.wasm").path.read_bytes() == MODULE
    assert str(reference.with_digest(digest)) == f"{text}@{digest}"
    with pytest.raises(wasm2oci.NotFoundError, match=digest):
        wasm2oci.resolve(Reference.parse(f"{text}:latest"))
    with pytest.raises(wasm2oci.NotFoundError, match=digest):
        wasm2oci.resolve(reference.with_tag("latest"))
    with pytest.raises(wasm2oci.InvalidReferenceError, match="no tag"):
        wasm2oci.untag(reference)


def test_a_reference_without_a_tag_names_a_whole_repository(registry: Registry) -> None:
    """Where a text without a tag does."""
    one, other = registry.repository("one"), registry.repository("other")
    pushed = wasm2oci.push(MODULE, f"{one}:v1")
    assert wasm2oci.copy(Reference.parse(one), Reference.parse(other), all_tags=True).tags == {"v1": pushed.digest}


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_path_of_any_bytes_survives(tmp_path: Path) -> None:
    """As text with escapes, as Python has it for all paths."""
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    reference = Reference.parse(f"oci:{folder}:v1")
    assert (reference.path, reference.tag) == (folder, "v1")
    assert pickle.loads(pickle.dumps(reference.with_tag("v2"))).path == folder
    wasm2oci.push(MODULE, reference)
    assert wasm2oci.fetch(reference) == MODULE
    assert [os.fsencode(entry.name) for entry in tmp_path.iterdir()] == [b"\xff"]


@pytest.mark.parametrize("kind", ["registry", "layout"])
def test_every_verb_takes_one(kind: str, registry: Registry, tmp_path: Path) -> None:
    """So do batches and the async client."""
    place = registry.repository() if kind == "registry" else f"oci:{tmp_path / 'layout'}"
    reference = Reference.parse(f"{place}:v1")
    pushed = wasm2oci.push(MODULE, reference)
    assert Reference.parse(pushed.reference) == reference
    assert wasm2oci.resolve(reference.with_digest(pushed.digest)).digest == pushed.digest
    assert wasm2oci.pull(reference, tmp_path / "m.wasm").path.read_bytes() == wasm2oci.fetch(reference) == MODULE
    with wasm2oci.open(reference) as stream:
        assert stream.read() == MODULE
    assert wasm2oci.tag(reference, "v2").digest == pushed.digest
    assert wasm2oci.inspect(reference).digest == pushed.digest
    assert wasm2oci.convert(reference, reference.with_tag("image"), format="image").tags == ("image",)
    items: list[wasm2oci.PushItem] = [(MODULE, reference.with_tag("a")), (MODULE, f"{place}:b")]
    assert {outcome.unwrap().digest for outcome in wasm2oci.push_many(items)} == {pushed.digest}
    wanted: list[wasm2oci.PullItem] = [reference, (reference.with_tag("a"), "a.wasm"), f"{place}:b"]
    names = [
        tmp_path / name for name in (("v1.wasm", "a.wasm", "b.wasm") if kind == "layout" else ("mod.wasm", "a.wasm"))
    ]
    outcomes = list(wasm2oci.pull_many(wanted[: len(names)], tmp_path))
    assert {outcome.unwrap().path for outcome in outcomes} == set(names)
    assert {outcome.item for outcome in outcomes} == set(wanted[: len(names)])

    async def main() -> tuple[wasm2oci.Descriptor, bytes]:
        async with wasm2oci.AsyncClient() as client:
            return await client.resolve(reference), await client.fetch(reference)

    descriptor, content = asyncio.run(main())
    assert (descriptor.digest, content) == (pushed.digest, MODULE)


def test_it_is_no_path(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`inspect` takes a text for a file that is there, and a reference never."""
    monkeypatch.chdir(tmp_path)
    reference = Reference.parse(f"{registry.repository()}:v1.wasm")
    digest = wasm2oci.push(MODULE, reference).digest
    file = tmp_path / str(reference)
    file.parent.mkdir(parents=True)
    file.write_bytes(binaries.HELLO.read_bytes())
    assert wasm2oci.inspect(reference).digest == digest
    assert wasm2oci.inspect(str(reference)).reference is None
    with pytest.raises(TypeError):
        wasm2oci.pull(reference, reference)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="source must be"):
        wasm2oci.push(reference, reference)  # type: ignore[arg-type]


NEITHER = r"must be a str.* or a wasm2oci\.Reference, not"


@pytest.mark.parametrize("value", [None, 1, b"oci:dir", ("oci:dir",)])
def test_what_is_neither_is_a_type_error(value: object) -> None:
    """It says what may be given."""
    with pytest.raises(TypeError, match=NEITHER):
        wasm2oci.resolve(value)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=NEITHER):
        wasm2oci.inspect(value)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=NEITHER):
        Reference.parse(value)  # type: ignore[arg-type]


def test_it_is_loaded_when_it_is_asked_for() -> None:
    """Not by an import of the package."""
    loaded = python.check("import sys, wasm2oci; print('wasm2oci._reference' in sys.modules)")
    assert loaded.split() == ["False"]
