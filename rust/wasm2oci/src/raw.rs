//! Texts, paths and bytes on their way to C and back.

use std::ffi::{CStr, CString, c_char};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use wasm2oci_sys as sys;

use crate::error::check;
use crate::{Error, Result};

/// A text for C. One with a NUL would be cut.
pub(crate) fn text(name: &str, text: impl Into<Vec<u8>>) -> Result<CString> {
    CString::new(text).map_err(|error| {
        let shown = String::from_utf8_lossy(&error.into_vec()).into_owned();
        Error::invalid(format!("{name} has a NUL byte: {shown:?}"))
    })
}

/// A path for C: any bytes on Unix, UTF-8 elsewhere.
#[cfg(unix)]
pub(crate) fn path(path: &Path) -> Result<CString> {
    use std::os::unix::ffi::OsStrExt;

    text("path", path.as_os_str().as_bytes())
}

#[cfg(not(unix))]
pub(crate) fn path(path: &Path) -> Result<CString> {
    let utf8 = path.to_str();
    text(
        "path",
        utf8.ok_or_else(|| Error::invalid(format!("path {path:?} is not valid Unicode")))?,
    )
}

/// A path from C.
///
/// # Safety
///
/// `path` ends with NUL.
#[cfg(unix)]
pub(crate) unsafe fn path_from(path: *const c_char) -> PathBuf {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    // SAFETY: as of this function.
    PathBuf::from(OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes()))
}

#[cfg(not(unix))]
pub(crate) unsafe fn path_from(path: *const c_char) -> PathBuf {
    // SAFETY: as of this function.
    PathBuf::from(unsafe { text_from(path) })
}

/// A text from C, which is UTF-8.
///
/// # Safety
///
/// `text` is NULL, which gives "", or ends with NUL.
pub(crate) unsafe fn text_from(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: as of this function.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// A text from C that is the caller's to free.
pub(crate) fn owned(
    call: impl FnOnce(*mut *mut c_char, *mut sys::wasm2oci_error_t) -> sys::wasm2oci_status_t,
) -> Result<String> {
    let mut made = std::ptr::null_mut();
    check(|error| call(&raw mut made, error))?;
    // SAFETY: it is NULL or ends with NUL, and belongs to us.
    unsafe {
        let text = text_from(made);
        sys::wasm2oci_free(made.cast());
        Ok(text)
    }
}

/// Reads what the library answers.
pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|problem| Error::internal(&problem))
}
