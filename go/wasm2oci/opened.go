package wasm2oci

import (
	"bytes"
	"io"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// opened is a blob whose first bytes were looked at.
type opened struct {
	io.Reader
	blob io.ReadCloser
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
	o.Reader = io.MultiReader(bytes.NewReader(head), o.blob)
	return head, nil
}

// Close ends the blob.
func (o *opened) Close() error { return o.blob.Close() }

// Again begins the blob anew, as transfer.Blob does.
func (o *opened) Again(err error) (bool, error) {
	source, ok := o.blob.(interface{ Again(err error) (bool, error) })
	if !ok {
		return false, nil
	}
	again, err := source.Again(err)
	if again {
		o.Reader = o.blob
	}
	return again, err
}

// beginAgain begins a stream anew after an error where it can and that may help;
// otherwise it gives the error that stands. It is for whoever can take back what
// was read.
func beginAgain(stream io.Reader, err error) (bool, error) {
	source, ok := stream.(interface{ Again(err error) (bool, error) })
	if !ok {
		return false, err
	}
	switch again, openErr := source.Again(err); {
	case openErr != nil:
		return false, openErr
	case again:
		return true, nil
	}
	return false, err
}

// saveTo writes a stream to a file: by itself where it can, which is faster.
func saveTo(file *atomicfile.File, stream io.Reader) error {
	if o, ok := stream.(*opened); ok {
		if blob, ok := o.blob.(interface {
			Save(file transfer.Output) error
		}); ok {
			return blob.Save(file)
		}
	}
	// Hiding ReadFrom keeps io.CopyBuffer at our buffer.
	_, err := io.CopyBuffer(struct{ io.Writer }{file}, stream, make([]byte, copyBuffer))
	return err
}
