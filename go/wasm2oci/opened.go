package wasm2oci

import (
	"bytes"
	"io"

	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// blob is content of a target, or what is in it. Read ends with io.EOF only if
// size and digest match.
type blob interface {
	io.ReadCloser
	// Again begins the content anew after an error, where that may help. It is for
	// whoever can take back what was read.
	Again(err error) (bool, error)
	// Save writes the content to a file from the file's start.
	Save(file transfer.Output) error
}

// once is a blob that can be read one time only.
type once struct {
	io.Reader
	io.Closer
}

// Again implements blob.
func (once) Again(error) (bool, error) { return false, nil }

// Save implements blob.
func (o once) Save(file transfer.Output) error {
	_, err := io.CopyBuffer(io.NewOffsetWriter(file, 0), struct{ io.Reader }{o.Reader}, make([]byte, copyBuffer))
	return err
}

// opened is a blob whose first bytes were looked at.
type opened struct {
	io.Reader
	blob
}

// look reads the first bytes of the blob, which are given out again by Read: those
// that tell a module, and where they do not, those that tell what else it is.
func (o *opened) look(size int64) ([]byte, error) {
	head := make([]byte, min(size, unpack.HeadSize))
	n, err := io.ReadFull(o.blob, head[:min(len(head), wasm.HeaderSize)])
	if err == nil && wasm.HasHeader(head[:n]) {
		head = head[:n]
	} else if err == nil {
		var more int
		more, err = io.ReadFull(o.blob, head[n:])
		n += more
	}
	// The end before the stated size is a broken connection, not a short module.
	if err != nil && n < len(head) {
		return nil, err
	}
	// A file begins again, so that a small one is read at once.
	if file, ok := o.blob.(*stored); ok && file.rewind() == nil {
		o.Reader = file
		return head, nil
	}
	o.Reader = io.MultiReader(bytes.NewReader(head), o.blob)
	return head, nil
}

// Read reads the blob from its start.
func (o *opened) Read(p []byte) (int, error) { return o.Reader.Read(p) }

// Again implements blob.
func (o *opened) Again(err error) (bool, error) {
	again, err := o.blob.Again(err)
	if again {
		o.Reader = o.blob
	}
	return again, err
}

// Save implements blob. What can be read once only goes on behind the bytes that
// were looked at.
func (o *opened) Save(file transfer.Output) error {
	if single, ok := o.blob.(once); ok {
		return once{o.Reader, single.Closer}.Save(file)
	}
	return o.blob.Save(file)
}

// beginAgain begins a blob anew after an error, or returns the error that remains.
func beginAgain(stream blob, err error) (bool, error) {
	switch again, openErr := stream.Again(err); {
	case openErr != nil:
		return false, openErr
	case again:
		return true, nil
	}
	return false, err
}
