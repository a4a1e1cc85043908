package wasm2oci

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const (
	// guardLimit is how long it may take to see what a registry has really deleted, and
	// to put it back; that goes on when the operation is cancelled.
	guardLimit = 30 * time.Second
	// lookLimit is the same for a look whether a delete was done that nobody answered to:
	// a registry that is silent may stay so.
	lookLimit = 10 * time.Second
	// mostNamed is how many tags a message names.
	mostNamed = 10
)

// untag implements target.
func (t *registryTarget) untag(ctx context.Context, force bool) (ocispec.Descriptor, bool, error) {
	desc, raw, err := t.manifest(ctx, nil)
	if err != nil {
		return desc, false, err
	}
	// What may have to be put back has to be known before.
	tags, all, err := t.someTags(ctx)
	if err != nil {
		return desc, false, err
	}
	others := slices.DeleteFunc(tags, func(tag string) bool { return tag == t.reference.Tag })
	monitor.From(ctx).Enter(monitor.Finishing)
	err = t.repository.DeleteManifest(ctx, t.reference.Tag)
	if t.isGone(ctx, err, t.reference.Tag) || t.isGoneUnanswered(ctx, err) {
		err = nil
	}
	switch {
	case err == nil && !force:
		return desc, false, t.putBack(ctx, desc, raw, others, all)
	case err == nil:
		_, found, err := t.repository.HasManifest(ctx, desc.Digest.String())
		if err == nil && !found {
			err = t.unlist(ctx, desc, raw)
		}
		return desc, !found, t.explain(err)
	case !refusesTag(err):
		return desc, false, t.explain(err)
	case !force:
		return desc, false, t.keepsTags(ctx, desc, err, others, all)
	}
	if err = t.deleteDigest(ctx, desc.Digest); err == nil {
		err = t.unlist(ctx, desc, raw)
	}
	return desc, err == nil, err
}

// deleteDigest deletes a manifest by its digest; one that somebody else has deleted
// meanwhile is as good.
func (t *registryTarget) deleteDigest(ctx context.Context, dgst digest.Digest) error {
	err := t.repository.DeleteManifest(ctx, dgst.String())
	if err == nil || t.isGone(ctx, err, dgst.String()) {
		return nil
	}
	err = t.explain(err)
	if fault.KindOf(err) != Unsupported {
		return err
	}
	refusal := classify("", "", err)
	refusal.Err = fault.Textf("the registry does not delete: %w", refusal.Err)
	return refusal.WithHint("have %s", turnedOn)
}

// turnedOn is what a registry lacks that does not delete.
const turnedOn = "deletion turned on; CNCF distribution needs REGISTRY_STORAGE_DELETE_ENABLED=true"

// isGone reports whether what was to be deleted was not found, and is not there: an
// answer was lost and the request sent again, or somebody else was faster.
func (t *registryTarget) isGone(ctx context.Context, err error, reference string) bool {
	if !transfer.IsStatus(err, http.StatusNotFound) {
		return false
	}
	_, found, err := t.repository.HasManifest(ctx, reference)
	return err == nil && !found
}

// isGoneUnanswered reports whether the tag is gone though a delete of it failed: the
// answer was lost, or a proxy gave one of its own. The operation may have ended meanwhile.
func (t *registryTarget) isGoneUnanswered(ctx context.Context, err error) bool {
	var status *transfer.StatusError
	if err == nil || errors.As(err, &status) && status.StatusCode < http.StatusInternalServerError {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookLimit)
	defer cancel()
	_, found, err := t.repository.HasManifest(ctx, t.reference.Tag)
	return err == nil && !found
}

// deletesNothing reports whether a registry surely deletes no manifest at all: it refuses
// to delete one that no registry has, since a manifest has at least one byte.
func (t *registryTarget) deletesNothing(ctx context.Context) bool {
	err := t.repository.DeleteManifest(ctx, digest.FromBytes(nil).String())
	return err != nil && fault.KindOf(t.explain(err)) == Unsupported
}

// refusesTag reports whether a registry does not delete by tag: CNCF distribution
// answers 400 (DIGEST_INVALID) up to version 2.8, others that they do not find or do
// not support it.
func refusesTag(err error) bool {
	kind := fault.KindOf(err)
	return kind == Unsupported || kind != PermissionDenied && kind != Unauthenticated && transfer.IsStatus(err, http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented)
}

// keepsTags returns the error of a registry that does not delete tags, and says
// what would be lost with the manifest.
func (t *registryTarget) keepsTags(ctx context.Context, desc ocispec.Descriptor, refusal error, others []string, all bool) error {
	names, err := t.thatNow(ctx, others, func(found string, _ bool) bool { return found == desc.Digest.String() })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	result := classify("", "", refusal)
	unsupported := result.Kind == Unsupported
	result.Kind = Unsupported
	result.Err = fault.Textf("the registry does not remove a tag alone: %w", result.Err)
	lost := "the manifest, which has no other tag"
	switch {
	case len(names) > 0:
		lost = "the manifest with all its tags, also " + listed(names)
	case err != nil || !all:
		lost = "the manifest with all its tags"
	}
	if unsupported && t.deletesNothing(ctx) {
		return result.WithCandidates(names).WithHint("have %s", turnedOn)
	}
	return result.WithCandidates(names).WithHint("{force} deletes %s", lost)
}

// putBack looks after a delete of a tag whether the manifest is still there. Where it
// is not, it is stored again, under its digest and under those of the other tags
// that have gone with it.
func (t *registryTarget) putBack(ctx context.Context, desc ocispec.Descriptor, raw []byte, others []string, all bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), guardLimit)
	defer cancel()
	_, found, err := t.repository.HasManifest(ctx, desc.Digest.String())
	if found || err != nil {
		return t.explain(err)
	}
	if err := t.repository.PutManifest(ctx, desc.Digest.String(), desc, raw); err != nil {
		refusal := classify("", "", t.explain(err))
		refusal.Err = fault.Textf("the registry deleted the manifest %s with all its tags instead of one tag, and does not take it back: %w", desc.Digest, refusal.Err)
		return refusal.WithHint("push it again")
	}
	lost, err := t.thatNow(ctx, others, func(_ string, found bool) bool { return !found })
	for _, tag := range lost {
		if err == nil {
			err = t.repository.PutManifest(ctx, tag, desc, raw)
		}
	}
	switch {
	case err != nil:
		refusal := classify("", "", t.explain(err))
		refusal.Err = fault.Textf("the registry deleted the manifest %s with all its tags instead of one tag; the manifest is back, and not all of the tags are: %w", desc.Digest, refusal.Err)
		return refusal.WithCandidates(lost).WithHint("tag %s again, %s", desc.Digest, listed(lost))
	case len(lost) == 0 && all:
		monitor.From(ctx).Log(monitor.Warning, "the registry deleted the manifest %s with its last tag; it was put back, and has no tag", desc.Digest)
		return nil
	}
	under := "under its digest"
	if len(lost) > 0 {
		under += " and as " + listed(lost)
	}
	result := fault.New(Registry, "the registry deleted the manifest %s with all its tags instead of one tag; it was put back %s, and the tag is gone", desc.Digest, under).
		WithCandidates(lost)
	if !all {
		result = result.WithHint("the repository has more tags than were looked at; check them")
	}
	return result
}

// listed names a few tags.
func listed(tags []string) string {
	if more := len(tags) - mostNamed; more > 0 {
		return strings.Join(tags[:mostNamed], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(tags, ", ")
}
