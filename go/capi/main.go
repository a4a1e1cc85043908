// Command capi is the C API of wasm2oci, built with -buildmode=c-archive. It is
// the only place of the project with cgo or unsafe, and it has no opinion about
// OCI: it turns C arguments into Go ones, calls package wasm2oci, and turns the
// results back.
//
// The map:
//
//	entry.c        the public functions
//	start.c        the start of the Go runtime at the first of them, and forks
//	entrypoint.c   how it is started
//	handle.go      numbers that stand for Go values
//	status.go      errors, and the guard round every call
//	memory.go      C memory
//	options.go     JSON to option structs
//	client.go      clients
//	verbs.go       the start of each verb
//	operation.go   an operation, from its start to its close
//	reader.go      streams
//	completion.go  waiting for many operations and readers at once
//	runtime.go     how much memory and how many processors Go takes
//	library.go     build facts and the end of the process
//
// Go keeps no C pointer beyond the operation it was given to, and C keeps no Go
// pointer at all: what C holds are numbers.
package main

func main() {}
