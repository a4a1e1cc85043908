package wasm

import (
	"errors"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// What a binary may be refused for. Each of these is wrapped by a fault of the kind
// NotWasm, which says more.
var (
	// ErrNotWasm means that the bytes do not begin with the magic number.
	ErrNotWasm = errors.New("not WebAssembly: the bytes do not begin with \\0asm")

	// ErrVersion means that the bytes are WebAssembly of an unknown version.
	ErrVersion = errors.New("unknown WebAssembly version")

	// ErrMalformed means that a binary breaks the rules of its format.
	ErrMalformed = errors.New("malformed WebAssembly")

	// ErrLimit means that a binary is bigger in some way than this package is
	// willing to read; limits.go has the list.
	ErrLimit = errors.New("WebAssembly beyond a limit")
)

// beyond returns the fault of a binary that has more than a limit of what is
// counted, such as "bytes in a name". The offset counts bytes from the start of the
// binary.
func beyond(offset int64, what string, limit int64) error {
	return fault.New(fault.NotWasm, "%w: more than %d %s (at byte %d)", ErrLimit, limit, what, offset)
}
