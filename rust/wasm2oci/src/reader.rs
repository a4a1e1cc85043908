//! A module as a stream.

use std::fmt;
use std::io::{self, Read};
use std::task::{Context, Poll};

use wasm2oci_sys as sys;

use crate::Result;
use crate::error::check;
use crate::reactor::{self, Source};
use crate::result::FetchResult;

/// A stream of the bytes of one module: what [`Client::open`](crate::Client::open) returns.
///
/// The digest is compared at the end: one that does not match is an error in place of the end, `InvalidData`. Do not
/// use the bytes before the end has come. An [`io::Error`] has the [`Error`](crate::Error) inside.
///
/// Dropping it closes its connection.
///
/// Async code uses [`Reader::poll_read`], or with the features `futures` and `tokio` the traits of these names.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("wasm2oci-open-{}", std::process::id()));
/// # let reference = format!("oci:{}:v1", folder.display());
/// let client = wasm2oci::Client::new()?;
/// # client.push_bytes(*b"\0asm\x01\0\0\0", &reference).run()?;
/// let mut file = Vec::new();
/// std::io::copy(&mut client.open(&reference).run()?, &mut file)?;
/// assert_eq!(file, b"\0asm\x01\0\0\0");
/// # std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// ```
pub struct Reader {
    raw: sys::wasm2oci_reader_t,
    info: FetchResult,
    watched: bool,
    ended: bool,
}

impl Reader {
    pub(crate) fn new(raw: sys::wasm2oci_reader_t, info: FetchResult) -> Self {
        Self {
            raw,
            info,
            watched: false,
            ended: false,
        }
    }

    /// What is read, and where it comes from.
    #[must_use]
    pub fn info(&self) -> &FetchResult {
        &self.info
    }

    /// Reads what is there, or wakes the task when there is something; 0 is the verified end.
    ///
    /// # Errors
    ///
    /// `DigestMismatch`, `Network`, `Timeout`, `Cancelled`, `Closed`, `Forked`.
    pub fn poll_read(&mut self, context: &mut Context<'_>, data: &mut [u8]) -> Poll<Result<usize>> {
        if let Some(count) = self.read_within(data, 0)? {
            return Poll::Ready(Ok(count));
        }
        let raw = self.raw;
        // SAFETY: any number is accepted.
        let add = |queue, error| unsafe { sys::wasm2oci_completions_add_reader(queue, raw, error) };
        reactor::watch(
            Source {
                id: raw.id,
                ticks: false,
            },
            context.waker(),
            add,
        )?;
        self.watched = true;
        Poll::Pending
    }

    /// `None` if there is nothing in time; 0 bytes are the end.
    fn read_within(&mut self, data: &mut [u8], milliseconds: i64) -> Result<Option<usize>> {
        if self.ended || data.is_empty() {
            return Ok(Some(0));
        }
        let (mut count, mut end) = (0, 0);
        check(|error| {
            let (count, end) = (&raw mut count, &raw mut end);
            // SAFETY: the places live until the call returns.
            unsafe {
                sys::wasm2oci_reader_read(
                    self.raw,
                    data.as_mut_ptr().cast(),
                    data.len(),
                    milliseconds,
                    count,
                    end,
                    error,
                )
            }
        })?;
        self.ended = end != 0;
        Ok((count > 0 || self.ended).then_some(count))
    }
}

impl Read for Reader {
    fn read(&mut self, data: &mut [u8]) -> io::Result<usize> {
        Ok(self.read_within(data, -1)?.unwrap_or(0))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.watched {
            reactor::forget(self.raw.id);
        }
        // SAFETY: it is ours, and any number is accepted.
        unsafe { sys::wasm2oci_reader_close(&raw mut self.raw) };
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reader")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl futures_io::AsyncRead for Reader {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Reader::poll_read(self.get_mut(), context, data).map_err(io::Error::from)
    }
}

#[cfg(feature = "tokio")]
impl tokio::io::AsyncRead for Reader {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Reader::poll_read(self.get_mut(), context, data.initialize_unfilled()) {
            Poll::Ready(Ok(count)) => {
                data.advance(count);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}
