"""An environment in which nothing of this machine's user shows through."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ORIGINAL = dict(os.environ)
"""The environment that the tests were started in; building tools needs it."""

REMOVED = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"),
    *("REGISTRY_AUTH_FILE", "DOCKER_AUTH_CONFIG", "DOCKER_HOST", "SOURCE_DATE_EPOCH"),
    "CONTAINERS_REGISTRIES_CONF",
    *("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PYTHONWARNINGS", "PYTHONUNBUFFERED"),
)
"""Variables that change what wasm2oci does or prints."""

FOLDERS = (
    *("HOME", "DOCKER_CONFIG"),
    *("XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"),
)
"""Variables that name a folder where credentials or settings are looked for."""


def clean_folders(parent: Path) -> dict[str, str]:
    """Name a folder below `parent`, which is not made, for each of FOLDERS.

    HOME is made, since programs may rely on it.
    """
    folders = {name: str(parent / name.lower()) for name in FOLDERS}
    parent.joinpath("home").mkdir(parents=True, exist_ok=True)
    return folders


def clean(environment: Mapping[str, str], parent: Path) -> dict[str, str]:
    """Return `environment` without what would leak in."""
    kept = {name: value for name, value in environment.items() if name not in REMOVED}
    return {**go_caches(), **kept, **clean_folders(parent)}


def go_caches() -> dict[str, str]:
    """Name Go's caches of the original HOME.

    An editable install may be built again by any process of a test, which takes minutes where the cache is empty.
    """
    home = ORIGINAL.get("HOME")
    if home is None:
        return {}
    cache, path = ORIGINAL.get("XDG_CACHE_HOME") or f"{home}/.cache", ORIGINAL.get("GOPATH") or f"{home}/go"
    return {"GOCACHE": f"{cache}/go-build", "GOMODCACHE": f"{path}/pkg/mod"}
