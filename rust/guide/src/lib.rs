#![doc = include_str!("../../../docs/guide/rust.md")]
#![allow(rustdoc::invalid_codeblock_attributes)]
// These are texts for people, which are read elsewhere as well.
#![allow(clippy::doc_markdown)]

#[doc = include_str!("../../../README.md")]
pub mod readme {}
