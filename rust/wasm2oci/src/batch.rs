//! Many verbs at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::fmt;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};
use std::time::Instant;

use crate::block::block_on;
use crate::client::Client;
use crate::operation::Operation;
use crate::options::{CopyOptions, Options, PullOptions, PushOptions};
use crate::output::Output;
use crate::progress::{PERIOD, Progress};
use crate::request::Request;
use crate::result::{CopyResult, PullResult, PushResult};
use crate::values::Values;
use crate::{Error, Reference, Result};

/// How one item of a batch ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<X, T> {
    /// The position of the item, from 0.
    pub index: usize,
    /// The item.
    pub item: X,
    /// Its result.
    pub result: Result<T>,
}

/// The progress of all items of a batch together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchProgress {
    /// Items that have begun.
    pub begun: usize,
    /// Items that have ended.
    pub finished: usize,
    /// Items that have failed.
    pub failed: usize,
    /// Bytes moved so far, including `reused`.
    pub done: u64,
    /// Bytes in total, of the items that have begun and know it.
    pub total: u64,
    /// Bytes that were already there and were not moved.
    pub reused: u64,
    /// Bytes received before a connection broke that were not transferred again.
    pub resumed: u64,
    /// Requests repeated so far.
    pub retries: u32,
}

impl BatchProgress {
    fn add(&mut self, one: &Progress) {
        self.done += one.done;
        self.total += one.total;
        self.reused += one.reused;
        self.resumed += one.resumed;
        self.retries += one.retries;
    }
}

/// What is pulled by [`Client::pull_many`]: a reference, or a pair of one and the path of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullItem {
    /// What to pull.
    pub reference: String,
    /// Its file; by default one of the default name.
    pub path: Option<PathBuf>,
}

impl From<&str> for PullItem {
    fn from(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
            path: None,
        }
    }
}

impl From<String> for PullItem {
    fn from(reference: String) -> Self {
        Self {
            reference,
            path: None,
        }
    }
}

impl From<Reference> for PullItem {
    fn from(reference: Reference) -> Self {
        Self {
            reference: reference.into(),
            path: None,
        }
    }
}

impl<R: Into<String>, P: Into<PathBuf>> From<(R, P)> for PullItem {
    fn from((reference, path): (R, P)) -> Self {
        Self {
            reference: reference.into(),
            path: Some(path.into()),
        }
    }
}

type Make<'a, X, O, T> =
    Box<dyn FnMut(&Client, &X, &mut Outputs) -> Result<Request<'static, O, T>> + Send + 'a>;
type Report<'a> = Box<dyn FnMut(&BatchProgress) + Send + 'a>;

struct Running<X, T> {
    index: usize,
    item: X,
    operation: Operation<T>,
}

/// Several verbs at a time: what [`Client::pull_many`], [`Client::push_many`] and [`Client::copy_many`] return.
///
/// It yields an outcome for each item, in the order in which they end; one that fails does not stop the others. Items
/// are taken only when there is room for them, so they may come from an iterator of any length. Dropping it cancels what
/// is still running and waits for that.
///
/// An iterator where there is no task, and with the feature `futures` a stream; [`Batch::next_outcome`] is awaited.
///
/// ```no_run
/// # fn main() -> wasm2oci::Result<()> {
/// let client = wasm2oci::Client::new()?;
/// let references = ["ghcr.io/me/hello:v1", "ghcr.io/me/other:v1"];
/// for outcome in client.pull_many(references).folder("modules").concurrency(4) {
///     match outcome.result {
///         Ok(pulled) => println!("{}", pulled.path.display()),
///         Err(error) => println!("{}: {error}", outcome.item.reference),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a batch does nothing before its outcomes are asked for"]
pub struct Batch<'a, X, O, T> {
    client: Client,
    items: std::iter::Enumerate<Box<dyn Iterator<Item = X> + Send + 'a>>,
    make: Make<'a, X, O, T>,
    options: O,
    outputs: Outputs,
    concurrency: usize,
    running: Vec<Running<X, T>>,
    more: bool,
    report: Option<Report<'a>>,
    reported: Option<Instant>,
    /// Of what has ended.
    tally: BatchProgress,
}

