package transfer

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// headKept is how much of the beginning of a blob is kept, so that a look at the
// first bytes does not keep it from being saved.
const headKept = 4 << 10

// Blob is an open blob. Read ends with io.EOF only if size and digest match; a
// connection that breaks is replaced by another that goes on at the same byte.
type Blob struct {
	ctx context.Context //nolint:containedctx // bounds the reading
	// cancel ends all connections of the blob.
	cancel   context.CancelFunc
	wire     *wire
	counted  *counted
	verified *Verified
	// head is what was read so far, while that is little.
	head []byte
}

// GetBlob opens a blob. What it reads is counted as progress. The context bounds
// the reading too.
func (r *Repository) GetBlob(ctx context.Context, desc ocispec.Descriptor) (*Blob, error) {
	if err := CheckDescriptor(desc); err != nil {
		return nil, err
	}
	blob := &Blob{ctx: ctx, wire: newWire(ctx, r, desc, 0, desc.Size, false)}
	err := blob.begin()
	// An answer of another length has given nothing yet that had to be taken back.
	if again, openErr := blob.Again(err); again {
		return blob, openErr
	}
	return blob, err
}

// begin opens the blob at its start.
func (b *Blob) begin() error {
	var ctx context.Context
	ctx, b.cancel = context.WithCancel(b.ctx)
	b.wire = newWire(ctx, b.wire.place.Load(), b.wire.desc, 0, b.wire.desc.Size, b.wire.anew)
	if err := b.wire.open(); err != nil {
		b.cancel()
		return err
	}
	b.counted = &counted{source: b.wire, monitor: monitor.From(b.ctx)}
	b.verified = NewVerified(b.counted, b.wire.desc)
	b.head = nil
	return nil
}

// Read implements io.Reader.
func (b *Blob) Read(p []byte) (int, error) {
	n, err := b.verified.Read(p)
	if b.verified.count <= headKept {
		b.head = append(b.head, p[:n]...)
	}
	return n, err
}

// Again begins the blob anew, once, after an error that says that its content
// does not match: a cache on the way may be what is damaged. It is for whoever
// can take back what was read. It returns false where the error remains. Once the
// context has ended, the error may be that of another blob, which ended it.
func (b *Blob) Again(err error) (bool, error) {
	if b.ctx.Err() != nil || fault.KindOf(err) != fault.DigestMismatch {
		return false, nil
	}
	if !b.wire.moveOn(b.ctx, err) {
		if b.wire.anew || b.wire.place.Load().Retries == 0 {
			return false, nil
		}
		m := monitor.From(b.ctx)
		m.Retry()
		m.Log(monitor.Warning, "GET %s: %s; fetched once more", b.wire.address(), err)
		b.wire.anew = true
	}
	if b.counted != nil {
		b.counted.takeBack()
	}
	_ = b.Close()
	return true, b.begin()
}

// Close ends the connections. It may be called twice.
func (b *Blob) Close() error {
	err := b.wire.Close()
	b.cancel()
	return err
}
