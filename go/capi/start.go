package main

// void wasm2oci_loaded(void);
import "C"

import _ "github.com/wasm2oci/wasm2oci/go/internal/start"

// For the entry in that package, which calls it: so cgo tells the linker of it.
var _ = C.wasm2oci_loaded
