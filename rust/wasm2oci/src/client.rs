//! The client: connections, credentials and all verbs.

use std::ffi::{CString, OsStr, OsString};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasm2oci_sys as sys;

use crate::artifact::Artifact;
use crate::content::Content;
use crate::credential::{self, RegistryCredential};
use crate::error::check;
use crate::options::{
    AttachOptions, CacheOptions, CachedOptions, ClientOptions, ConvertOptions, CopyOptions, DeleteOptions,
    FetchOptions, InspectOptions, LoginOptions, LogoutOptions, OpenOptions, Options, PullOptions,
    PushOptions, ReferrersOptions, ResolveOptions, TagOptions, TagsOptions, UntagOptions,
};
use crate::output::{CachedModule, Fetched};
use crate::reader::Reader;
use crate::request::{Place, Request};
use crate::result::{
    AttachResult, CacheResult, CopyResult, DeleteResult, LoginResult, LogoutResult, PullResult, PushResult,
    ReferrersResult, ResolveResult, TagsResult, UntagResult,
};
use crate::tags::Tags;
use crate::values::Values;
use crate::{Result, raw};

/// Connections, credentials and defaults, shared by all operations.
///
/// It may be used by any number of threads and tasks at the same time; a clone is the same client. The last clone that
/// is dropped closes it. An [`Operation`](crate::Operation) keeps its client.
///
/// A reference is `registry/repository[:tag][@digest]`, `oci:DIR[:tag][@digest]` for an OCI layout, or
/// `oci-archive:FILE[:tag][@digest]` for a layout in a tar; a [`Reference`](crate::Reference) will do as well. One to
/// which an artifact is written may have several tags, as in `oci:DIR:v1,v1.2,latest`.
///
/// The errors that are listed at a verb come in addition to those of the transport: `Network`, `Tls`, `Timeout`,
/// `Cancelled`, `Unauthenticated`, `PermissionDenied`, `RateLimited` and `Registry`.
///
/// ```
/// # fn main() -> wasm2oci::Result<()> {
/// # let folder = std::env::temp_dir().join(format!("wasm2oci-client-{}", std::process::id()));
/// # let place = format!("oci:{}", folder.display());
/// let client = wasm2oci::Client::new()?;
/// let pushed = client.push_bytes(b"\0asm\x01\0\0\0", format!("{place}:v1")).title("empty.wasm").run()?;
/// let module = client.fetch(format!("{place}@{}", pushed.digest)).run()?;
/// assert_eq!(&module[..4], b"\0asm");
/// # std::fs::remove_dir_all(folder).unwrap();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    id: AtomicU64,
}

