package transfer

import (
	"hash"
	"io"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// saveBuffer is how much is read, written and hashed at a time.
const saveBuffer = 256 << 10

// Output is a file that a blob is saved to.
type Output interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	// Allocate makes room for a file of this size.
	Allocate(size int64) error
}

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
		// More was read than is kept.
		_ = b.Close()
		b.counted.takeBack()
		if err := b.begin(); err != nil {
			return err
		}
	}
	if _, err := file.WriteAt(b.head, 0); err != nil {
		return err
	}
	a := newAssembly(b, file)
	err := a.run()
	if err != nil {
		monitor.From(b.ctx).Add(-a.moved.Load())
	}
	return err
}

// prefixHash hashes a file in the order of its bytes while it is written.
type prefixHash struct {
	hash  hash.Hash
	count int64
}

func (p *prefixHash) write(bytes []byte) {
	p.hash.Write(bytes)
	p.count += int64(len(bytes))
}

// follow hashes what is in the file already, after what was hashed so far.
// ready waits until there is more than the given count without a gap, and returns
// how much; no more if the writing failed.
func (p *prefixHash) follow(file io.ReaderAt, size int64, ready func(count int64) int64) error {
	buffer := make([]byte, saveBuffer)
	for p.count < size {
		limit := ready(p.count)
		if limit <= p.count {
			return nil
		}
		for p.count < limit {
			n, err := file.ReadAt(buffer[:min(saveBuffer, limit-p.count)], p.count)
			p.write(buffer[:n])
			if err != nil && n == 0 {
				return err
			}
		}
	}
	return nil
}

// verify compares the hash of all bytes with the digest.
func (b *Blob) verify(p *prefixHash) error {
	desc := b.wire.desc
	if sum := digest.NewDigest(desc.Digest.Algorithm(), p.hash); sum != desc.Digest {
		return Mismatch(desc, p.count, sum)
	}
	return nil
}
