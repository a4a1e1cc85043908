"""The client: connections, credentials and the verbs.

This is the one place that spells out the options of the verbs. Each method hands all its
arguments on as `locals()`: those that are options are checked by name, in `_arguments`.
The functions of the package are methods of a client (`_default`), and the methods of
`AsyncClient` are made from those of `Client`.
"""

from __future__ import annotations

# Those of collections.abc, whose package takes longer to load than this one.
from _collections_abc import Generator, Iterable, Mapping

from wasm2oci import _arguments, _calls, _environment, _native
from wasm2oci import _types as types
from wasm2oci._arguments import StrPath
from wasm2oci._handle import Handle
from wasm2oci._models import (
    Artifact,
    AttachResult,
    CacheResult,
    CopyResult,
    DeleteResult,
    Descriptor,
    LoginResult,
    Progress,
    PullResult,
    PushResult,
)
from wasm2oci._native import ext
from wasm2oci._operation import BatchCallback, Meter, Operation, ProgressCallback
from wasm2oci.errors import Wasm2ociError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from wasm2oci._calls import Call, Result

__all__ = ["Client"]


class Client:
    """Holds the connections, credentials and defaults that operations share.

    Several threads may use one client. It is a context manager; `close` ends whatever is still
    running. A client or reader that is never closed emits a `ResourceWarning`, which
    `python -X dev` shows. On Linux, a forked child can go on using the client, over connections
    of its own. The environment (proxies, credential files, certificates) is read when the
    client is made.

    Args:
        plain_http: Use HTTP. Default: WASM2OCI_PLAIN_HTTP, else HTTP for loopback hosts, and HTTPS
            for all others.
        insecure: Do not verify certificates.
        ca_file: A PEM file of certificate authorities to trust. Default: WASM2OCI_CA_FILE.
        client_cert: A PEM file with a client certificate.
        client_key: A PEM file with the key of the client certificate.
        auth_file: The only file to read credentials from; it must exist. Default:
            WASM2OCI_AUTH_FILE, else podman's and docker's files.
        helper_timeout: How many seconds a credential helper may take. Default: 30.
        username: The user name to log in with; requires `password`. Default: WASM2OCI_USERNAME,
            for the registry WASM2OCI_REGISTRY alone if that is set.
        password: The password of `username`, which may be empty. Default: WASM2OCI_PASSWORD.
        token: A bearer token to use instead of a user name and password. Default:
            WASM2OCI_TOKEN, for the registry WASM2OCI_REGISTRY alone if that is set.
        credentials: Credentials for single registries, which come before `username` and `token`. Either a mapping
            from `HOST` or `HOST:PORT`, or a part of a registry such as `ghcr.io/me`, to `(username, password)`, a
            `Token` or an `IdentityToken`. Or a function that takes a registry and a repository, and returns one of
            these, or None to look elsewhere. It is called before each operation, once for each repository that the
            operation names, in the thread that starts it; what it raises is passed on. What it returns is used for
            that operation only, so it may depend on the thread or task. Default: none.
        proxy: The URL of a proxy, or "" for none. Default: that of the environment.
        registries_conf: The only `registries.conf` to read mirrors from, or "" for none. Default:
            CONTAINERS_REGISTRIES_CONF, else the files that podman reads.
        timeout: How many seconds an operation may take. Default: no limit.
        connect_timeout: How many seconds a connection may take to open, proxy and TLS included. Default: 30.
        idle_timeout: How many seconds may pass without a byte. Default: 60.
        retries: How often a failed request is tried again. Default: 5.
        connections: How many connections may be open to one host. Default: 8, of which
            one blob uses up to 4; if this is set, one blob may use all of them.
        range_threshold: The size in bytes above which a blob is pulled over several
            connections, if one is slow. Default: 32 MiB.
        upload_chunk_size: Push blobs larger than this many bytes in chunks of this size.
            Default: in one request, or in chunks if the registry finds that too large.
        allow_upload_hosts: Other hosts (`HOST` or `HOST:PORT`) to which a registry may
            redirect uploads; they are never sent the credentials. Default: none.
        user_agent_suffix: Text to append to the User-Agent header.
        cache_dir: A directory that keeps what is read from registries. It is an OCI layout that
            many processes may share. True means the system's cache directory. Default:
            WASM2OCI_CACHE, else no cache.
        cache: True means the same as `cache_dir=True`; False means no cache, whatever
            WASM2OCI_CACHE is.
        cache_size: How many bytes the blobs of the cache may take; what was used longest ago
            is removed first. Default: 10 GiB.
        link_mode: How `pull` and `sync` take a file out of the cache. `copy` makes a file of its
            own; `hardlink` makes a link to the read-only file in the cache, or a copy if the file
            system does not allow that. Default: `copy`.
        pull_policy: When to ask a registry despite a cache: `always` asks which manifest a tag
            names, `missing` asks only if the cache does not know, and `never` opens no connection.
            What a digest names is not requested again once it is there. Default: `always`.

    Raises:
        InvalidArgumentError: An option has an invalid value.
        FilesystemError: A file cannot be read.
        TLSError: A PEM file has invalid content.
        ForkError: The process was forked after the first use of wasm2oci; never on Linux.

    Example:
        >>> import wasm2oci
        >>> with wasm2oci.Client(timeout=60) as patient:
        ...     patient.push("hello.wasm", "oci:hello:v1").reference
        'oci:hello:v1'
    """

    _made: Handle | None = None
    _is_shared = False
    _ask: types.Any = None

    def __init__(  # noqa: PLR0913 - options, all by keyword
        self,
        *,
        plain_http: bool | None = None,
        insecure: bool = False,
        ca_file: StrPath | None = None,
        client_cert: StrPath | None = None,
        client_key: StrPath | None = None,
        auth_file: StrPath | None = None,
        helper_timeout: float | None = None,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        credentials: types.Credentials | None = None,
        proxy: str | None = None,
        registries_conf: StrPath | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        idle_timeout: float | None = None,
        retries: int | None = None,
        connections: int | None = None,
        range_threshold: int | None = None,
        upload_chunk_size: int | None = None,
        allow_upload_hosts: Iterable[str] | None = None,
        user_agent_suffix: str | None = None,
        cache_dir: StrPath | bool | None = None,
        cache: bool | None = None,
        cache_size: int | None = None,
        link_mode: types.LinkMode | None = None,
        pull_policy: types.PullPolicy | None = None,
    ) -> None:
        """Makes a client, without opening a connection."""
        self._settings = _arguments.options(**_calls.given(locals())[0]), _environment.snapshot()
        self._ask = credentials if callable(credentials) else None
        self._made = self._make()

    def _make(self) -> Handle:
        made = Handle("client")
        ext.client_new(made.owned, *self._settings, self._is_shared)
        return made

    @property
    def _handle(self) -> int:
        """The number of the client, 0 once it is closed. A forked child makes another one with the same settings."""
        made = self._made
        if made is not None and made.foreign:
            with _native.lock():
                if self._made is made:
                    self._made = self._make()
                made = self._made
        return 0 if made is None else made.number

    def push(  # noqa: PLR0913 - options, all by keyword
        self,
        source: types.PushSource,
        reference: types.ReferenceLike,
        *,
        format: types.PushFormat = "wasm",  # noqa: A002 - the word that every layer uses
        annotations: Mapping[str, str] | None = None,
        created: str | types.datetime | int | None = None,
        title: str | None = None,
        config_media_type: str | None = None,
        layer_media_type: str | None = None,
        artifact_type: str | None = None,
        allow_any: bool = False,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> PushResult:
        """Pushes a WebAssembly module or component.

        Args:
            source: What to push. A str or path-like object names a file. Bytes, bytearray,
                memoryview, mmap and the like are the content itself, which must not change
                during the push. A binary file object is read from its current position to its
                end.
            reference: Where to push it. The tag defaults to `latest`; a text may have several
                tags, separated by commas, as in `ghcr.io/me/hello:v1,v1.2,latest`.
            format: `wasm` (the CNCF layout), `wasm-to-oci`, `compat` (an image with
                plugin.wasm, for proxies) or `image` (an image that runs the module).
            annotations: Annotations for the manifest.
            created: The time of creation: RFC 3339 text, a datetime with a time zone, or
                seconds since 1970. Default: SOURCE_DATE_EPOCH or 1970, so that pushing the
                same content again results in the same digest.
            title: The title of the layer. Default: the base name of the file.
            config_media_type: The media type of the config. Default: that of the format.
            layer_media_type: The media type of the layer. Default: that of the format.
            artifact_type: The artifact type of the manifest. Default: none.
            allow_any: Also push content that is not WebAssembly.
            timeout: How many seconds the operation may take. Default: that of the client.
            progress: Called at most every 0.1 s, and once at the end. An exception that it
                raises cancels the push and is passed on.

        Returns:
            What was pushed.

        Raises:
            InvalidReferenceError: The reference or one of its tags is not valid; nothing was
                sent.
            FilesystemError: The file cannot be read.
            NotWasmError: The content is not WebAssembly.
            DigestMismatchError: The file changed during the push.
            AuthenticationError: The registry did not accept the credentials.
            PermissionDeniedError: The registry does not allow the push.
            RegistryError: The registry refused the push for another reason. If one of several
                tags fails, those before it are set; the message lists them.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> wasm2oci.push("hello.wasm", "oci:hello:v1").kind
            'module'
            >>> wasm2oci.push("hello.wasm", "oci:hello:v1,stable").tags
            ('v1', 'stable')
        """
        return self._run(_calls.push, locals())

    def pull(  # noqa: PLR0913 - options, all by keyword
        self,
        reference: types.ReferenceLike,
        path: StrPath | None = None,
        *,
        overwrite: bool = True,
        durable: bool = False,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> PullResult:
        """Pulls the module or component of an artifact into a file.

        The file appears under its name only after its size and digest have been verified.

        Args:
            reference: What to pull.
            path: The file to write. A directory, or a path that ends in `/`, means the
                default name inside it; None means the default name in the working directory.
                The default name is the last part of the repository plus `.wasm`. A missing
                directory is created only if its path ends in `/`.
            overwrite: Replace an existing file.
            durable: Wait until the file is safe on disk.
            platform: The platform to choose from an index, as `os/architecture[/variant]`.
            layer: The index, digest or title of a layer, or the id of a Spin component.
            member: The path of a file in a tar layer.
            max_size: The largest layer that is read, in bytes. Default: 4 GiB.
            max_unpacked_size: How many bytes a layer may unpack to. Default: 4 GiB.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds the operation may take. Default: that of the client.
            progress: Called at most every 0.1 s, and once at the end. An exception that it
                raises cancels the pull and is passed on.

        Returns:
            What was pulled, and where it is now.

        Raises:
            InvalidReferenceError: The reference is not valid.
            NotFoundError: There is no such artifact.
            AlreadyExistsError: The file exists and `overwrite` is False.
            FilesystemError: The file cannot be written.
            InvalidManifestError: The manifest is malformed.
            NotWasmError: The artifact contains no WebAssembly.
            AmbiguousError: The artifact contains several modules, or the index several
                platforms.
            SizeExceededError: A layer is larger than the limit.
            DigestMismatchError: The content does not match the manifest.
            AuthenticationError: The registry did not accept the credentials.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> wasm2oci.pull("oci:hello:v1", "copy.wasm").path
            PosixPath('copy.wasm')
        """
        return self._run(_calls.pull, locals())

    def convert(  # noqa: PLR0913 - options, all by keyword
        self,
        source: types.ReferenceLike,
        destination: types.ReferenceLike,
        *,
        format: types.PushFormat = "wasm",  # noqa: A002 - the word that every layer uses
        annotations: Mapping[str, str] | None = None,
        created: str | types.datetime | int | None = None,
        title: str | None = None,
        config_media_type: str | None = None,
        layer_media_type: str | None = None,
        artifact_type: str | None = None,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> PushResult:
        """Stores the module or component of an artifact in the same or another format.

        Annotations and the title are kept. Within one registry, a module that remains a
        layer of its own is not sent again.

        Args:
            source: What to convert.
            destination: Where to store it. The tag defaults to `latest`; a text may have
                several, as for `push`.
            format: As for `push`.
            annotations: Annotations for the manifest, in addition to those of the source.
            created: As for `push`.
            title: The title of the layer. Default: that of the module in the source.
            config_media_type: The media type of the config. Default: that of the format.
            layer_media_type: The media type of the layer. Default: that of the format.
            artifact_type: The artifact type of the manifest. Default: none.
            platform: The platform to choose from an index, as `os/architecture[/variant]`.
            layer: The index, digest or title of a layer, or the id of a Spin component.
            member: The path of a file in a tar layer.
            max_size: The largest layer that is read, in bytes. Default: 4 GiB.
            max_unpacked_size: How many bytes a layer may unpack to. Default: 4 GiB.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds the operation may take. Default: that of the client.
            progress: Called at most every 0.1 s, and once at the end. An exception that it
                raises cancels the conversion and is passed on.

        Returns:
            What was stored.

        Raises:
            Wasm2ociError: As for `pull` from the source and `push` to the destination.

        Example:
            >>> import wasm2oci
            >>> wasm2oci.convert("oci:hello:v1", "oci:hello:plugin", format="compat").format
            'compat'
        """
        return self._run(_calls.convert, locals())

    def copy(  # noqa: PLR0913 - options, all by keyword
        self,
        source: types.ReferenceLike,
        destination: types.ReferenceLike,
        *,
        platform: str | None = None,
        all_tags: bool = False,
        referrers: bool = False,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> CopyResult:
        """Copies an artifact or an index to another registry, repository, layout or archive.

        All that belongs to it is copied unchanged, so digests stay the same. What the
        destination already has is not sent, and within one registry blobs are mounted
        instead of sent. The destination's tag is set last: after an error it is as it was, and
        the next copy continues with what is missing.

        Args:
            source: What to copy.
            destination: Where to. The tag defaults to `latest`.
            platform: Copy only the manifest of an index that is for this platform, given as
                `os/architecture[/variant]`. The destination then names that manifest.
            all_tags: Copy every tag, under the same name. Give both references without
                a tag.
            referrers: Also copy what points at the artifact, such as signatures and SBOMs. This
                includes what points at the manifests of an index, and at those referrers.
            timeout: How many seconds the operation may take. Default: that of the client.
            progress: Called at most every 0.1 s, and once at the end. An exception that it
                raises cancels the copy and is passed on.

        Returns:
            What was copied, and how much of it was sent.

        Raises:
            InvalidReferenceError: A reference is not valid, or has a tag despite `all_tags`.
            NotFoundError: There is no such artifact, or a part of it is missing.
            InvalidManifestError: A manifest is malformed.
            AmbiguousError: The platform matches several manifests.
            DigestMismatchError: The content does not match the manifest.
            UnsupportedError: The source is a Docker image of schema 1.
            AuthenticationError: A registry did not accept the credentials.
            PermissionDeniedError: A registry does not allow the pull or the push.
            RegistryError: A registry refused something for another reason.
            FilesystemError: A layout or an archive cannot be read or written.
            NetworkError: A registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> copied = wasm2oci.copy("oci:hello:v1", "oci:mirror:v1")
            >>> copied.digest == wasm2oci.resolve("oci:hello:v1").digest
            True
        """
        return self._run(_calls.copy, locals())

    def fetch(  # noqa: PLR0913 - options, all by keyword
        self,
        reference: types.ReferenceLike,
        *,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> bytes:
        r"""Fetches the module or component of an artifact into memory.

        Args:
            reference: What to fetch.
            platform: The platform to choose from an index, as `os/architecture[/variant]`.
            layer: The index, digest or title of a layer, or the id of a Spin component.
            member: The path of a file in a tar layer.
            max_size: The largest layer that is read, in bytes. Default: 4 GiB.
            max_unpacked_size: How many bytes a layer may unpack to. Default: 4 GiB.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds the operation may take. Default: that of the client.
            progress: Called at most every 0.1 s, and once at the end. An exception that it
                raises cancels the fetch and is passed on.

        Returns:
            The bytes of the module, verified.

        Raises:
            Wasm2ociError: As for `pull`, except for errors of the file.

        Example:
            >>> import wasm2oci
            >>> wasm2oci.fetch("oci:hello:v1")[:4]
            b'\x00asm'
        """
        return self._fetch(locals())

    def open(  # noqa: PLR0913 - options, all by keyword
        self,
        reference: types.ReferenceLike,
        *,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
    ) -> types.Reader:
        """Opens the module or component of an artifact for reading.

        Args:
            reference: What to open.
            platform: The platform to choose from an index, as `os/architecture[/variant]`.
            layer: The index, digest or title of a layer, or the id of a Spin component.
            member: The path of a file in a tar layer.
            max_size: The largest layer that is read, in bytes. Default: 4 GiB.
            max_unpacked_size: How many bytes a layer may unpack to. Default: 4 GiB.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds opening and reading may take together. Default: that of
                the client.

        Returns:
            A binary stream. Close it, or use it in a `with` statement.

        Raises:
            Wasm2ociError: As for `fetch`. Errors of the content are raised while reading.

        Example:
            >>> import shutil
            >>> import wasm2oci
            >>> with wasm2oci.open("oci:hello:v1") as stream, open("copy.wasm", "wb") as output:
            ...     shutil.copyfileobj(stream, output)
        """
        return self._open(locals())

    def cache(
        self,
        *,
        older_than: int | None = None,
        max_size: int | None = None,
        verify: bool = False,
        timeout: float | None = None,
    ) -> CacheResult:
        """Reports what is in the cache, and removes what you select.

        A file that some process is reading is not removed.

        Args:
            older_than: Remove what has not been used for this many seconds.
            max_size: Remove what was used longest ago, until the rest takes at most this many bytes.
            verify: Read everything, and remove what is damaged.
            timeout: How many seconds the operation may take. Default: that of the client.

        Returns:
            What is in the cache afterwards, and what was removed.

        Raises:
            InvalidArgumentError: The client has no cache.
            FilesystemError: The cache cannot be read or changed.

        Example:
            >>> import wasm2oci
            >>> with wasm2oci.Client(cache_dir="modules") as caching:
            ...     caching.cache(older_than=30 * 24 * 3600).freed
            0
        """
        return self._run(_calls.cache, locals())

    def cached(  # noqa: PLR0913 - options, all by keyword
        self,
        reference: types.ReferenceLike,
        *,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> types.CachedModule:
        """Brings the module or component of an artifact into the cache, and returns its file.

        The file stays in the cache at least until you close what is returned.

        Args:
            reference: What to bring into the cache.
            platform: The platform to choose from an index, as `os/architecture[/variant]`.
            layer: The index, digest or title of a layer, or the id of a Spin component.
            member: The path of a file in a tar layer.
            max_size: The largest layer that is read, in bytes. Default: 4 GiB.
            max_unpacked_size: How many bytes a layer may unpack to. Default: 4 GiB.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds the operation may take. Default: that of the client.
            progress: Called at most every 0.1 s, and once at the end. An exception that it
                raises cancels the operation and is passed on.

        Returns:
            The module, with the path of its file.

        Raises:
            InvalidArgumentError: The client has no cache.
            FilesystemError: The cache cannot be written.
            Wasm2ociError: As for `fetch`.

        Example:
            >>> import wasm2oci
            >>> with wasm2oci.Client(cache_dir="modules") as caching, caching.cached("oci:hello:v1") as module:
            ...     module.path.stat().st_size == module.file_size
            True
        """
        return self._run(_calls.cached, locals())

    def resolve(
        self,
        reference: types.ReferenceLike,
        *,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
    ) -> Descriptor:
        """Finds out which manifest or index a reference names.

        Args:
            reference: What to resolve.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds the operation may take. Default: that of the client.

        Returns:
            Its media type, digest and size, and the annotations that a layout or archive has for it.

        Raises:
            InvalidReferenceError: The reference is not valid.
            NotFoundError: There is no such artifact.
            AuthenticationError: The registry did not accept the credentials.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> wasm2oci.resolve("oci:hello:v1").media_type
            'application/vnd.oci.image.manifest.v1+json'
        """
        return self._run(_calls.resolve, locals())

    def tag(self, reference: types.ReferenceLike, *names: str, timeout: float | None = None) -> Descriptor:
        """Adds tags to the manifest or index that a reference names.

        The tags are set in the same repository, layout or archive. No blob is read or sent.

        Args:
            reference: What to tag.
            names: One or more tags; a text may hold several, separated by commas. An existing
                tag is moved.
            timeout: How many seconds the operation may take. Default: that of the client.

        Returns:
            The manifest or index that has the tags.

        Raises:
            InvalidReferenceError: The reference or a tag is not valid; nothing was sent.
            InvalidArgumentError: No tag is given.
            NotFoundError: There is no such artifact.
            AuthenticationError: The registry did not accept the credentials.
            PermissionDeniedError: The registry does not allow the push.
            RegistryError: The registry refused a tag for another reason. After this or another
                error, the tags before the one that failed are set, and the message lists
                them; in an archive, none is set.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> tagged = wasm2oci.tag("oci:hello:v1", "v1.0", "latest")
            >>> tagged.digest == wasm2oci.resolve("oci:hello:latest").digest
            True
        """
        return self._run(_calls.tag, locals())

    def tags(
        self,
        repository: types.ReferenceLike,
        *,
        last: str | None = None,
        limit: int | None = None,
        sort: str | None = None,
        timeout: float | None = None,
    ) -> Generator[str, None, None]:
        """Lists the tags of a repository, a layout or an archive.

        Args:
            repository: A reference without a tag or a digest, such as
                `registry.example/team/hello` or `oci:DIR`.
            last: Leave out this tag and those before it, in the order of the registry.
            limit: How many tags to list at most. Default: all.
            sort: `name`, or `semver`: versions, with or without `v`, from the lowest to the
                highest, with a pre-release before its release, and then all other names. All
                tags are read before the first one is returned. Default: the order of the
                registry.
            timeout: How many seconds each page of tags may take; with `sort`, all pages
                together. Default: that of the client.

        Returns:
            An iterator over the tags. It requests the first page when you take the first tag,
            and each further page when it is needed; errors are raised then.

        Raises:
            InvalidReferenceError: The repository is not valid, or has a tag or a digest. This
                error and the next are raised by the call itself.
            InvalidArgumentError: `limit` is less than 1, or `sort` is not one of these names.
            NotFoundError: There is no such repository, layout or archive.
            AuthenticationError: The registry did not accept the credentials.
            PermissionDeniedError: The registry does not allow access.
            UnsupportedError: The registry does not list tags.
            RegistryError: The registry answered with another error, or with something that is
                not a list of tags, or its list goes in a circle.
            SizeExceededError: A page is larger than 16 MiB, or there are more than 1,000,000
                tags to sort.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> _ = wasm2oci.push("hello.wasm", "oci:listed:v1.9")
            >>> _ = wasm2oci.tag("oci:listed:v1.9", "v1.10", "latest")
            >>> list(wasm2oci.tags("oci:listed", sort="semver"))
            ['v1.9', 'v1.10', 'latest']
        """
        return self._list(_calls.tags, "tags", locals())

    def untag(self, reference: types.ReferenceLike, *, force: bool = False, timeout: float | None = None) -> None:
        """Removes one tag. What it named stays, and so do its other tags.

        Args:
            reference: The tag to remove; the reference must contain it. In a layout or an
                archive, what it named stays listed.
            force: Delete the manifest with all its tags if the registry cannot remove a tag
                alone.
            timeout: How many seconds the operation may take. Default: that of the client.

        Raises:
            InvalidReferenceError: The reference is not valid, has no tag or has a digest;
                nothing was sent.
            NotFoundError: There is no such tag.
            UnsupportedError: The registry cannot remove a tag alone, or deletes nothing at
                all. `detail["candidates"]` lists the other tags of the manifest.
            AuthenticationError: The registry did not accept the credentials.
            PermissionDeniedError: The registry does not allow it.
            RegistryError: The registry refused for another reason; or it deleted the manifest
                with all its tags. Then the manifest is put back, and the message lists the
                tags that it has again; the tag that you removed is gone.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> _ = wasm2oci.tag("oci:hello:v1", "oops")
            >>> wasm2oci.untag("oci:hello:oops")
            >>> "oops" in wasm2oci.tags("oci:hello")
            False
        """
        return self._run(_calls.untag, locals())

    def delete(
        self, reference: types.ReferenceLike, *, dry_run: bool = False, timeout: float | None = None
    ) -> DeleteResult:
        """Deletes a manifest or an index, with all its tags.

        A registry removes the blobs that nothing uses any more when it sees fit. In a layout or
        an archive, the blob of the manifest is removed unless another listed manifest refers to
        it; all other blobs stay.

        Args:
            reference: What to delete, by its digest.
            dry_run: Delete nothing, and return what would be deleted.
            timeout: How many seconds the operation may take. Default: that of the client.

        Returns:
            What was deleted, and the tags that it had.

        Raises:
            InvalidReferenceError: The reference is not valid, or has no digest; nothing was
                sent.
            NotFoundError: There is no such manifest.
            UnsupportedError: The registry does not delete manifests; or a layout or an archive
                lists this one only as a part of an index.
            AuthenticationError: The registry did not accept the credentials.
            PermissionDeniedError: The registry does not allow it.
            RegistryError: The registry refused for another reason.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> pushed = wasm2oci.push("hello.wasm", "oci:old:v1")
            >>> wasm2oci.delete(f"oci:old@{pushed.digest}").tags
            ('v1',)
        """
        return self._run(_calls.delete, locals())

    def login(  # noqa: PLR0913 - options, all by keyword
        self,
        registry: str,
        *,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        identity_token: str | None = None,
        auth_file: StrPath | None = None,
        timeout: float | None = None,
    ) -> LoginResult:
        """Checks a credential with a registry and stores it for later.

        podman, docker, skopeo, oras and this library then find it. If the file names a credential
        helper, the helper stores it, otherwise it is in the file, which only you can read. Everything
        else in the file stays as it is.

        Args:
            registry: `HOST` or `HOST:PORT`, such as `ghcr.io`; `docker.io` is Docker Hub.
            username: The user name. It goes with `password` or `identity_token`.
            password: The password of `username`, which may be empty.
            token: A bearer token that the registry takes as it is.
            identity_token: A token that the token service of the registry exchanges, as Azure's
                does.
            auth_file: The file, which need not exist. Default: that of the client, else the first
                that has an entry for the registry, else `$REGISTRY_AUTH_FILE`,
                `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`.
            timeout: How many seconds the operation may take. Default: that of the client.

        Returns:
            Where the credential is stored.

        Raises:
            InvalidReferenceError: `registry` is not the name of a registry.
            InvalidArgumentError: The credential is missing or incomplete, or several are given.
            AuthenticationError: The registry refused the credential, and nothing was stored; or a
                file or a helper cannot be used.
            FilesystemError: The file cannot be written.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import os
            >>> import wasm2oci
            >>> wasm2oci.login("ghcr.io", username="me", password=os.environ["TOKEN"])  # doctest: +SKIP
            LoginResult(registry='ghcr.io', path=PosixPath('/home/me/.docker/config.json'), helper=None)
        """
        return self._run(_calls.login, locals())

    def logout(
        self,
        registry: str | None = None,
        *,
        all_registries: bool = False,
        auth_file: StrPath | None = None,
        timeout: float | None = None,
    ) -> tuple[str, ...]:
        """Erases the credential of a registry from all files that the client reads, and from their helpers.

        It is no error if there is none. Entries for parts of the registry stay, and a warning names
        them.

        Args:
            registry: `HOST` or `HOST:PORT`; with a path, the entry for that part of the registry. None
                with `all_registries`.
            all_registries: Erase the credentials of all registries that the files know.
            auth_file: The only file to erase from. Default: those of the client.
            timeout: How many seconds the operation may take. Default: that of the client.

        Returns:
            The registries for which there was a credential.

        Raises:
            InvalidReferenceError: `registry` is not the name of a registry.
            InvalidArgumentError: Both a registry and `all_registries` are given.
            AuthenticationError: A file or a helper cannot be used. What can be erased is erased.
            FilesystemError: A file cannot be written.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> wasm2oci.logout("registry.example")
            ()
        """
        return self._run(_calls.logout, locals())

    def attach(  # noqa: PLR0913 - options, all by keyword
        self,
        reference: types.ReferenceLike,
        source: StrPath | Iterable[StrPath] = (),
        *,
        artifact_type: str,
        media_type: str | None = None,
        annotations: Mapping[str, str] | None = None,
        created: str | types.datetime | int | None = None,
        timeout: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> AttachResult:
        """Attaches files, such as an SBOM, to the manifest or index that a reference names.

        The files become an artifact in the same repository or layout. It points at what the
        reference names, its subject, which stays unchanged. `referrers` finds the artifact. If
        the registry does not list referrers, the list under the tag `sha256-…` of the subject is
        updated.

        Args:
            reference: What to attach to.
            source: The path of a file of any kind, or several paths. The title of each file is
                its base name. Default: none; then only the annotations are attached.
            artifact_type: The type of what is attached, such as `application/spdx+json`.
            media_type: The media type of the files. Default: `application/octet-stream`.
            annotations: Annotations for the manifest.
            created: The time of creation, which becomes an annotation: RFC 3339 text, a datetime
                with a time zone, or seconds since 1970. Default: SOURCE_DATE_EPOCH, else no such
                annotation, so that the same files result in the same digest.
            timeout: How many seconds the operation may take. Default: that of the client.
            progress: Called at most every 0.1 s, and once at the end. An exception that it
                raises cancels the operation and is passed on.

        Returns:
            The attached artifact, and the subject.

        Raises:
            InvalidReferenceError: The reference is not valid; nothing was sent.
            InvalidArgumentError: There is nothing to attach, or an option is not valid.
            NotFoundError: There is no such artifact to attach to.
            FilesystemError: A file cannot be read.
            DigestMismatchError: A file changed during the push.
            UnsupportedError: The registry does not accept attached artifacts.
            AuthenticationError: The registry did not accept the credentials.
            PermissionDeniedError: The registry does not allow the push.
            RegistryError: The registry refused the artifact for another reason. If only the
                list of referrers could not be updated, the artifact is stored, and the message
                says so; it is safe to attach it again.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> attached = wasm2oci.attach("oci:hello:v1", "hello.spdx.json", artifact_type="application/spdx+json")
            >>> attached.subject.digest == wasm2oci.resolve("oci:hello:v1").digest
            True
        """
        return self._run(_calls.attach, locals())

    def referrers(
        self, reference: types.ReferenceLike, *, artifact_type: str | None = None, timeout: float | None = None
    ) -> list[Descriptor]:
        """Lists what points at the manifest that a reference names, such as signatures and SBOMs.

        That takes one request for the list, and one for each of its entries: each is read, so
        that nothing is listed that points elsewhere.

        Args:
            reference: The manifest that is pointed at. If it is named by a digest, it need not exist.
            artifact_type: List only manifests of this artifact type. Default: all.
            timeout: How many seconds the operation may take. Default: that of the client.

        Returns:
            The manifests, in the order of the registry or layout, with their artifact types
            and annotations.

        Raises:
            InvalidReferenceError: The reference is not valid; nothing was sent.
            NotFoundError: There is no such tag, or no such layout or archive.
            AuthenticationError: The registry did not accept the credentials.
            PermissionDeniedError: The registry does not allow it.
            SizeExceededError: The list has more than 10,000 entries.
            RegistryError: The registry refused for another reason.
            NetworkError: The registry cannot be reached.
            OperationTimeoutError: A time limit passed.

        Example:
            >>> import wasm2oci
            >>> attached = wasm2oci.attach("oci:hello:v1", "hello.spdx.json", artifact_type="application/spdx+json")
            >>> [found.digest for found in wasm2oci.referrers("oci:hello:v1")] == [attached.digest]
            True
        """
        return self._run(_calls.referrers, locals())

    def inspect(  # noqa: PLR0913 - options, all by keyword
        self,
        what: StrPath | types.Reference,
        *,
        raw: bool = False,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
    ) -> Artifact:
        """Describes the contents of an artifact, or of a local file.

        Args:
            what: What to inspect. A str is a path if a file of that name exists, or if it
                starts with `/`, `./` or `../` or ends in `.wasm`; otherwise it is a
                reference. A path-like object is always a file, a `Reference` never.
            raw: Read only the manifest or index that the reference names, or with `platform`
                the manifest for that platform. `Artifact.raw` has its bytes, and no module is
                looked for.
            platform: The platform to choose from an index, as `os/architecture[/variant]`.
            layer: The index, digest or title of a layer, or the id of a Spin component.
            member: The path of a file in a tar layer.
            max_size: The largest layer that is read, in bytes. Default: 4 GiB.
            max_unpacked_size: How many bytes a layer may unpack to. Default: 4 GiB.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds the operation may take. Default: that of the client.

        Returns:
            The manifest, config and layers of the artifact, and the imports, exports and more
            of the module.

        Raises:
            FilesystemError: The file cannot be read.
            InvalidArgumentError: `raw` is given for a file, or with `layer` or `member`.
            Wasm2ociError: As for `pull`, except for errors of the output.

        Example:
            >>> import hashlib
            >>> import wasm2oci
            >>> wasm2oci.inspect("hello.wasm").kind
            'module'
            >>> artifact = wasm2oci.inspect("oci:hello:v1", raw=True)
            >>> artifact.digest == "sha256:" + hashlib.sha256(artifact.raw).hexdigest()
            True
        """
        return self._run(_calls.inspect, locals())

    def pull_many(  # noqa: PLR0913 - options, all by keyword
        self,
        items: Iterable[types.PullItem],
        path: StrPath | None = None,
        *,
        concurrency: int = 8,
        overwrite: bool = True,
        durable: bool = False,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
        progress: BatchCallback | None = None,
    ) -> Generator[types.Outcome[PullResult], None, None]:
        """Pulls many artifacts, several at a time. An item that fails does not stop the others.

        Args:
            items: What to pull: references, or pairs of a reference and a path. Any
                iterable will do, such as a generator; an item is taken when it can start.
            path: The directory that the paths of the items are relative to; an item
                without a path gets the default name. Directories that do not exist are created.
                Default: the working directory.
            concurrency: How many pulls run at a time.
            overwrite: Replace existing files.
            durable: Wait until each file is safe on disk.
            platform: The platform to choose from indexes, as `os/architecture[/variant]`.
            layer: The index, digest or title of a layer, or the id of a Spin component.
            member: The path of a file in a tar layer.
            max_size: The largest layer that is read, in bytes. Default: 4 GiB.
            max_unpacked_size: How many bytes a layer may unpack to. Default: 4 GiB.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds each item may take. Default: that of the client.
            progress: Called at most every 0.1 s, and once at the end, with the progress of
                all items together. An exception that it raises cancels the rest and is
                passed on.

        Returns:
            A generator of outcomes, in the order in which the pulls end. It starts when you ask
            for the first outcome. Leaving it early, by `break` or `close()`, cancels what is
            still running. An item that would write the file of another one fails with
            `InvalidArgumentError`.

        Raises:
            InvalidArgumentError: `concurrency` is below 1.
            Exception: Whatever `items` or `progress` raises; it cancels what is still
                running.

        Example:
            >>> import wasm2oci
            >>> outcomes = wasm2oci.pull_many(["oci:hello:v1", ("oci:hello:v1", "again.wasm")])
            >>> sorted(outcome.unwrap().path.name for outcome in outcomes)
            ['again.wasm', 'v1.wasm']
        """
        return self._run_many(_calls.pull, locals())

    def push_many(  # noqa: PLR0913 - options, all by keyword
        self,
        items: Iterable[types.PushItem],
        *,
        concurrency: int = 8,
        format: types.PushFormat = "wasm",  # noqa: A002 - the word that every layer uses
        annotations: Mapping[str, str] | None = None,
        created: str | types.datetime | int | None = None,
        config_media_type: str | None = None,
        layer_media_type: str | None = None,
        artifact_type: str | None = None,
        allow_any: bool = False,
        timeout: float | None = None,
        progress: BatchCallback | None = None,
    ) -> Generator[types.Outcome[PushResult], None, None]:
        """Pushes many artifacts, several at a time. An item that fails does not stop the others.

        Args:
            items: What to push: pairs of a source and a reference, as for `push`. Any
                iterable will do, such as a generator; an item is taken when it can start.
            concurrency: How many pushes run at a time.
            format: The format of all items, as for `push`. The titles are the default ones.
            annotations: Annotations for all manifests.
            created: The time of creation, as for `push`.
            config_media_type: The media type of the configs. Default: that of the format.
            layer_media_type: The media type of the layers. Default: that of the format.
            artifact_type: The artifact type of the manifests. Default: none.
            allow_any: Also push content that is not WebAssembly.
            timeout: How many seconds each item may take. Default: that of the client.
            progress: As for `pull_many`.

        Returns:
            A generator of outcomes, as for `pull_many`.

        Raises:
            InvalidArgumentError: `concurrency` is below 1.
            Exception: Whatever `items` or `progress` raises; it cancels what is still
                running.

        Example:
            >>> import wasm2oci
            >>> items = [("hello.wasm", "oci:many:v1"), ("missing.wasm", "oci:many:v2")]
            >>> for outcome in sorted(wasm2oci.push_many(items), key=lambda outcome: outcome.index):
            ...     print(type(outcome.error or outcome.result).__name__)
            PushResult
            FilesystemError
        """
        return self._run_many(_calls.push, locals())

    def copy_many(  # noqa: PLR0913 - options, all by keyword
        self,
        items: Iterable[tuple[types.ReferenceLike, types.ReferenceLike]],
        *,
        concurrency: int = 8,
        platform: str | None = None,
        all_tags: bool = False,
        referrers: bool = False,
        timeout: float | None = None,
        progress: BatchCallback | None = None,
    ) -> Generator[types.Outcome[CopyResult], None, None]:
        """Copies many artifacts, several at a time. An item that fails does not stop the others.

        Args:
            items: What to copy: pairs of a source and a destination, as for `copy`. Any
                iterable will do, such as a generator; an item is taken when it can start.
            concurrency: How many copies run at a time.
            platform: As for `copy`.
            all_tags: As for `copy`.
            referrers: As for `copy`.
            timeout: How many seconds each item may take. Default: that of the client.
            progress: As for `pull_many`.

        Returns:
            A generator of outcomes, as for `pull_many`.

        Raises:
            InvalidArgumentError: `concurrency` is below 1.
            Exception: Whatever `items` or `progress` raises; it cancels what is still
                running.

        Example:
            >>> import wasm2oci
            >>> outcomes = wasm2oci.copy_many([("oci:hello:v1", "oci:mirror:v1"), ("oci:hello:v1", "oci:mirror:v2")])
            >>> sorted(outcome.unwrap().reference for outcome in outcomes)
            ['oci:mirror:v1', 'oci:mirror:v2']
        """
        return self._run_many(_calls.copy, locals())

    def lock(  # noqa: PLR0913 - options, all by keyword
        self,
        items: Iterable[types.PullItem] | StrPath,
        path: StrPath | None = None,
        *,
        update: bool | Iterable[str] = False,
        concurrency: int = 8,
        platform: str | None = None,
        layer: str | int | None = None,
        member: str | None = None,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
        progress: BatchCallback | None = None,
    ) -> list[types.LockedModule]:
        """Records in a lock file which modules references name now, by their digests, for `sync`.

        Only new items are looked up. Items that the lock file already holds stay as they are,
        unless `update` names them; what is no longer among the items is dropped. The file is
        written once everything is known, as a whole or not at all. Of a module, only the first
        bytes are read, unless it is in a packed layer.

        Args:
            items: What to lock, as for `pull_many`; or the path of a list, with a reference on
                each line, optionally followed by a tab and the path of its file.
            path: The lock file. Default: the path of the list, with `.lock` appended.
            update: Look up again what is already locked: True for everything, or the references
                and paths of some items, as the items spell them.
            concurrency: How many references are looked up at a time.
            platform: The platform to choose from indexes, as `os/architecture[/variant]`.
            layer: The index, digest or title of a layer, or the id of a Spin component.
            member: The path of a file in a tar layer.
            max_size: The largest layer that is read, in bytes. Default: 4 GiB.
            max_unpacked_size: How many bytes a layer may unpack to. Default: 4 GiB.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds each item may take. Default: that of the client.
            progress: As for `pull_many`.

        Returns:
            All modules in the lock file, in its order.

        Raises:
            InvalidArgumentError: The lock file is damaged; the path of an item leads out of the
                directory, or belongs to another item; or `update` names something that is not
                among the items.
            UnsupportedError: The lock file was written by a newer version.
            FilesystemError: The list cannot be read, or the lock file cannot be written.
            Wasm2ociError: An item cannot be looked up, as for `open`; nothing is written.

        Example:
            >>> import wasm2oci
            >>> [module.kind for module in wasm2oci.lock(["oci:hello:v1"], "modules.lock")]
            ['module']
        """
        return self._carry_out("lock", locals())  # type: ignore[no-any-return] # what plans return has no name here

    def sync(  # noqa: PLR0913 - options, all by keyword
        self,
        lock: StrPath,
        directory: StrPath,
        *,
        concurrency: int = 8,
        overwrite: bool = True,
        durable: bool = False,
        max_size: int | None = None,
        max_unpacked_size: int | None = None,
        pull_policy: types.PullPolicy | None = None,
        timeout: float | None = None,
        progress: BatchCallback | None = None,
    ) -> list[types.SyncedFile]:
        """Makes the files of a directory match a lock file, several at a time.

        A file that has the right digest is left alone, and costs no request. One that is missing
        or wrong is pulled by the digest of its manifest. Nothing is ever removed. A module that
        fails does not stop the others.

        Args:
            lock: The path of a lock file that `lock` has written.
            directory: Where the files belong. It is created if it does not exist, and so are the
                directories in the paths of files.
            concurrency: How many pulls run at a time.
            overwrite: Replace files that are wrong.
            durable: Wait until each file is safe on disk.
            max_size: The largest layer that is read, in bytes. Default: 4 GiB.
            max_unpacked_size: How many bytes a layer may unpack to. Default: 4 GiB.
            pull_policy: When to ask the registry despite a cache, as for `Client`. Default: that of
                the client.
            timeout: How many seconds each module may take. Default: that of the client.
            progress: As for `pull_many`.

        Returns:
            What was done with each file, in the order of the lock.

        Raises:
            InvalidArgumentError: The lock file is damaged, or a path in it leads out of the
                directory; nothing was done.
            UnsupportedError: The lock file was written by a newer version.
            AlreadyExistsError: A file is wrong and `overwrite` is False.
            FilesystemError: The lock file cannot be read, or a file cannot be written.
            NotFoundError: The registry does not have what is locked.
            DigestMismatchError: A module does not match the lock; its file is as it was.
            Wasm2ociError: As for `pull`. If several modules fail, the first error is raised once
                all others are done.

        Example:
            >>> import wasm2oci
            >>> _ = wasm2oci.lock(["oci:hello:v1"], "modules.lock")
            >>> [file.path.name for file in wasm2oci.sync("modules.lock", "modules")]
            ['v1.wasm']
            >>> [file.action for file in wasm2oci.sync("modules.lock", "modules")]
            ['kept']
        """
        return self._carry_out("sync", locals())  # type: ignore[no-any-return] # see lock

    def _run(self, verb: Callable[..., Call[Result]], arguments: dict[str, Any]) -> Result:
        options, progress = _calls.given(arguments)
        return self._perform(verb(**options), progress)

    def _list(
        self, verb: Callable[..., Call[dict[str, Any]]], name: str, arguments: dict[str, Any]
    ) -> Generator[str, None, None]:
        return self._each(_calls.Pages(verb, name, _calls.given(arguments)[0]))

    def _each(self, pages: _calls.Pages) -> Generator[str, None, None]:
        while (call := pages.call()) is not None:
            yield from pages.take(self._perform(call))

    def _inspected(self, what: object, **options: object) -> bytes:
        return self._perform(_calls.inspected(what, **options))

    def _perform(self, call: Call[Result], progress: ProgressCallback | None = None) -> Result:
        if call.source is None:
            return self._finish(call, None, progress)
        from wasm2oci import _source  # noqa: PLC0415 - only a push needs it

        with _source.opened(call.source) as content:
            return self._finish(call, content, progress)

    def _finish(self, call: Call[Result], content: object, progress: ProgressCallback | None) -> Result:
        with self._start(call, content) as operation:
            operation.wait(Meter(progress))
            return call.finish(operation)

    def _start(self, call: Call[Any], content: object = None) -> Operation:
        who = None
        if self._ask is not None and self._made is not None:
            from wasm2oci import _credentials  # noqa: PLC0415 - for few programs

            who = _credentials.tell(self._ask, call.references)
        return self._begin(call, content, who)

    def _begin(self, call: Call[Any], content: object, who: _calls.Credentials) -> Operation:
        return Operation(lambda started: call.start(started, self._handle, content, who))

    def _fetch(self, arguments: dict[str, Any]) -> bytes:
        options, progress = _calls.given(arguments)
        meter = Meter(progress)
        try:
            with self._opened(_calls.open(**options), meter) as reader:
                return reader.read_rest(meter)
        except Wasm2ociError as error:
            _calls.renamed(error, "fetch")
            raise

    def _open(self, arguments: dict[str, Any]) -> types.Reader:
        options, progress = _calls.given(arguments)
        return self._opened(_calls.open(**options), Meter(progress))

    def _opened(self, call: Call[dict[str, Any]], meter: Meter[Progress]) -> types.Reader:
        operation = self._start(call)
        operation.wait(meter, more=True)
        from wasm2oci._reader import Reader  # noqa: PLC0415 - a pull does without

        return Reader(self, operation)

    def _run_many(
        self, verb: Callable[..., Call[Result]], arguments: dict[str, Any]
    ) -> Generator[types.Outcome[Result], None, None]:
        from wasm2oci import _batch, _batch_run  # noqa: PLC0415 - for many alone

        options, progress = _calls.given(arguments)
        return _batch_run.run(self._start, _batch.Batch(verb, progress, **options))

    def _carry_out(self, name: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 - what the method returns
        from wasm2oci import _batch_run, _locking  # noqa: PLC0415 - for lock files alone

        options, progress = _calls.given(arguments)
        plan: Any = _locking.PLANS[name](**options)
        return plan.finish(_batch_run.run(self._start, plan.batch(progress)))

    def close(self) -> None:
        """Cancels the operations of the client, waits for them to end and closes it. Further calls do nothing."""
        made, self._made = self._made, None
        if made is not None:
            made.close()

    def __enter__(self) -> types.Self:
        """Returns the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the client."""
        self.close()

    def __repr__(self) -> str:
        """Shows whether the client is open; its options may be secret."""
        return f"<wasm2oci.Client, {'closed' if self._made is None else 'open'}>"

    def __getstate__(self) -> NoReturn:
        """Refuses to be copied or pickled: two would close one handle, or another process's."""
        raise TypeError("a client cannot be copied or pickled; make another one")
