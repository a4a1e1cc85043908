//! The library itself, and the Go runtime in it.

use std::ffi::CStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wasm2oci_sys as sys;

use crate::error::check;
use crate::options::{Options, RuntimeOptions};
use crate::result::results;
use crate::{Result, raw};

results! {
    /// How the library was built.
    pub struct BuildInfo {
        /// The version of the library.
        version: String,
        /// The version of Go.
        go_version: String,
        /// The version of oras-go.
        oras_go_version: String,
        /// The operating system, as Go names it.
        os: String,
        /// The architecture, as Go names it.
        arch: String,
    }

    /// The current state of the Go runtime.
    pub struct RuntimeInfo {
        /// As configured.
        gc_percent: i64,
        /// As configured; 0 for none.
        memory_limit: u64,
        /// As configured.
        processors: u64,
        /// Bytes that the runtime has obtained from the system.
        memory: u64,
        /// How many handles of the C API are open.
        handles: OpenHandles,
    }

    /// How many handles of the C API are open.
    pub struct OpenHandles {
        /// Clients.
        clients: u64,
        /// Operations.
        operations: u64,
        /// Readers.
        readers: u64,
        /// Queues of completions, of which this crate has one.
        completions: u64,
    }
}

/// The version of the library that is linked or loaded.
#[must_use]
pub fn version() -> &'static str {
    // SAFETY: it is static, ends with NUL, and is ASCII.
    unsafe { CStr::from_ptr(sys::wasm2oci_version()) }
        .to_str()
        .unwrap_or_default()
}

/// How the library was built.
///
/// # Errors
///
/// `Forked`.
pub fn build_info() -> Result<BuildInfo> {
    let mut json = std::ptr::null();
    // SAFETY: the place lives until the call returns, and the text for ever.
    unsafe {
        check(|error| sys::wasm2oci_build_info(&raw mut json, error))?;
        raw::parse(&raw::text_from(json))
    }
}

/// Configures the Go runtime inside the library, which all clients share.
///
/// # Errors
///
/// `InvalidArgument`, `Forked`.
pub fn configure_runtime(options: &RuntimeOptions) -> Result<()> {
    let json = options.values().to_json()?;
    // SAFETY: the text lives until the call returns.
    check(|error| unsafe { sys::wasm2oci_runtime_configure(json.as_ptr(), error) })
}

/// The current state of the Go runtime.
///
/// # Errors
///
/// `Forked`.
pub fn runtime_info() -> Result<RuntimeInfo> {
    // SAFETY: the place lives until the call returns.
    raw::parse(&raw::owned(|json, error| unsafe {
        sys::wasm2oci_runtime_info(json, error)
    })?)
}

/// Prepares for the end of the process: refuses new operations (`Closed`), cancels the running ones and waits for them
/// for up to `timeout`. Futures that still wait then end with `Closed`.
///
/// # Errors
///
/// `Timeout` if some were still running then; `Forked`.
pub fn shutdown(timeout: Duration) -> Result<()> {
    let timeout = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
    // SAFETY: there is nothing to keep.
    check(|error| unsafe { sys::wasm2oci_shutdown(timeout, error) })
}

/// Loads the shared library from `path`, before anything else of this crate is used. Later calls do nothing.
///
/// Without this, the first call loads the library that the loader of the system finds, and fails with `Unsupported`
/// where there is none.
///
/// # Errors
///
/// `Unsupported` if there is none, or if it lacks a function.
///
/// # Safety
///
/// The file is a libwasm2oci: its functions are called as the header declares them.
#[cfg(feature = "dlopen")]
pub unsafe fn load_library(path: impl AsRef<std::ffi::OsStr>) -> Result<()> {
    // SAFETY: as of this function.
    unsafe { sys::load(Some(path.as_ref())) }
        .map_err(|error| crate::Error::new(crate::Status::Unsupported, error.to_string()))
}
