// Package start puts the start of the Go runtime off until the library is used.
//
// What loads an archive of Go calls the linker's entry symbol, which starts the
// runtime with its threads: in every program that links the library, and before
// it can become a daemon or fork its workers. The entry in this package, which
// the linker's flag -E puts in that place, only tells C where Go's own entry is
// (go/capi/start.c), and C calls that at the first use.
//
// Without the flag, as in tests and on other processors, Go starts at load.
package start
