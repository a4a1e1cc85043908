package unpack

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// HeadSize is how many of the first bytes tell what a layer is.
const HeadSize = 512

// maxWindow bounds the memory that a zstd frame can ask for, in bytes. It is what
// the zstd program takes unless it is told otherwise, so that what --ultra or
// --long packed can be read.
const maxWindow = 128 << 20

// Content is what the first bytes of a layer say it is.
type Content int

// What a layer can be.
const (
	Other Content = iota
	Module
	Packed
	Tar
)

// invalid returns the fault of a layer that breaks the rules of its packing.
func invalid(packing, reason string) error {
	return fault.New(fault.InvalidManifest, "invalid layer: %s: %s", packing, reason)
}

// Look finds out what a layer is by its first HeadSize bytes, or all there are.
func Look(head []byte) Content {
	switch {
	case wasm.HasMagic(head):
		return Module
	case isGzip(head), isZstd(head):
		return Packed
	case isTar(head):
		return Tar
	}
	return Other
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

// isZstd knows the frames, and those to be skipped, with which some writers begin
// (RFC 8878, section 3.1).
func isZstd(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
}

// isTar knows POSIX and GNU tars by their magic, and the older ones, which have
// none, by their checksum.
func isTar(head []byte) bool {
	if len(head) < HeadSize {
		return false
	}
	if bytes.Equal(head[257:262], []byte("ustar")) {
		return true
	}
	sum := 0
	for i, b := range head[:HeadSize] {
		if i >= 148 && i < 156 {
			b = ' '
		}
		sum += int(b)
	}
	stated := 0
	for _, b := range bytes.Trim(head[148:156], " \x00") {
		if b < '0' || b > '7' {
			return false
		}
		stated = stated*8 + int(b-'0')
	}
	return head[0] != 0 && sum == stated
}

// unpacked undoes the packing of a layer, once, and looks at what is inside.
func unpacked(ctx context.Context, source io.Reader, limit int64) (*bufio.Reader, Content, func(), error) {
	stored := &tracked{source: source}
	reader := bufio.NewReaderSize(stored, 64<<10)
	head, err := peek(reader)
	if err != nil {
		return nil, Other, nil, err
	}
	done := func() {}
	var inner io.Reader = reader
	switch {
	case isGzip(head):
		unpacker, err := gzip.NewReader(reader)
		if err != nil {
			return nil, Other, nil, stored.packingError("gzip", err)
		}
		inner = named{unpacker, "gzip", stored}
	case isZstd(head):
		unpacker, err := zstd.NewReader(reader, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, Other, nil, stored.packingError("zstd", err)
		}
		inner, done = named{unpacker, "zstd", stored}, unpacker.Close
	}
	result := bufio.NewReaderSize(newLimited(cancellable{ctx, inner}, limit), 64<<10)
	if head, err = peek(result); err != nil {
		done()
		return nil, Other, nil, err
	}
	return result, Look(head), done, nil
}

func peek(reader *bufio.Reader) ([]byte, error) {
	head, err := reader.Peek(HeadSize)
	if err == io.EOF { //nolint:errorlint // bufio does not wrap it
		err = nil
	}
	return head, err
}

// named turns what a decompressor refuses into a fault.
type named struct {
	source io.Reader
	name   string
	stored *tracked
}

func (n named) Read(p []byte) (int, error) {
	count, err := n.source.Read(p)
	return count, n.stored.packingError(n.name, err)
}

// tracked remembers why a source failed: that is not for its decompressor to say.
type tracked struct {
	source io.Reader
	err    error
}

func (t *tracked) Read(p []byte) (int, error) {
	n, err := t.source.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // the contract of io.Reader
		t.err = err
	}
	return n, err
}

func (t *tracked) packingError(name string, err error) error {
	if err == nil || err == io.EOF { //nolint:errorlint // the contract of io.Reader
		return err
	}
	if t.err != nil {
		return t.err
	}
	if errors.Is(err, zstd.ErrWindowSizeExceeded) {
		return invalid(name, fmt.Sprintf("it needs a window of more than %d bytes", maxWindow))
	}
	return invalid(name, strings.TrimPrefix(err.Error(), name+": "))
}
