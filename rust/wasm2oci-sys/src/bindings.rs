// Written by `cargo run -p bindings` from wasm2oci.h; do not edit.
pub const WASM2OCI_VERSION: &::core::ffi::CStr = c"0.2.0";
pub const WASM2OCI_VERSION_MAJOR: u32 = 0;
pub const WASM2OCI_VERSION_MINOR: u32 = 2;
pub const WASM2OCI_VERSION_PATCH: u32 = 0;
/// How a call or an operation ended. Treat unknown numbers as UNKNOWN.
pub type wasm2oci_status_t = i32;
pub const WASM2OCI_STATUS_OK: wasm2oci_status_t = 0;
pub const WASM2OCI_STATUS_UNKNOWN: wasm2oci_status_t = 1;
pub const WASM2OCI_STATUS_INTERNAL: wasm2oci_status_t = 2;
pub const WASM2OCI_STATUS_INVALID_ARGUMENT: wasm2oci_status_t = 3;
pub const WASM2OCI_STATUS_INVALID_REFERENCE: wasm2oci_status_t = 4;
pub const WASM2OCI_STATUS_UNSUPPORTED: wasm2oci_status_t = 5;
pub const WASM2OCI_STATUS_CANCELLED: wasm2oci_status_t = 6;
pub const WASM2OCI_STATUS_TIMEOUT: wasm2oci_status_t = 7;
pub const WASM2OCI_STATUS_CLOSED: wasm2oci_status_t = 8;
pub const WASM2OCI_STATUS_FORKED: wasm2oci_status_t = 9;
pub const WASM2OCI_STATUS_NOT_FOUND: wasm2oci_status_t = 10;
pub const WASM2OCI_STATUS_ALREADY_EXISTS: wasm2oci_status_t = 11;
pub const WASM2OCI_STATUS_UNAUTHENTICATED: wasm2oci_status_t = 12;
pub const WASM2OCI_STATUS_PERMISSION_DENIED: wasm2oci_status_t = 13;
pub const WASM2OCI_STATUS_RATE_LIMITED: wasm2oci_status_t = 14;
pub const WASM2OCI_STATUS_REGISTRY: wasm2oci_status_t = 15;
pub const WASM2OCI_STATUS_NETWORK: wasm2oci_status_t = 20;
pub const WASM2OCI_STATUS_FILESYSTEM: wasm2oci_status_t = 21;
pub const WASM2OCI_STATUS_TLS: wasm2oci_status_t = 22;
pub const WASM2OCI_STATUS_DIGEST_MISMATCH: wasm2oci_status_t = 30;
pub const WASM2OCI_STATUS_SIZE_EXCEEDED: wasm2oci_status_t = 31;
pub const WASM2OCI_STATUS_INVALID_MANIFEST: wasm2oci_status_t = 32;
pub const WASM2OCI_STATUS_NOT_WASM: wasm2oci_status_t = 33;
pub const WASM2OCI_STATUS_AMBIGUOUS: wasm2oci_status_t = 34;
/// The statuses, by name. Functions return numbers, since later versions may have more of them.
pub type wasm2oci_status_code = ::core::ffi::c_uint;
/// The statuses, by name. Functions return numbers, since later versions may have more of them.
pub use self::wasm2oci_status_code as wasm2oci_status_code_t;
/// Why a call failed. Owned by the caller: release it with wasm2oci_error_clear.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct wasm2oci_error {
    /// One of WASM2OCI_STATUS_*.
    pub status: wasm2oci_status_t,
    /// Unused, zero.
    pub reserved: i32,
    /// One line of UTF-8 without secrets.
    pub message: *mut ::core::ffi::c_char,
    /** A JSON object, or NULL.

 Members:
 - op (string, optional): the verb.
 - reference (string, optional): the reference as it was given, or the path.
 - http_status (integer, optional): the status of the last response.
 - registry_errors (array of RegistryError, optional): the errors that the registry listed.
 - path (string, optional): the local file concerned.
 - candidates (array of string, optional): what could be chosen.
 - causes (array of string, optional): the errors beneath this one, outermost first.
 - errno (integer, optional): the error number of the operating system.
 - option (string, optional): the option that the error is about.
 - template (string, optional): the message with "{name}" in place of each option, and all other
   braces doubled.

 RegistryError:
 - code (string): such as "MANIFEST_UNKNOWN".
 - message (string): the text of the registry.*/
    pub detail: *mut ::core::ffi::c_char,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of wasm2oci_error"][::core::mem::size_of::<wasm2oci_error>() - 24usize];
    ["Alignment of wasm2oci_error"][::core::mem::align_of::<wasm2oci_error>() - 8usize];
    [
        "Offset of field: wasm2oci_error::status",
    ][::core::mem::offset_of!(wasm2oci_error, status) - 0usize];
    [
        "Offset of field: wasm2oci_error::reserved",
    ][::core::mem::offset_of!(wasm2oci_error, reserved) - 4usize];
    [
        "Offset of field: wasm2oci_error::message",
    ][::core::mem::offset_of!(wasm2oci_error, message) - 8usize];
    [
        "Offset of field: wasm2oci_error::detail",
    ][::core::mem::offset_of!(wasm2oci_error, detail) - 16usize];
};
impl Default for wasm2oci_error {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
/// Why a call failed. Owned by the caller: release it with wasm2oci_error_clear.
pub type wasm2oci_error_t = wasm2oci_error;
/// Connections, credentials and defaults, shared by the operations of the client.
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct wasm2oci_client {
    pub id: u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of wasm2oci_client"][::core::mem::size_of::<wasm2oci_client>() - 8usize];
    [
        "Alignment of wasm2oci_client",
    ][::core::mem::align_of::<wasm2oci_client>() - 8usize];
    [
        "Offset of field: wasm2oci_client::id",
    ][::core::mem::offset_of!(wasm2oci_client, id) - 0usize];
};
/// Connections, credentials and defaults, shared by the operations of the client.
pub type wasm2oci_client_t = wasm2oci_client;
/// A verb in progress, or one that has ended and was not closed yet.
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct wasm2oci_operation {
    pub id: u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    [
        "Size of wasm2oci_operation",
    ][::core::mem::size_of::<wasm2oci_operation>() - 8usize];
    [
        "Alignment of wasm2oci_operation",
    ][::core::mem::align_of::<wasm2oci_operation>() - 8usize];
    [
        "Offset of field: wasm2oci_operation::id",
    ][::core::mem::offset_of!(wasm2oci_operation, id) - 0usize];
};
/// A verb in progress, or one that has ended and was not closed yet.
pub type wasm2oci_operation_t = wasm2oci_operation;
pub const WASM2OCI_PHASE_STARTING: i32 = 0;
pub const WASM2OCI_PHASE_HASHING: i32 = 1;
pub const WASM2OCI_PHASE_RESOLVING: i32 = 2;
pub const WASM2OCI_PHASE_TRANSFERRING: i32 = 3;
pub const WASM2OCI_PHASE_FINISHING: i32 = 4;
pub const WASM2OCI_PHASE_DONE: i32 = 5;
/// What an operation is doing.
pub type wasm2oci_phase = ::core::ffi::c_uint;
/// What an operation is doing.
pub use self::wasm2oci_phase as wasm2oci_phase_t;
/// A snapshot of the progress of an operation.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct wasm2oci_progress {
    /// Bytes moved so far, including `reused`.
    pub done: u64,
    /// Bytes in total; 0 as long as that is unknown.
    pub total: u64,
    /// Bytes that were already there and were not moved.
    pub reused: u64,
    /// Bytes received before a connection broke that were not transferred again.
    pub resumed: u64,
    /// One of WASM2OCI_PHASE_*.
    pub phase: i32,
    /// Requests repeated so far.
    pub retries: u32,
    /// The digest of the blob being moved, or "".
    pub item: [::core::ffi::c_char; 144usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    [
        "Size of wasm2oci_progress",
    ][::core::mem::size_of::<wasm2oci_progress>() - 184usize];
    [
        "Alignment of wasm2oci_progress",
    ][::core::mem::align_of::<wasm2oci_progress>() - 8usize];
    [
        "Offset of field: wasm2oci_progress::done",
    ][::core::mem::offset_of!(wasm2oci_progress, done) - 0usize];
    [
        "Offset of field: wasm2oci_progress::total",
    ][::core::mem::offset_of!(wasm2oci_progress, total) - 8usize];
    [
        "Offset of field: wasm2oci_progress::reused",
    ][::core::mem::offset_of!(wasm2oci_progress, reused) - 16usize];
    [
        "Offset of field: wasm2oci_progress::resumed",
    ][::core::mem::offset_of!(wasm2oci_progress, resumed) - 24usize];
    [
        "Offset of field: wasm2oci_progress::phase",
    ][::core::mem::offset_of!(wasm2oci_progress, phase) - 32usize];
    [
        "Offset of field: wasm2oci_progress::retries",
    ][::core::mem::offset_of!(wasm2oci_progress, retries) - 36usize];
    [
        "Offset of field: wasm2oci_progress::item",
    ][::core::mem::offset_of!(wasm2oci_progress, item) - 40usize];
};
impl Default for wasm2oci_progress {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
/// A snapshot of the progress of an operation.
pub type wasm2oci_progress_t = wasm2oci_progress;
/// The media type, digest and size of a manifest.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct wasm2oci_descriptor {
    /// In bytes.
    pub size: u64,
    pub digest: [::core::ffi::c_char; 144usize],
    pub media_type: [::core::ffi::c_char; 256usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    [
        "Size of wasm2oci_descriptor",
    ][::core::mem::size_of::<wasm2oci_descriptor>() - 408usize];
    [
        "Alignment of wasm2oci_descriptor",
    ][::core::mem::align_of::<wasm2oci_descriptor>() - 8usize];
    [
        "Offset of field: wasm2oci_descriptor::size",
    ][::core::mem::offset_of!(wasm2oci_descriptor, size) - 0usize];
    [
        "Offset of field: wasm2oci_descriptor::digest",
    ][::core::mem::offset_of!(wasm2oci_descriptor, digest) - 8usize];
    [
        "Offset of field: wasm2oci_descriptor::media_type",
    ][::core::mem::offset_of!(wasm2oci_descriptor, media_type) - 152usize];
};
impl Default for wasm2oci_descriptor {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
/// The media type, digest and size of a manifest.
pub type wasm2oci_descriptor_t = wasm2oci_descriptor;
/// A view of bytes that belong to someone else.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct wasm2oci_bytes {
    pub data: *const u8,
    pub size: usize,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of wasm2oci_bytes"][::core::mem::size_of::<wasm2oci_bytes>() - 16usize];
    ["Alignment of wasm2oci_bytes"][::core::mem::align_of::<wasm2oci_bytes>() - 8usize];
    [
        "Offset of field: wasm2oci_bytes::data",
    ][::core::mem::offset_of!(wasm2oci_bytes, data) - 0usize];
    [
        "Offset of field: wasm2oci_bytes::size",
    ][::core::mem::offset_of!(wasm2oci_bytes, size) - 8usize];
};
impl Default for wasm2oci_bytes {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
/// A view of bytes that belong to someone else.
pub type wasm2oci_bytes_t = wasm2oci_bytes;
/** The parts of a reference. Owned by the caller: release it with
 wasm2oci_reference_clear.*/
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct wasm2oci_reference {
    /// The normalised reference, in which a tag or a digest is always visible.
    pub text: *mut ::core::ffi::c_char,
    /// "" for a registry, "oci" for a layout, "oci-archive" for an archive.
    pub scheme: *mut ::core::ffi::c_char,
    /// Lower-case host with an optional port; NULL without a registry.
    pub registry: *mut ::core::ffi::c_char,
    /// The name in the registry; NULL without a registry.
    pub repository: *mut ::core::ffi::c_char,
    /// Folder of the layout or file of the archive, in any bytes; NULL for a registry.
    pub path: *mut ::core::ffi::c_char,
    /// "latest" if neither tag nor digest is given; NULL for a digest alone.
    pub tag: *mut ::core::ffi::c_char,
    /// Such as "sha256:…"; NULL if none is given.
    pub digest: *mut ::core::ffi::c_char,
    /** What to give to a verb: text, without a tag that was not written. It means what the
 parsed text does: in a layout without a "latest", the only manifest.*/
    pub written: *mut ::core::ffi::c_char,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    [
        "Size of wasm2oci_reference",
    ][::core::mem::size_of::<wasm2oci_reference>() - 64usize];
    [
        "Alignment of wasm2oci_reference",
    ][::core::mem::align_of::<wasm2oci_reference>() - 8usize];
    [
        "Offset of field: wasm2oci_reference::text",
    ][::core::mem::offset_of!(wasm2oci_reference, text) - 0usize];
    [
        "Offset of field: wasm2oci_reference::scheme",
    ][::core::mem::offset_of!(wasm2oci_reference, scheme) - 8usize];
    [
        "Offset of field: wasm2oci_reference::registry",
    ][::core::mem::offset_of!(wasm2oci_reference, registry) - 16usize];
    [
        "Offset of field: wasm2oci_reference::repository",
    ][::core::mem::offset_of!(wasm2oci_reference, repository) - 24usize];
    [
        "Offset of field: wasm2oci_reference::path",
    ][::core::mem::offset_of!(wasm2oci_reference, path) - 32usize];
    [
        "Offset of field: wasm2oci_reference::tag",
    ][::core::mem::offset_of!(wasm2oci_reference, tag) - 40usize];
    [
        "Offset of field: wasm2oci_reference::digest",
    ][::core::mem::offset_of!(wasm2oci_reference, digest) - 48usize];
    [
        "Offset of field: wasm2oci_reference::written",
    ][::core::mem::offset_of!(wasm2oci_reference, written) - 56usize];
};
impl Default for wasm2oci_reference {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
/** The parts of a reference. Owned by the caller: release it with
 wasm2oci_reference_clear.*/
pub type wasm2oci_reference_t = wasm2oci_reference;
/// A stream of the bytes of one module. Only one thread may read at a time.
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct wasm2oci_reader {
    pub id: u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of wasm2oci_reader"][::core::mem::size_of::<wasm2oci_reader>() - 8usize];
    [
        "Alignment of wasm2oci_reader",
    ][::core::mem::align_of::<wasm2oci_reader>() - 8usize];
    [
        "Offset of field: wasm2oci_reader::id",
    ][::core::mem::offset_of!(wasm2oci_reader, id) - 0usize];
};
/// A stream of the bytes of one module. Only one thread may read at a time.
pub type wasm2oci_reader_t = wasm2oci_reader;
/// A queue of operations that have ended and readers that are ready, to wait for many at once.
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct wasm2oci_completions {
    pub id: u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    [
        "Size of wasm2oci_completions",
    ][::core::mem::size_of::<wasm2oci_completions>() - 8usize];
    [
        "Alignment of wasm2oci_completions",
    ][::core::mem::align_of::<wasm2oci_completions>() - 8usize];
    [
        "Offset of field: wasm2oci_completions::id",
    ][::core::mem::offset_of!(wasm2oci_completions, id) - 0usize];
};
/// A queue of operations that have ended and readers that are ready, to wait for many at once.
pub type wasm2oci_completions_t = wasm2oci_completions;
functions! {
    /// Frees the texts of an error and sets it to WASM2OCI_ERROR_INIT.
    pub fn wasm2oci_error_clear(error: *mut wasm2oci_error_t);
    /// Returns the name of a status without its prefix, such as "NOT_FOUND". Static.
    pub fn wasm2oci_status_name(status: wasm2oci_status_t) -> *const ::core::ffi::c_char;
    /// Returns the version of the library, equal to WASM2OCI_VERSION of its header.
    pub fn wasm2oci_version() -> *const ::core::ffi::c_char;
    /** Describes how the library was built, as a JSON object. *json is static.

 Members:
 - version (string): the version of the library.
 - go_version (string): the version of Go.
 - oras_go_version (string): the version of oras-go.
 - os (string): the operating system, as Go names it.
 - arch (string): the architecture, as Go names it.

 Errors: FORKED.*/
    pub fn wasm2oci_build_info(
        json: *mut *const ::core::ffi::c_char,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /// Frees memory that the library documents as to be freed. Accepts NULL.
    pub fn wasm2oci_free(memory: *mut ::core::ffi::c_void);
    /** Prepares for the end of the process: refuses new operations (CLOSED), cancels
 the running ones and waits for them for up to timeout_ms. Then it ends the waits for
 queues (CLOSED), and refuses new ones.
 Errors: TIMEOUT if some were still running then; FORKED.*/
    pub fn wasm2oci_shutdown(
        timeout_ms: i64,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Configures the Go runtime inside the library. Options that are left out keep
 their current value.

 Options:
 - gc_percent (integer): garbage that triggers a collection, in percent of the memory in use;
   -1 leaves it to memory_limit alone; default 100.
 - memory_limit (integer): bytes that the runtime tries to stay below, not counting the rest of
   the process; 0 for none. By default the first client sets it to half of what the control
   groups of the process, such as a container's, allow, and to none if they set no limit. It
   leaves it alone if GOMEMLIMIT was set when the process started.
 - processors (integer): threads that execute Go code at the same time, 1 to 1024; by default as
 many as the machine, the affinity of the process and its control groups allow.

 Errors: INVALID_ARGUMENT, FORKED.*/
    pub fn wasm2oci_runtime_configure(
        options: *const ::core::ffi::c_char,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Reports the current state of the Go runtime, as a JSON object. Free *json.

 Members:
 - gc_percent (integer): as configured.
 - memory_limit (integer): as configured; 0 for none.
 - processors (integer): as configured.
 - memory (integer): bytes that the runtime has obtained from the system.
 - handles (openHandles): how many handles are open.

 openHandles:
 - clients (integer): of wasm2oci_client_t.
 - operations (integer): of wasm2oci_operation_t.
 - readers (integer): of wasm2oci_reader_t.
 - completions (integer): of wasm2oci_completions_t.

 Errors: FORKED.*/
    pub fn wasm2oci_runtime_info(
        json: *mut *mut ::core::ffi::c_char,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Creates a client. Opens no connection.

 Options:
 - plain_http (boolean): use HTTP instead of HTTPS; default WASM2OCI_PLAIN_HTTP, else true for
   loopback hosts, unless insecure, ca_file or client_cert is given, and false for others.
 - insecure (boolean): do not verify certificates; default false.
 - ca_file (string): path of a PEM file of authorities to trust in addition to the system's;
   default WASM2OCI_CA_FILE, else none.
 - client_cert (string): path of a PEM file with the client's certificate; requires client_key.
 - client_key (string): path of a PEM file with the key of client_cert.
 - auth_file (string): path of the only credential file to read; default WASM2OCI_AUTH_FILE, else
   podman's and docker's.
 - helper_timeout_ms (integer): limit for a credential helper; default 30000.
 - username (string): user name for all registries; requires password; default
   WASM2OCI_USERNAME, for the registry WASM2OCI_REGISTRY alone if that is set.
 - password (string): password of username, which may be empty; default WASM2OCI_PASSWORD.
 - token (string): bearer token for all registries, instead of username and password; default
   WASM2OCI_TOKEN, for the registry WASM2OCI_REGISTRY alone if that is set.
 - credentials (array of object): credentials for single registries, which come before username
   and token; default none. Members of each: registry ("HOST" or "HOST:PORT", which a repository
   or what is above it may follow, as in "ghcr.io/me"; of several that fit, the longest is used),
   and username with password, token, or identity_token, which the registry's token service
   exchanges.
 - proxy (string): URL of a proxy, or "" for none; default from the environment.
 - registries_conf (string): path of the only registries.conf to read, or "" for none; default
   CONTAINERS_REGISTRIES_CONF, else /etc/containers/registries.conf, or that of ~/.config in its
   place, and registries.conf.d. It names mirrors, and where registries are moved to or blocked.
 - timeout_ms (integer): limit for each operation as a whole, more than 0; default none.
 - connect_timeout_ms (integer): limit for making a connection, with proxy and TLS; default 30000.
 - idle_timeout_ms (integer): limit for the time in which no byte is moved; default 60000.
 - retries (integer): how often a request is repeated; default 5.
 - connections (integer): connections to a host at the same time; default 8. By default up to 4
   of them are used for one blob; if this is given, all of them.
 - range_threshold (integer): size in bytes above which a blob is pulled over several
   connections; default 32 MiB, and only if a single one is slow.
 - upload_chunk_size (integer): size in bytes above which a blob is pushed in chunks of that size;
   by default in a single request, and in chunks only if the registry refuses it as too large.
 - allow_upload_hosts (array of string): other hosts, as "HOST" or "HOST:PORT", to which a
   registry may direct uploads; default none. Credentials are never sent there.
 - user_agent_suffix (string): text to append to the User-Agent header.
 - cache_dir (string): path of a directory that keeps what is read from registries; default
   WASM2OCI_CACHE, else none. It is an OCI layout, which many processes may share.
 - cache (boolean): true for a cache in the system's cache directory, false for none, whatever
   WASM2OCI_CACHE is.
 - cache_size (integer): limit for all blobs of the cache, in bytes; default 10 GiB. What was used
   longest ago is removed first.
 - link_mode (string): how a pull takes a file out of the cache: "copy" makes a file of its own;
   "hardlink" makes a link to the read-only file in the cache, or a copy if the file system does
   not allow that; default "copy".
 - pull_policy (string): when to ask a registry despite a cache: "always" asks which manifest a
   tag names, "missing" asks only if the cache does not know, "never" opens no connection; default
   "always". What a digest names is not requested again once it is there.

 environment: NULL, or strings "NAME=value", terminated by NULL, to use instead
 of the environment of the process. With NULL that is copied during this call;
 the client does not see later changes. Proxies, DOCKER_CONFIG,
 REGISTRY_AUTH_FILE, CONTAINERS_REGISTRIES_CONF, SSL_CERT_*, HOME, XDG_*, PATH,
 SOURCE_DATE_EPOCH and WASM2OCI_* are used, and credential helpers run with all of it but
 WASM2OCI_PASSWORD and WASM2OCI_TOKEN.

 Errors: INVALID_ARGUMENT; FILESYSTEM for files that cannot be read; TLS for the PEM files;
 FORKED.*/
    pub fn wasm2oci_client_new(
        options: *const ::core::ffi::c_char,
        environment: *const *const ::core::ffi::c_char,
        client: *mut wasm2oci_client_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Changes the credentials that a client has for single registries, for example after a password was
 renewed. `credentials` is a JSON array, as the option of that name of wasm2oci_client_new. Each
 item replaces the one that the client has for the same registry or path; an item with nothing but
 registry removes it. Operations that were started before keep the credentials that they have.

 Errors: INVALID_ARGUMENT, and nothing has changed; CLOSED; FORKED.*/
    pub fn wasm2oci_client_set_credentials(
        client: wasm2oci_client_t,
        credentials: *const ::core::ffi::c_char,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /// Cancels the operations of a client, waits for them and closes it.
    pub fn wasm2oci_client_close(client: *mut wasm2oci_client_t) -> wasm2oci_status_t;
    /** Waits until an operation has ended, for up to timeout_ms (negative: without
 limit; 0: do not wait).

 *done is set to 1 if it has ended and to 0 otherwise, in which case OK is
 returned. *progress is filled in either case. done and progress may be NULL.
 Errors: that of the operation; CLOSED; FORKED.*/
    pub fn wasm2oci_operation_wait(
        operation: wasm2oci_operation_t,
        timeout_ms: i64,
        progress: *mut wasm2oci_progress_t,
        done: *mut i32,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Requests that an operation end. It ends soon, with CANCELLED unless it was done
 before. Nothing more is written once wasm2oci_operation_wait reports its end.
 Errors: CLOSED; FORKED.*/
    pub fn wasm2oci_operation_cancel(
        operation: wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Returns the result of an operation that succeeded, as a JSON object. Its members
 are listed at each verb. *json is a view.
 Errors: INVALID_ARGUMENT while it is running; that of the operation; CLOSED;
 FORKED.*/
    pub fn wasm2oci_operation_result(
        operation: wasm2oci_operation_t,
        json: *mut *const ::core::ffi::c_char,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Returns the manifest that an operation pushed, pulled, resolved or read, so that
 common tasks need no JSON parser.
 Errors: as wasm2oci_operation_result; UNSUPPORTED for an operation on a local
 file, and for a list.*/
    pub fn wasm2oci_operation_descriptor(
        operation: wasm2oci_operation_t,
        descriptor: *mut wasm2oci_descriptor_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Returns the path of the file that a pull wrote, that the cache holds, or that a login changed.
 *path is a view.
 Errors: as wasm2oci_operation_result; UNSUPPORTED for another verb.*/
    pub fn wasm2oci_operation_path(
        operation: wasm2oci_operation_t,
        path: *mut *const ::core::ffi::c_char,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Returns the bytes that a fetch read, or those of the manifest or index that an
 inspection with the option raw read, exactly as they are. *bytes is a view.
 Errors: as wasm2oci_operation_result; UNSUPPORTED for another verb, and for an
 inspection without raw.*/
    pub fn wasm2oci_operation_bytes(
        operation: wasm2oci_operation_t,
        bytes: *mut wasm2oci_bytes_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Takes what an operation has logged since the last call. *records is NULL, or a
 JSON array of objects to be freed. Secrets are masked. Up to 1000 records are
 kept; older ones are dropped. May be called while the operation is running and
 after it has ended.

 Members:
 - level (string): "debug" or "warning".
 - message (string): one line.

 Errors: CLOSED; FORKED.*/
    pub fn wasm2oci_operation_log(
        operation: wasm2oci_operation_t,
        records: *mut *mut ::core::ffi::c_char,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Closes an operation and invalidates its views. If it is running, cancels it and
 waits until it has ended.*/
    pub fn wasm2oci_operation_close(
        operation: *mut wasm2oci_operation_t,
    ) -> wasm2oci_status_t;
    /** Pushes a WebAssembly file. The reference may have several tags; see above.

 Options, besides the packaging options, timeout_ms and credentials:
 - allow_any (boolean): also push what is not WebAssembly; default false.

 Result:
 - reference (string): the normalised reference, with its first tag or its digest.
 - tags (array of string): all tags that were set, in their order; none for a digest alone.
 - media_type (string): the media type of the manifest.
 - digest (string): the digest of the manifest.
 - size (integer): the size of the manifest in bytes.
 - annotations (object of string, optional): those of the manifest's entry in an index.
 - artifact_type (string, optional): that of the manifest's entry in an index.
 - format (string): the format of the artifact, such as "wasm".
 - kind (string, optional): "module" or "component"; absent for what is not WebAssembly.
 - layer (Descriptor): the layer that holds the module.

 Errors, besides those of the transport: FILESYSTEM, NOT_WASM, DIGEST_MISMATCH
 (the file changed meanwhile), UNAUTHENTICATED, PERMISSION_DENIED, REGISTRY. If a tag
 other than the first fails, the tags before it are set; the message lists them.*/
    pub fn wasm2oci_push(
        client: wasm2oci_client_t,
        path: *const ::core::ffi::c_char,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** wasm2oci_push of bytes in memory, which are borrowed until the operation has ended.
 Errors, besides those of wasm2oci_push: INVALID_ARGUMENT if the bytes can no longer be
 read, because their memory was unmapped or its file was truncated.*/
    pub fn wasm2oci_push_bytes(
        client: wasm2oci_client_t,
        content: wasm2oci_bytes_t,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** wasm2oci_push of an open regular file, read from its start; its position is
 neither used nor changed. The descriptor is duplicated during this call.*/
    pub fn wasm2oci_push_fd(
        client: wasm2oci_client_t,
        fd: i32,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Pulls the module or component of an artifact into a file.

 path: a file; a directory, or a path that ends in "/", for a file of the default
 name in it; or NULL for the default name in the working directory. The default
 name is the last part of the repository (for a layout or archive, the tag, or else the
 name of the directory or file) with ".wasm". A missing directory is created only if its path
 ends in "/". The file appears under its final name only after its size and digest
 were verified.

 Options, besides the selection options, timeout_ms and credentials:
 - overwrite (boolean): replace an existing file; default true.
 - durable (boolean): return only once the file has reached the disk (fsync); default false.

 Result, in addition to the path, which is read by wasm2oci_operation_path:
 - reference (string): the normalised reference, with its tag or digest.
 - media_type (string): the media type of the manifest.
 - digest (string): the digest of the manifest.
 - size (integer): the size of the manifest in bytes.
 - annotations (object of string, optional): those of the manifest's entry in an index.
 - artifact_type (string, optional): that of the manifest's entry in an index.
 - format (string): the format of the artifact, such as "wasm".
 - kind (string, optional): "module" or "component".
 - layer (Descriptor): the layer that the module came from.
 - member (string, optional): the path of the module in a tar layer.
 - file_digest (string): the digest of the module.
 - file_size (integer): the size of the module in bytes.
 - index_digest (string, optional): the digest of the index that led to the manifest.
 - source (string, optional): with a cache or mirrors, "cache" if nothing was read from elsewhere,
   "mirror" if nothing was read from the registry itself, else "registry".
 - mirror (string, optional): the repository of the mirror that was read from, if that is the
   source.
 - age (integer, optional): how many seconds ago the registry said what the tag names, if it was
   not asked now.

 Errors, besides those of the transport: NOT_FOUND, ALREADY_EXISTS, FILESYSTEM,
 INVALID_MANIFEST, NOT_WASM, AMBIGUOUS, DIGEST_MISMATCH, SIZE_EXCEEDED.*/
    pub fn wasm2oci_pull(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        path: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Stores the module or component of an artifact as another artifact, in the same
 or another format. Annotations and title are kept. Within a registry, a module
 that remains a layer of its own is not sent again. The destination may have several
 tags, as the reference of wasm2oci_push.

 Options: the packaging options, the selection options, timeout_ms and credentials.
 Result: that of wasm2oci_push.
 Errors: those of wasm2oci_pull and wasm2oci_push.*/
    pub fn wasm2oci_convert(
        client: wasm2oci_client_t,
        source: *const ::core::ffi::c_char,
        destination: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Copies what `source` names, with everything that belongs to it, to `destination`. Each
 is in a registry, a layout or an archive. Manifests are copied byte for byte, so digests
 stay the same. Blobs that the destination has are not sent, and within one registry blobs
 are mounted instead of sent. The tag of the destination defaults to "latest". It is set
 last: after an error it is as it was, and the next copy continues with what is missing.
 An archive, however, is put in place at the end, as a whole.

 Layers that may not be distributed, such as those of Windows, are left out, and so is
 the subject of a manifest.

 Options, besides timeout_ms and credentials:
 - platform (string): "os/architecture[/variant]": copies that one manifest of an
   index, which the destination then names.
 - all_tags (boolean): copies every tag, under the same name; a reference with a tag is
   refused with INVALID_REFERENCE. Default false.
 - referrers (boolean): also copies what points at the artifact, such as signatures and
   SBOMs. This includes what points at the manifests of an index, and at those referrers.
   Default false.

 Result:
 - reference (string): the normalised destination; with all_tags without a tag.
 - media_type (string): the media type of the manifest or index that the destination
   names; empty with all_tags, as are digest and size, and
   wasm2oci_operation_descriptor is UNSUPPORTED.
 - digest (string): its digest.
 - size (integer): its size in bytes.
 - annotations (object of string, optional): never present.
 - artifact_type (string, optional): never present.
 - sent (integer): how many blobs and manifests were sent.
 - mounted (integer): how many blobs the registry took from the repository of the source.
 - reused (integer): how many blobs and manifests the destination already had. A manifest
   that the registry already has counts as one, whatever it lists.
 - bytes (integer): the size of what was sent, in bytes.
 - tags (object of string, optional): the tags that all_tags copied, each with the
   digest of what it names.

 Errors, besides those of the transport: NOT_FOUND, FILESYSTEM, INVALID_MANIFEST,
 AMBIGUOUS and NOT_WASM for a platform, DIGEST_MISMATCH, SIZE_EXCEEDED, UNSUPPORTED.
 Their detail has the reference of the side that failed.*/
    pub fn wasm2oci_copy(
        client: wasm2oci_client_t,
        source: *const ::core::ffi::c_char,
        destination: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Fetches the module or component of an artifact into memory. Read it with
 wasm2oci_operation_bytes.

 Options: the selection options, timeout_ms and credentials.
 Result: that of wasm2oci_pull.
 Errors: those of wasm2oci_pull, except for those of the file.*/
    pub fn wasm2oci_fetch(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Opens the module or component of an artifact for reading. The operation ends when
 the first byte can be requested; take the reader with wasm2oci_operation_reader.

 Options: the selection options, credentials, and timeout_ms, which limits the reading as
 well.
 Result: that of wasm2oci_pull.
 Errors: those of wasm2oci_fetch.*/
    pub fn wasm2oci_open(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Brings the module or component of an artifact into the cache of the client, unless it is
 there already. Read the path of its file with wasm2oci_operation_path: it can be mapped into
 memory, and must not be written to. It stays in the cache until the operation is closed.

 Options: the selection options, timeout_ms and credentials.
 Result: that of wasm2oci_pull.
 Errors: those of wasm2oci_fetch; INVALID_ARGUMENT if the client has no cache, FILESYSTEM if the
 cache cannot be written.*/
    pub fn wasm2oci_cached(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Reports what is in the cache of the client, and removes what you select. A file that some process
 is reading is not removed.

 Options, besides timeout_ms:
 - older_than (integer): remove what has not been used for this many seconds.
 - max_size (integer): remove what was used longest ago, until the rest takes at most this many
   bytes.
 - verify (boolean): read everything, and remove what is damaged; default false.

 Result, in addition to the path of the cache, which is read by wasm2oci_operation_path:
 - size (integer): the size of all blobs together, in bytes.
 - blobs (integer): how many blobs there are.
 - limit (integer): how large all blobs together may become, in bytes.
 - artifacts (array of CachedArtifact): what the cache knows about tags, in the order of the
   references.
 - unnamed (array of string): the digests of whole artifacts that were read by digest, which no
   tag is known to name.
 - removed (array of string): the digests of the blobs that were removed.
 - freed (integer): the size of the blobs that were removed, in bytes.

 CachedArtifact:
 - reference (string): the reference, with its tag.
 - digest (string): the digest of the manifest or index that it named.
 - size (integer): the size of that, with everything in the cache that belongs to it, in bytes.
 - age (integer): how many seconds ago the registry was asked.

 wasm2oci_operation_descriptor returns UNSUPPORTED for it.
 Errors: INVALID_ARGUMENT if the client has no cache, FILESYSTEM.*/
    pub fn wasm2oci_cache(
        client: wasm2oci_client_t,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Resolves a reference to its manifest or index.

 Options, besides timeout_ms and credentials:
 - pull_policy (string): when to ask the registry despite a cache; default that of the client.

 Result:
 - reference (string): the normalised reference, with its tag or digest.
 - media_type (string): the media type of the manifest or index.
 - digest (string): its digest.
 - size (integer): its size in bytes.
 - annotations (object of string, optional): those of its entry in the index of a layout or
   archive.
 - artifact_type (string, optional): that of its entry in the index of a layout or
   archive.

 Errors, besides those of the transport: NOT_FOUND.*/
    pub fn wasm2oci_resolve(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Adds tags to the manifest or index that a reference names, in the same
 repository, layout or archive. `tags` is one tag, or several separated by commas, such as
 "v1.2,latest"; a tag that exists is moved. No blob is read or sent.

 Options: timeout_ms and credentials.
 Result: that of wasm2oci_resolve.

 Starting it also fails with INVALID_REFERENCE for a bad tag, and with
 INVALID_ARGUMENT if there is none.
 Errors, besides those of the transport: NOT_FOUND, FILESYSTEM. The tags before the
 one that failed are set then, and the message lists them; in an archive, none is.*/
    pub fn wasm2oci_tag(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        tags: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Lists tags of a repository or a layout: one page of them, which may be empty though
 another one follows. `repository` is a reference without a tag and a digest, such as
 "registry.example/team/hello" or "oci:DIR".

 Options, besides timeout_ms and credentials:
 - last (string): leave out this tag and those before it, in the registry's order.
 - limit (integer): how many tags to return at most, from 1 on; default: those of one
   page, or all if they are sorted.
 - next (string): continue after a page, given its `next`; not together with last or sort.
 - sort (string): "name", or "semver": versions (with or without "v") from the lowest to
   the highest, a pre-release before its release, and then all other names. All tags are
   read then. Default: the order of the registry.

 Result:
 - repository (string): the normalised reference, without a tag.
 - tags (array of string): the tags.
 - next (string, optional): the option next that asks for the following page; absent at
   the end, and if the tags are sorted.

 Starting it also fails with INVALID_REFERENCE for a tag or a digest.
 Errors, besides those of the transport: NOT_FOUND, FILESYSTEM, INVALID_MANIFEST for a
 layout; REGISTRY for an answer that is not a list of tags, or for a list that goes in a circle
 or leads out of the registry; SIZE_EXCEEDED for a page of more than 16 MiB, or for more
 than 1,000,000 tags to sort.*/
    pub fn wasm2oci_tags(
        client: wasm2oci_client_t,
        repository: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Removes one tag. What it named stays, with its other tags; in a layout or
 an archive it stays listed. The reference must have a tag, and no digest.

 Options, besides timeout_ms and credentials:
 - force (boolean): if the registry cannot remove a tag alone, delete the manifest with
   all its tags; default false.

 Result, for what the tag named:
 - reference (string): the normalised reference, with its tag.
 - media_type (string): the media type of the manifest or index.
 - digest (string): its digest.
 - size (integer): its size in bytes.
 - annotations (object of string, optional): those of its entry in the index of a layout
   or archive.
 - artifact_type (string, optional): that of its entry in the index of a layout or
   archive.
 - deleted (boolean): whether the manifest was deleted, with all its tags.

 Starting it also fails with INVALID_REFERENCE if there is no tag, or a digest.
 Errors, besides those of the transport: NOT_FOUND, FILESYSTEM; UNSUPPORTED if the
 registry cannot remove a tag alone, with the other tags of the manifest as `candidates`;
 REGISTRY if it deletes the manifest instead of one tag. The manifest is then put back,
 under its digest and the other tags that it is known to have had, the `candidates`.*/
    pub fn wasm2oci_untag(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Deletes the manifest or index that a reference names by its digest, with all its tags.
 A registry removes the blobs when it sees fit. In a layout or an archive, the blob of the
 manifest is removed unless another listed manifest refers to it; all other blobs stay. An
 archive is rewritten as a whole, or not at all. If the manifest points at another one, and
 the registry does not list referrers, the list under the fallback tag is updated.

 Options, besides timeout_ms and credentials:
 - dry_run (boolean): delete nothing; default false.

 Result:
 - reference (string): the normalised reference, with its digest.
 - media_type (string): the media type of the manifest or index.
 - digest (string): its digest.
 - size (integer): its size in bytes.
 - annotations (object of string, optional): those of its entry in the index of a layout
   or archive.
 - artifact_type (string, optional): that of its entry in the index of a layout or
   archive.
 - tags (array of string): the tags that it had.
 - more_tags (boolean): whether it may have had more: at most 1,000 tags of the repository
   are checked.

 Starting it also fails with INVALID_REFERENCE if there is no digest.
 Errors, besides those of the transport: NOT_FOUND, FILESYSTEM; UNSUPPORTED if the
 registry does not delete manifests, or if a layout or an archive lists this one only as a
 part of an index.*/
    pub fn wasm2oci_delete(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Attaches files, such as an SBOM, to the manifest or index that a reference names. They
 become an artifact in the same repository or layout. It points at what the reference
 names, its subject, which stays unchanged. `paths` are `count` paths of files of any kind,
 each of which becomes a layer with its base name as the title; with no path, only the
 annotations are attached. If the registry does not list referrers, the list under the tag
 "sha256-…" of the subject is updated.

 Options, besides timeout_ms and credentials:
 - artifact_type (string): what is attached, such as "application/spdx+json"; required.
 - media_type (string): media type of the files; default "application/octet-stream".
 - annotations (object of string): annotations of the manifest; "" omits created.
 - created (string): RFC 3339 time for the annotation org.opencontainers.image.created; default
   SOURCE_DATE_EPOCH, else no such annotation, so that the result is reproducible.

 Result:
 - reference (string): the attached artifact, by its digest.
 - media_type (string): the media type of its manifest.
 - digest (string): the digest of its manifest.
 - size (integer): the size of its manifest in bytes.
 - annotations (object of string, optional): never present.
 - artifact_type (string, optional): its artifact type.
 - subject (Descriptor): what it points at.
 - layers (array of Descriptor): the files, in their order.

 Errors, besides those of the transport: NOT_FOUND (the subject), FILESYSTEM,
 DIGEST_MISMATCH (a file changed meanwhile), UNSUPPORTED and REGISTRY (the registry does
 not accept such a manifest). If only the list of referrers cannot be updated, the artifact
 is stored, and the error says so; it is safe to attach it again.*/
    pub fn wasm2oci_attach(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        paths: *const *const ::core::ffi::c_char,
        count: usize,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Lists what points at the manifest that a reference names, such as signatures and SBOMs.
 A manifest that is named by its digest need not exist. That takes one request for the
 list, and one for each of its entries: each is read, so that nothing is listed that
 points elsewhere.

 Options, besides timeout_ms and credentials:
 - artifact_type (string): list only those of this type; default all.

 Result:
 - reference (string): the normalised reference, with its tag or digest.
 - digest (string): the digest of the manifest that is pointed at.
 - referrers (array of Descriptor): what points at it, in the order of the registry or layout.

 wasm2oci_operation_descriptor returns UNSUPPORTED for it.
 Errors, besides those of the transport: NOT_FOUND (the tag, or the layout),
 SIZE_EXCEEDED (more than 10000 referrers), INVALID_MANIFEST.*/
    pub fn wasm2oci_referrers(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Checks a credential with a registry and stores it where podman, docker, skopeo, oras and this
 library find it. If the file names a credential helper, the helper stores it, otherwise it is in
 the file, which nobody else may read. Everything else in the file stays as it is.

 The file is auth_file, or that of the client; else the first that has an entry for the
 registry; else $REGISTRY_AUTH_FILE, $DOCKER_CONFIG/config.json or ~/.docker/config.json. Read
 its path with wasm2oci_operation_path.

 registry: "HOST" or "HOST:PORT"; "docker.io" is Docker Hub.

 Options, besides timeout_ms: username and password, token, or identity_token.
 - username (string): user name; requires password, and may go with identity_token.
 - password (string): password of username, which may be empty.
 - token (string): bearer token that the registry takes as it is.
 - identity_token (string): token that the token service of the registry exchanges, as Azure's.
 - auth_file (string): path of the credential file, which need not exist.

 Result:
 - registry (string): the registry.
 - helper (string, optional): the program that holds the credential; absent if the file does.

 Starting it also fails with INVALID_REFERENCE for what is not a registry.
 Errors, besides those of the transport: UNAUTHENTICATED if the registry refuses the credential,
 or if a file or a helper cannot be used; FILESYSTEM. Nothing is stored then.*/
    pub fn wasm2oci_login(
        client: wasm2oci_client_t,
        registry: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Erases the credential of a registry from all files that the client reads, and from their
 helpers. Having none is not an error. Entries for parts of the registry stay, and a warning
 names them.

 registry: "HOST" or "HOST:PORT", or with a path ("ghcr.io/me") the entry for that part of it, or
 "" with all_registries.

 Options, besides timeout_ms:
 - all_registries (boolean): erase the credentials of all registries that the files know;
   default false.
 - auth_file (string): path of the only file to erase from; default: those of the client.

 Result:
 - registries (array of string): the registries for which there was a credential.

 Starting it also fails with INVALID_REFERENCE for what is not a registry.
 Errors: UNAUTHENTICATED for a file or a helper that cannot be used, FILESYSTEM. What can be
 erased is erased anyway.*/
    pub fn wasm2oci_logout(
        client: wasm2oci_client_t,
        registry: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Inspects an artifact or a local file. `what` is a path if a file of that name
 exists, or if it begins with "/", "./" or "../" or ends in ".wasm", and otherwise
 a reference. No request is ever sent for a path.

 Options, besides the selection options, timeout_ms and credentials:
 - raw (boolean): only read the manifest or index that the reference names, or with platform the
   manifest for that, and keep its bytes for wasm2oci_operation_bytes; default false.

 With raw no module is looked for, and no request is made but for the manifest. The
 artifact may hold anything. The result has reference, media_type, digest, size and,
 with platform, index_digest; all else is null or empty.

 Result:
 - reference (string or null): the normalised reference; null for a file.
 - media_type (string): the media type of the manifest; "application/wasm" for a file.
 - digest (string): the digest of the manifest, or of the file.
 - size (integer): the size of the manifest, or of the file, in bytes.
 - format (string or null): the format of the artifact; null without a single module.
 - kind (string or null): "module" or "component"; null without a single module.
 - manifest (any or null): the manifest; null for a file.
 - config (any or null): the config; null for a file, and if it is not JSON.
 - annotations (object of string): the annotations of the manifest.
 - artifact_type (string, optional): the artifact type of the manifest.
 - layers (array of Descriptor): all layers.
 - subject (Descriptor, optional): what it is attached to.
 - layer (Descriptor or null): the layer that holds the module.
 - member (string, optional): the path of the module in a tar layer.
 - file_digest (string, optional): the digest of the module.
 - file_size (integer, optional): the size of the module in bytes.
 - index_digest (string, optional): the digest of the index that led to the manifest.
 - source (string, optional): with a cache or mirrors, "cache" if nothing was read from elsewhere,
   "mirror" if nothing was read from the registry itself, else "registry".
 - mirror (string, optional): the repository of the mirror that was read from, if that is the
   source.
 - age (integer, optional): how many seconds ago the registry said what the tag names, if it was
   not asked now.
 - name (string, optional): what the module calls itself.
 - imports (array of Import, optional): in the order of the binary.
 - exports (array of Export, optional): in the order of the binary.
 - producers (object of array of Producer, optional): languages and tools, by field, such as
   "language" or "processed-by".
 - metadata (Metadata, optional): what the metadata sections say.
 - target_features (array of string, optional): features of the compiler, such as "+simd128".
 - world (World, optional): a component as seen from outside.
 - children (array of Child, optional): modules and components inside a component.
 - custom_sections (array of CustomSection, optional): in the order of the binary.
 - warnings (array of string, optional): what could not be understood, one line each.

 Without a module, all members from `member` on may be absent.

 Import:
 - module (string, optional): first half of the name in a core module, where it may be ""; absent
   in a component.
 - name (string): second half of the name; in a component all of it.
 - kind (ExternKind): what it is; in a core module also the name of the member with its type.
 - func (FuncType, optional): the signature of a core module's function.
 - table (TableType, optional): the type of a table.
 - memory (MemoryType, optional): the type of a memory.
 - global (GlobalType, optional): the type of a global.
 - tag (FuncType, optional): what a tag carries.
 - implements (string, optional): the interface of an instance of another name.
 - version_suffix (string, optional): what completes a shortened version in the name.
 - external_id (string, optional): what it is called elsewhere.

 Export:
 - name (string): its name.
 - kind (ExternKind): as of an Import.
 - func (FuncType, optional): as of an Import.
 - table (TableType, optional): as of an Import.
 - memory (MemoryType, optional): as of an Import.
 - global (GlobalType, optional): as of an Import.
 - tag (FuncType, optional): as of an Import.
 - implements (string, optional): as of an Import.
 - version_suffix (string, optional): as of an Import.
 - external_id (string, optional): as of an Import.

 ExternKind:
 - "func", "table", "memory", "global", "tag", "core module", "value", "type", "component",
   "instance".

 FuncType:
 - params (array of string): types of the parameters, such as "i32" or "(ref null 5)".
 - results (array of string): types of the results.

 TableType:
 - element (string): type of the elements.
 - min (integer): number of elements at first.
 - max (integer, optional): number up to which it can grow; absent for no limit.
 - shared (boolean): whether several threads may use it.
 - index64 (boolean): whether its addresses have 64 bits.

 MemoryType:
 - min (integer): number of pages at first.
 - max (integer, optional): number up to which it can grow; absent for no limit.
 - shared (boolean): whether several threads may use it.
 - index64 (boolean): whether its addresses have 64 bits.
 - page_size (integer): size of a page in bytes.

 GlobalType:
 - value (string): type of the value.
 - mutable (boolean): whether it can be changed.
 - shared (boolean): whether several threads may use it.

 Producer:
 - name (string): name of a language or tool.
 - version (string): its version; "" for most languages.

 Metadata:
 - authors (string, optional): who wrote it.
 - description (string, optional): what it does.
 - homepage (string, optional): URL of the project.
 - licenses (string, optional): SPDX licence expression.
 - revision (string, optional): revision of the source code.
 - source (string, optional): URL of the source code.
 - version (string, optional): version of the binary.

 World:
 - imports (array of string): names of imported instances, functions and types.
 - exports (array of string): names of exported instances and functions; of a WIT package its
   interfaces, its worlds and what these export.
 - wit_package (boolean): whether it carries interface definitions only.

 Child:
 - kind (Kind): "module" or "component".
 - name (string, optional): what it calls itself.
 - offset (integer): where it begins in the binary, in bytes.
 - size (integer): its size in bytes.
 - producers (object of array of Producer): as above.
 - metadata (Metadata): as above.
 - children (array of Child, optional): what is inside it.

 CustomSection:
 - name (string): its name.
 - size (integer): size of the content in bytes, without the name.

 Errors, besides those of the transport: those of wasm2oci_fetch, except that an
 artifact without a single module is not an error; FILESYSTEM; INVALID_ARGUMENT for raw
 and a path, or raw and a layer or member.*/
    pub fn wasm2oci_inspect(
        client: wasm2oci_client_t,
        what: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /// wasm2oci_inspect of a path. Errors: FILESYSTEM, NOT_WASM; INVALID_ARGUMENT for raw.
    pub fn wasm2oci_inspect_file(
        client: wasm2oci_client_t,
        path: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /// wasm2oci_inspect of a reference, even if a file of that name exists.
    pub fn wasm2oci_inspect_reference(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        operation: *mut wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Parses a reference. *reference was initialised with WASM2OCI_REFERENCE_INIT; what an
 earlier call left there is freed. It is empty after an error.
 Errors: INVALID_ARGUMENT (NULL); INVALID_REFERENCE; FORKED.*/
    pub fn wasm2oci_reference_parse(
        text: *const ::core::ffi::c_char,
        reference: *mut wasm2oci_reference_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /// Frees the texts of a reference and sets it to WASM2OCI_REFERENCE_INIT. Accepts NULL.
    pub fn wasm2oci_reference_clear(reference: *mut wasm2oci_reference_t);
    /** Returns the default name for a reference: the name of the file that wasm2oci_pull
 writes into a directory. Free *name.
 Errors: INVALID_ARGUMENT (NULL); INVALID_REFERENCE; FORKED.*/
    pub fn wasm2oci_default_name(
        reference: *const ::core::ffi::c_char,
        name: *mut *mut ::core::ffi::c_char,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** wasm2oci_push, wait and close in one call. descriptor may be NULL.
 Errors: those of wasm2oci_push and of its operation.*/
    pub fn wasm2oci_push_and_wait(
        client: wasm2oci_client_t,
        path: *const ::core::ffi::c_char,
        reference: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        descriptor: *mut wasm2oci_descriptor_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** wasm2oci_pull, wait and close in one call. descriptor may be NULL.
 Errors: those of wasm2oci_pull and of its operation.*/
    pub fn wasm2oci_pull_and_wait(
        client: wasm2oci_client_t,
        reference: *const ::core::ffi::c_char,
        path: *const ::core::ffi::c_char,
        options: *const ::core::ffi::c_char,
        descriptor: *mut wasm2oci_descriptor_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Takes the reader of an operation that was started by wasm2oci_open. It belongs to
 the caller then, and outlives the operation. A second call returns CLOSED.
 Errors: as wasm2oci_operation_result; UNSUPPORTED for another verb.*/
    pub fn wasm2oci_operation_reader(
        operation: wasm2oci_operation_t,
        reader: *mut wasm2oci_reader_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Reads up to `size` bytes, waiting for the first of them for up to timeout_ms
 (negative: without limit).

 *count is set to the number of bytes read, and *end to 1 when all bytes were read
 and the digest is verified, else to 0. If both are 0, the time has passed. A
 digest that does not match is an error in place of the end: do not use the bytes
 before *end is 1.
 Errors: DIGEST_MISMATCH, NETWORK, TIMEOUT (that of the operation, or the idle
 timeout), CANCELLED (closed meanwhile), CLOSED, FORKED.*/
    pub fn wasm2oci_reader_read(
        reader: wasm2oci_reader_t,
        data: *mut ::core::ffi::c_void,
        size: usize,
        timeout_ms: i64,
        count: *mut usize,
        end: *mut i32,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /// Closes a reader and its connection.
    pub fn wasm2oci_reader_close(reader: *mut wasm2oci_reader_t) -> wasm2oci_status_t;
    /** Creates an empty queue.
 Errors: INVALID_ARGUMENT (NULL); CLOSED after wasm2oci_shutdown; FORKED.*/
    pub fn wasm2oci_completions_new(
        completions: *mut wasm2oci_completions_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Reports an operation once, when it has ended in whatever way or was closed; at
 once if it has ended already. It is waited for, read and closed as usual.
 Errors: CLOSED (the queue or the operation); FORKED.*/
    pub fn wasm2oci_completions_add_operation(
        completions: wasm2oci_completions_t,
        operation: wasm2oci_operation_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Reports a reader once, when wasm2oci_reader_read would not wait because there are
 bytes, the end or an error, or because it was closed; at once if that is so
 already. Add it again before the next wait.
 Errors: CLOSED (the queue or the reader); FORKED.*/
    pub fn wasm2oci_completions_add_reader(
        completions: wasm2oci_completions_t,
        reader: wasm2oci_reader_t,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** wasm2oci_completions_add_operation, reported as user_data in place of the
 operation's number: what the host finds its own with, such as an index or, cast by
 way of uintptr_t, a pointer. The report comes even if the operation is closed
 first; what user_data points at must live until then, or until the queue is closed.*/
    pub fn wasm2oci_completions_add_operation_as(
        queue: wasm2oci_completions_t,
        operation: wasm2oci_operation_t,
        user_data: u64,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /// wasm2oci_completions_add_reader, reported as user_data in place of the reader's number.
    pub fn wasm2oci_completions_add_reader_as(
        queue: wasm2oci_completions_t,
        reader: wasm2oci_reader_t,
        user_data: u64,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Returns what an event loop waits for: a file descriptor to poll for input, or on
 Windows the HANDLE of an event. It is readable (signalled) as long as
 wasm2oci_completions_wait would not wait, because there are reports or the queue was
 closed by wasm2oci_shutdown; take them with a timeout of 0. It is made by the first
 call (an eventfd on Linux, else a pipe) and stays the same.

 It belongs to the queue, which closes it: take it out of the loop before
 wasm2oci_completions_close, and do not read, write or close it. A loop that is told
 of changes only (EPOLLET) takes reports until there are fewer than it has room for.
 Errors: INVALID_ARGUMENT (NULL); FILESYSTEM if no descriptor can be opened; CLOSED;
 FORKED.*/
    pub fn wasm2oci_completions_fd(
        completions: wasm2oci_completions_t,
        fd: *mut isize,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /** Waits until something is reported, for up to timeout_ms (negative: without limit;
 0: do not wait).

 ids receives up to `capacity` numbers, the oldest report first, and *count how many
 there are; 0 means that the time has passed. Each is the `id` of a handle, or the
 user_data that it was added with. No two handles of the library have the same number,
 whatever their kind. Any number of threads may wait; each report goes to one of them.
 Errors: CLOSED, also if the queue is closed meanwhile or wasm2oci_shutdown has
 ended the operations; FORKED.*/
    pub fn wasm2oci_completions_wait(
        completions: wasm2oci_completions_t,
        timeout_ms: i64,
        ids: *mut u64,
        capacity: usize,
        count: *mut usize,
        error: *mut wasm2oci_error_t,
    ) -> wasm2oci_status_t;
    /// Closes a queue and ends the waits for it. What was added to it is not affected.
    pub fn wasm2oci_completions_close(
        completions: *mut wasm2oci_completions_t,
    ) -> wasm2oci_status_t;
}
