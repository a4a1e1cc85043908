use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

use wasm2oci::{Client, Error, Status};

use crate::place::{Folder, HELLO, on_both};

#[test]
fn a_module_is_read_as_a_stream() {
    on_both("stream", |folder, place| {
        let client = Client::new().expect("a client");
        client
            .push(folder.hello(), format!("{place}:v1"))
            .run()
            .expect("pushed");
        let mut reader = client.open(format!("{place}:v1")).run().expect("opened");
        assert_eq!(reader.info().file_size, HELLO.len() as u64);
        let mut first = [0; 4];
        reader.read_exact(&mut first).expect("read");
        assert_eq!(&first, b"\0asm");
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).expect("read");
        assert_eq!(rest, HELLO[4..]);
        assert_eq!(reader.read(&mut first).expect("the end stays"), 0);
    });
}

/// Turns the last byte of the blob over.
fn damage(layout: &Path, digest: &str) {
    let blob = layout.join("blobs").join(digest.replace(':', "/"));
    let mut content = fs::read(&blob).expect("the blob");
    *content.last_mut().expect("a byte") ^= 1;
    fs::remove_file(&blob).expect("it can be replaced");
    fs::write(&blob, content).expect("it can be replaced");
}

#[test]
fn a_damaged_module_has_no_end() {
    let folder = Folder::new();
    let client = Client::new().expect("a client");
    let reference = format!("{}:v1", folder.layout());
    let pushed = client.push(folder.hello(), &reference).run().expect("pushed");
    damage(&folder.path().join("layout"), &pushed.layer.digest);
    let mut reader = client.open(&reference).run().expect("opened");
    let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    let inside = error
        .get_ref()
        .and_then(|inside| inside.downcast_ref::<Error>())
        .map(Error::status);
    assert_eq!(inside, Some(Status::DigestMismatch));
    assert_eq!(
        client.fetch(&reference).run().unwrap_err().status(),
        Status::DigestMismatch
    );
}
