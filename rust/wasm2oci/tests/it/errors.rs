use std::time::Duration;

use wasm2oci::{Client, Status, options};

use crate::place::{Folder, on_both};

#[test]
fn an_error_says_what_and_where() {
    on_both("errors", |folder, place| {
        let client = Client::new().expect("a client");
        client
            .push(folder.hello(), format!("{place}:v1"))
            .run()
            .expect("pushed");
        let error = client.resolve(format!("{place}:v7")).run().unwrap_err();
        assert_eq!(error.status(), Status::NotFound);
        assert_eq!(error.detail().op.as_deref(), Some("resolve"));
        assert_eq!(error.detail().reference, Some(format!("{place}:v7")));
        assert!(error.to_string().contains("v7"), "{error}");
        if !place.starts_with("oci:") {
            assert_eq!(error.detail().http_status, Some(404));
        }
    });
}

#[test]
fn a_hint_names_the_option() {
    let folder = Folder::new();
    let client = Client::new().expect("a client");
    let layout = folder.layout();
    let text = folder.file("notes.txt", b"no module");
    let error = client.push(text, format!("{layout}:v1")).run().unwrap_err();
    assert_eq!(error.status(), Status::NotWasm);
    assert_eq!(error.detail().option.as_deref(), Some("allow_any"));
    assert!(error.message().contains("allow_any"), "{error}");
}

#[test]
fn what_cannot_be_said_in_c_is_refused() {
    let client = Client::new().expect("a client");
    for error in [
        client.pull("oci:a\0b:v1").run().unwrap_err(),
        client.push("a\0b.wasm", "oci:x:v1").run().unwrap_err(),
        client.pull("oci:x:v1").timeout(Duration::ZERO).run().unwrap_err(),
        Client::builder().environment([("A\0", "b")]).build().unwrap_err(),
    ] {
        assert_eq!(error.status(), Status::InvalidArgument, "{error}");
    }
}

#[test]
fn a_bad_reference_is_refused_before_anything_begins() {
    let client = Client::new().expect("a client");
    assert_eq!(
        client.pull("no reference").start().unwrap_err().status(),
        Status::InvalidReference
    );
    let Some(Err(error)) = client.tags("oci:x:v1").next() else {
        panic!("there is an error")
    };
    assert_eq!(error.status(), Status::InvalidReference);
}

#[test]
fn options_can_be_shared() {
    let folder = Folder::new();
    let client = Client::new().expect("a client");
    client
        .push(folder.hello(), format!("{}:v1", folder.layout()))
        .run()
        .expect("pushed");
    let shared = options::PullOptions::new().overwrite(false);
    let pull = || {
        client
            .pull(format!("{}:v1", folder.layout()))
            .to(folder.path().join("out.wasm"))
    };
    pull().options(shared.clone()).run().expect("pulled");
    let error = pull().options(shared).run().unwrap_err();
    assert_eq!(error.status(), Status::AlreadyExists);
    assert!(std::io::Error::from(error).kind() == std::io::ErrorKind::AlreadyExists);
}