impl Inner {
    fn close(&self) {
        let mut raw = sys::wasm2oci_client_t {
            id: self.id.swap(0, Ordering::AcqRel),
        };
        // SAFETY: it is ours, and zero is accepted.
        unsafe { sys::wasm2oci_client_close(&raw mut raw) };
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// Sets the options of a [`Client`].
///
/// ```
/// # fn main() -> wasm2oci::Result<()> {
/// use std::time::Duration;
///
/// let client = wasm2oci::Client::builder()
///     .timeout(Duration::from_secs(60))
///     .retries(2)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing before it builds"]
pub struct ClientBuilder {
    options: ClientOptions,
    environment: Option<Vec<(OsString, OsString)>>,
}

impl Options for ClientBuilder {
    fn values(&self) -> &Values {
        self.options.values()
    }
    fn values_mut(&mut self) -> &mut Values {
        self.options.values_mut()
    }
}

impl ClientBuilder {
    /// Replaces all options.
    pub fn options(mut self, options: ClientOptions) -> Self {
        self.options = options;
        self
    }

    /// Variables to use instead of the environment of the process: for proxies, credential files and helpers.
    pub fn environment<K: Into<OsString>, V: Into<OsString>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        self.environment.get_or_insert_default().extend(variables);
        self
    }

    /// Makes the client. It opens no connection; proxies, credential files and so on are taken from the environment as
    /// it is now.
    ///
    /// # Errors
    ///
    /// `InvalidArgument`; `Filesystem` and `Tls` for the PEM files; `Forked`.
    pub fn build(self) -> Result<Client> {
        let options = self.options.values().to_json()?;
        let entries: Option<Vec<CString>> = self
            .environment
            .map(|variables| {
                variables
                    .iter()
                    .map(|(name, value)| entry(name, value))
                    .collect::<Result<_>>()
            })
            .transpose()?;
        let pointers: Option<Vec<_>> = entries.as_ref().map(|entries| {
            entries
                .iter()
                .map(|entry| entry.as_ptr())
                .chain([std::ptr::null()])
                .collect()
        });
        let environment = pointers.as_ref().map_or(std::ptr::null(), Vec::as_ptr);
        let mut raw = sys::wasm2oci_client_t::default();
        // SAFETY: the texts live until the call returns.
        check(|error| unsafe {
            sys::wasm2oci_client_new(options.as_ptr(), environment, &raw mut raw, error)
        })?;
        Ok(Client(Arc::new(Inner { id: raw.id.into() })))
    }
}

/// A variable as C has it.
fn entry(name: &OsStr, value: &OsStr) -> Result<CString> {
    let mut text = name.to_owned();
    text.push("=");
    text.push(value);
    raw::path(Path::new(&text))
}

/// Makes a request: the text operands, and the function with them, the client, the content, the options and the rest.
macro_rules! request {
    ($client:expr, $function:ident()) => {
        Request::new(
            $client,
            // SAFETY: all pointers live until the call returns.
            Ok(|client, _, options, operation, error| unsafe {
                sys::$function(client, options, operation, error)
            }),
        )
    };
    ($client:expr, $function:ident($($name:ident: $value:expr),*)) => {{
        let operands = (|| Ok(($(raw::text(stringify!($name), Into::<String>::into($value))?,)*)))();
        Request::new($client, operands.map(|($($name,)*)| {
            move |client, _, options, operation, error| {
                // SAFETY: all pointers live until the call returns.
                unsafe { sys::$function(client, $($name.as_ptr(),)* options, operation, error) }
            }
        }))
    }};
}

impl Client {
    /// Makes a client with the defaults.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a bad variable of the environment; `Forked`.
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Begins to make one.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Changes the credentials that it has for single registries, for example after a password was renewed. Each
    /// replaces the one that it has for the same registry. Operations that were started before keep the credentials
    /// that they have.
    ///
    /// # Errors
    ///
    /// `InvalidArgument`, and nothing has changed; `Closed`; `Forked`.
    pub fn set_credentials(&self, credentials: impl IntoIterator<Item = RegistryCredential>) -> Result<()> {
        let list = credential::to_json(credentials)?;
        // SAFETY: the text lives until the call returns.
        check(|error| unsafe { sys::wasm2oci_client_set_credentials(self.raw(), list.as_ptr(), error) })
    }

    /// Cancels its operations, waits for them and closes it, for all clones. Later calls fail with `Closed`.
    pub fn close(&self) {
        self.0.close();
    }

    pub(crate) fn raw(&self) -> sys::wasm2oci_client_t {
        sys::wasm2oci_client_t {
            id: self.0.id.load(Ordering::Acquire),
        }
    }

