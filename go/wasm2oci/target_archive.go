package wasm2oci

import (
	"context"
	"io"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/layout"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// archiveTarget is a layout in a tar.
type archiveTarget struct {
	layoutReader
	archive *layout.Archive
}

func newArchiveTarget(reference Reference, before *lastLook) *archiveTarget {
	return archiveIn(layout.NewArchive(reference.Path), reference, newLooks(before))
}

func archiveIn(archive *layout.Archive, reference Reference, looked *looks) *archiveTarget {
	return &archiveTarget{layoutReader{files: archive, reference: reference, looked: looked}, archive}
}

func (t *archiveTarget) parts(ctx context.Context, desc ocispec.Descriptor) io.ReaderAt {
	return t.archive.Parts(ctx, desc)
}

func (t *archiveTarget) hasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	if t.archive.HasPut(desc) {
		return true, nil
	}
	found, err := t.layoutReader.hasBlob(ctx, desc)
	if !found || err != nil {
		return false, err
	}
	return true, t.archive.Keep(ctx, desc)
}

func (t *archiveTarget) putBlob(ctx context.Context, desc ocispec.Descriptor, open transfer.Opener) error {
	monitor.From(ctx).Item(desc.Digest.String())
	return putFile(ctx, desc, open, func(source io.Reader) error { return t.archive.Put(ctx, desc, source) })
}

func (t *archiveTarget) putManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	if err := t.storeManifest(ctx, desc, raw); err != nil {
		return err
	}
	return t.archive.Tag(ctx, desc, t.reference.Tag)
}

// storeManifest stores a manifest that no name leads to yet.
func (t *archiveTarget) storeManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	quiet := monitor.With(ctx, &monitor.Monitor{})
	stored, err := t.hasBlob(quiet, desc)
	if err != nil || stored {
		return err
	}
	return t.putBlob(quiet, desc, inMemory(raw))
}

func (t *archiveTarget) under(tag string) target {
	return archiveIn(t.archive, t.reference.WithTag(tag), t.looked)
}

func (t *archiveTarget) close(ctx context.Context, err error) error {
	if err != nil {
		t.archive.Abort()
		return err
	}
	return t.archive.Commit(ctx)
}
