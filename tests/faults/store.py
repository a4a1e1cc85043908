"""What the registry holds: blobs, manifests, tags, and uploads in progress."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.faults.content import Content, Sink, digest_of

Json = dict[str, Any]


@dataclass(frozen=True)
class Manifest:
    """A manifest as it was pushed."""

    body: bytes
    media_type: str

    @property
    def document(self) -> Any:  # noqa: ANN401
        """The parsed body; {} where it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return {}


@dataclass
class Blob:
    """A blob; `content` is None where only digest and size were kept."""

    size: int
    content: Content | None


@dataclass
class Upload:
    """An upload in progress."""

    repository: str
    identifier: str
    sink: Sink = field(default_factory=Sink)


@dataclass
class Repository:
    """What one repository holds, by digest and by tag."""

    blobs: dict[str, Blob] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


class Store:
    """All repositories. Two servers may share one."""

    def __init__(self) -> None:
        """Start empty."""
        self.lock = threading.RLock()
        self.repositories: dict[str, Repository] = {}
        self.uploads: dict[str, Upload] = {}
        self.claimed: dict[str, int] = {}
        """Blobs, by digest, that HEAD says are there although they are not."""
        self._numbers = itertools.count(1)

    def repository(self, name: str) -> Repository:
        """Return a repository, which is made where it is new."""
        with self.lock:
            return self.repositories.setdefault(name, Repository())

    def add_blob(self, repository: str, content: Content, algorithm: str = "sha256") -> str:
        """Hold a blob and return its digest."""
        digest = content.digest(algorithm)
        self.repository(repository).blobs[digest] = Blob(content.size, content)
        return digest

    def add_manifest(
        self, repository: str, manifest: Manifest, *, tag: str | None = None, algorithm: str = "sha256"
    ) -> str:
        """Hold a manifest, tag it, and return its digest."""
        digest = digest_of(manifest.body, algorithm)
        held = self.repository(repository)
        with self.lock:
            held.manifests[digest] = manifest
            if tag:
                held.tags[tag] = digest
        return digest

    def find_manifest(self, repository: str, reference: str) -> tuple[str, Manifest] | None:
        """Find a manifest by tag or digest."""
        held = self.repositories.get(repository)
        if held is None:
            return None
        with self.lock:
            digest = held.tags.get(reference, reference)
            manifest = held.manifests.get(digest)
        return (digest, manifest) if manifest else None

    def referrers(self, repository: str, subject: str) -> list[tuple[str, Manifest]]:
        """List the manifests whose subject has this digest."""
        held = self.repository(repository)
        with self.lock:
            entries = list(held.manifests.items())
        return [(digest, entry) for digest, entry in entries if _subject(entry) == subject]

    def start_upload(self, repository: str) -> Upload:
        """Begin an upload."""
        with self.lock:
            upload = Upload(repository, f"u{next(self._numbers)}")
            self.uploads[f"/v2/{repository}/blobs/uploads/{upload.identifier}"] = upload
        return upload

    def move_upload(self, upload: Upload, path: str) -> None:
        """Let an upload be reached at another path as well."""
        with self.lock:
            self.uploads[path] = upload

    def finish_upload(self, upload: Upload, digest: str) -> None:
        """Turn an upload into a blob."""
        with self.lock:
            self.uploads = {path: entry for path, entry in self.uploads.items() if entry is not upload}
            blob = Blob(upload.sink.size, upload.sink.content())
            self.repository(upload.repository).blobs[digest] = blob


def _subject(manifest: Manifest) -> str | None:
    document = manifest.document
    subject = document.get("subject") if isinstance(document, dict) else None
    return subject.get("digest") if isinstance(subject, dict) else None
