"""The public surface: a name is added or removed on purpose, here as well."""

from __future__ import annotations

import wasm2oci

NAMES = """
    Artifact AsyncClient AsyncOperation AsyncReader BatchProgress Client Descriptor Outcome Progress PullResult
    PushResult Reader RuntimeInfo configure_runtime convert fetch inspect open pull pull_many push push_many resolve
    runtime_info
    AlreadyExistsError AmbiguousError AuthenticationError ClosedError DigestMismatchError FilesystemError
    ForkError InternalError InvalidArgumentError InvalidManifestError InvalidReferenceError NetworkError
    NotFoundError NotWasmError OperationCancelledError OperationTimeoutError PermissionDeniedError
    RateLimitedError RegistryError SizeExceededError TLSError UnsupportedError Wasm2ociError
"""
CLIENT = "close convert fetch inspect open pull pull_many push push_many resolve"


def test_the_package_exports_these_names() -> None:
    """And each of them is there."""
    assert sorted(wasm2oci.__all__) == sorted(NAMES.split())
    assert all(hasattr(wasm2oci, name) for name in wasm2oci.__all__)


def test_nothing_else_looks_public() -> None:
    """Submodules are private, but for the errors."""
    public = {name for name in vars(wasm2oci) if not name.startswith("_")}
    assert public - set(wasm2oci.__all__) == {"errors", "TYPE_CHECKING"}


def test_a_client_has_these_methods() -> None:
    """One word for one thing in every layer."""
    for client in (wasm2oci.Client, wasm2oci.AsyncClient):
        assert sorted(name for name in vars(client) if not name.startswith("_")) == CLIENT.split()
