//! What a process sees that ends, or forks.

use std::env;
use std::process::Command;

use wasm2oci::{Client, Status};

use crate::place::{Folder, HELLO};

/// Runs one test of this program in a process of its own.
fn alone(name: &str) -> bool {
    if env::var_os("WASM2OCI_TEST_ALONE").is_some() {
        return true;
    }
    let this = env::current_exe().expect("this program");
    let ended = Command::new(this)
        .args([&format!("processes::{name}"), "--exact", "--nocapture"])
        .env("WASM2OCI_TEST_ALONE", "1")
        .output()
        .expect("it runs");
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    false
}

#[test]
fn after_a_shutdown_everything_is_refused() {
    if !alone("after_a_shutdown_everything_is_refused") {
        return;
    }
    let folder = Folder::new();
    let client = Client::new().expect("a client");
    client
        .push_bytes(HELLO, format!("{}:v1", folder.layout()))
        .run()
        .expect("pushed");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let host = listener.local_addr().expect("an address");
    let started = client.resolve(format!("{host}/x:v1")).start().expect("started");
    wasm2oci::shutdown(std::time::Duration::from_secs(10)).expect("ended");
    assert_eq!(
        client.resolve("oci:x:v1").run().unwrap_err().status(),
        Status::Closed
    );
    let future = std::future::IntoFuture::into_future(client.resolve("oci:x:v1"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    assert_eq!(runtime.block_on(future).unwrap_err().status(), Status::Closed);
    assert_eq!(runtime.block_on(started).unwrap_err().status(), Status::Cancelled);
}

#[test]
fn a_process_ends_while_an_operation_runs() {
    if !alone("a_process_ends_while_an_operation_runs") {
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let host = listener.local_addr().expect("an address");
    let client = Client::new().expect("a client");
    let operation = client.resolve(format!("{host}/x:v1")).start().expect("started");
    std::mem::forget(operation);
    std::process::exit(0);
}
