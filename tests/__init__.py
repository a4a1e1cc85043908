"""The tests of wasm2oci."""
