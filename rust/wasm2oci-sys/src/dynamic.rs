//! The shared library, loaded when it is first used.

use std::borrow::ToOwned;
use std::error::Error;
use std::ffi::OsStr;
use std::string::String;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{fmt, format};

use libloading::Library;

use crate::Table;

/// What the loader is asked for by itself. Before 1.0 each minor version has an ABI of its own.
fn name() -> String {
    let abi = match env!("CARGO_PKG_VERSION_MAJOR") {
        "0" => concat!("0.", env!("CARGO_PKG_VERSION_MINOR")),
        major => major,
    };
    if cfg!(windows) {
        "wasm2oci.dll".to_owned()
    } else if cfg!(target_vendor = "apple") {
        format!("libwasm2oci.{abi}.dylib")
    } else {
        format!("libwasm2oci.so.{abi}")
    }
}

static TABLE: OnceLock<Table> = OnceLock::new();

/// Why a library could not be loaded.
#[derive(Debug)]
pub struct LoadError(libloading::Error);

impl fmt::Display for LoadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "libwasm2oci cannot be loaded: {}", self.0)
    }
}

impl Error for LoadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// Loads the library, once for the process: later calls do nothing.
///
/// `path` is a file, a name that the loader of the system looks for, or `None` for the library's own name.
///
/// # Errors
///
/// There is none, or it lacks a function of this version.
///
/// # Safety
///
/// The file is a libwasm2oci: its functions are called as the header declares them.
pub unsafe fn load(path: Option<&OsStr>) -> Result<(), LoadError> {
    static LOADING: Mutex<()> = Mutex::new(());
    let _guard = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if TABLE.get().is_some() {
        return Ok(());
    }
    // SAFETY: as of this function.
    let library = unsafe { path.map_or_else(|| Library::new(name()), |path| Library::new(path)) };
    let library = library.map_err(LoadError)?;
    let table = Table::of(&library).map_err(LoadError)?;
    // A Go runtime cannot be unloaded.
    std::mem::forget(library);
    let _ = TABLE.set(table);
    Ok(())
}

/// The functions of the loaded library.
pub(crate) fn table() -> &'static Table {
    if let Some(table) = TABLE.get() {
        return table;
    }
    // SAFETY: a library of this name has the functions of this version.
    if let Err(error) = unsafe { load(None) } {
        panic!("{error}");
    }
    TABLE.get().expect("it was loaded")
}
