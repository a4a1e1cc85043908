package wasm2oci

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
)

// maxReferrersDepth bounds how far referrers of referrers are followed, and
// maxCopiedReferrers how many of one name there are.
const (
	maxReferrersDepth  = 16
	maxCopiedReferrers = 100000
)

// place copies a manifest and names it. What points at it is there before the name is:
// whoever waits for the name may look for a signature at once. That a subject comes
// after what points at it is allowed (distribution specification, v1.1, "Pushing
// Manifests with Subject"), but no registry needs to take it here.
func (c *copier) place(ctx context.Context, to target, desc ocispec.Descriptor, raw []byte) error {
	if c.withReferrers {
		// All of them are known before anything is stored: there may be too many.
		pointing := &pointing{copier: c}
		if err := pointing.find(ctx, desc, raw, 0, 0); err != nil {
			return err
		}
		if err := c.store(ctx, childTarget{c.to.under("")}, desc, raw, 0); err != nil {
			return err
		}
		for _, one := range pointing.found {
			if err := c.storeReferrer(ctx, one); err != nil {
				return err
			}
		}
	}
	return c.store(ctx, to, desc, raw, 0)
}

// pointing gathers what points at a manifest, each after its subject.
type pointing struct {
	*copier
	found []ocispec.Descriptor
}

// find gathers what points at a manifest, and at the manifests that it lists.
func (p *pointing) find(ctx context.Context, desc ocispec.Descriptor, raw []byte, nesting, depth int) error {
	if !p.pointedAt.isNew(desc.Digest) {
		return nil
	}
	listed, err := p.from.referrers(ctx, desc, "")
	if err != nil {
		return p.atSource(err)
	}
	if len(listed) > 0 && depth >= maxReferrersDepth {
		return p.atSource(fault.New(SizeExceeded, "referrers point at referrers over more than %d levels", maxReferrersDepth).
			WithHint("copy one of them by its digest"))
	}
	if len(p.found)+len(listed) > maxCopiedReferrers {
		return p.atSource(fault.New(SizeExceeded, "there are more than %d referrers, and referrers of those", maxCopiedReferrers))
	}
	for _, one := range listed {
		p.found = append(p.found, one)
		if err := p.findOf(ctx, one, 0, depth+1); err != nil {
			return err
		}
	}
	if !format.IsIndex(desc, raw) || nesting >= format.MaxNesting {
		return nil
	}
	_, children, err := format.Listed(desc, raw)
	if err != nil {
		return p.atSource(err)
	}
	for _, child := range distinct(children) {
		if err := p.findOf(ctx, child, nesting+1, depth); err != nil {
			return err
		}
	}
	return nil
}

// findOf is find for a manifest that has not been read.
func (p *pointing) findOf(ctx context.Context, desc ocispec.Descriptor, nesting, depth int) error {
	var raw []byte
	if format.IsIndex(desc, nil) {
		var err error
		if desc, raw, err = p.from.manifest(ctx, &desc); err != nil {
			return p.atSource(err)
		}
	}
	return p.find(ctx, plain(desc), raw, nesting, depth)
}

// storeReferrer copies a manifest that points at another one, by its digest. A layout
// lists it, and a registry, or we in its place, among the referrers.
func (c *copier) storeReferrer(ctx context.Context, desc ocispec.Descriptor) error {
	desc, raw, err := c.from.manifest(ctx, &desc)
	if err != nil {
		return c.atSource(err)
	}
	return c.store(ctx, referrerTarget{c.to.under("")}, plain(desc), raw, 0)
}

// referrerTarget puts a manifest even where it is there: a copy that broke off may have
// left it unlisted.
type referrerTarget struct{ target }

func (referrerTarget) isWhole() bool { return false }
