#![doc = include_str!("../../../docs/guide/rust.md")]
#![allow(rustdoc::invalid_codeblock_attributes)]

#[doc = include_str!("../../../README.md")]
pub mod readme {}
