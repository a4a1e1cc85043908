//! The handle of an operation, which closes it.

use std::ffi::CStr;
use std::time::Duration;

use wasm2oci_sys as sys;

use crate::error::check;
use crate::progress::Progress;
use crate::{Result, Status};

/// An operation of the C API. It is cancelled, waited for and closed when this is dropped.
#[derive(Debug)]
pub(crate) struct Handle(pub(crate) sys::wasm2oci_operation_t);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it is ours, and any number is accepted.
        unsafe { sys::wasm2oci_operation_close(&raw mut self.0) };
    }
}

impl Handle {
    /// Whether it has ended within a time, or at all without one. Errors: that of the operation.
    pub(crate) fn wait(&self, timeout: Option<Duration>) -> Result<bool> {
        self.wait_with_progress(timeout).1
    }

    /// The same, with the progress, which a closed operation has none of.
    pub(crate) fn wait_with_progress(&self, timeout: Option<Duration>) -> (Progress, Result<bool>) {
        let timeout = timeout.map_or(-1, |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
        // SAFETY: zeros are a valid value.
        let mut progress: sys::wasm2oci_progress_t = unsafe { std::mem::zeroed() };
        let mut done = 0;
        // SAFETY: the places live until the call returns.
        let ended = check(|error| unsafe {
            sys::wasm2oci_operation_wait(self.0, timeout, &raw mut progress, &raw mut done, error)
        });
        (Progress::from_raw(&progress), ended.map(|()| done != 0))
    }

    pub(crate) fn cancel(&self) -> Result<()> {
        // SAFETY: any number is accepted.
        check(|error| unsafe { sys::wasm2oci_operation_cancel(self.0, error) })
    }

    /// The result as JSON.
    pub(crate) fn json(&self) -> Result<String> {
        let mut json = std::ptr::null();
        check(|error| {
            // SAFETY: the place lives until the call returns.
            unsafe { sys::wasm2oci_operation_result(self.0, &raw mut json, error) }
        })?;
        // SAFETY: the text lives as long as this, and ends with NUL.
        Ok(unsafe { CStr::from_ptr(json) }.to_string_lossy().into_owned())
    }

    /// What a fetch read, where it lives, as long as this; `None` if there are no bytes.
    pub(crate) fn bytes(&self) -> Result<Option<&[u8]>> {
        let mut bytes = sys::wasm2oci_bytes_t::default();
        // SAFETY: the place lives until the call returns.
        let found = check(|error| unsafe { sys::wasm2oci_operation_bytes(self.0, &raw mut bytes, error) });
        match found {
            Ok(()) if bytes.size == 0 => Ok(Some(&[])),
            // SAFETY: the view is as long as the library says, and is valid as long as the handle.
            Ok(()) => Ok(Some(unsafe {
                std::slice::from_raw_parts(bytes.data, bytes.size)
            })),
            Err(error) if error.status() == Status::Unsupported => Ok(None),
            Err(error) => Err(error),
        }
    }
}
