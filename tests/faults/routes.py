"""The registry's own behaviour, without faults: the distribution API over a Store."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.faults import uploads
from tests.faults.answer import Answer, error_answer, json_answer
from tests.faults.artifacts import OCI_INDEX
from tests.faults.content import Held, Span, Unkept
from tests.faults.store import Manifest

if TYPE_CHECKING:
    from tests.faults.content import Content, Sink
    from tests.faults.journal import Request
    from tests.faults.store import Repository, Store

PATTERNS = {
    "ping": re.compile(r"/v2/?"),
    "token": re.compile(r"/token"),
    "tags": re.compile(r"/v2/(?P<repository>.+)/tags/list"),
    "manifest": re.compile(r"/v2/(?P<repository>.+)/manifests/(?P<item>[^/]+)"),
    "referrers": re.compile(r"/v2/(?P<repository>.+)/referrers/(?P<item>[^/]+)"),
    "upload": re.compile(r"/v2/(?P<repository>.+)/blobs/uploads/(?P<item>[^/]*)"),
    "blob": re.compile(r"/v2/(?P<repository>.+)/blobs/(?P<item>[^/]+)"),
}
"""The routes by name, which rules use as well. The first that fits is the one."""


def route_of(store: Store, path: str) -> tuple[str, str, str]:
    """Return the route's name, the repository and the last part of a path."""
    if path in store.uploads:
        return "upload", store.uploads[path].repository, store.uploads[path].identifier
    for name, pattern in PATTERNS.items():
        found = pattern.fullmatch(path)
        if found:
            parts = found.groupdict()
            return name, parts.get("repository") or "", parts.get("item") or ""
    return "other", "", ""


