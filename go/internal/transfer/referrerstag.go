package transfer

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// How the fallback tag of a registry without the referrers API is kept (distribution
// specification, v1.1, "Pushing Manifests with Subject" and "Referrers Tag Schema").
// Registries have no way to change a tag only if nobody else did, so each change is
// followed by a look whether it lasted: see docs/design/transfer.md.

const (
	// referrersTries is how often a change of the fallback tag is made at most.
	referrersTries = 16
	// leastSettling and mostSettling bound how long others are given to overwrite a
	// change that they did not see.
	leastSettling = 20 * time.Millisecond
	mostSettling  = 2 * time.Second
)

// readReferrersTag reads the list of referrers under the fallback tag; nil where there is
// none. What is not an index is none, and nor is the subject itself, which GitLab finds
// under that name (oras-project/oras-go#1396).
func (r *Repository) readReferrersTag(ctx context.Context, subject digest.Digest) (*referrersIndex, error) {
	desc, raw, err := r.getReferrersTag(ctx, subject)
	if err != nil || raw == nil {
		return nil, err
	}
	if desc.MediaType != ocispec.MediaTypeImageIndex || subject == subject.Algorithm().FromBytes(raw) {
		monitor.From(ctx).Log(monitor.Debug, "the tag %s is not a list of referrers, but %s of the type %s", ReferrersTag(subject), desc.Digest, desc.MediaType)
		return nil, nil
	}
	index, err := parseReferrersIndex(raw)
	if err != nil {
		monitor.From(ctx).Log(monitor.Warning, "the tag %s is not a list of referrers: %s", ReferrersTag(subject), err)
		return nil, nil
	}
	return index, nil
}

// getReferrersTag gets what is under the fallback tag, past caches; nil for nothing.
func (r *Repository) getReferrersTag(ctx context.Context, subject digest.Digest) (ocispec.Descriptor, []byte, error) {
	header := http.Header{"Accept": acceptManifest, "Cache-Control": {"no-cache"}}
	desc, raw, err := r.getManifestWith(ctx, ReferrersTag(subject), header)
	if fault.KindOf(err) == fault.NotFound {
		return desc, nil, nil
	}
	return desc, raw, err
}

// addReferrer lists a manifest that was put, and whose subject the registry does not
// look at, under the fallback tag.
func (r *Repository) addReferrer(ctx context.Context, referrer Referrer) error {
	return r.changeReferrers(ctx, referrer.Subject, func(index *referrersIndex) (*referrersIndex, error) {
		if index.has(referrer.Descriptor.Digest) {
			return nil, nil
		}
		return index.with(referrer.Descriptor)
	})
}

// RemoveReferrer takes a manifest that was deleted off the fallback tag of its subject. A registry with the referrers API does so by itself, and is left alone.
func (r *Repository) RemoveReferrer(ctx context.Context, referrer Referrer) error {
	if _, err := r.referrersByAPI(ctx, referrer.Subject, ""); !lacksReferrers(err) {
		return err
	}
	return r.changeReferrers(ctx, referrer.Subject, func(index *referrersIndex) (*referrersIndex, error) {
		if !index.has(referrer.Descriptor.Digest) {
			return nil, nil
		}
		return index.without(referrer.Descriptor.Digest), nil
	})
}

// changeReferrers changes the list under the fallback tag until a change is there to
// stay. change returns the new list, or nil where nothing is to be changed.
func (r *Repository) changeReferrers(ctx context.Context, subject digest.Digest, change func(*referrersIndex) (*referrersIndex, error)) error {
	tag := ReferrersTag(subject)
	release, err := lockReferrers(ctx, r.url("manifests", tag))
	if err != nil {
		return err
	}
	defer release()
	for range referrersTries {
		began := time.Now()
		index, err := r.listToChange(ctx, subject)
		if err != nil {
			return err
		}
		changed, err := change(index)
		if err != nil || changed == nil {
			return err
		}
		if err := r.putReferrers(ctx, tag, changed); err != nil {
			return err
		}
		// Whoever read the list before this change will have written over it by then.
		settling := min(max(2*time.Since(began), leastSettling), mostSettling)
		if err := sleep(ctx, settling+rand.N(settling)); err != nil {
			return err
		}
	}
	return fault.New(fault.Registry, "the tag %s was changed by others each of %d times", tag, referrersTries).WithHint("try again later")
}

