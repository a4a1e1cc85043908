// Package wasm reads WebAssembly binaries: it distinguishes core modules and components
// apart, and says what is in them without reading their code. It depends on the
// standard library only and knows nothing of registries.
//
// Sniff finds the kind in the first eight bytes. Inspect reads more: imports
// and exports (of core modules with their types), the name, the producers, the
// metadata and the custom sections, the modules and components inside a
// component, and the names that describe a component's world in the
// configuration of an OCI artifact. Inspect takes an io.ReaderAt and passes over
// what it does not need, so a few ranges of a remote file are enough;
// InspectReader takes a stream.
//
// # What it is not
//
// It is not a validator. It checks what it reads, but code, data and what connects
// the parts of a component may be nonsense. Encodings that are newer than this
// package cost no more than the types of some exports; Info.Warnings says so.
//
// # Hostile binaries
//
// Every length is checked against what remains around it, nesting and memory are
// bounded (limits.go), and time grows with the size of the binary only. What is
// wrong in the custom sections that tools write is a warning, as the
// specification asks; all else is ErrMalformed with the offset, or ErrLimit.
//
// # Map
//
//	sniff.go            the first eight bytes
//	inspect.go          Inspect, InspectReader, and the walk over sections
//	info.go types.go    what they answer
//	errors.go limits.go the errors, and the limits
//	input.go cursor.go  bytes, numbers and names, read forwards with checks
//	custom.go           custom sections: name, metadata
//	producers.go        who made it
//	module.go           core modules: index spaces, sections
//	moduleextern.go     their imports and exports
//	typesection.go valtype.go constexpr.go
//	                    core types, and start values that must be passed over
//	component.go        components and what is inside them
//	componentextern.go  their imports and exports
//	world.go            the names of a component's world, or of a WIT package
//	componenttype.go componentvalue.go
//	                    component types, of which world.go needs a little
//
// The formats: https://webassembly.github.io/spec/core/binary/ and
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md,
// with the sections of
// https://github.com/WebAssembly/tool-conventions.
package wasm
