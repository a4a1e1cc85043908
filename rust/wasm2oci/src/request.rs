//! A verb that is about to begin.

use std::ffi::c_char;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use wasm2oci_sys as sys;

use crate::client::Client;
use crate::content::Content;
use crate::error::check;
use crate::handle::Handle;
use crate::operation::Operation;
use crate::options::{Options, PullOptions};
use crate::output::Output;
use crate::progress::{PERIOD, Progress};
use crate::result::PullResult;
use crate::values::Values;
use crate::{Error, Result, raw};

/// What some verbs act on, beside what they capture.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// What is pushed.
    pub(crate) bytes: sys::wasm2oci_bytes_t,
    /// Where a pull writes, or NULL.
    pub(crate) path: *const c_char,
}

/// Calls the function of a verb, with all but its own operands.
type Start = Box<
    dyn FnOnce(
            sys::wasm2oci_client_t,
            Place,
            *const c_char,
            *mut sys::wasm2oci_operation_t,
            *mut sys::wasm2oci_error_t,
        ) -> sys::wasm2oci_status_t
        + Send,
>;

type Report<'a> = Box<dyn FnMut(&Progress) + Send + 'a>;

/// A verb with its options, which has not begun: what the verbs of a [`Client`] return.
///
/// `O` has the options, which are methods of this as well, and `T` is the result. There are three ways to go on:
/// [`run`](Self::run) waits, [`start`](Self::start) returns an [`Operation`] at once, and `.await` waits in a task.
///
/// ```no_run
/// # async fn example() -> wasm2oci::Result<()> {
/// use std::time::Duration;
///
/// let client = wasm2oci::Client::new()?;
/// let pulled = client
///     .pull("ghcr.io/me/hello:v1")
///     .to("hello.wasm")
///     .timeout(Duration::from_secs(60))
///     .on_progress(|progress| println!("{} of {}", progress.done, progress.total))
///     .await?;
/// println!("{}", pulled.digest);
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing before it is run, started or awaited"]
pub struct Request<'a, O, T> {
    client: Client,
    start: Result<Start>,
    content: Option<Content<'a>>,
    path: Option<PathBuf>,
    options: O,
    report: Option<Report<'a>>,
    result: PhantomData<fn() -> T>,
}

impl<'a, O: Options + Default, T: Output> Request<'a, O, T> {
    pub(crate) fn new<F>(client: &Client, start: Result<F>) -> Self
    where
        F: FnOnce(
                sys::wasm2oci_client_t,
                Place,
                *const c_char,
                *mut sys::wasm2oci_operation_t,
                *mut sys::wasm2oci_error_t,
            ) -> sys::wasm2oci_status_t
            + Send
            + 'static,
    {
        let start = start.map(|start| Box::new(start) as Start);
        let (client, options) = (client.clone(), O::default());
        Self {
            client,
            start,
            content: None,
            path: None,
            options,
            report: None,
            result: PhantomData,
        }
    }

    pub(crate) fn with_content(self, content: Content<'a>) -> Self {
        Self {
            content: Some(content),
            ..self
        }
    }

    /// Replaces all options, such as by those that several requests share.
    pub fn options(mut self, options: O) -> Self {
        self.options = options;
        self
    }

    /// Calls `report` every 0.1 s at most, and once more at the end, while `run` or `.await` waits.
    ///
    /// If it panics, the operation is cancelled.
    pub fn on_progress(mut self, report: impl FnMut(&Progress) + Send + 'a) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// Does it, and waits for it.
    ///
    /// # Errors
    ///
    /// Those of the verb; `InvalidArgument`, `InvalidReference`, `Closed`, `Forked`.
    pub fn run(self) -> Result<T> {
        let Self {
            client,
            start,
            content,
            path,
            options,
            mut report,
            ..
        } = self;
        // Dropped, and so ended, before the content is.
        let handle = begin(&client, start, content.as_ref(), path.as_deref(), &options)?;
        if let Some(report) = &mut report {
            loop {
                let (progress, ended) = handle.wait_with_progress(Some(PERIOD));
                let ended = ended?;
                report(&progress);
                if ended {
                    break;
                }
            }
        } else {
            handle.wait(None)?;
        }
        T::take(handle)
    }
}

impl Request<'_, PullOptions, PullResult> {
    /// Where to pull to: a file; or a directory, or a path that ends in `/`, for a file of the default name in it.
    ///
    /// The default name is the last part of the repository (for a layout or archive the tag, or else the name of the
    /// directory or file) with `.wasm`. A missing directory is made only if its path ends in `/`.
    pub fn to(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }
}

