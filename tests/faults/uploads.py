"""Blob uploads: POST, PATCH and PUT, mounts, and uploads in chunks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.faults.answer import Answer, error_answer

if TYPE_CHECKING:
    from tests.faults.content import Sink
    from tests.faults.journal import Request
    from tests.faults.store import Store, Upload


def answer(store: Store, request: Request, repository: str, item: str, sink: Sink) -> Answer:
    """Answer a request to the upload route."""
    if request.method == "POST" and not item:
        return _start(store, request, repository, sink)
    upload = store.uploads.get(request.path)
    if upload is None:
        return error_answer(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
    if request.method == "PATCH":
        return _append(request, upload, sink)
    if request.method == "PUT":
        return _finish(store, request, upload, sink)
    if request.method == "DELETE":
        with store.lock:
            del store.uploads[request.path]
        return Answer(204)
    return Answer(204, _progress(upload))


def sink_for(store: Store, method: str, target: str) -> Sink | None:
    """Return where the body of a request goes, if it is part of an upload.

    It is a copy that counts only once the request is answered: what is cut short or refused has no effect.
    """
    address = urlsplit(target)
    upload = store.uploads.get(address.path)
    if upload is None or method not in {"PATCH", "PUT"}:
        return None
    digest = parse_qs(address.query).get("digest", [""])[0]
    # The last part says which digest is wanted; the others would cost most of the time of a big one.
    return upload.sink.copy(digest.partition(":")[0] if method == "PUT" else None)


def _start(store: Store, request: Request, repository: str, sink: Sink) -> Answer:
    source = request.query.get("from", [""])[0]
    mounted = request.query.get("mount", [""])[0]
    blob = store.repository(source).blobs.get(mounted) if source and mounted else None
    if blob is not None:
        store.repository(repository).blobs[mounted] = blob
        return _created(repository, mounted)
    upload = store.start_upload(repository)
    digest = request.query.get("digest", [""])[0]
    if digest:
        return _finish(store, request, upload, sink)
    location = f"/v2/{repository}/blobs/uploads/{upload.identifier}"
    return Answer(202, [("Location", location), ("Range", "0-0")])


def _append(request: Request, upload: Upload, sink: Sink) -> Answer:
    stated = re.fullmatch(r"(\d+)-(\d+)", request.header("Content-Range") or "")
    if stated and int(stated[1]) != upload.sink.size:
        return Answer(416, _progress(upload))
    upload.sink = sink
    return Answer(202, [("Location", request.target), *_progress(upload)])


def _finish(store: Store, request: Request, upload: Upload, sink: Sink) -> Answer:
    digest = request.query.get("digest", [""])[0]
    if digest not in sink.digests():
        return error_answer(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
    upload.sink = sink
    store.finish_upload(upload, digest)
    return _created(upload.repository, digest)


def _created(repository: str, digest: str) -> Answer:
    location = f"/v2/{repository}/blobs/{digest}"
    return Answer(201, [("Location", location), ("Docker-Content-Digest", digest)])


def _progress(upload: Upload) -> list[tuple[str, str]]:
    return [("Range", f"0-{max(0, upload.sink.size - 1)}"), ("Docker-Upload-UUID", upload.identifier)]
