use std::thread;

use wasm2oci::{Client, RegistryCredential, RuntimeOptions, Status};

use crate::place::{Folder, HELLO};

#[test]
fn a_client_is_used_by_many_threads() {
    let folder = Folder::new();
    let client = Client::new().expect("a client");
    thread::scope(|scope| {
        for number in 0..8 {
            let (client, folder) = (&client, &folder);
            scope.spawn(move || {
                let reference = format!("{}:v{number}", folder.layout());
                client.push_bytes(HELLO, &reference).run().expect("pushed");
                assert_eq!(&client.fetch(&reference).run().expect("fetched")[..], HELLO);
            });
        }
    });
    assert_eq!(client.tags(folder.layout()).count(), 8);
}

#[test]
fn handles_may_be_sent_and_shared() {
    fn both<T: Send + Sync + 'static>() {}
    both::<Client>();
    both::<wasm2oci::Operation<wasm2oci::PullResult>>();
    both::<wasm2oci::Fetched>();
    both::<wasm2oci::Reader>();
    both::<wasm2oci::Reference>();
}

#[test]
fn a_closed_client_refuses() {
    let client = Client::new().expect("a client");
    let clone = client.clone();
    client.close();
    client.close();
    assert_eq!(
        clone.resolve("oci:x:v1").run().unwrap_err().status(),
        Status::Closed
    );
}

#[test]
fn credentials_are_renewed() {
    let client = Client::builder()
        .credentials([RegistryCredential::password("ghcr.io/me", "me", "old")])
        .build()
        .expect("a client");
    let renewed = [
        RegistryCredential::password("ghcr.io/me", "me", ""),
        RegistryCredential::token("a.test:5000", "t"),
    ];
    client.set_credentials(renewed).expect("set");
    client
        .set_credentials([RegistryCredential::none("ghcr.io/me")])
        .expect("removed");
    let error = client
        .set_credentials([RegistryCredential::token("a", "hunter2")])
        .unwrap_err();
    assert_eq!(error.status(), Status::InvalidArgument);
    assert!(!error.to_string().contains("hunter2"));
}

#[test]
fn a_client_takes_options_and_an_environment() {
    let folder = Folder::new();
    let error = Client::builder()
        .ca_file(folder.path().join("none.pem"))
        .build()
        .unwrap_err();
    assert_eq!(error.status(), Status::Filesystem);
    let client = Client::builder()
        .retries(0)
        .connections(2)
        .username("me")
        .password("hunter2")
        .environment([("HOME", folder.path())])
        .build();
    client.expect("a client");
}

#[test]
fn the_library_says_what_it_is() {
    assert_eq!(wasm2oci::version(), env!("CARGO_PKG_VERSION"));
    let info = wasm2oci::build_info().expect("an answer");
    assert_eq!(info.version, wasm2oci::version());
    assert!(info.go_version.starts_with("go1."));
    wasm2oci::configure_runtime(&RuntimeOptions::new().gc_percent(90)).expect("configured");
    assert_eq!(wasm2oci::runtime_info().expect("an answer").gc_percent, 90);
}
