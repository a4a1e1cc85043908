// Package wasm reads WebAssembly binaries: it tells core modules and components
// apart, and says what is in them without reading their code.
//
// Sniff needs the first eight bytes alone. The package depends on the standard
// library only and knows nothing of registries.
package wasm