// putReferrers puts a list under its tag. An empty one is as good as no tag, where the
// registry removes tags.
func (r *Repository) putReferrers(ctx context.Context, tag string, list *referrersIndex) error {
	if len(list.entries) == 0 && r.DeleteManifest(withoutRetry(ctx), tag) == nil {
		return nil
	}
	err := r.putIndex(ctx, tag, list)
	var status *StatusError
	if !errors.As(err, &status) || !status.MissesBlob() {
		return err
	}
	// CNCF distribution takes no list with a manifest that is gone, which somebody
	// deleted who does not keep the list.
	list, pruneErr := r.present(ctx, list)
	if pruneErr != nil {
		return pruneErr
	}
	return r.putIndex(ctx, tag, list)
}

func (r *Repository) putIndex(ctx context.Context, tag string, list *referrersIndex) error {
	desc, raw := list.encode()
	if desc.Size > MaxManifest {
		return fault.New(fault.SizeExceeded, "the list of referrers under the tag %s would be larger than %d bytes", tag, MaxManifest)
	}
	_, err := r.putManifest(ctx, tag, desc, raw)
	return err
}

// present returns the list without what is no longer there.
func (r *Repository) present(ctx context.Context, list *referrersIndex) (*referrersIndex, error) {
	for _, one := range list.referrers() {
		_, err := r.HeadManifest(ctx, one.Digest.String())
		if fault.KindOf(err) == fault.NotFound {
			monitor.From(ctx).Log(monitor.Warning, "%s is listed as a referrer, and not there; it is taken off the list", one.Digest)
			list = list.without(one.Digest)
		} else if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// listToChange reads the list of referrers, an empty one where there is none. What is
// something else is not overwritten.
func (r *Repository) listToChange(ctx context.Context, subject digest.Digest) (*referrersIndex, error) {
	desc, raw, err := r.getReferrersTag(ctx, subject)
	if err != nil {
		return nil, err
	}
	if raw == nil {
		return newReferrersIndex(), nil
	}
	tag := ReferrersTag(subject)
	if subject == subject.Algorithm().FromBytes(raw) {
		return nil, fault.New(fault.Unsupported, "the registry keeps no list of referrers: it has no referrers API, and takes the tag %s for the digest %s", tag, subject)
	}
	index, err := parseReferrersIndex(raw)
	if err != nil || desc.MediaType != ocispec.MediaTypeImageIndex {
		return nil, fault.New(fault.InvalidManifest, "the tag %s, which is for the list of referrers, is something else: %s of the type %s", tag, desc.Digest, fault.Quote(desc.MediaType)).
			WithHint("move what it names to another tag")
	}
	return index, nil
}

// TidyReferrers removes the fallback tag of a subject, if there is one, once a manifest
// was put and the registry turned out to have the referrers API by now, and lists by it
// all that the tag does. It is a
// courtesy: what does not work out stays as it is.
func (r *Repository) TidyReferrers(ctx context.Context, subject digest.Digest) {
	if !r.listsReferrers.Load() {
		return
	}
	m := monitor.From(ctx)
	index, err := r.readReferrersTag(ctx, subject)
	if err != nil || index == nil {
		return
	}
	tag := ReferrersTag(subject)
	listed, err := r.referrersByAPI(ctx, subject, "")
	if err != nil {
		m.Log(monitor.Debug, "the tag %s stays: %s", tag, err)
		return
	}
	for _, one := range index.entries {
		if !lists(listed, one.Digest) {
			m.Log(monitor.Debug, "the tag %s stays: the referrers API does not list all that it does", tag)
			return
		}
	}
	if err := r.DeleteManifest(withoutRetry(ctx), tag); err != nil {
		m.Log(monitor.Debug, "the tag %s stays: %s", tag, err)
		return
	}
	m.Log(monitor.Debug, "the tag %s is removed: the referrers API lists all that it did", tag)
}

// referrersLocks let one at a time of this process change a fallback tag. Tags share
// them by their hash.
var referrersLocks [64]chan struct{}

func init() {
	for i := range referrersLocks {
		referrersLocks[i] = make(chan struct{}, 1)
	}
}

func lockReferrers(ctx context.Context, address string) (release func(), err error) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(address))
	held := referrersLocks[hash.Sum32()%uint32(len(referrersLocks))]
	select {
	case held <- struct{}{}:
		return func() { <-held }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
