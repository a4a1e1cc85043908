//! What a user of the crate sees, on a layout and on a real registry.
//!
//! The registry is the one that `WASM2OCI_TEST_REGISTRY` names, as `python -m tests.support.with_registry` sets it; without
//! it those tests say so and end.

mod batches;
mod client;
mod errors;
mod futures;
mod place;
mod processes;
mod streams;
mod verbs;
