package wasm2oci

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// passage is a target whose blobs come from the source of a copy.
type passage struct {
	target
	copier *copier
}

// putBlob stores a blob of the source.
func (p passage) putBlob(ctx context.Context, desc ocispec.Descriptor, _ transfer.Opener) error {
	if raw, ok := format.Inline(desc); ok {
		return p.target.putBlob(ctx, desc, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil })
	}
	select {
	case p.copier.passages <- struct{}{}:
		defer func() { <-p.copier.passages }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	stream := &passing{
		ctx: monitor.With(ctx, monitor.From(ctx).Uncounted()), from: p.copier.from, desc: desc, explain: p.copier.atSource,
	}
	defer stream.close()
	for {
		err := p.target.putBlob(ctx, desc, stream.open)
		if err == nil || !stream.again(err) {
			return err
		}
	}
}

// passing is the content of a blob on its way from one target to another. Nothing of
// it is kept: where the destination wants it again, it is asked for again.
type passing struct {
	ctx     context.Context //nolint:containedctx // lives as long as one blob is sent
	from    target
	desc    ocispec.Descriptor
	explain func(error) error

	mu sync.Mutex
	// stream is at the byte at; nil before it was first asked for.
	stream blob
	at     int64
	// anew is set once the content was asked for again because it did not match.
	anew bool
}

// open opens the content from its start. The source is asked at the first time, so
// that what it refuses is known before anything is sent.
func (p *passing) open() (io.ReadCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stream == nil {
		if err := p.begin(); err != nil {
			return nil, err
		}
	}
	return &passingReader{content: p}, nil
}

func (p *passing) begin() error {
	p.shut()
	stream, err := p.from.blob(p.ctx, p.desc)
	if err != nil {
		return p.failed(err)
	}
	p.stream, p.at = stream, 0
	return nil
}

// again begins the content anew after an error that says that it does not match, where
// that may help: a cache on the way may be what is damaged.
func (p *passing) again(err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.anew || p.stream == nil || fault.KindOf(err) != fault.DigestMismatch {
		return false
	}
	p.anew = true
	again, openErr := p.stream.Again(err)
	p.at = 0
	return again && openErr == nil
}

// read reads on at a byte. What lies between is left out, or, where the source is
// beyond, read again from the start.
func (p *passing) read(into []byte, at int64) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stream == nil || p.at > at {
		if err := p.begin(); err != nil {
			return 0, err
		}
	}
	for p.at < at {
		if _, err := p.next(into[:min(int64(len(into)), at-p.at)]); err != nil {
			return 0, err
		}
	}
	return p.next(into)
}

func (p *passing) next(into []byte) (int, error) {
	n, err := p.stream.Read(into)
	p.at += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = p.failed(err)
	}
	return n, err
}

// failed says that it was the source that failed.
func (p *passing) failed(err error) error {
	var known *Error
	err = p.explain(err)
	if errors.As(err, &known) {
		return &sourceError{known}
	}
	return err
}

func (p *passing) shut() {
	if p.stream != nil {
		_ = p.stream.Close()
		p.stream = nil
	}
}

func (p *passing) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut()
}

// passingReader is the content as it is sent once, or a part of it. It is an
// io.Seeker, so that a part can go on where the one before it ended.
type passingReader struct {
	content *passing
	at      int64
	// closed is set once nobody is to read on: net/http may still read a body that it
	// gave up.
	closed atomic.Bool
}

// Seek implements io.Seeker as far as transfer needs it.
func (r *passingReader) Seek(offset int64, _ int) (int64, error) {
	r.at = offset
	return offset, nil
}

// Read implements io.Reader.
func (r *passingReader) Read(into []byte) (int, error) {
	if r.closed.Load() {
		return 0, net.ErrClosed
	}
	if len(into) == 0 {
		return 0, nil
	}
	n, err := r.content.read(into, r.at)
	r.at += int64(n)
	return n, err
}

// Close implements io.Closer. The source stays open for the next part.
func (r *passingReader) Close() error {
	r.closed.Store(true)
	return nil
}

// sourceError is an error of the source in the midst of an upload. What it wraps is
// hidden: a connection to the source that broke for good is no reason to send to the
// destination again.
type sourceError struct{ known *Error }

func (e *sourceError) Error() string { return e.known.Error() }

// As lets errors.As find the error of this package, and nothing further down.
func (e *sourceError) As(into any) bool {
	if known, ok := into.(**Error); ok {
		*known = e.known
		return true
	}
	return false
}
