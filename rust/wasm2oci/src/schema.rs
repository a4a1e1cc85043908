//! What Go wrote down of options, results and statuses, which the tests compare with.

use serde_json::{Map, Value};

/// The members of one part of `options.json`, such as "statuses" or "options/pull".
pub(crate) fn members(part: &str) -> Map<String, Value> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../go/capi/testdata/options.json");
    let text = std::fs::read_to_string(file).expect("the file is in the repository");
    let all: Value = serde_json::from_str(&text).expect("it is JSON");
    all.pointer(&format!("/{part}"))
        .unwrap_or_else(|| panic!("it has {part}"))
        .as_object()
        .expect("an object")
        .clone()
}
