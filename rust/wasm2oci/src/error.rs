//! Why a call failed.

use std::ffi::CStr;
use std::path::Path;
use std::{fmt, io};

use serde::{Deserialize, Serialize};
use wasm2oci_sys as sys;

use crate::Status;

/// What the functions of this crate return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call or an operation failed.
///
/// It is shown as one line, lower case, without secrets: what was tried, the input in quotes, the fact and, where
/// there is a safe one, a hint at the next step. Names of options in it are those of the methods that set them.
///
/// ```
/// let error = wasm2oci::Reference::parse("not a reference").unwrap_err();
/// assert_eq!(error.status(), wasm2oci::Status::InvalidReference);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    status: Status,
    message: String,
    detail: ErrorDetail,
}

/// What programs may want to know of an error; all of it is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// The verb.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// The reference as it was given, or the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The status of the last response of the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The errors that the registry listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registry_errors: Vec<RegistryError>,
    /// The local file concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What could be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// The errors beneath this one, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// The error number of the operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno: Option<i32>,
    /// The option at fault, or the one that the hint names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// The message with `{name}` in place of each option, and all other braces doubled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

/// An error that a registry listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegistryError {
    /// Such as `"MANIFEST_UNKNOWN"`.
    pub code: String,
    /// The text of the registry.
    pub message: String,
}

impl Error {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            status,
            message: message.into(),
            detail: ErrorDetail::default(),
        }))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Status::InvalidArgument, message)
    }

    /// A local file or directory.
    pub(crate) fn filesystem(message: impl Into<String>, path: &Path, error: &io::Error) -> Self {
        let mut made = Self::new(Status::Filesystem, message);
        made.0.detail.path = Some(path.display().to_string());
        made.0.detail.errno = error.raw_os_error();
        made
    }

    /// The library said something that this crate does not understand.
    pub(crate) fn internal(problem: &impl fmt::Display) -> Self {
        Self::new(
            Status::Internal,
            format!("the library gave an unexpected answer: {problem}"),
        )
    }

    /// Its kind, to act on.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.status
    }

    /// One line without secrets, with the hint if there is one. The same as [`fmt::Display`].
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What there is beside the message.
    #[must_use]
    pub fn detail(&self) -> &ErrorDetail {
        &self.0.detail
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            status,
            message,
            detail,
        } = &*self.0;
        out.debug_struct("Error")
            .field("status", status)
            .field("message", message)
            .field("detail", detail)
            .finish()
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    /// Keeps the error inside, for `io::Error::get_ref`. Its kind is the one that fits the status.
    fn from(error: Error) -> Self {
        let kind = match error.detail().errno {
            Some(number) if error.status() == Status::Filesystem => {
                io::Error::from_raw_os_error(number).kind()
            }
            _ => error.status().io_kind(),
        };
        io::Error::new(kind, error)
    }
}

/// Calls a function of the C API, which is given where to put its error.
pub(crate) fn check(call: impl FnOnce(*mut sys::wasm2oci_error_t) -> sys::wasm2oci_status_t) -> Result<()> {
    #[cfg(feature = "dlopen")]
    loaded()?;
    let mut raw = sys::wasm2oci_error_t::default();
    let status = call(&raw mut raw);
    if status == sys::WASM2OCI_STATUS_OK {
        return Ok(());
    }
    let status = Status::from_number(status);
    let text = |text: *mut std::ffi::c_char| {
        // SAFETY: a text of an error is NULL or ends with NUL, and lives until the error is cleared.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    };
    let message = text(raw.message).unwrap_or_else(|| status.name().to_owned());
    let detail = text(raw.detail);
    // SAFETY: it was initialised, and filled by the library.
    unsafe { sys::wasm2oci_error_clear(&raw mut raw) };
    let detail = detail
        .and_then(|detail| serde_json::from_str(&detail).ok())
        .unwrap_or_default();
    Err(Error(Box::new(Inner {
        status,
        message,
        detail,
    })))
}

/// Loads the library, unless that was done.
#[cfg(feature = "dlopen")]
pub(crate) fn loaded() -> Result<()> {
    // SAFETY: a library of this name and version has the functions of the header.
    unsafe { sys::load(None) }.map_err(|error| {
        Error::new(
            Status::Unsupported,
            format!("{error}; install it, or name it with wasm2oci::load_library"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_io_has_its_kind_and_the_error() {
        let error = io::Error::from(Error::new(Status::NotFound, "gone"));
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let inside = error.get_ref().and_then(|inside| inside.downcast_ref::<Error>());
        assert_eq!(inside.map(Error::status), Some(Status::NotFound));
    }

    #[test]
    fn an_error_is_small_and_may_be_sent() {
        fn sent<T: Send + Sync + 'static>() {}
        sent::<Error>();
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }
}
