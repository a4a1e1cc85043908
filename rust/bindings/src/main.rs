//! Writes `wasm2oci-sys/src/bindings.rs` from the C header, or with `--check` says whether it is up to date.
//!
//!     LIBCLANG_PATH=<folder of libclang.so> cargo run -p bindings [-- --check]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

const HEADING: &str = "// Written by `cargo run -p bindings` from wasm2oci.h; do not edit.\n";

fn main() -> ExitCode {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let include = here.join("../../cpp/include");
    let file = here.join("../wasm2oci-sys/src/bindings.rs");
    let made = generate(&include);
    if !env::args().any(|argument| argument == "--check") {
        fs::write(&file, made).expect("bindings.rs can be written");
        return ExitCode::SUCCESS;
    }
    if fs::read_to_string(&file).unwrap_or_default() == made {
        return ExitCode::SUCCESS;
    }
    eprintln!("wasm2oci-sys/src/bindings.rs is not what wasm2oci.h says; run: cargo run -p bindings");
    ExitCode::FAILURE
}

/// The types and constants of the header as they are, and its functions in a `functions!` macro, which links or
/// loads them.
fn generate(include: &Path) -> String {
    let bindings = bindgen::Builder::default()
        .header(include.join("wasm2oci/wasm2oci.h").to_string_lossy())
        .clang_args(["-x", "c", "-std=c11", "-I"])
        .clang_arg(include.to_string_lossy())
        .clang_args(
            system_headers()
                .iter()
                .map(|folder| format!("-I{}", folder.display())),
        )
        .allowlist_item("(wasm2oci|WASM2OCI)_.*")
        .default_enum_style(bindgen::EnumVariation::Consts)
        .prepend_enum_name(false)
        .derive_default(true)
        .generate_cstr(true)
        .merge_extern_blocks(true)
        .use_core()
        .rust_edition(bindgen::RustEdition::Edition2024)
        .rust_target(bindgen::RustTarget::stable(85, 0).expect("a known version of Rust"))
        .formatter(bindgen::Formatter::Prettyplease)
        .disable_header_comment()
        .generate()
        .expect("the header can be read")
        .to_string();
    let (before, after) = bindings
        .split_once("unsafe extern \"C\" {\n")
        .expect("the header declares functions");
    assert!(
        !after.contains("extern \"C\" {"),
        "the functions are in one block"
    );
    let mut types: Vec<String> = Vec::new();
    for line in before.lines() {
        if line.starts_with("pub type _bindgen_ty_") {
            // An enumeration without a name, which nothing is declared with; its comment goes as well.
            types.truncate(
                types.len()
                    - types
                        .iter()
                        .rev()
                        .take_while(|line| line.starts_with("///"))
                        .count(),
            );
        } else {
            types.push(typed(line));
        }
    }
    format!("{HEADING}{}\nfunctions! {{\n{after}", types.join("\n"))
}

/// Gives a constant the type of what it is compared with; C's enumerations have their own.
fn typed(line: &str) -> String {
    for (prefix, wanted) in [("STATUS", "wasm2oci_status_t"), ("PHASE", "i32")] {
        let name = format!("pub const WASM2OCI_{prefix}_");
        if let Some((constant, rest)) = line.starts_with(&name).then(|| line.split_once(": ")).flatten() {
            let (_, value) = rest.split_once(" = ").expect("a constant has a value");
            return format!("{constant}: {wanted} = {value}");
        }
    }
    line.to_owned()
}

/// What libclang does not bring by itself: `stddef.h`, from the compiler of the machine.
fn system_headers() -> Vec<PathBuf> {
    let said = Command::new("cc").arg("-print-file-name=include").output();
    said.map(|said| PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()))
        .ok()
        .filter(|folder| folder.is_dir())
        .into_iter()
        .collect()
}
