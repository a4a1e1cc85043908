package transfer

import (
	"hash"
	"io"

	_ "crypto/sha256" // a digest is checked by linked-in hashes only
	_ "crypto/sha512"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// Mismatch returns the fault of content that is not what its descriptor says. size
// is how many bytes came, that of the descriptor and one at most; sum is what they
// hash to, and empty where the size is wrong already.
func Mismatch(desc ocispec.Descriptor, size int64, sum digest.Digest) error {
	switch {
	case sum != "":
		return fault.New(fault.DigestMismatch, "content does not match: %s was promised, %s came", desc.Digest, sum)
	case size > desc.Size:
		return fault.New(fault.DigestMismatch, "content of %s is longer than the %d bytes promised", desc.Digest, desc.Size)
	}
	return fault.New(fault.DigestMismatch, "content of %s ended after %d of %d bytes", desc.Digest, size, desc.Size)
}

// CheckDescriptor refuses a descriptor whose digest or size is invalid, before
// anything is asked for by it.
func CheckDescriptor(desc ocispec.Descriptor) error {
	switch err := desc.Digest.Validate(); {
	case err == digest.ErrDigestUnsupported:
		return fault.New(fault.InvalidManifest, "unsupported digest algorithm in %q; sha256, sha384 and sha512 are known", desc.Digest)
	case err != nil:
		return fault.New(fault.InvalidManifest, "invalid digest %q", desc.Digest)
	case desc.Size < 0:
		return fault.New(fault.InvalidManifest, "invalid size %d of %s", desc.Size, desc.Digest)
	}
	return nil
}

// Verified reads a stream and ends it with io.EOF only if size and digest are
// those of the descriptor; otherwise with the fault DigestMismatch. At most one byte
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
		v.err = Mismatch(v.desc, v.count, "")
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
		return Mismatch(v.desc, v.count+1, "")
	}
	if err != io.EOF {
		return err
	}
	if sum := digest.NewDigest(v.desc.Digest.Algorithm(), v.hash); sum != v.desc.Digest {
		return Mismatch(v.desc, v.count, sum)
	}
	return io.EOF
}
