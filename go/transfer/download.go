package transfer

import (
	"context"
	"errors"
	"io"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/monitor"
)

// headKept is how much of the beginning of a blob is kept, so that a look at the
// first bytes does not keep it from being saved.
const headKept = 4 << 10

// Blob is an open blob. Read ends with io.EOF only if size and digest match; a
// connection that breaks is replaced by another that goes on at the same byte.
type Blob struct {
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
	blob := &Blob{wire: &wire{ctx: r.forPull(ctx), repository: r, desc: desc, end: desc.Size}}
	return blob, blob.begin()
}

func (b *Blob) begin() error {
	if err := b.wire.open(); err != nil {
		return err
	}
	b.counted = &counted{source: b.wire, monitor: monitor.From(b.wire.ctx)}
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
// can take back what was read. It says false where the error stands.
func (b *Blob) Again(err error) (bool, error) {
	var mismatch *MismatchError
	if b.wire.anew || b.wire.repository.Retries == 0 || !errors.As(err, &mismatch) {
		return false, nil
	}
	m := monitor.From(b.wire.ctx)
	m.Retry()
	m.Log(monitor.Warning, "GET %s: %s; fetched once more", b.wire.address(), mismatch)
	b.counted.takeBack()
	_ = b.wire.Close()
	desc := b.wire.desc
	b.wire = &wire{ctx: b.wire.ctx, repository: b.wire.repository, desc: desc, end: desc.Size, anew: true}
	return true, b.begin()
}

// Close ends the connection. It may be called twice.
func (b *Blob) Close() error { return b.wire.Close() }

// Output is a file that a blob is saved to.
type Output interface {
	io.WriterAt
	Truncate(size int64) error
}

// saveBuffer is how much is read and written at a time.
const saveBuffer = 1 << 20

// Save writes the blob to a file from the file's start, whatever little was read
// of it before. It returns once size and digest are verified.
func (b *Blob) Save(file Output) error {
	for {
		err := b.save(file)
		if err == nil {
			return nil
		}
		again, openErr := b.Again(err)
		switch {
		case openErr != nil:
			return openErr
		case !again:
			return err
		}
		if err := file.Truncate(0); err != nil {
			return err
		}
	}
}

func (b *Blob) save(file Output) error {
	if b.verified.count > int64(len(b.head)) {
		_ = b.wire.Close()
		b.counted.takeBack()
		b.wire.at = 0
		if err := b.begin(); err != nil {
			return err
		}
	}
	if _, err := file.WriteAt(b.head, 0); err != nil {
		return err
	}
	at := int64(len(b.head))
	buffer := make([]byte, min(saveBuffer, max(b.wire.desc.Size, 1)))
	for {
		n, err := b.verified.Read(buffer)
		if n > 0 {
			if _, writeErr := file.WriteAt(buffer[:n], at); writeErr != nil {
				return writeErr
			}
			at += int64(n)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
