package wasm2oci

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/format"
)

// maxReferrersDepth bounds how far referrers of referrers are followed.
const maxReferrersDepth = 8

// place copies a manifest and names it. What points at it is there before the name is:
// whoever waits for the name may look for a signature at once. That a subject comes
// after what points at it is allowed (distribution specification, v1.1, "Pushing
// Manifests with Subject"), but no registry needs to take it here.
func (c *copier) place(ctx context.Context, to target, desc ocispec.Descriptor, raw []byte) error {
	if c.withReferrers {
		if err := c.store(ctx, childTarget{c.to.under("")}, desc, raw, 0); err != nil {
			return err
		}
		if err := c.storeReferrers(ctx, desc, raw, 0, 0); err != nil {
			return err
		}
	}
	return c.store(ctx, to, desc, raw, 0)
}

// storeReferrers copies what points at a manifest, and at the manifests that it lists.
func (c *copier) storeReferrers(ctx context.Context, desc ocispec.Descriptor, raw []byte, nesting, depth int) error {
	if !c.pointedAt.isNew(desc.Digest) {
		return nil
	}
	found, err := c.from.referrers(ctx, desc, "")
	if err != nil {
		return c.atSource(err)
	}
	if len(found) > 0 && depth >= maxReferrersDepth {
		return c.atSource(format.Invalid("referrers point at referrers deeper than %d levels", maxReferrersDepth))
	}
	for _, one := range found {
		if err := c.storeReferrer(ctx, one, depth); err != nil {
			return err
		}
	}
	if !format.IsIndex(desc, raw) || nesting >= format.MaxNesting {
		return nil
	}
	_, children, err := format.Listed(desc, raw)
	if err != nil {
		return c.atSource(err)
	}
	for _, child := range distinct(children) {
		if err := c.storeReferrersOf(ctx, child, nesting+1, depth); err != nil {
			return err
		}
	}
	return nil
}

// storeReferrersOf is storeReferrers for a manifest that has not been read.
func (c *copier) storeReferrersOf(ctx context.Context, desc ocispec.Descriptor, nesting, depth int) error {
	var raw []byte
	if format.IsIndex(desc, nil) {
		var err error
		if desc, raw, err = c.from.manifest(ctx, &desc); err != nil {
			return c.atSource(err)
		}
	}
	return c.storeReferrers(ctx, plain(desc), raw, nesting, depth)
}

// storeReferrer copies a manifest that points at another one, by its digest. A layout
// lists it, and a registry, or we in its place, among the referrers.
func (c *copier) storeReferrer(ctx context.Context, desc ocispec.Descriptor, depth int) error {
	desc, raw, err := c.from.manifest(ctx, &desc)
	if err != nil {
		return c.atSource(err)
	}
	desc = plain(desc)
	if err := c.store(ctx, referrerTarget{c.to.under("")}, desc, raw, 0); err != nil {
		return err
	}
	return c.storeReferrers(ctx, desc, raw, 0, depth+1)
}

// referrerTarget puts a manifest even where it is there: a copy that broke off may have
// left it unlisted.
type referrerTarget struct{ target }

func (referrerTarget) isWhole() bool { return false }