impl Client {
    /// Pulls many artifacts, several at a time, each of which is a reference or a pair of one and a path. Two items that
    /// would write one file do not overwrite each other: the second one fails with `InvalidArgument`.
    pub fn pull_many<'a, I>(&self, items: I) -> Batch<'a, PullItem, PullOptions, PullResult>
    where
        I: IntoIterator<Item: Into<PullItem> + 'a, IntoIter: Send + 'a>,
    {
        Batch::new(
            self,
            items.into_iter().map(Into::into),
            |client, item: &PullItem, outputs| Ok(client.pull(&*item.reference).to(outputs.claim(item)?)),
        )
    }

    /// Pushes many files, several at a time, each of which is a pair of a path and a reference.
    pub fn push_many<'a, I, P, R>(&self, items: I) -> Batch<'a, (PathBuf, String), PushOptions, PushResult>
    where
        I: IntoIterator<Item = (P, R), IntoIter: Send + 'a>,
        P: Into<PathBuf>,
        R: Into<String>,
    {
        let items = items
            .into_iter()
            .map(|(path, reference)| (path.into(), reference.into()));
        Batch::new(self, items, |client, (path, reference): &(PathBuf, String), _| {
            Ok(client.push(path, reference))
        })
    }

    /// Copies many artifacts, several at a time, each of which is a pair of a source and a destination.
    pub fn copy_many<'a, I, S, D>(&self, items: I) -> Batch<'a, (String, String), CopyOptions, CopyResult>
    where
        I: IntoIterator<Item = (S, D), IntoIter: Send + 'a>,
        S: Into<String>,
        D: Into<String>,
    {
        let items = items
            .into_iter()
            .map(|(source, destination)| (source.into(), destination.into()));
        Batch::new(
            self,
            items,
            |client, (source, destination): &(String, String), _| Ok(client.copy(source, destination)),
        )
    }
}

impl<'a, X, O: Options + Clone + Default, T: Output> Batch<'a, X, O, T> {
    fn new(
        client: &Client,
        items: impl Iterator<Item = X> + Send + 'a,
        make: impl FnMut(&Client, &X, &mut Outputs) -> Result<Request<'static, O, T>> + Send + 'a,
    ) -> Self {
        let items: Box<dyn Iterator<Item = X> + Send + 'a> = Box::new(items);
        Self {
            client: client.clone(),
            items: items.enumerate(),
            make: Box::new(make),
            options: O::default(),
            outputs: Outputs::default(),
            concurrency: 8,
            running: Vec::new(),
            more: true,
            report: None,
            reported: None,
            tally: BatchProgress::default(),
        }
    }

    /// Replaces all options; they are those of each item.
    pub fn options(mut self, options: O) -> Self {
        self.options = options;
        self
    }

    /// How many run at a time: at least 1; default 8.
    pub fn concurrency(mut self, most: usize) -> Self {
        self.concurrency = most.max(1);
        self
    }

    /// Calls `report` every 0.1 s at most, and once more at the end, while outcomes are waited for.
    pub fn on_progress(mut self, report: impl FnMut(&BatchProgress) + Send + 'a) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// The next outcome, or `None` at the end.
    pub async fn next_outcome(&mut self) -> Option<Outcome<X, T>> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// The next outcome, or `None` at the end; the task is woken when it is there.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome<X, T>>> {
        while self.more && self.running.len() < self.concurrency {
            let Some((index, item)) = self.items.next() else {
                self.more = false;
                break;
            };
            self.tally.begun += 1;
            let request = (self.make)(&self.client, &item, &mut self.outputs);
            match request.and_then(|request| request.options(self.options.clone()).start()) {
                Ok(operation) => self.running.push(Running {
                    index,
                    item,
                    operation,
                }),
                Err(error) => return Poll::Ready(Some(self.end(index, item, Err(error)))),
            }
        }
        let ticks = self.report.is_some();
        for at in 0..self.running.len() {
            let operation = &mut self.running[at].operation;
            if let Poll::Ready(ended) = operation.poll_end(context, ticks) {
                let Running {
                    index,
                    item,
                    operation,
                } = self.running.swap_remove(at);
                if let Ok(progress) = operation.progress() {
                    self.tally.add(&progress);
                }
                let result = ended.and_then(|()| operation.finish());
                return Poll::Ready(Some(self.end(index, item, result)));
            }
        }
        let over = self.running.is_empty();
        self.tell(over);
        if over { Poll::Ready(None) } else { Poll::Pending }
    }

