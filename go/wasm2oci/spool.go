package wasm2oci

import (
	"bytes"
	"context"
	"io"
	"os"
	"runtime"
)

// spoolInMemory is up to which size a layer is kept in memory while it is looked
// into; larger ones go to a temporary file.
const spoolInMemory = 4 << 20

// spoolsInMemory is how much of all the layers of an artifact is kept in memory.
const spoolsInMemory = 32 << 20

// spool holds a layer that was read to its verified end, so that it can be read
// again.
type spool struct {
	content io.ReaderAt
	size    int64
	file    *os.File
}

// newSpool reads a stream to its end, into memory where it is not larger than inMemory.
func newSpool(ctx context.Context, stream io.Reader, size, inMemory int64) (*spool, error) {
	if size <= min(inMemory, spoolInMemory) {
		raw, err := io.ReadAll(contextReader{ctx, stream})
		return &spool{content: bytes.NewReader(raw), size: int64(len(raw))}, err
	}
	file, err := os.CreateTemp("", "wasm2oci-*.layer")
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" {
		// Without a name it is gone with the process, however that ends.
		_ = os.Remove(file.Name())
	}
	s := &spool{content: file, file: file}
	s.size, err = io.CopyBuffer(struct{ io.Writer }{file}, contextReader{ctx, stream}, make([]byte, copyBuffer))
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// stream reads the layer from its start.
func (s *spool) stream(ctx context.Context) io.Reader {
	return contextReader{ctx, io.NewSectionReader(s.content, 0, s.size)}
}

// inMemory returns how much memory the layer takes, if there is one.
func (s *spool) inMemory() int64 {
	if s == nil || s.file != nil {
		return 0
	}
	return s.size
}

// close lets the layer go. There may be none.
func (s *spool) close() {
	if s == nil || s.file == nil {
		return
	}
	_ = s.file.Close()
	if runtime.GOOS == "windows" {
		_ = os.Remove(s.file.Name())
	}
}
