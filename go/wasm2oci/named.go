package wasm2oci

import (
	"context"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const (
	// maxLookedAt is how many tags are asked what they name, at most: no registry can
	// be asked for the tags of a manifest.
	maxLookedAt = 1000
	// lookers is how many are asked at a time.
	lookers = 8
)

// someTags lists the first tags of the repository, and says whether these are all.
// That they cannot be listed is no error: they are only mentioned.
func (t *registryTarget) someTags(ctx context.Context) (tags []string, all bool, err error) {
	for next := (&transfer.TagCursor{Size: transfer.PageSize}); next != nil && len(tags) < maxLookedAt; {
		page, following, err := t.tags(ctx, *next, maxLookedAt-len(tags))
		if ctx.Err() != nil {
			return nil, false, context.Cause(ctx)
		}
		if err != nil {
			monitor.From(ctx).Log(monitor.Debug, "the tags of the repository cannot be listed: %v", err)
			return tags, false, nil
		}
		tags, next = append(tags, page...), following
		all = next == nil
	}
	return tags, all, nil
}

// thatNow returns those of the tags that a look at them picks. A tag that cannot be
// looked at is an error, beside which those are returned that were picked by then.
func (t *registryTarget) thatNow(ctx context.Context, tags []string, picked func(dgst string, found bool) bool) ([]string, error) {
	named := make([]string, len(tags))
	err := inParallel(monitor.With(ctx, &monitor.Monitor{}), lookers, len(tags), func(ctx context.Context, i int) error {
		dgst, found, err := t.repository.HasManifest(ctx, tags[i])
		if err == nil && picked(dgst, found) {
			named[i] = tags[i]
		}
		return err
	})
	names := slices.DeleteFunc(named, func(tag string) bool { return tag == "" })
	slices.Sort(names)
	return names, t.explain(err)
}

// namesOf returns the tags of a manifest, and whether these are all that it has.
func (t *registryTarget) namesOf(ctx context.Context, dgst digest.Digest) (names []string, all bool, err error) {
	tags, all, err := t.someTags(ctx)
	if err != nil {
		return nil, false, err
	}
	names, err = t.thatNow(ctx, tags, func(found string, _ bool) bool { return found == dgst.String() })
	return names, all, err
}
