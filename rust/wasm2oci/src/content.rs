//! Bytes that Go reads while an operation runs.

use wasm2oci_sys as sys;

type Bytes<'a> = dyn AsRef<[u8]> + Send + Sync + 'a;

/// What owns, or borrows, bytes that stay where they are until this is dropped.
pub(crate) struct Content<'a> {
    /// From a `Box`, which would claim when it is moved that nobody else looks at what is in it.
    owner: *mut Bytes<'a>,
    bytes: sys::wasm2oci_bytes_t,
}

// SAFETY: the owner may be sent, and is used by nobody else.
unsafe impl Send for Content<'_> {}
// SAFETY: nothing can be done with a reference to this.
unsafe impl Sync for Content<'_> {}

impl<'a> Content<'a> {
    pub(crate) fn new(owner: impl AsRef<[u8]> + Send + Sync + 'a) -> Self {
        let owner: *mut Bytes<'a> = Box::into_raw(Box::new(owner));
        // SAFETY: it was allocated just now; nothing changes it before it is freed.
        let bytes = unsafe { (*owner).as_ref() };
        Self {
            owner,
            bytes: sys::wasm2oci_bytes_t {
                data: bytes.as_ptr(),
                size: bytes.len(),
            },
        }
    }

    /// The view for C, valid as long as this.
    pub(crate) fn view(&self) -> sys::wasm2oci_bytes_t {
        self.bytes
    }
}

impl Drop for Content<'_> {
    fn drop(&mut self) {
        // SAFETY: it came from a box.
        drop(unsafe { Box::from_raw(self.owner) });
    }
}
