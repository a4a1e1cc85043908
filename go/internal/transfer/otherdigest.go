package transfer

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// putAs stores a manifest under a tag or its digest, and returns the header of the
// answer.
//
// A registry that is given a tag chooses the algorithm of the digest (distribution
// specification, v1.1, "Pushing Manifests"), SHA-256 most often. So a manifest that is
// known by a digest of another algorithm is put by that before a tag leads to it.
func (r *Repository) putAs(ctx context.Context, reference string, desc ocispec.Descriptor, raw []byte) (http.Header, error) {
	own := desc.Digest.String()
	if desc.Digest.Algorithm() == digest.Canonical {
		return r.putManifest(ctx, reference, desc, raw)
	}
	answer, err := r.putManifest(ctx, own, desc, raw)
	if err == nil {
		err = r.confirmOther(ctx, answer.Get("Docker-Content-Digest"), desc)
	}
	if err != nil || reference == own {
		return answer, keepsNone(err, desc)
	}
	return r.putManifest(ctx, reference, desc, raw)
}

// confirmOther asks for a manifest by its digest where the registry calls it otherwise.
func (r *Repository) confirmOther(ctx context.Context, called string, desc ocispec.Descriptor) error {
	if called == "" || called == desc.Digest.String() {
		return nil
	}
	found, err := r.HeadManifest(ctx, desc.Digest.String())
	if fault.KindOf(err) == fault.NotFound || err == nil && found.Digest != desc.Digest {
		return fault.New(fault.Unsupported, "the registry stored it as %s", called)
	}
	return err
}

// keepsNone says of a refusal that it is for the algorithm of the digest.
func keepsNone(err error, desc ocispec.Descriptor) error {
	var status *StatusError
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind != fault.Unsupported && (!errors.As(err, &status) || !status.refusesDigest()) {
		return err
	}
	refusal := *known
	refusal.Kind = fault.Unsupported
	refusal.Err = fault.Textf("the registry keeps no %s manifests: %w", desc.Digest.Algorithm(), known.Err)
	return refusal.WithHint("take another registry, or a layout, oci:DIR")
}

// refusesDigest reports whether a manifest may be refused for its digest.
func (e *StatusError) refusesDigest() bool {
	if len(e.Errors) > 0 {
		return slices.ContainsFunc([]string{"DIGEST_INVALID", "TAG_INVALID", "UNSUPPORTED"}, e.has)
	}
	return slices.Contains([]int{http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType, http.StatusNotImplemented}, e.StatusCode)
}

// StoredOtherError says that a registry stored something else than the manifest that it
// was given. It wraps its fault.
type StoredOtherError struct{ known *fault.Error }

// Error returns one line with both digests.
func (e *StoredOtherError) Error() string { return e.known.Error() }

// Unwrap returns the fault.
func (e *StoredOtherError) Unwrap() error { return e.known }

// storedOther returns the fault of a registry whose answer to a manifest has the digest
// of another one. What was asked for is done, with whatever it stored.
func storedOther(reference string, stored, wanted digest.Digest) error {
	known := fault.New(fault.DigestMismatch, "the registry stored %s, not %s", stored, wanted)
	if _, err := digest.Parse(reference); err != nil {
		known.WithHint("the tag %s may have been set: look at what it names", reference)
	}
	return &StoredOtherError{known}
}
