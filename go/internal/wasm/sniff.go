package wasm

import (
	"bytes"
	"fmt"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// Kind is one of the two kinds of binary that WebAssembly has.
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

// HasMagic reports whether head begins with "\0asm".
func HasMagic(head []byte) bool { return bytes.HasPrefix(head, magic) }

// HasHeader reports whether head begins with the magic number and a version,
// whichever that is.
func HasHeader(head []byte) bool { return HasMagic(head) && len(head) >= HeaderSize }

// Sniff returns the kind of a binary by its first HeaderSize bytes; what follows
// them is ignored.
//
// Errors: ErrNotWasm if the magic number is missing; ErrVersion if it is followed
// by an unknown version, or by fewer than four bytes.
func Sniff(head []byte) (Kind, error) {
	switch {
	case bytes.HasPrefix(head, moduleHeader):
		return KindModule, nil
	case bytes.HasPrefix(head, componentHeader):
		return KindComponent, nil
	case HasMagic(head):
		return "", unknownVersion(head[len(magic):min(len(head), HeaderSize)])
	default:
		return "", fault.New(fault.NotWasm, "%w", ErrNotWasm)
	}
}

// unknownVersion returns the fault of a version and a layer as they are in the
// binary: four bytes, or fewer where it ends before.
func unknownVersion(version []byte) error {
	if len(version) < HeaderSize-len(magic) {
		return fault.New(fault.NotWasm, "%w: the binary ends %d bytes after \\0asm", ErrVersion, len(version))
	}
	return fault.New(fault.NotWasm, "%w %q: a module has %q, a component %q", ErrVersion,
		hex(version), hex(moduleHeader[4:]), hex(componentHeader[4:]))
}

// hex spells bytes as the specification does: "01 00 00 00".
func hex(b []byte) string { return fmt.Sprintf("% x", b) }
