//! How the result of an operation becomes what its verb returns.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::{fmt, ptr};

use wasm2oci_sys as sys;

use crate::artifact::Artifact;
use crate::error::check;
use crate::handle::Handle;
use crate::reader::Reader;
use crate::result::{
    AttachResult, CacheResult, CopyResult, DeleteResult, FetchResult, LoginResult, LogoutResult, PullResult,
    PushResult, ReferrersResult, ResolveResult, TagsResult, UntagResult,
};
use crate::{Result, raw};

mod sealed {
    pub trait Sealed {}
}

/// What a verb returns. The library's results are the only ones.
pub trait Output: sealed::Sealed + Sized + Send + 'static {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn take(handle: Handle) -> Result<Self>;
}

macro_rules! outputs {
    ($($type:ty),* $(,)?) => {
        $(
            impl sealed::Sealed for $type {}

            impl Output for $type {
                #[allow(private_interfaces)]
                fn take(handle: Handle) -> Result<Self> {
                    raw::parse(&handle.json()?)
                }
            }
        )*
    };
}

outputs! {
    AttachResult, CopyResult, DeleteResult, LogoutResult, PushResult, ReferrersResult, ResolveResult, TagsResult,
    UntagResult,
}

impl sealed::Sealed for PullResult {}

impl Output for PullResult {
    #[allow(private_interfaces)]
    fn take(handle: Handle) -> Result<Self> {
        pulled(&handle)
    }
}

fn pulled(handle: &Handle) -> Result<PullResult> {
    let mut result: PullResult = raw::parse(&handle.json()?)?;
    result.path = path_of(handle)?;
    Ok(result)
}

impl sealed::Sealed for LoginResult {}

impl Output for LoginResult {
    #[allow(private_interfaces)]
    fn take(handle: Handle) -> Result<Self> {
        let mut result: Self = raw::parse(&handle.json()?)?;
        result.path = path_of(&handle)?;
        Ok(result)
    }
}

fn path_of(handle: &Handle) -> Result<PathBuf> {
    let mut path = ptr::null();
    // SAFETY: the place lives until the call returns, and the text as long as the handle.
    unsafe {
        check(|error| sys::wasm2oci_operation_path(handle.0, &raw mut path, error))?;
        Ok(raw::path_from(path))
    }
}

impl sealed::Sealed for CacheResult {}

impl Output for CacheResult {
    #[allow(private_interfaces)]
    fn take(handle: Handle) -> Result<Self> {
        let mut result: Self = raw::parse(&handle.json()?)?;
        result.path = path_of(&handle)?;
        Ok(result)
    }
}

impl sealed::Sealed for Artifact {}

impl Output for Artifact {
    #[allow(private_interfaces)]
    fn take(handle: Handle) -> Result<Self> {
        let mut result: Self = raw::parse(&handle.json()?)?;
        result.raw = handle.bytes()?.map(<[u8]>::to_vec);
        Ok(result)
    }
}

/// A module or component in memory, verified: `&fetched` is its bytes, where the library has put them.
pub struct Fetched {
    /// Where it came from.
    pub info: FetchResult,
    handle: Handle,
    data: *const u8,
    size: usize,
}

// SAFETY: nobody writes to the bytes, which live as long as the handle.
unsafe impl Send for Fetched {}
// SAFETY: as above.
unsafe impl Sync for Fetched {}

impl sealed::Sealed for Fetched {}

impl Output for Fetched {
    #[allow(private_interfaces)]
    fn take(handle: Handle) -> Result<Self> {
        let info = raw::parse(&handle.json()?)?;
        let bytes = handle.bytes()?.unwrap_or_default();
        let (data, size) = (bytes.as_ptr(), bytes.len());
        Ok(Self {
            info,
            handle,
            data,
            size,
        })
    }
}

impl Deref for Fetched {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the view is valid as long as the handle, which is closed with this.
        unsafe { std::slice::from_raw_parts(self.data, self.size) }
    }
}

/// A module or component in the cache, held there: `&cached` is the path of its file, which can be mapped into memory
/// and must not be written to.
pub struct CachedModule {
    /// What it is, and the path.
    pub info: PullResult,
    _handle: Handle,
}

impl sealed::Sealed for CachedModule {}

impl Output for CachedModule {
    #[allow(private_interfaces)]
    fn take(handle: Handle) -> Result<Self> {
        Ok(Self {
            info: pulled(&handle)?,
            _handle: handle,
        })
    }
}

impl AsRef<Path> for CachedModule {
    fn as_ref(&self) -> &Path {
        &self.info.path
    }
}

impl fmt::Debug for CachedModule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("CachedModule")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

impl AsRef<[u8]> for Fetched {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl fmt::Debug for Fetched {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Fetched")
            .field("info", &self.info)
            .field("operation", &self.handle)
            .finish_non_exhaustive()
    }
}

impl sealed::Sealed for Reader {}

impl Output for Reader {
    #[allow(private_interfaces)]
    fn take(handle: Handle) -> Result<Self> {
        let info = raw::parse(&handle.json()?)?;
        let mut reader = sys::wasm2oci_reader_t::default();
        // SAFETY: the place lives until the call returns.
        check(|error| unsafe { sys::wasm2oci_operation_reader(handle.0, &raw mut reader, error) })?;
        Ok(Self::new(reader, info))
    }
}
