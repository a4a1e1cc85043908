//! Pulls a module from a registry or a layout, through the C API.
//!
//!     WASM2OCI_LIB_DIR=<folder of libwasm2oci.so> cargo run -- REFERENCE FILE
//!
//! SPDX-License-Identifier: Apache-2.0

use std::env;
use std::error::Error;
use std::ffi::{c_char, CStr, CString};
use std::process::ExitCode;
use std::ptr;

/// wasm2oci_client_t
#[repr(C)]
#[derive(Clone, Copy)]
struct Client {
    id: u64,
}

/// wasm2oci_error_t
#[repr(C)]
struct RawError {
    status: i32,
    reserved: i32,
    message: *mut c_char,
    detail: *mut c_char,
}

/// wasm2oci_descriptor_t
#[repr(C)]
struct Descriptor {
    size: u64,
    digest: [c_char; 144],
    media_type: [c_char; 256],
}

extern "C" {
    fn wasm2oci_client_new(
        options: *const c_char,
        environment: *const *const c_char,
        client: *mut Client,
        error: *mut RawError,
    ) -> i32;
    fn wasm2oci_client_close(client: *mut Client) -> i32;
    fn wasm2oci_pull_and_wait(
        client: Client,
        reference: *const c_char,
        path: *const c_char,
        options: *const c_char,
        descriptor: *mut Descriptor,
        error: *mut RawError,
    ) -> i32;
    fn wasm2oci_error_clear(error: *mut RawError);
}

/// Calls a function of the C API and turns its error into a Rust one.
fn check(call: impl FnOnce(&mut RawError) -> i32) -> Result<(), Box<dyn Error>> {
    let mut error = RawError {
        status: 0,
        reserved: 0,
        message: ptr::null_mut(),
        detail: ptr::null_mut(),
    };
    if call(&mut error) == 0 {
        return Ok(());
    }
    // SAFETY: a failing call has set the message, which is ours until it is cleared.
    let message = unsafe {
        let message = CStr::from_ptr(error.message).to_string_lossy().into_owned();
        wasm2oci_error_clear(&mut error);
        message
    };
    Err(message.into())
}

/// Pulls the module that `reference` names into `path`; the digest of its manifest.
fn pull(reference: &str, path: &str) -> Result<String, Box<dyn Error>> {
    let reference = CString::new(reference)?;
    let path = CString::new(path)?;
    let mut client = Client { id: 0 };
    let mut manifest = Descriptor {
        size: 0,
        digest: [0; 144],
        media_type: [0; 256],
    };
    // SAFETY: all pointers live until the calls return; NULL stands for the defaults.
    check(|error| unsafe { wasm2oci_client_new(ptr::null(), ptr::null(), &mut client, error) })?;
    let pulled = check(|error| unsafe {
        wasm2oci_pull_and_wait(
            client,
            reference.as_ptr(),
            path.as_ptr(),
            ptr::null(),
            &mut manifest,
            error,
        )
    });
    // SAFETY: a client may be closed once it is not needed; the digest ends with NUL.
    unsafe {
        wasm2oci_client_close(&mut client);
        pulled?;
        Ok(CStr::from_ptr(manifest.digest.as_ptr())
            .to_str()?
            .to_owned())
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [reference, path] = arguments.as_slice() else {
        eprintln!("usage: wasm2oci-example REFERENCE FILE");
        return ExitCode::from(2);
    };
    match pull(reference, path) {
        Ok(digest) => {
            println!("pulled {digest} to {path}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
