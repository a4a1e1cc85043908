package transfer

import (
	"context"
	"io"
	"net"
	"sync"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
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

// part returns the body of size bytes from at.
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
	reader := &uploadReader{desc: b.desc, source: source, counted: b.counted, at: b.at, left: b.size}
	if filed, ok := source.(interface{ File() io.Reader }); ok {
		reader.file = filed.File()
	}
	return reader, nil
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

// uploadReader is what is sent in one request. It is not hashed once more: that
// was done to describe it, and the registry does it again.
type uploadReader struct {
	desc    ocispec.Descriptor
	source  io.Closer
	counted *counted
	// file is an *os.File that has the bytes from its position on, or nil.
	file     io.Reader
	at, left int64
}

// Read implements io.Reader.
func (r *uploadReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.counted.Read(p[:min(int64(len(p)), r.left)])
	r.advance(int64(n))
	if err == io.EOF && r.left > 0 {
		err = r.short()
	}
	return n, err
}

// Close implements io.Closer.
func (r *uploadReader) Close() error { return r.source.Close() }

func (r *uploadReader) advance(n int64) {
	r.at += n
	r.left -= n
}

// short is the error of content that ends too early.
func (r *uploadReader) short() error { return Mismatch(r.desc, r.at, "") }

// sendPiece is how much the system sends at a time. Only between two pieces does
// the idle limit begin anew.
const sendPiece = 128 << 10

// sendTo lets the system send the file itself, without a copy of it in between.
func (r *uploadReader) sendTo(conn *net.TCPConn, before func()) (int64, error) {
	total := int64(0)
	for r.left > 0 {
		before()
		n, err := conn.ReadFrom(&io.LimitedReader{R: r.file, N: min(r.left, sendPiece)})
		total += n
		r.advance(n)
		r.counted.add(n)
		if err == nil && n == 0 {
			err = r.short()
		}
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
