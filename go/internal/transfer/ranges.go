package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// ErrNoRanges says that a registry sends blobs whole only.
var ErrNoRanges = errors.New("the registry does not send parts of blobs")

// Parts reads parts of a blob, one request each, without verifying them: the
// digest is that of the whole. It is for a look into large blobs.
type Parts struct {
	ctx        context.Context //nolint:containedctx // bounds the reading
	repository *Repository
	desc       ocispec.Descriptor
}

// BlobParts returns the parts of a blob. Nothing is asked for yet.
func (r *Repository) BlobParts(ctx context.Context, desc ocispec.Descriptor) *Parts {
	return &Parts{ctx, r, desc}
}

// ReadAt implements io.ReaderAt.
//
// Errors: ErrNoRanges, and those of the registry and the network.
func (p *Parts) ReadAt(into []byte, at int64) (int, error) {
	wanted := into[:max(min(int64(len(into)), p.desc.Size-at), 0)]
	if len(wanted) == 0 {
		return 0, io.EOF
	}
	n, err := 0, error(nil)
	noRanges := false
	failed := p.repository.orNext(p.ctx, func(r *Repository) error {
		n, err = p.readFrom(r, wanted, at)
		// That is no failure: whoever reads can read all of it.
		if noRanges = errors.Is(err, ErrNoRanges); noRanges {
			return nil
		}
		return err
	})
	if noRanges {
		return 0, ErrNoRanges
	}
	monitor.From(p.ctx).Add(int64(n))
	if failed == nil && len(wanted) < len(into) {
		failed = io.EOF
	}
	return n, failed
}

func (p *Parts) readFrom(r *Repository, wanted []byte, at int64) (int, error) {
	end := at + int64(len(wanted))
	address := r.url("blobs", p.desc.Digest.String())
	header := http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", at, end-1)}}
	resp, err := r.get(r.forPull(p.ctx), http.MethodGet, address, header, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusPartialContent || !isRange(resp, at, end, p.desc.Size) {
		return 0, ErrNoRanges
	}
	r.served.Store(true)
	return io.ReadFull(resp.Body, wanted)
}
