//! How far an operation is.

use std::time::Duration;

use wasm2oci_sys as sys;

use crate::raw;

/// How often progress is reported at most.
pub(crate) const PERIOD: Duration = Duration::from_millis(100);

/// What an operation is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// It begins.
    #[default]
    Starting,
    /// It hashes what is to be sent.
    Hashing,
    /// It asks what a reference names.
    Resolving,
    /// It moves bytes.
    Transferring,
    /// It puts what was moved into place.
    Finishing,
    /// It has ended.
    Done,
}

/// A snapshot of the progress of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes moved so far, including `reused`.
    pub done: u64,
    /// Bytes in total; 0 as long as that is unknown.
    pub total: u64,
    /// Bytes that were already there and were not moved.
    pub reused: u64,
    /// Bytes received before a connection broke that were not transferred again.
    pub resumed: u64,
    /// What it is doing.
    pub phase: Phase,
    /// Requests repeated so far.
    pub retries: u32,
    /// The digest of the blob being moved, or `""`.
    pub item: String,
}

impl Progress {
    pub(crate) fn from_raw(raw: &sys::wasm2oci_progress_t) -> Self {
        Self {
            done: raw.done,
            total: raw.total,
            reused: raw.reused,
            resumed: raw.resumed,
            phase: match raw.phase {
                sys::WASM2OCI_PHASE_HASHING => Phase::Hashing,
                sys::WASM2OCI_PHASE_RESOLVING => Phase::Resolving,
                sys::WASM2OCI_PHASE_TRANSFERRING => Phase::Transferring,
                sys::WASM2OCI_PHASE_FINISHING => Phase::Finishing,
                sys::WASM2OCI_PHASE_DONE => Phase::Done,
                _ => Phase::Starting,
            },
            retries: raw.retries,
            // SAFETY: the library ends it with NUL.
            item: unsafe { raw::text_from(raw.item.as_ptr()) },
        }
    }
}
