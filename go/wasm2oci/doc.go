// Package wasm2oci moves WebAssembly between files, memory, OCI registries and
// OCI layouts. It owns all behaviour; the C API, C++, Python and the command line
// above it only move data.
//
// The map:
//
//	client.go       Client and its options; the time limit of an operation
//	connection.go   TLS, proxy and transport of a client
//	environment.go  the snapshot of environment variables
//	auth.go         which credential a registry gets
//	login.go        one that is checked and kept
//	settings.go     options that come from the environment
//	reference.go    what names a place
//	target.go       what a reference opens to: a registry, a layout or an archive
//	source.go       what is pushed: a file or bytes
//	output.go       where a pull writes
//	artifact.go     from a reference to its manifest
//	selection.go    which module of several is meant
//	module.go       from a manifest to its module, open
//	opened.go       a blob whose first bytes were looked at
//	spool.go        a layer that is kept while it is looked into
//	errors.go       Error, its kinds and its detail
//	classify*.go    the only place that looks into other packages' errors
//
// and one file per verb:
//
//	push.go         local content to a target
//	publish.go      what push and convert share
//	convert.go      an artifact under another format
//	pull.go         an artifact to a file
//	open.go         an artifact to a stream
//	resolve.go      a reference to a descriptor
//	inspect.go      what is in an artifact or a file
//
// Every verb takes a context; it ends with Cancelled when that is cancelled, and
// with Timeout when its own time limit passes. Every error is an *Error. A verb
// reports to the Monitor of its context (WithMonitor).
//
// Below it lie packages of one job each: wasm (the binary), format (manifests),
// unpack (modules in archives), transfer (bytes over HTTP), layout (OCI layouts and archives), atomicfile (files
// that are there whole or not at all) and monitor (progress and log). None of
// them uses cgo or unsafe.
package wasm2oci
