//! Tells the linker where libwasm2oci is: WASM2OCI_LIB_DIR names the folder.

fn main() {
    println!("cargo:rerun-if-env-changed=WASM2OCI_LIB_DIR");
    if let Ok(dir) = std::env::var("WASM2OCI_LIB_DIR") {
        println!("cargo:rustc-link-search=native={dir}");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{dir}");
    }
    println!("cargo:rustc-link-lib=dylib=wasm2oci");
}
