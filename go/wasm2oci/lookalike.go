package wasm2oci

import (
	"bytes"
	"regexp"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// lookalikeSize is how many of the first bytes tell what else content is.
const lookalikeSize = 512

// text is the beginning of WebAssembly's text format: perhaps comments, then a
// module or a component.
var text = regexp.MustCompile("^\ufeff?" + `(?:\s|;;[^\n]*\n|\(;(?s:.*?);\))*\(\s*(?:module|component)\b`)

// lookalike says of content that is not a binary what it is a form of, and how to
// get the binary; otherwise it returns the error as it is.
func lookalike(head []byte, err error) error {
	switch {
	case text.Match(head):
		return fault.New(NotWasm, "it is WebAssembly text, not a binary").
			WithHint("translate it first, such as with `wasm-tools parse FILE.wat -o FILE.wasm`")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return fault.New(NotWasm, "it is packed with gzip").WithHint("unpack it first, such as with gunzip")
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return fault.New(NotWasm, "it is packed with zstd").WithHint("unpack it first, such as with unzstd")
	}
	return err
}
