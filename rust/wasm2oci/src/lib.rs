#![doc = include_str!("../README.md")]

mod artifact;
mod batch;
mod block;
mod client;
mod content;
mod credential;
mod error;
mod handle;
mod operation;
pub mod options;
mod output;
mod progress;
mod raw;
mod reactor;
mod reader;
mod reference;
mod request;
mod result;
mod runtime;
#[cfg(test)]
mod schema;
mod status;
mod tags;
mod values;

pub use artifact::{
    Artifact, Child, CustomSection, Export, ExternKind, FuncType, GlobalType, Import, MemoryType, Metadata,
    Producer, TableType, World,
};
pub use batch::{Batch, BatchProgress, Outcome, PullItem};
pub use client::{Client, ClientBuilder};
pub use credential::RegistryCredential;
pub use error::{Error, ErrorDetail, RegistryError, Result};
pub use operation::{LogRecord, Operation};
pub use options::{LinkMode, PullPolicy, PushFormat, RuntimeOptions, TagOrder};
pub use output::{CachedModule, Fetched, Output};
pub use progress::{Phase, Progress};
pub use reader::Reader;
pub use reference::Reference;
pub use request::{Request, RequestFuture};
pub use result::{
    AttachResult, CacheResult, CachedArtifact, CopyResult, DeleteResult, Descriptor, FetchResult, Kind,
    LoginResult, LogoutResult, PullResult, PushResult, ReferrersResult, ResolveResult, TagsResult,
    UntagResult,
};
#[cfg(feature = "dlopen")]
pub use runtime::load_library;
pub use runtime::{
    BuildInfo, OpenHandles, RuntimeInfo, build_info, configure_runtime, runtime_info, shutdown, version,
};
pub use status::Status;
pub use tags::Tags;