class Routes:
    """Answers requests out of a store."""

    def __init__(self, store: Store) -> None:
        """Serve this store."""
        self._store = store
        self.tags_per_page: int | None = None
        """Tags on a page; None: all of them."""
        self.next_page = '</v2/{repository}/tags/list?n={n}&last={last}>; rel="next"'
        """The Link header of a page that is not the last; `next_page=opaque%3D{last}` is understood as well."""
        self.untags = "tag"
        """What the deletion of a tag deletes: that `tag`, or its `manifest` with all tags; `nothing`: it is refused."""
        self.deletes = True
        """Whether anything is deleted at all."""

    def answer(self, request: Request, route: str, repository: str, item: str, sink: Sink) -> Answer:
        """Answer a request whose body is in `sink`."""
        if route == "ping":
            return json_answer(200, {}, {"Docker-Distribution-API-Version": "registry/2.0"})
        if route == "upload":
            return uploads.answer(self._store, request, repository, item, sink)
        handlers = {
            "manifest": self._manifest,
            "blob": self._blob,
            "tags": self._tags,
            "referrers": self._referrers,
        }
        handler = handlers.get(route)
        return handler(request, repository, item) if handler else error_answer(404, "NOT_FOUND")

    def _manifest(self, request: Request, repository: str, item: str) -> Answer:
        if request.method == "PUT":
            return self._put_manifest(request, repository, item)
        if repository not in self._store.repositories:
            return error_answer(404, "NAME_UNKNOWN", "repository name not known to registry")
        if request.method == "DELETE" and not self.deletes:
            return error_answer(405, "UNSUPPORTED", "The operation is unsupported.")
        found = self._store.find_manifest(repository, item)
        if found is None:
            return error_answer(404, "MANIFEST_UNKNOWN", "manifest unknown", {"reference": item})
        digest, manifest = found
        held = self._store.repository(repository)
        if request.method == "DELETE":
            return self._delete_manifest(held, item, digest)
        headers = [("Content-Type", manifest.media_type), ("Docker-Content-Digest", digest)]
        return Answer(200, headers, Held(manifest.body))

    def _delete_manifest(self, held: Repository, item: str, digest: str) -> Answer:
        if item in held.tags and self.untags == "nothing":
            return error_answer(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        with self._store.lock:
            if item in held.tags and self.untags == "tag":
                del held.tags[item]
            else:
                del held.manifests[digest]
                held.tags = {tag: to for tag, to in held.tags.items() if to != digest}
        return Answer(202)

    def _put_manifest(self, request: Request, repository: str, item: str) -> Answer:
        manifest = Manifest(request.body, request.header("Content-Type") or "")
        document = manifest.document
        if not isinstance(document, dict) or not document:
            return error_answer(400, "MANIFEST_INVALID", "manifest is no JSON object")
        parts = [document.get("config"), *document.get("layers", []), *document.get("blobs", [])]
        held = self._store.repository(repository)
        for part in parts:
            # A layer that may not be distributed is had elsewhere.
            if part and part["digest"] not in held.blobs and not part.get("urls"):
                return error_answer(404, "MANIFEST_BLOB_UNKNOWN", f"blob {part['digest']} unknown")
        algorithm, colon, _ = item.partition(":")
        tag = None if colon else item
        digest = self._store.add_manifest(repository, manifest, tag=tag, algorithm=algorithm if colon else "sha256")
        if colon and digest != item:
            return error_answer(400, "DIGEST_INVALID", "digest does not match the manifest")
        headers = [("Location", f"/v2/{repository}/manifests/{digest}"), ("Docker-Content-Digest", digest)]
        subject = document.get("subject")
        if isinstance(subject, dict):
            headers.append(("OCI-Subject", subject["digest"]))
        return Answer(201, headers)

    def _blob(self, request: Request, repository: str, item: str) -> Answer:
        held = self._store.repository(repository)
        blob = held.blobs.get(item)
        if request.method == "HEAD" and item in self._store.claimed:
            return _blob_answer(request, item, Unkept(self._store.claimed[item]))
        if blob is None or (blob.content is None and request.method == "GET"):
            return error_answer(404, "BLOB_UNKNOWN", "blob unknown to registry", {"digest": item})
        if request.method == "DELETE":
            del held.blobs[item]
            return Answer(202)
        return _blob_answer(request, item, blob.content or Unkept(blob.size))

    def _tags(self, request: Request, repository: str, _: str) -> Answer:
        if repository not in self._store.repositories:
            return error_answer(404, "NAME_UNKNOWN", "repository name not known to registry")
        tags = sorted(self._store.repository(repository).tags)
        last = request.query.get("last", [""])[0] or request.query.get("next_page", [""])[0].removeprefix("opaque=")
        asked = int(request.query.get("n", ["0"])[0]) or len(tags)
        count = min(asked, self.tags_per_page or asked)
        rest = [tag for tag in tags if tag > last]
        answer = json_answer(200, {"name": repository, "tags": rest[:count]})
        if len(rest) > count:
            link = self.next_page.format(repository=repository, n=count, last=rest[count - 1])
            answer.set("Link", link)
        return answer

    def _referrers(self, request: Request, repository: str, item: str) -> Answer:
        wanted = request.query.get("artifactType", [None])[0]
        entries = []
        for digest, manifest in self._store.referrers(repository, item):
            document = manifest.document
            kind = document.get("artifactType") or (document.get("config") or {}).get("mediaType")
            if wanted in (None, kind):
                entries.append(
                    {
                        "mediaType": manifest.media_type,
                        "digest": digest,
                        "size": len(manifest.body),
                        "artifactType": kind,
                        "annotations": document.get("annotations") or {},
                    }
                )
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
        headers = {"OCI-Filters-Applied": "artifactType"} if wanted else {}
        answer = json_answer(200, index, headers)
        answer.set("Content-Type", OCI_INDEX)
        return answer


def _blob_answer(request: Request, digest: str, content: Content) -> Answer:
    headers = [
        ("Content-Type", "application/octet-stream"),
        ("Docker-Content-Digest", digest),
        ("Accept-Ranges", "bytes"),
    ]
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.header("Range") or "")
    if not wanted:
        return Answer(200, headers, content)
    start = int(wanted[1])
    stop = min(int(wanted[2]) + 1 if wanted[2] else content.size, content.size)
    if start >= stop:
        return Answer(416, [("Content-Range", f"bytes */{content.size}")])
    headers.append(("Content-Range", f"bytes {start}-{stop - 1}/{content.size}"))
    return Answer(206, headers, Span(content, start, stop))
