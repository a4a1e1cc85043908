//! Fetches a WASI program from a registry or a layout, and runs it with wasmtime.
//!
//!     cargo run -- REFERENCE
//!
//! It gives the program the two functions of WASI that `examples/hello.wasm` needs; the crate wasmtime-wasi has all of
//! them.
//!
//! SPDX-License-Identifier: Apache-2.0

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::{env, io};

use wasmtime::{Caller, Engine, Extern, Linker, Module, Store};

const WASI: &str = "wasi_snapshot_preview1";
const BAD_DESCRIPTOR: i32 = 8;
const FAULT: i32 = 21;

fn main() -> ExitCode {
    let Some(reference) = env::args().nth(1) else {
        eprintln!("usage: run REFERENCE");
        return ExitCode::from(2);
    };
    match run(&reference) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(reference: &str) -> Result<(), Box<dyn Error>> {
    let client = wasm2oci::Client::new()?;
    let wasm = client.fetch(reference).run()?;
    let engine = Engine::default();
    let module = Module::new(&engine, &wasm)?;
    let mut linker = Linker::new(&engine);
    linker.func_wrap(WASI, "fd_write", write)?;
    linker.func_wrap(WASI, "proc_exit", |code: i32| -> () { std::process::exit(code) })?;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module)?;
    instance
        .get_typed_func::<(), ()>(&mut store, "_start")?
        .call(&mut store, ())?;
    Ok(())
}

/// `fd_write` of WASI, for the standard output: writes `count` pairs of a place and a size.
fn write(mut caller: Caller<'_, ()>, descriptor: i32, vectors: i32, count: i32, written: i32) -> i32 {
    if descriptor != 1 {
        return BAD_DESCRIPTOR;
    }
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
        return FAULT;
    };
    let done = print(memory.data(&caller), vectors, count);
    let told = done.and_then(|done| {
        memory
            .write(&mut caller, index(written), &done.to_le_bytes())
            .ok()
    });
    if told.is_some() { 0 } else { FAULT }
}

fn print(memory: &[u8], vectors: i32, count: i32) -> Option<u32> {
    let number = |at: usize| {
        Some(u32::from_le_bytes(
            memory.get(at..at.checked_add(4)?)?.try_into().ok()?,
        ))
    };
    let mut done = 0;
    for vector in 0..index(count) {
        let at = index(vectors).checked_add(vector.checked_mul(8)?)?;
        let (place, size) = (number(at)? as usize, number(at.checked_add(4)?)?);
        io::stdout()
            .write_all(memory.get(place..place.checked_add(size as usize)?)?)
            .ok()?;
        done += size;
    }
    Some(done)
}

/// An address, which WebAssembly passes as a signed number.
fn index(address: i32) -> usize {
    address.cast_unsigned() as usize
}