    /// Pushes a WebAssembly file. The reference may have several tags; the artifact is stored once.
    ///
    /// Errors: `Filesystem`, `NotWasm`, `DigestMismatch` (the file changed meanwhile). If a tag other than the first
    /// fails, the tags before it are set; the message lists them.
    pub fn push<'a>(
        &self,
        path: impl AsRef<Path>,
        reference: impl Into<String>,
    ) -> Request<'a, PushOptions, PushResult> {
        let operands = (|| {
            Ok((
                raw::path(path.as_ref())?,
                raw::text("reference", reference.into())?,
            ))
        })();
        Request::new(
            self,
            operands.map(|(path, reference)| {
                move |client, _, options, operation, error| {
                    // SAFETY: all pointers live until the call returns.
                    unsafe {
                        sys::wasm2oci_push(
                            client,
                            path.as_ptr(),
                            reference.as_ptr(),
                            options,
                            operation,
                            error,
                        )
                    }
                }
            }),
        )
    }

    /// Pushes bytes in memory, as [`push`](Self::push): a `Vec<u8>`, an `Arc<[u8]>`, anything that keeps them. What is
    /// borrowed for a shorter time than `'static` can be pushed by `run`, which waits.
    pub fn push_bytes<'a>(
        &self,
        content: impl AsRef<[u8]> + Send + Sync + 'a,
        reference: impl Into<String>,
    ) -> Request<'a, PushOptions, PushResult> {
        let reference = raw::text("reference", reference.into());
        let request = Request::new(
            self,
            reference.map(|reference| {
                move |client, place: Place, options, operation, error| {
                    // SAFETY: all pointers live until the call returns, and the bytes until the operation has ended.
                    unsafe {
                        sys::wasm2oci_push_bytes(
                            client,
                            place.bytes,
                            reference.as_ptr(),
                            options,
                            operation,
                            error,
                        )
                    }
                }
            }),
        );
        request.with_content(Content::new(content))
    }

    /// Pushes an open regular file, read from its start, as [`push`](Self::push); its position is neither used nor
    /// changed.
    #[cfg(unix)]
    pub fn push_file<'a>(
        &self,
        file: impl Into<std::os::fd::OwnedFd>,
        reference: impl Into<String>,
    ) -> Request<'a, PushOptions, PushResult> {
        use std::os::fd::AsRawFd;

        let file = file.into();
        let reference = raw::text("reference", reference.into());
        Request::new(
            self,
            reference.map(|reference| {
                move |client, _, options, operation, error| {
                    // SAFETY: all pointers live until the call returns; the descriptor is duplicated until then.
                    unsafe {
                        sys::wasm2oci_push_fd(
                            client,
                            file.as_raw_fd(),
                            reference.as_ptr(),
                            options,
                            operation,
                            error,
                        )
                    }
                }
            }),
        )
    }

    /// Pulls the module or component of an artifact into a file: by default one of the default name in the working
    /// directory; see [`Request::to`]. It appears under its name only after its size and digest were verified.
    ///
    /// Errors: `NotFound`, `AlreadyExists`, `Filesystem`, `InvalidManifest`, `NotWasm`, `Ambiguous`, `DigestMismatch`,
    /// `SizeExceeded`.
    pub fn pull<'a>(&self, reference: impl Into<String>) -> Request<'a, PullOptions, PullResult> {
        let reference = raw::text("reference", reference.into());
        Request::new(
            self,
            reference.map(|reference| {
                move |client, place: Place, options, operation, error| {
                    // SAFETY: all pointers live until the call returns.
                    unsafe {
                        sys::wasm2oci_pull(client, reference.as_ptr(), place.path, options, operation, error)
                    }
                }
            }),
        )
    }

    /// Stores the module or component of an artifact as another artifact, in the same or another format. Within a
    /// registry, a module that remains a layer of its own is not sent again. The destination may have several tags.
    ///
    /// Errors: as `pull` and `push`, except for those of files.
    pub fn convert<'a>(
        &self,
        source: impl Into<String>,
        destination: impl Into<String>,
    ) -> Request<'a, ConvertOptions, PushResult> {
        request!(self, wasm2oci_convert(source: source, destination: destination))
    }

    /// Copies what a reference names, with everything that belongs to it, to another registry, layout or archive.
    /// Digests stay the same, and what is already there is not sent. The tag is set last; after an error the next
    /// copy continues with what is missing.
    ///
    /// Errors: `InvalidReference`, also for a tag together with `all_tags`; `NotFound`, `Filesystem`,
    /// `InvalidManifest`, `Ambiguous` and `NotWasm` for a platform, `DigestMismatch`, `SizeExceeded`, `Unsupported`.
    /// Their detail has the reference of the side that failed.
    pub fn copy<'a>(
        &self,
        source: impl Into<String>,
        destination: impl Into<String>,
    ) -> Request<'a, CopyOptions, CopyResult> {
        request!(self, wasm2oci_copy(source: source, destination: destination))
    }

    /// Fetches the module or component of an artifact into memory.
    ///
    /// Errors: as `pull`, except for those of the file.
    pub fn fetch<'a>(&self, reference: impl Into<String>) -> Request<'a, FetchOptions, Fetched> {
        request!(self, wasm2oci_fetch(reference: reference))
    }

    /// Opens the module or component of an artifact for reading. Ends when the first byte can be requested.
    ///
    /// Errors: as `fetch`; those of the content come from the [`Reader`].
    pub fn open<'a>(&self, reference: impl Into<String>) -> Request<'a, OpenOptions, Reader> {
        request!(self, wasm2oci_open(reference: reference))
    }

    /// Reports what is in the cache of the client, and removes what you select. A file that some process is reading is
    /// not removed.
    ///
    /// Errors: `InvalidArgument` if the client has no cache; `Filesystem`.
    pub fn cache<'a>(&self) -> Request<'a, CacheOptions, CacheResult> {
        request!(self, wasm2oci_cache())
    }

    /// Brings the module or component of an artifact into the cache of the client, and holds its file there as long
    /// as the [`CachedModule`] lives.
    ///
    /// Errors: as `fetch`; `InvalidArgument` if the client has no cache, `Filesystem` if the cache cannot be written.
    pub fn cached<'a>(&self, reference: impl Into<String>) -> Request<'a, CachedOptions, CachedModule> {
        request!(self, wasm2oci_cached(reference: reference))
    }

    /// Resolves a reference to its manifest or index.
    ///
    /// Errors: `NotFound`.
    pub fn resolve<'a>(&self, reference: impl Into<String>) -> Request<'a, ResolveOptions, ResolveResult> {
        request!(self, wasm2oci_resolve(reference: reference))
    }

    /// Adds tags to the manifest or index that a reference names, in the same repository, layout or archive. A tag
    /// that exists is moved. No blob is read or sent.
    ///
    /// Errors: `InvalidReference` for a bad tag, `InvalidArgument` if there is none; `NotFound`, `Filesystem`. After an
    /// error of the operation, the tags before the one that failed are set; in an archive, none is.
    pub fn tag<'a, S: AsRef<str>>(
        &self,
        reference: impl Into<String>,
        tags: impl IntoIterator<Item = S>,
    ) -> Request<'a, TagOptions, ResolveResult> {
        let tags: Vec<String> = tags.into_iter().map(|tag| tag.as_ref().to_owned()).collect();
        request!(self, wasm2oci_tag(reference: reference, tags: tags.join(",")))
    }

    /// Lists the tags of a repository, a layout or an archive, given as a reference without a tag or a digest.
    /// Returns an iterator that requests page after page, or a stream of that.
    ///
    /// Errors: `InvalidReference` and `InvalidArgument`, `NotFound`, `Unsupported`, `InvalidManifest`, `SizeExceeded`,
    /// `Filesystem`, as items.
    pub fn tags(&self, repository: impl Into<String>) -> Tags {
        Tags::new(self.clone(), repository.into())
    }

    /// Requests one page of tags, which may be empty though another one follows.
    ///
    /// Errors: as `tags`.
    pub fn tags_page<'a>(&self, repository: impl Into<String>) -> Request<'a, TagsOptions, TagsResult> {
        request!(self, wasm2oci_tags(repository: repository))
    }

    /// Removes one tag, which the reference must have. What it named stays, and so do its other tags.
    ///
    /// Errors: `InvalidReference`, also without a tag and with a digest; `NotFound`; `Unsupported` if the registry
    /// cannot remove a tag alone; `Registry` if it has deleted more than the tag, and the rest was put back;
    /// `Filesystem`.
    pub fn untag<'a>(&self, reference: impl Into<String>) -> Request<'a, UntagOptions, UntagResult> {
        request!(self, wasm2oci_untag(reference: reference))
    }

    /// Deletes the manifest or index that a reference names by its digest, with all its tags. A registry removes the
    /// blobs when it sees fit.
    ///
    /// Errors: `InvalidReference`, also without a digest; `NotFound`; `Unsupported` if the registry does not delete
    /// manifests, or for a part of an index in a layout or an archive; `Filesystem`.
    pub fn delete<'a>(&self, reference: impl Into<String>) -> Request<'a, DeleteOptions, DeleteResult> {
        request!(self, wasm2oci_delete(reference: reference))
    }

    /// Checks a credential with a registry (`HOST` or `HOST:PORT`) and stores it where podman, docker, skopeo, oras and
    /// this library find it: with the credential helper that the file names, or else in the file.
    ///
    /// Errors: `InvalidReference` for what is not a registry; `InvalidArgument`; `Unauthenticated` if the registry
    /// refuses the credential, or a file or a helper cannot be used; `Filesystem`. Nothing is stored then.
    pub fn login<'a>(&self, registry: impl Into<String>) -> Request<'a, LoginOptions, LoginResult> {
        request!(self, wasm2oci_login(registry: registry))
    }

    /// Erases the credential of a registry from all files that the client reads, and from their helpers. The registry
    /// is `""` with `all_registries`. Having none is not an error.
    ///
    /// Errors: `InvalidReference` for what is not a registry; `InvalidArgument`; `Unauthenticated` for a file or a
    /// helper that cannot be used; `Filesystem`. What can be erased is erased anyway.
    pub fn logout<'a>(&self, registry: impl Into<String>) -> Request<'a, LogoutOptions, LogoutResult> {
        request!(self, wasm2oci_logout(registry: registry))
    }

    /// Attaches files, such as an SBOM, to the manifest or index that a reference names. They become an artifact in
    /// the same repository or layout, which points at it. They may be of any kind; the title of each is its base
    /// name. With no file, only the annotations are attached. The option `artifact_type` is required.
    ///
    /// Errors: `InvalidArgument` without an artifact type; `NotFound` for the subject; `Filesystem`, `DigestMismatch`
    /// (a file changed meanwhile), `Unsupported` (the registry does not accept such a manifest).
    pub fn attach<'a, P: AsRef<Path>>(
        &self,
        reference: impl Into<String>,
        paths: impl IntoIterator<Item = P>,
    ) -> Request<'a, AttachOptions, AttachResult> {
        let paths: Result<Vec<CString>> = paths.into_iter().map(|path| raw::path(path.as_ref())).collect();
        let operands = (|| Ok((raw::text("reference", reference.into())?, paths?)))();
        Request::new(
            self,
            operands.map(|(reference, paths)| {
                move |client, _, options, operation, error| {
                    let raw: Vec<_> = paths.iter().map(|path| path.as_ptr()).collect();
                    // SAFETY: all pointers live until the call returns.
                    unsafe {
                        sys::wasm2oci_attach(
                            client,
                            reference.as_ptr(),
                            raw.as_ptr(),
                            raw.len(),
                            options,
                            operation,
                            error,
                        )
                    }
                }
            }),
        )
    }

    /// Lists what points at the manifest that a reference names, such as signatures and SBOMs. Each entry is read, so
    /// that nothing is listed that points elsewhere. A manifest that is named by its digest need not exist.
    ///
    /// Errors: `NotFound`, `SizeExceeded`, `InvalidManifest`.
    pub fn referrers<'a>(
        &self,
        reference: impl Into<String>,
    ) -> Request<'a, ReferrersOptions, ReferrersResult> {
        request!(self, wasm2oci_referrers(reference: reference))
    }

    /// Inspects an artifact or a local file. `what` is a path if a file of that name exists, or if it begins with `/`,
    /// `./` or `../` or ends in `.wasm`, and otherwise a reference. No request is ever sent for a path.
    ///
    /// Errors: as `fetch`, except that an artifact without a single module is not an error; `Filesystem`.
    pub fn inspect<'a>(&self, what: impl Into<String>) -> Request<'a, InspectOptions, Artifact> {
        request!(self, wasm2oci_inspect(what: what))
    }

    /// [`inspect`](Self::inspect) of a reference, even if a file of that name exists.
    pub fn inspect_reference<'a>(
        &self,
        reference: impl Into<String>,
    ) -> Request<'a, InspectOptions, Artifact> {
        request!(self, wasm2oci_inspect_reference(reference: reference))
    }

    /// [`inspect`](Self::inspect) of a path.
    ///
    /// Errors: `Filesystem`, `NotWasm`; `InvalidArgument` for the option `raw`.
    pub fn inspect_file<'a>(&self, path: impl AsRef<Path>) -> Request<'a, InspectOptions, Artifact> {
        Request::new(
            self,
            raw::path(path.as_ref()).map(|path| {
                move |client, _, options, operation, error| {
                    // SAFETY: all pointers live until the call returns.
                    unsafe { sys::wasm2oci_inspect_file(client, path.as_ptr(), options, operation, error) }
                }
            }),
        )
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Client").field(&self.raw().id).finish()
    }
}
