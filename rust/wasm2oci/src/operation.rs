//! A verb in progress.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use serde::Deserialize;
use wasm2oci_sys as sys;

use crate::client::Client;
use crate::content::Content;
use crate::handle::Handle;
use crate::output::Output;
use crate::progress::Progress;
use crate::reactor::{self, Source};
use crate::{Error, Result, raw};

/// A verb in progress, or one that has ended: what `start` of a [`Request`](crate::Request) returns.
///
/// It is a future of the result, for any executor. Dropping it while it is running cancels it and waits until it has
/// ended, so that nothing is written afterwards; that takes milliseconds, also where a registry does not answer.
///
/// Its client is kept until it is dropped.
///
/// ```no_run
/// # fn main() -> wasm2oci::Result<()> {
/// let client = wasm2oci::Client::new()?;
/// let pull = client.pull("ghcr.io/me/hello:v1").start()?;
/// while !pull.wait_timeout(std::time::Duration::from_secs(1))? {
///     println!("{} bytes", pull.progress()?.done);
/// }
/// println!("{}", pull.finish()?.digest);
/// # Ok(())
/// # }
/// ```
#[must_use = "an operation that is dropped is cancelled"]
pub struct Operation<T> {
    /// Closed, and so ended, before what it reads is dropped. `None` once the result was taken.
    handle: Option<Handle>,
    watched: bool,
    _content: Option<Content<'static>>,
    _client: Client,
    result: PhantomData<fn() -> T>,
}

/// What an operation has logged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct LogRecord {
    /// `"debug"` or `"warning"`.
    pub level: String,
    /// One line. Secrets are masked.
    pub message: String,
}

impl<T: Output> Operation<T> {
    /// `content` is what the operation reads until it has ended.
    pub(crate) fn new(handle: Handle, content: Option<Content<'static>>, client: Client) -> Self {
        Self {
            handle: Some(handle),
            watched: false,
            _content: content,
            _client: client,
            result: PhantomData,
        }
    }

    fn handle(&self) -> Result<&Handle> {
        self.handle.as_ref().ok_or_else(taken)
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    ///
    /// That of the operation; `Closed`, `Forked`.
    pub fn wait(&self) -> Result<()> {
        self.handle()?.wait(None).map(drop)
    }

    /// Waits for up to `timeout` and returns whether it has ended.
    ///
    /// # Errors
    ///
    /// That of the operation; `Closed`, `Forked`.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool> {
        self.handle()?.wait(Some(timeout))
    }

    /// A snapshot, also of an operation that failed.
    ///
    /// # Errors
    ///
    /// `Closed`, `Forked`.
    pub fn progress(&self) -> Result<Progress> {
        let (progress, ended) = self.handle()?.wait_with_progress(Some(Duration::ZERO));
        match ended {
            Err(error) if matches!(error.status(), crate::Status::Closed | crate::Status::Forked) => {
                Err(error)
            }
            _ => Ok(progress),
        }
    }

    /// Requests that it end. It ends soon, with `Cancelled` unless it was done before.
    ///
    /// # Errors
    ///
    /// `Closed`, `Forked`.
    pub fn cancel(&self) -> Result<()> {
        self.handle()?.cancel()
    }

    /// Waits until it has ended, and returns its result.
    ///
    /// # Errors
    ///
    /// That of the operation; `Closed`, `Forked`.
    pub fn finish(mut self) -> Result<T> {
        self.wait()?;
        self.take()
    }

    /// The result as the JSON object of the C API, with what a later version of the library adds.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` while it is running; that of the operation; `Closed`, `Forked`.
    pub fn json(&self) -> Result<String> {
        self.handle()?.json()
    }

    /// Takes what was logged since the last call; at most 1000 records are kept.
    ///
    /// # Errors
    ///
    /// `Closed`, `Forked`.
    pub fn log(&self) -> Result<Vec<LogRecord>> {
        let handle = self.handle()?;
        // SAFETY: the place lives until the call returns.
        let records =
            raw::owned(|records, error| unsafe { sys::wasm2oci_operation_log(handle.0, records, error) })?;
        if records.is_empty() {
            Ok(Vec::new())
        } else {
            raw::parse(&records)
        }
    }

    /// The result of an operation that has succeeded.
    fn take(&mut self) -> Result<T> {
        self.unwatch();
        T::take(self.handle.take().ok_or_else(taken)?)
    }

    /// Whether it has ended; if not, the task is woken when it has or, if asked, when its progress is due.
    pub(crate) fn poll_end(&mut self, context: &Context<'_>, ticks: bool) -> Poll<Result<()>> {
        match self.handle()?.wait(Some(Duration::ZERO)) {
            Ok(true) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(Err(error)),
            Ok(false) => {
                let handle = self.handle()?.0;
                // SAFETY: any number is accepted.
                let add =
                    |queue, error| unsafe { sys::wasm2oci_completions_add_operation(queue, handle, error) };
                reactor::watch(Source { id: handle.id, ticks }, context.waker(), add)?;
                self.watched = true;
                Poll::Pending
            }
        }
    }

    /// [`Future::poll`] that also wakes the task when its progress is due.
    pub(crate) fn poll_result(&mut self, context: &Context<'_>, ticks: bool) -> Poll<Result<T>> {
        match self.poll_end(context, ticks) {
            Poll::Ready(Ok(())) => Poll::Ready(self.take()),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T> Operation<T> {
    /// Requests that it end, if it has not.
    pub(crate) fn request_end(&self) {
        if let Some(handle) = &self.handle {
            let _ = handle.cancel();
        }
    }

    fn unwatch(&mut self) {
        if let (true, Some(handle)) = (self.watched, &self.handle) {
            reactor::forget(handle.0.id);
        }
        self.watched = false;
    }
}

impl<T> Drop for Operation<T> {
    fn drop(&mut self) {
        self.unwatch();
    }
}

impl<T: Output> Future for Operation<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().poll_result(context, false)
    }
}

impl<T> Unpin for Operation<T> {}

impl<T> fmt::Debug for Operation<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Operation").field(&self.handle).finish()
    }
}

fn taken() -> Error {
    Error::new(crate::Status::Closed, "the result of the operation was taken")
}
