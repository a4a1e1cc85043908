//! Where artifacts are: a layout in a folder, or a repository of the registry.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

/// The module of the examples.
pub(crate) const HELLO: &[u8] = include_bytes!("../../../../examples/hello.wasm");

/// A folder that goes with it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "wasm2oci-rust-{}-{}",
            process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a folder can be made");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it, with the module.
    pub(crate) fn hello(&self) -> PathBuf {
        self.file("hello.wasm", HELLO)
    }

    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).expect("a file can be written");
        path
    }

    /// A layout in it.
    pub(crate) fn layout(&self) -> String {
        format!("oci:{}", self.0.join("layout").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a test on a layout and on a repository of its own; it gets a folder and the reference without a tag.
pub(crate) fn on_both(name: &str, test: impl Fn(&Folder, &str)) {
    let folder = Folder::new();
    test(&folder, &folder.layout());
    let folder = Folder::new();
    match env::var("WASM2OCI_TEST_REGISTRY") {
        Ok(registry) => test(&folder, &format!("{registry}/rust/{name}")),
        Err(_) => eprintln!("{name}: without a registry"),
    }
}