    fn end(&mut self, index: usize, item: X, result: Result<T>) -> Outcome<X, T> {
        self.tally.finished += 1;
        self.tally.failed += usize::from(result.is_err());
        self.tell(false);
        Outcome { index, item, result }
    }

    /// Reports the progress of all if it is due, or for the last time.
    fn tell(&mut self, last: bool) {
        if !last && self.reported.is_some_and(|at| at.elapsed() < PERIOD) {
            return;
        }
        let Some(report) = &mut self.report else { return };
        let mut all = self.tally.clone();
        for one in &self.running {
            if let Ok(progress) = one.operation.progress() {
                all.add(&progress);
            }
        }
        report(&all);
        self.reported = Some(Instant::now());
        if last {
            self.report = None;
        }
    }
}

impl Batch<'_, PullItem, PullOptions, PullResult> {
    /// The directory that the paths of the items are relative to; it is made if it does not exist. Default: the working
    /// directory.
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.outputs.folder = Some(path.into());
        self
    }
}

/// The files that the pulls of a batch write.
#[derive(Default)]
struct Outputs {
    folder: Option<PathBuf>,
    /// Who writes a file.
    claimed: HashMap<PathBuf, String>,
}

impl Outputs {
    /// The file of a pull. Errors: `InvalidArgument` if another item writes it.
    fn claim(&mut self, item: &PullItem) -> Result<PathBuf> {
        let mut target = item.path.clone().unwrap_or_default();
        if let Some(folder) = &self.folder {
            std::fs::create_dir_all(folder).map_err(|error| {
                let message = format!("cannot make the directory \"{}\": {error}", folder.display());
                Error::filesystem(message, folder, &error)
            })?;
            target = folder.join(target);
        }
        let is_folder = target.as_os_str().is_empty() || ends_in_separator(&target) || target.is_dir();
        if is_folder {
            target.push(Reference::parse(&item.reference)?.default_name()?);
        }
        match self.claimed.entry(resolved(&target)) {
            Entry::Vacant(free) => free.insert(item.reference.clone()),
            Entry::Occupied(taken) => {
                let (ours, other) = (&item.reference, taken.get());
                return Err(Error::invalid(format!(
                    "pull \"{ours}\": \"{other}\" is pulled to \"{}\", too; give one of them another path",
                    target.display()
                )));
            }
        };
        Ok(target)
    }
}

fn ends_in_separator(path: &Path) -> bool {
    path.as_os_str()
        .as_encoded_bytes()
        .last()
        .is_some_and(|last| std::path::is_separator(char::from(*last)))
}

/// The path without links, except for the file itself, which is replaced.
fn resolved(path: &Path) -> PathBuf {
    let name: OsString = path.file_name().unwrap_or_default().to_owned();
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let folder = folder
        .canonicalize()
        .or_else(|_| std::path::absolute(folder))
        .unwrap_or(folder.to_owned());
    folder.join(name)
}

impl<X, O: Options, T> Options for Batch<'_, X, O, T> {
    fn values(&self) -> &Values {
        self.options.values()
    }
    fn values_mut(&mut self) -> &mut Values {
        self.options.values_mut()
    }
}

impl<X, O: Options + Clone + Default, T: Output> Iterator for Batch<'_, X, O, T> {
    type Item = Outcome<X, T>;

    fn next(&mut self) -> Option<Self::Item> {
        block_on(|context| self.poll_next(context))
    }
}

impl<X, O, T> Drop for Batch<'_, X, O, T> {
    fn drop(&mut self) {
        // All at once, before each is waited for.
        for one in &self.running {
            one.operation.request_end();
        }
    }
}

impl<X, O, T> Unpin for Batch<'_, X, O, T> {}

#[cfg(feature = "futures")]
impl<X, O: Options + Clone + Default, T: Output> futures_core::Stream for Batch<'_, X, O, T> {
    type Item = Outcome<X, T>;

    fn poll_next(self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Batch::poll_next(self.get_mut(), context)
    }
}

impl<X, O: fmt::Debug, T> fmt::Debug for Batch<'_, X, O, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Batch")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
