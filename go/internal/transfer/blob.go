package transfer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// HasBlob tells whether the repository has a blob.
func (r *Repository) HasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	resp, err := r.get(r.forPush(ctx), http.MethodHead, r.url("blobs", desc.Digest.String()), nil)
	var status *StatusError
	if errors.As(err, &status) && status.StatusCode/100 == 4 {
		// Whatever the reason, only the upload will tell: the answer to a HEAD
		// has no body.
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_ = resp.Body.Close()
	return true, nil
}

// Counted reports what is read to the monitor of the context.
func Counted(ctx context.Context, source io.Reader) io.Reader {
	return &counted{source: source, monitor: monitor.From(ctx)}
}

type counted struct {
	source  io.Reader
	monitor *monitor.Monitor

	// The lock is needed because net/http may still read a body that it gave up.
	mu    sync.Mutex
	count int64
	over  bool
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.source.Read(p)
	c.add(int64(n))
	return n, err
}

func (c *counted) add(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.count += n
		c.monitor.Add(n)
	}
}

// takeBack uncounts what has to be moved again, and counts no more.
func (c *counted) takeBack() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.monitor.Add(-c.count)
	c.count, c.over = 0, true
}
