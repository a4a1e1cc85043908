"""The public surface: a name is added or removed on purpose, here as well, and a verb in Go."""

from __future__ import annotations

import json
from pathlib import Path

import wasm2oci

ROOT = Path(__file__).resolve().parents[2]
VERBS = json.loads((ROOT / "go" / "capi" / "testdata" / "options.json").read_text(encoding="utf-8"))["verbs"]
BATCHES = ["pull_many", "push_many", "copy_many"]
MADE_OF_VERBS = ["lock", "sync"]
NAMES = """
    Artifact AsyncClient AsyncOpenOperation AsyncOperation AsyncReader AttachResult BatchProgress Client CopyResult
    DeleteResult Descriptor Failure Outcome Progress PullResult PushResult Reader Reference ReferenceLike RuntimeInfo
    Success configure_runtime runtime_info
    BatchCallback Buffer Format Kind LinkMode ProgressCallback PullItem PullPolicy PushFormat PushItem PushSource
    StrPath SupportsRead CachedArtifact CachedModule CacheResult LockedModule SyncedFile LoginResult
    Credential Credentials IdentityToken Token
    Child CustomSection Export ExternKind FuncType GlobalType Import Limits MemoryType Metadata Producer TableType World
    AlreadyExistsError AmbiguousError AuthenticationError ClosedError DigestMismatchError FilesystemError
    ForkError InternalError InvalidArgumentError InvalidManifestError InvalidReferenceError NetworkError
    NotFoundError NotWasmError OperationCancelledError OperationTimeoutError PermissionDeniedError
    RateLimitedError RegistryError SizeExceededError TLSError UnsupportedError Wasm2ociError
"""


def test_the_package_exports_these_names() -> None:
    """And each of them is there."""
    assert sorted(wasm2oci.__all__) == sorted([*NAMES.split(), *VERBS, *BATCHES, *MADE_OF_VERBS])
    assert all(hasattr(wasm2oci, name) for name in wasm2oci.__all__)


def test_they_are_all_listed() -> None:
    """As completion in a shell shows them, those that are loaded later among them; and nothing else looks public."""
    public = {name for name in dir(wasm2oci) if not name.startswith("_")}
    assert public == {*wasm2oci.__all__, "errors"}
    assert "__version__" in dir(wasm2oci)


def test_a_client_has_these_methods() -> None:
    """One word for one thing in every layer."""
    for client in (wasm2oci.Client, wasm2oci.AsyncClient):
        names = sorted(name for name in vars(client) if not name.startswith("_"))
        assert names == sorted(["close", *VERBS, *BATCHES, *MADE_OF_VERBS])
