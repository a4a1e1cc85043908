package wasm

import (
	"bytes"
	"errors"
	"fmt"
)

// Kind tells the two binaries WebAssembly has apart.
type Kind string

// The two kinds of binary.
const (
	KindModule    Kind = "module"
	KindComponent Kind = "component"
)

// HeaderSize is how many bytes Sniff needs.
const HeaderSize = 8

// The header is a magic number, then a 16-bit version and a 16-bit layer, both
// little-endian. Core modules are layer 0, components layer 1.
var (
	magic           = []byte{0x00, 'a', 's', 'm'}
	moduleHeader    = []byte{0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00}
	componentHeader = []byte{0x00, 'a', 's', 'm', 0x0d, 0x00, 0x01, 0x00}
)

var (
	// ErrNotWasm says that the bytes do not begin with the magic number.
	ErrNotWasm = errors.New("not WebAssembly: the bytes do not begin with \\0asm")

	// ErrVersion says that the bytes are WebAssembly of a version that is not
	// known. The error itself is a *VersionError.
	ErrVersion = errors.New("unknown WebAssembly version")
)

// VersionError is an ErrVersion with the four bytes after the magic number.
type VersionError struct {
	// Bytes are the version and the layer as they stand in the binary. There
	// are fewer than four where the binary ends before.
	Bytes []byte
}

// Error names the bytes and what is known.
func (e *VersionError) Error() string {
	if len(e.Bytes) < HeaderSize-len(magic) {
		return fmt.Sprintf("%v: the binary ends %d bytes after \\0asm", ErrVersion, len(e.Bytes))
	}
	return fmt.Sprintf("%v %q: a module has %q, a component %q", ErrVersion,
		hex(e.Bytes), hex(moduleHeader[4:]), hex(componentHeader[4:]))
}

// Is makes errors.Is(err, ErrVersion) true.
func (e *VersionError) Is(target error) bool { return target == ErrVersion }

// HasMagic reports whether head begins with "\0asm".
func HasMagic(head []byte) bool { return bytes.HasPrefix(head, magic) }

// Sniff tells the kind of a binary from its first HeaderSize bytes; what follows
// them is ignored.
//
// Errors: ErrNotWasm if the magic number is missing; ErrVersion (a
// *VersionError) if it is followed by a version that is not known, or by fewer
// than four bytes.
func Sniff(head []byte) (Kind, error) {
	switch {
	case bytes.HasPrefix(head, moduleHeader):
		return KindModule, nil
	case bytes.HasPrefix(head, componentHeader):
		return KindComponent, nil
	case HasMagic(head):
		return "", &VersionError{Bytes: bytes.Clone(head[len(magic):min(len(head), HeaderSize)])}
	default:
		return "", ErrNotWasm
	}
}

// hex spells bytes as the specification does: "01 00 00 00".
func hex(b []byte) string { return fmt.Sprintf("% x", b) }
