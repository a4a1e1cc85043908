package transfer

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// HasBlob reports whether the repository surely has a blob. Where the registry
// does not answer the question, it is false: the upload will tell.
func (r *Repository) HasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	return r.has(ctx, r.url("blobs", desc.Digest.String()), nil, func(resp *http.Response) bool { return isProof(resp, desc) })
}

// has asks for something that need not be there, and holds the answer against what
// would prove that it is.
func (r *Repository) has(ctx context.Context, address string, header http.Header, proves func(*http.Response) bool) (bool, error) {
	resp, err := r.get(probing(r.forPush(ctx)), http.MethodHead, address, header)
	var status *StatusError
	var downgrade *downgradeError
	switch {
	case err == nil:
		_ = resp.Body.Close()
		return proves(resp), nil
	case errors.As(err, &downgrade), IsHangUp(err), errors.As(err, &status) && (status.StatusCode < http.StatusInternalServerError || status.StatusCode == http.StatusNotImplemented):
		return false, ctx.Err()
	}
	return false, err
}

// isProof reports whether the answer to a HEAD can only be that of a registry
// that has the blob. A proxy's login page says 200 to everything.
func isProof(resp *http.Response, desc ocispec.Descriptor) bool {
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if mediaType == "text/html" || resp.ContentLength >= 0 && resp.ContentLength != desc.Size && !isPacked(resp) {
		return false
	}
	if promised := resp.Header.Get("Docker-Content-Digest"); promised != "" {
		return promised == desc.Digest.String()
	}
	return resp.ContentLength == desc.Size
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
