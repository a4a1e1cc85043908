package transfer

import (
	"fmt"
	"hash"
	"io"

	_ "crypto/sha256" // a digest is checked by linked-in hashes only
	_ "crypto/sha512"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// MismatchError says that content is not what its descriptor says.
type MismatchError struct {
	// Descriptor is what was expected.
	Descriptor ocispec.Descriptor
	// Size is how many bytes came, Size+1 of the descriptor at most.
	Size int64
	// Digest is what they hash to; empty where the size is wrong already.
	Digest digest.Digest
}

func (e *MismatchError) Error() string {
	switch {
	case e.Digest != "":
		return fmt.Sprintf("content does not match: %s was promised, %s came", e.Descriptor.Digest, e.Digest)
	case e.Size > e.Descriptor.Size:
		return fmt.Sprintf("content of %s is longer than the %d bytes promised", e.Descriptor.Digest, e.Descriptor.Size)
	default:
		return fmt.Sprintf("content of %s ended after %d of %d bytes", e.Descriptor.Digest, e.Size, e.Descriptor.Size)
	}
}

// DescriptorError says that a descriptor cannot be used.
type DescriptorError struct {
	Reason string
}

func (e *DescriptorError) Error() string { return e.Reason }

// CheckDescriptor refuses a descriptor whose digest or size is no good, before
// anything is asked for by it.
func CheckDescriptor(desc ocispec.Descriptor) error {
	switch err := desc.Digest.Validate(); {
	case err == digest.ErrDigestUnsupported:
		return &DescriptorError{fmt.Sprintf("unsupported digest algorithm in %q; sha256, sha384 and sha512 are known", desc.Digest)}
	case err != nil:
		return &DescriptorError{fmt.Sprintf("bad digest %q", desc.Digest)}
	case desc.Size < 0:
		return &DescriptorError{fmt.Sprintf("bad size %d of %s", desc.Size, desc.Digest)}
	}
	return nil
}

// Verified reads a stream and ends it with io.EOF only if size and digest are
// those of the descriptor; otherwise with a *MismatchError. At most one byte
// more than the descriptor says is read.
type Verified struct {
	source io.Reader
	desc   ocispec.Descriptor
	hash   hash.Hash
	count  int64
	err    error
}

// NewVerified wraps source. The descriptor has passed CheckDescriptor.
func NewVerified(source io.Reader, desc ocispec.Descriptor) *Verified {
	return &Verified{source: source, desc: desc, hash: desc.Digest.Algorithm().Hash()}
}

// Read implements io.Reader.
func (v *Verified) Read(p []byte) (int, error) {
	if v.err != nil {
		return 0, v.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	left := v.desc.Size - v.count
	if left == 0 {
		v.err = v.finish()
		return 0, v.err
	}
	n, err := v.source.Read(p[:min(int64(len(p)), left)])
	v.hash.Write(p[:n])
	v.count += int64(n)
	switch {
	case err == io.EOF && v.count < v.desc.Size:
		v.err = &MismatchError{Descriptor: v.desc, Size: v.count}
	case err == io.EOF || err == nil && v.count == v.desc.Size:
		// The last bytes are given out only once they are known to be good.
		if v.err = v.finish(); v.err != io.EOF {
			return 0, v.err
		}
	case err != nil:
		v.err = err
	}
	return n, v.err
}

// finish looks for a byte too many, then compares the digests.
func (v *Verified) finish() error {
	var extra [1]byte
	n, err := io.ReadFull(v.source, extra[:])
	if n > 0 {
		return &MismatchError{Descriptor: v.desc, Size: v.count + 1}
	}
	if err != io.EOF {
		return err
	}
	if sum := digest.NewDigest(v.desc.Digest.Algorithm(), v.hash); sum != v.desc.Digest {
		return &MismatchError{Descriptor: v.desc, Size: v.count, Digest: sum}
	}
	return io.EOF
}
