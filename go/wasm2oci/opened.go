package wasm2oci

import (
	"io"

	"github.com/wasm2oci/wasm2oci/go/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/transfer"
)

// opened is a blob whose first bytes were looked at.
type opened struct {
	io.Reader
	blob io.ReadCloser
}

// Close ends the blob.
func (o *opened) Close() error { return o.blob.Close() }

// Again begins the blob anew, as transfer.Blob does.
func (o *opened) Again(err error) (bool, error) {
	again, err := beginAgain(o.blob, err)
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
	again, openErr := source.Again(err)
	if openErr != nil {
		return false, openErr
	}
	return again, err
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
