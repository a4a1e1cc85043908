//! Pulls a module from a registry or a layout.
//!
//!     cargo run -p pull -- REFERENCE FILE
//!
//! SPDX-License-Identifier: Apache-2.0

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [reference, path] = arguments.as_slice() else {
        eprintln!("usage: pull REFERENCE FILE");
        return ExitCode::from(2);
    };
    match pull(reference, path) {
        Ok(pulled) => {
            println!("pulled {} to {}", pulled.digest, pulled.path.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn pull(reference: &str, path: &str) -> wasm2oci::Result<wasm2oci::PullResult> {
    let client = wasm2oci::Client::new()?;
    client
        .pull(reference)
        .to(path)
        .on_progress(|progress| eprintln!("{} of {} bytes", progress.done, progress.total))
        .run()
}
