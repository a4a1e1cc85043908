package wasm2oci

import (
	"context"
	"path/filepath"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// copier copies manifests, with all that they list, from one target to another.
type copier struct {
	// operation is the context of the whole; those of its parts end with the first
	// error of any.
	operation           context.Context //nolint:containedctx // lives as long as one operation
	source, destination string
	from, to            target
	// within is set where both are the same place: all that the source has is there.
	within bool
	// withReferrers copies what points at manifests as well.
	withReferrers bool
	mount         *origin
	// limit is how many things of a kind are done at a time, and passages has a place
	// for each blob that is sent.
	limit    int
	passages chan struct{}

	blobs, manifests, pointedAt flights

	mu sync.Mutex
	// counted are the manifests that are in the tally.
	counted flights
	tally   tally
}

func (c *Client) copier(ctx context.Context, from, to Reference, source, destination string) (*copier, error) {
	copier := &copier{
		operation: ctx, source: source, destination: destination,
		limit: cap(c.passages), passages: c.passages, mount: &origin{Reference: from},
	}
	var err error
	if copier.from, err = c.openOver(ctx, true, from, true); err != nil {
		return nil, copier.atSource(err)
	}
	if copier.to, err = c.open(ctx, to, false); err != nil {
		return nil, copier.atDestination(err)
	}
	if registry, ok := copier.from.(*registryTarget); ok {
		registry.remembered = &remembered{}
		copier.mount.Reference = locationOf(registry, from)
	}
	copier.within = placeOf(from) == placeOf(to)
	if from.Scheme != ref.Registry {
		copier.mount = nil
	}
	return copier, nil
}

// placeOf is a reference without what it names there.
func placeOf(reference Reference) Reference {
	place := reference.WithTag("")
	place.Path = filepath.Clean(place.Path)
	return place
}

// atSource and atDestination say on which side an error arose.
func (c *copier) atSource(err error) error { return fail(c.operation, "copy", c.source, err) }

func (c *copier) atDestination(err error) error {
	return fail(c.operation, "copy", c.destination, err)
}

// count writes down what became of all blobs and manifests.
func (c *copier) count(result *CopyResult) {
	ways := c.tally.ways
	result.Sent, result.Mounted, result.Reused, result.Bytes = ways[sent], ways[mounted], ways[reused], c.tally.bytes
}

// store puts a manifest into a target, after all that it lists.
func (c *copier) store(ctx context.Context, to target, desc ocispec.Descriptor, raw []byte, depth int) error {
	monitor.From(ctx).Expect(desc.Size)
	found, whole, err := c.look(ctx, to, desc)
	if err != nil || whole {
		return err
	}
	return c.storeMissing(ctx, to, desc, raw, depth, found)
}

// look asks whether a manifest is there, and whether nothing is left to do for it.
func (c *copier) look(ctx context.Context, to target, desc ocispec.Descriptor) (found, whole bool, err error) {
	found, err = to.hasManifest(ctx, desc)
	if err != nil {
		return false, false, c.atDestination(err)
	}
	whole = found && to.isWhole()
	if whole {
		c.finish(ctx, desc, reused, tally{})
	}
	return found, whole, nil
}

func (c *copier) storeMissing(ctx context.Context, to target, desc ocispec.Descriptor, raw []byte, depth int, found bool) error {
	parts := &uploads{target: passage{to, c}, from: c.mount}
	if !c.within {
		if err := c.storeListed(ctx, parts, desc, raw, depth); err != nil {
			return err
		}
	}
	if err := parts.putManifest(ctx, desc, raw); err != nil {
		return c.atDestination(err)
	}
	taken := sent
	if found || c.within {
		taken = reused
	}
	c.finish(ctx, desc, taken, parts.tally)
	return nil
}

// finish counts a manifest that is where it belongs, with its blobs.
func (c *copier) finish(ctx context.Context, desc ocispec.Descriptor, taken way, blobs tally) {
	if c.counted.isNew(desc.Digest) {
		blobs.add(taken, desc.Size, 1)
	}
	c.mu.Lock()
	c.tally.plus(blobs)
	c.mu.Unlock()
	if taken == reused {
		monitor.From(ctx).Reuse(desc.Size)
	} else {
		monitor.From(ctx).Add(desc.Size)
	}
}

// storeListed copies what a manifest lists: its blobs, and its manifests with all that
// they list.
func (c *copier) storeListed(ctx context.Context, parts *uploads, desc ocispec.Descriptor, raw []byte, depth int) error {
	blobs, children, err := format.Listed(desc, raw)
	if err != nil {
		return c.atSource(err)
	}
	if len(children) > 0 && depth >= format.MaxNesting {
		return c.atSource(format.Invalid("indexes are nested deeper than %d levels", format.MaxNesting))
	}
	for _, one := range slices.Concat(blobs, children) {
		if err := transfer.CheckDescriptor(one); err != nil {
			return c.atSource(err)
		}
	}
	blobs, children = distinct(blobs), distinct(children)
	for _, blob := range blobs {
		if c.blobs.isNew(blob.Digest) {
			monitor.From(ctx).Expect(blob.Size)
		}
	}
	err = inParallel(ctx, c.limit, len(blobs), func(ctx context.Context, i int) error {
		return c.storeBlob(ctx, parts, blobs[i])
	})
	if err != nil {
		return err
	}
	limit := c.limit
	if depth > 0 {
		limit = 1 // each level would multiply the manifests that are held in memory
	}
	return inParallel(ctx, limit, len(children), func(ctx context.Context, i int) error {
		return c.storeChild(ctx, parts, children[i], depth+1)
	})
}

// storeBlob copies a blob, unless another manifest has done so.
func (c *copier) storeBlob(ctx context.Context, parts *uploads, desc ocispec.Descriptor) error {
	taken, first, err := c.blobs.once(ctx, desc.Digest, func() (way, error) { return parts.put(ctx, desc, nil) })
	if err == nil && !first && taken != sent {
		parts.believe(upload{desc: desc, way: taken})
	}
	return c.atDestination(err)
}

// storeChild copies a manifest that another one lists. What is of no known type and no
// manifest either is a blob: there are indexes that list such.
func (c *copier) storeChild(ctx context.Context, parts *uploads, desc ocispec.Descriptor, depth int) error {
	_, _, err := c.manifests.once(ctx, desc.Digest, func() (way, error) {
		monitor.From(ctx).Expect(desc.Size)
		to := childTarget{c.to.under("")}
		found, whole, err := c.look(ctx, to, desc)
		if err != nil || whole {
			return reused, err
		}
		child, raw, err := c.from.manifest(ctx, &desc)
		switch kind := fault.KindOf(err); {
		case (kind == NotFound || kind == SizeExceeded) && !format.IsManifestType(desc.MediaType):
			return sent, c.storeBlob(ctx, parts, desc)
		case err != nil:
			return sent, c.atSource(err)
		}
		return sent, c.storeMissing(ctx, to, child, raw, depth, found)
	})
	return err
}

// distinct returns descriptors in their order, each digest once.
func distinct(descs []ocispec.Descriptor) []ocispec.Descriptor {
	seen := map[digest.Digest]bool{}
	return slices.DeleteFunc(descs, func(desc ocispec.Descriptor) bool {
		again := seen[desc.Digest]
		seen[desc.Digest] = true
		return again
	})
}
