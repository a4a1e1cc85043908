"""Names: every registry lists and moves them, and what it cannot remove it says."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

import wasm2oci
from tests.support import binaries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.registries.site import Site

MODULE = binaries.module()
OTHER = binaries.module(seed=3)
SETTING = "REGISTRY_STORAGE_DELETE_ENABLED=true"


@pytest.fixture
def client(site: Site) -> Iterator[wasm2oci.Client]:
    """Make a client that the registry lets in."""
    with site.client() as client:
        yield client


@pytest.fixture
def place(site: Site, client: wasm2oci.Client) -> str:
    """Return a repository with a module that is called v1, v1.1 and latest, and another one that is called v2."""
    place = site.reference().rpartition(":")[0]
    client.push(MODULE, f"{place}:v1")
    client.tag(f"{place}:v1", "v1.1", "latest")
    client.push(OTHER, f"{place}:v2")
    return place


def test_a_manifest_gets_names(client: wasm2oci.Client, place: str) -> None:
    """By its tag, and by its digest; a name that was another's moves."""
    found = client.resolve(f"{place}:v1")
    assert {client.resolve(f"{place}:{tag}").digest for tag in ("v1", "v1.1", "latest")} == {found.digest}
    assert client.tag(f"{place}@{found.digest}", "v2").digest == found.digest
    assert client.fetch(f"{place}:v2") == MODULE


def test_all_tags_are_listed(client: wasm2oci.Client, place: str) -> None:
    """However many come on a page, and in whatever order."""
    names = [f"build-{number:03}" for number in range(120)]
    client.tag(f"{place}:v1", *names)
    listed = list(client.tags(place))
    assert sorted(listed) == sorted([*names, "latest", "v1", "v1.1", "v2"])
    assert list(client.tags(place, limit=50)) == listed[:50]
    assert list(client.tags(place, last=listed[60], limit=12)) == listed[61:73]
    assert list(client.tags(place, sort="semver"))[:3] == ["v1", "v1.1", "v2"]


def test_pages_are_followed_to_the_end(client: wasm2oci.Client, place: str) -> None:
    """By the registry's links, or where it sends none and cuts the list short by the last tag."""
    client.tag(f"{place}:v1", *(f"t{number:04}" for number in range(1100)))
    found = list(client.tags(place))
    assert len(found) == len(set(found)) == 1104


def test_a_tag_is_removed(site: Site, client: wasm2oci.Client, place: str) -> None:
    """And nothing else; where the registry cannot do that, nothing happens."""
    found = client.resolve(f"{place}:v1")
    if not site.untags:
        with pytest.raises(wasm2oci.UnsupportedError) as caught:
            client.untag(f"{place}:v1")
        assert ("force" in caught.value.message, SETTING in caught.value.message) == (site.deletes, not site.deletes)
        assert caught.value.detail["candidates"] == ["latest", "v1.1"]
        assert sorted(client.tags(place)) == ["latest", "v1", "v1.1", "v2"]
        return
    client.untag(f"{place}:v1")
    assert sorted(client.tags(place)) == ["latest", "v1.1", "v2"]
    assert client.resolve(f"{place}@{found.digest}").digest == found.digest
    assert client.fetch(f"{place}:latest") == MODULE
    with pytest.raises(wasm2oci.NotFoundError, match=r"v1\.1"):
        client.untag(f"{place}:v1")
    client.untag(f"{place}:v2", force=True)
    assert sorted(client.tags(place)) == ["latest", "v1.1"]


def test_a_tag_is_removed_with_force(site: Site, client: wasm2oci.Client, place: str) -> None:
    """With its manifest and all names of that, where it cannot be removed alone."""
    if site.untags:
        pytest.skip("this registry removes tags")
    if not site.deletes:
        with pytest.raises(wasm2oci.UnsupportedError, match=SETTING):
            client.untag(f"{place}:v1", force=True)
        assert client.fetch(f"{place}:v1") == MODULE
        return
    client.untag(f"{place}:v1", force=True)
    for name in ("v1", "v1.1", "latest"):
        with pytest.raises(wasm2oci.NotFoundError):
            client.resolve(f"{place}:{name}")
    assert client.fetch(f"{place}:v2") == OTHER


def test_a_manifest_is_deleted(site: Site, client: wasm2oci.Client, place: str) -> None:
    """With all its names, which are told; it can be pushed again."""
    found = client.resolve(f"{place}:v1")
    reference = f"{place}@{found.digest}"
    looked = client.delete(reference, dry_run=True)
    assert (looked.tags, looked.more_tags, looked.digest) == (("latest", "v1", "v1.1"), False, found.digest)
    assert client.fetch(f"{place}:latest") == MODULE
    if not site.deletes:
        with pytest.raises(wasm2oci.UnsupportedError, match=SETTING):
            client.delete(reference)
        assert client.fetch(reference) == MODULE
        return
    assert client.delete(reference) == looked
    for gone in (reference, *(f"{place}:{name}" for name in looked.tags)):
        with pytest.raises(wasm2oci.NotFoundError):
            client.resolve(gone)
    assert client.fetch(f"{place}:v2") == OTHER
    with pytest.raises(wasm2oci.NotFoundError):
        client.delete(reference)
    client.push(MODULE, f"{place}:v1")
    assert client.fetch(f"{place}:v1") == MODULE


def test_what_is_missing(client: wasm2oci.Client, site: Site) -> None:
    """It is not found, in each verb."""
    nowhere = site.reference("absent")
    with contextlib.suppress(wasm2oci.NotFoundError):
        # One that keeps its files in an object store does not know which repositories it has.
        assert list(client.tags(nowhere.rpartition(":")[0])) == []
    with pytest.raises(wasm2oci.NotFoundError):
        client.untag(nowhere)
    with pytest.raises(wasm2oci.NotFoundError):
        client.delete(f"{nowhere}@sha256:{'0' * 64}")
