//! Finds libwasm2oci, or builds it from the sources in `native`; README.md says how it is chosen.

use std::env;
use std::path::{Path, PathBuf};

/// The versions whose functions these bindings are for: as in C, those of one minor version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for variable in ["WASM2OCI_LIB_DIR", "WASM2OCI_STATIC", "DOCS_RS"] {
        println!("cargo:rerun-if-env-changed={variable}");
    }
    // Documentation is made without linking, and a library that is loaded later is not linked.
    if env::var_os("DOCS_RS").is_some() || is_set("CARGO_FEATURE_DLOPEN") {
        return;
    }
    if is_set("CARGO_FEATURE_VENDORED") {
        build();
    } else if let Some(folder) = env::var_os("WASM2OCI_LIB_DIR") {
        link(Path::new(&folder), wants_static());
    } else if !find() {
        build();
    }
}

/// Links what pkg-config knows; returns whether it knows any.
fn find() -> bool {
    let mut next = VERSION
        .split('.')
        .map(|part| part.parse::<u32>().expect("a number"));
    let (major, minor) = (next.next().unwrap_or(0), next.next().unwrap_or(0));
    let found = pkg_config::Config::new()
        .range_version(VERSION.to_owned().as_str()..format!("{major}.{}.0", minor + 1).as_str())
        .statik(wants_static())
        .cargo_metadata(false)
        .probe("wasm2oci");
    match found {
        Ok(library) => {
            for folder in &library.link_paths {
                link(folder, wants_static());
            }
            if library.link_paths.is_empty() {
                link_name(wants_static());
            }
            for folder in &library.include_paths {
                println!("cargo:include={}", folder.display());
            }
            true
        }
        Err(_) => false,
    }
}

/// Links the library in a folder.
fn link(folder: &Path, statically: bool) {
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:lib_dir={}", folder.display());
    link_name(statically);
}

fn link_name(statically: bool) {
    if !statically {
        println!("cargo:rustc-link-lib=dylib=wasm2oci");
        return;
    }
    println!("cargo:rustc-link-lib=static=wasm2oci");
    println!("cargo:static=1");
    // What Go's runtime and its resolver need.
    if env::var("CARGO_CFG_TARGET_VENDOR").as_deref() == Ok("apple") {
        println!("cargo:rustc-link-lib=framework=CoreFoundation");
        println!("cargo:rustc-link-lib=framework=Security");
        println!("cargo:rustc-link-lib=dylib=resolv");
    } else {
        println!("cargo:rustc-link-lib=dylib=pthread");
        println!("cargo:rustc-link-lib=dylib=dl");
    }
}

/// Builds the static library by the project's CMake, which runs Go.
fn build() {
    let native = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("native");
    assert!(
        native.join("go/go.mod").exists(),
        "libwasm2oci is not installed, and its sources are not in {}: on Windows, let git make symbolic links \
         (core.symlinks) and clone again, or name the folder of the library in WASM2OCI_LIB_DIR",
        native.display()
    );
    for part in ["CMakeLists.txt", "cmake", "cpp", "go"] {
        println!("cargo:rerun-if-changed={}", native.join(part).display());
    }
    println!("cargo:rerun-if-env-changed=PATH");
    let made = cmake::Config::new(&native)
        .profile("Release")
        .define("WASM2OCI_BUILD_TESTS", "OFF")
        .define("WASM2OCI_BUILD_EXAMPLES", "OFF")
        .define("WASM2OCI_BUILD_PYTHON", "OFF")
        .define("WASM2OCI_BUILD_LIBRARY", "OFF")
        .define("WASM2OCI_GO_BUILDMODE", "c-archive")
        .build_target("wasm2oci_go_build")
        .build();
    println!("cargo:include={}", native.join("cpp/include").display());
    link(&made.join("build/go"), true);
}

fn wants_static() -> bool {
    is_set("WASM2OCI_STATIC") && env::var_os("WASM2OCI_STATIC").is_some_and(|value| value != "0")
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some()
}
