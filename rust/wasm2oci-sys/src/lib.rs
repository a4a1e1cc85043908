//! The C API of [wasm2oci](https://github.com/wasm2oci/wasm2oci), as it is. The crate `wasm2oci` is the safe one.
//!
//! The functions, their options, results and rules on memory, threads and `fork` are those of `wasm2oci.h`, whose
//! comments stand here. Where the library comes from is in the
//! [README](https://github.com/wasm2oci/wasm2oci/blob/main/rust/wasm2oci-sys/README.md).
//!
//! ```
//! # use std::ffi::CStr;
//! // SAFETY: it returns a text that is never freed.
//! let version = unsafe { CStr::from_ptr(wasm2oci_sys::wasm2oci_version()) };
//! ```
//!
//! With the feature `dlopen` nothing is linked. The functions are those of the shared library that `load` was given,
//! or else of the one that the loader of the system finds; one that is called where there is none panics.

#![no_std]

#[cfg(feature = "dlopen")]
extern crate std;

#[cfg(feature = "dlopen")]
mod dynamic;
#[cfg(feature = "dlopen")]
pub use dynamic::{LoadError, load};

/// Declares the functions, so that they are linked.
#[cfg(not(feature = "dlopen"))]
macro_rules! functions {
    ($($functions:tt)*) => {
        unsafe extern "C" { $($functions)* }
    };
}

/// Makes each function call the one of the loaded library.
#[cfg(feature = "dlopen")]
macro_rules! functions {
    ($($(#[$comment:meta])* pub fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)?;)*) => {
        /// The functions of a library.
        pub(crate) struct Table { $($name: unsafe extern "C" fn($($type),*) $(-> $result)?,)* }

        impl Table {
            /// Looks up all functions.
            pub(crate) fn of(library: &libloading::Library) -> Result<Self, libloading::Error> {
                // SAFETY: the names are those of the header, and so are the types.
                unsafe {
                    Ok(Self { $($name: *library.get(concat!(stringify!($name), "\0").as_bytes())?,)* })
                }
            }
        }

        $(
            $(#[$comment])*
            ///
            /// # Safety
            ///
            /// The pointers are as said above, and as the header says.
            pub unsafe fn $name($($argument: $type),*) $(-> $result)? {
                // SAFETY: as of this function.
                unsafe { (dynamic::table().$name)($($argument),*) }
            }
        )*
    };
}

mod bindings {
    // As C says it.
    #![allow(
        missing_docs,
        non_camel_case_types,
        clippy::pedantic,
        clippy::undocumented_unsafe_blocks,
        clippy::missing_safety_doc,
        clippy::doc_lazy_continuation,
        clippy::doc_overindented_list_items,
        clippy::too_many_arguments,
        rustdoc::broken_intra_doc_links,
        rustdoc::invalid_html_tags
    )]
    #[cfg(feature = "dlopen")]
    use super::dynamic;

    include!("bindings.rs");
}

#[cfg(feature = "dlopen")]
pub(crate) use bindings::Table;
pub use bindings::*;
