package wasm2oci

import (
	"cmp"
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// What targets do for copies alone.

func (t *registryTarget) hasManifest(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	found, err := t.repository.NamesManifest(ctx, cmp.Or(t.reference.Tag, desc.Digest.String()), desc)
	return found, t.explain(err)
}

func (t *registryTarget) putChild(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	return t.explain(t.repository.PutManifest(ctx, desc.Digest.String(), desc, raw))
}

// isWhole is true: registries take a manifest only once they have what it lists.
func (t *registryTarget) isWhole() bool { return true }

func (t *layoutTarget) hasManifest(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	return t.hasBlob(ctx, desc)
}

func (t *layoutTarget) putChild(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	return t.storeManifest(ctx, desc, raw)
}

func (t *archiveTarget) hasManifest(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	return t.hasBlob(ctx, desc)
}

func (t *archiveTarget) putChild(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	return t.storeManifest(ctx, desc, raw)
}

// isWhole is false: nobody but whoever writes a layout sees to what is in it.
func (t *layoutReader) isWhole() bool { return false }

// childTarget stores manifests that others list: they get no name of their own.
type childTarget struct{ target }

func (t childTarget) putManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	return t.putChild(ctx, desc, raw)
}
