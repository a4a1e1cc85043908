//! All tags, page after page.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};

use crate::block::block_on;
use crate::client::Client;
use crate::operation::Operation;
use crate::options::{Options, TagsOptions};
use crate::result::TagsResult;
use crate::values::Values;
use crate::{Error, Result};

/// The tags of a repository: what [`Client::tags`] returns. A page is requested when its first tag is needed; an error
/// ends it.
///
/// An iterator where there is no task, and with the feature `futures` a stream; [`Tags::next_tag`] is awaited.
///
/// ```no_run
/// # fn main() -> wasm2oci::Result<()> {
/// let client = wasm2oci::Client::new()?;
/// for tag in client.tags("ghcr.io/me/hello").sort(wasm2oci::TagOrder::Semver) {
///     println!("{}", tag?);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "tags are not listed before they are asked for"]
pub struct Tags {
    client: Client,
    repository: String,
    options: TagsOptions,
    page: VecDeque<String>,
    asked: Option<Operation<TagsResult>>,
    ended: bool,
}

impl Tags {
    pub(crate) fn new(client: Client, repository: String) -> Self {
        let (options, page) = (TagsOptions::default(), VecDeque::new());
        Self {
            client,
            repository,
            options,
            page,
            asked: None,
            ended: false,
        }
    }

    /// Replaces all options.
    pub fn options(mut self, options: TagsOptions) -> Self {
        self.options = options;
        self
    }

    /// The next tag, or `None` at the end.
    pub async fn next_tag(&mut self) -> Option<Result<String>> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// The next tag, or `None` at the end; the task is woken when it is there.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<String>>> {
        loop {
            if let Some(tag) = self.page.pop_front() {
                return Poll::Ready(Some(Ok(tag)));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            let page = match self.poll_page(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(page)) => page,
                Poll::Ready(Err(error)) => {
                    self.ended = true;
                    self.asked = None;
                    return Poll::Ready(Some(Err(error)));
                }
            };
            self.take(page);
        }
    }

    fn poll_page(&mut self, context: &Context<'_>) -> Poll<Result<TagsResult>> {
        if self.asked.is_none() {
            let request = self
                .client
                .tags_page(&self.repository)
                .options(self.options.clone());
            self.asked = Some(request.start()?);
        }
        let Some(operation) = &mut self.asked else {
            unreachable!()
        };
        let page = operation.poll_result(context, false);
        if page.is_ready() {
            self.asked = None;
        }
        page
    }

    /// Takes a page, and asks for what comes after it.
    fn take(&mut self, page: TagsResult) {
        let values = self.options.values_mut();
        let left = values.get("limit").and_then(serde_json::Value::as_u64);
        if let Some(limit) = left {
            let left = limit.saturating_sub(page.tags.len() as u64);
            values.set("limit", left);
            self.ended = left == 0;
        }
        match page.next {
            Some(next) => values.set("next", next),
            None => self.ended = true,
        }
        values.remove("last");
        values.remove("sort");
        self.page = page.tags.into();
    }
}

impl Options for Tags {
    fn values(&self) -> &Values {
        self.options.values()
    }
    fn values_mut(&mut self) -> &mut Values {
        self.options.values_mut()
    }
}

impl Iterator for Tags {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        block_on(|context| self.poll_next(context))
    }
}

#[cfg(feature = "futures")]
impl futures_core::Stream for Tags {
    type Item = Result<String, Error>;

    fn poll_next(self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Tags::poll_next(self.get_mut(), context)
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tags")
            .field("repository", &self.repository)
            .finish_non_exhaustive()
    }
}