impl<O: Options + Default, T: Output> Request<'static, O, T> {
    /// Begins it and returns at once.
    ///
    /// # Errors
    ///
    /// `InvalidArgument`, `InvalidReference`, `Closed`, `Forked`; the errors of the verb come from the operation.
    pub fn start(self) -> Result<Operation<T>> {
        let Self {
            client,
            start,
            content,
            path,
            options,
            ..
        } = self;
        let handle = begin(&client, start, content.as_ref(), path.as_deref(), &options)?;
        Ok(Operation::new(handle, content, client))
    }
}

fn begin(
    client: &Client,
    start: Result<Start>,
    content: Option<&Content<'_>>,
    path: Option<&Path>,
    options: &impl Options,
) -> Result<Handle> {
    let start = start?;
    let json = options.values().to_json()?;
    let path = path.map(raw::path).transpose()?;
    let place = Place {
        bytes: content.map_or_else(Default::default, Content::view),
        path: path.as_ref().map_or(std::ptr::null(), |path| path.as_ptr()),
    };
    let mut operation = sys::wasm2oci_operation_t::default();
    check(|error| start(client.raw(), place, json.as_ptr(), &raw mut operation, error))?;
    Ok(Handle(operation))
}

impl<O: Options, T> Options for Request<'_, O, T> {
    fn values(&self) -> &Values {
        self.options.values()
    }
    fn values_mut(&mut self) -> &mut Values {
        self.options.values_mut()
    }
}

impl<O: fmt::Debug, T> fmt::Debug for Request<'_, O, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Request")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A request that is awaited. It begins when it is first polled, and is cancelled when it is dropped, which waits
/// until it has ended.
pub struct RequestFuture<T> {
    state: State<T>,
    report: Option<Report<'static>>,
    reported: Option<Instant>,
}

enum State<T> {
    New(Box<dyn FnOnce() -> Result<Operation<T>> + Send>),
    Running(Operation<T>),
    Over,
}

impl<O, T> IntoFuture for Request<'static, O, T>
where
    O: Options + Default + Send + 'static,
    T: Output,
{
    type Output = Result<T>;
    type IntoFuture = RequestFuture<T>;

    fn into_future(mut self) -> RequestFuture<T> {
        let report = self.report.take();
        RequestFuture {
            state: State::New(Box::new(move || self.start())),
            report,
            reported: None,
        }
    }
}

impl<T: Output> RequestFuture<T> {
    fn report(&mut self, last: bool) {
        let (State::Running(operation), Some(report)) = (&self.state, &mut self.report) else {
            return;
        };
        if last || self.reported.is_none_or(|at| at.elapsed() >= PERIOD) {
            if let Ok(progress) = operation.progress() {
                report(&progress);
            }
            self.reported = Some(Instant::now());
        }
    }

    fn over(&mut self, result: Result<T>) -> Poll<Result<T>> {
        self.state = State::Over;
        Poll::Ready(result)
    }
}

impl<T: Output> Future for RequestFuture<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        if let State::New(_) = this.state {
            let State::New(begin) = std::mem::replace(&mut this.state, State::Over) else {
                unreachable!()
            };
            this.state = State::Running(begin()?);
        }
        let ticks = this.report.is_some();
        let State::Running(operation) = &mut this.state else {
            return Poll::Ready(Err(Error::invalid("the request was awaited to its end before")));
        };
        match operation.poll_end(context, ticks) {
            Poll::Pending => {
                this.report(false);
                Poll::Pending
            }
            Poll::Ready(Err(error)) => this.over(Err(error)),
            Poll::Ready(Ok(())) => {
                this.report(true);
                let State::Running(operation) = std::mem::replace(&mut this.state, State::Over) else {
                    unreachable!()
                };
                this.over(operation.finish())
            }
        }
    }
}

impl<T> Unpin for RequestFuture<T> {}

impl<T> fmt::Debug for RequestFuture<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::New(_) => "new",
            State::Running(_) => "running",
            State::Over => "over",
        };
        out.debug_tuple("RequestFuture").field(&state).finish()
    }
}
