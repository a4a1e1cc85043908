package transfer

import (
	"context"
	"io"
	"sync"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/monitor"
)

// uploadBody opens the content of a blob, or a part of it, anew for each time it
// is sent, such as after a 401, and keeps the count right.
type uploadBody struct {
	ctx      context.Context //nolint:containedctx // lives as long as one request
	desc     ocispec.Descriptor
	open     Opener
	at, size int64

	mu      sync.Mutex
	counted *counted
}

// newUploadBody is the body of a whole blob.
func newUploadBody(ctx context.Context, desc ocispec.Descriptor, open Opener) *uploadBody {
	return &uploadBody{ctx: ctx, desc: desc, open: open, size: desc.Size}
}

// part gives the body of size bytes from at.
func (b *uploadBody) part(at, size int64) *uploadBody {
	return &uploadBody{ctx: b.ctx, desc: b.desc, open: b.open, at: at, size: size}
}

func (b *uploadBody) reopen() (io.ReadCloser, error) {
	b.takeBack()
	source, err := b.open()
	if err != nil {
		return nil, err
	}
	if err := skip(source, b.at); err != nil {
		_ = source.Close()
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counted = &counted{source: source, monitor: monitor.From(b.ctx)}
	var reader io.Reader = NewVerified(b.counted, b.desc)
	if b.size < b.desc.Size {
		// The hash of a part says nothing: the registry judges the whole.
		reader = io.LimitReader(b.counted, b.size)
	}
	return struct {
		io.Reader
		io.Closer
	}{reader, source}, nil
}

// skip leaves out what is before at.
func skip(source io.Reader, at int64) error {
	if at == 0 {
		return nil
	}
	if seeker, ok := source.(io.Seeker); ok {
		_, err := seeker.Seek(at, io.SeekStart)
		return err
	}
	_, err := io.CopyN(io.Discard, source, at)
	return err
}

func (b *uploadBody) takeBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.counted != nil {
		b.counted.takeBack()
		b.counted = nil
	}
}
