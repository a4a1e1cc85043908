package wasm2oci

import (
	"bytes"
	"context"
	"io"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// layoutReader reads what layouts and archives hold.
type layoutReader struct {
	files     layoutFiles
	reference Reference
	// found is the manifest that was resolved last.
	found ocispec.Descriptor
	// looked is what its manifests point at, once somebody has asked.
	looked *looks
}

// layoutFiles is what layouts and archives can do alike: methods of layout.Archive.
type layoutFiles interface {
	Resolve(ctx context.Context, name string, dgst digest.Digest) (ocispec.Descriptor, error)
	Tags(ctx context.Context) ([]string, error)
	Manifests(ctx context.Context) ([]ocispec.Descriptor, error)
	State() layout.State
	Open(ctx context.Context, desc ocispec.Descriptor) (io.ReadCloser, error)
	Has(ctx context.Context, desc ocispec.Descriptor) bool
	Listed(ctx context.Context, dgst digest.Digest) (ocispec.Descriptor, []string, error)
	Delete(ctx context.Context, dgst digest.Digest) error
}

// find looks for what the reference names. Where no tag was typed it names what is
// there.
func (t *layoutReader) find(ctx context.Context) (ocispec.Descriptor, error) {
	name := t.reference.Tag
	if t.reference.Untagged {
		name = ""
	}
	desc, err := t.files.Resolve(ctx, name, t.reference.Digest)
	t.found = desc
	return desc, err
}

func (t *layoutReader) taken() Reference {
	switch name := layout.TypedName(t.found); {
	case !t.reference.Untagged || t.found.Digest == "":
		return t.reference
	case name != "":
		return t.reference.WithTag(name)
	default:
		taken := t.reference.WithTag("")
		taken.Digest = t.found.Digest
		return taken
	}
}

func (t *layoutReader) origin() Origin { return Origin{} }

func (t *layoutReader) resolve(ctx context.Context) (ocispec.Descriptor, error) {
	desc, err := t.find(ctx)
	if err == nil && desc.MediaType == "" {
		desc, _, err = t.manifest(ctx, &desc)
	}
	return desc, err
}

func (t *layoutReader) manifest(ctx context.Context, desc *ocispec.Descriptor) (ocispec.Descriptor, []byte, error) {
	var wanted ocispec.Descriptor
	var err error
	if desc != nil {
		wanted = *desc
	} else if wanted, err = t.find(ctx); err != nil {
		return wanted, nil, err
	}
	if wanted.Size > transfer.MaxManifest {
		return wanted, nil, transfer.TooLarge("the manifest", transfer.MaxManifest)
	}
	file, err := t.blobFile(ctx, wanted)
	if err != nil {
		return wanted, nil, err
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(transfer.NewVerified(contextReader{ctx, file}, wanted))
	if err == nil && wanted.MediaType == "" {
		wanted.MediaType = transfer.ManifestType("", raw)
	}
	return wanted, raw, err
}

func (t *layoutReader) blobFile(ctx context.Context, desc ocispec.Descriptor) (io.ReadCloser, error) {
	if err := transfer.CheckDescriptor(desc); err != nil {
		return nil, err
	}
	return t.files.Open(ctx, desc)
}

func (t *layoutReader) blob(ctx context.Context, desc ocispec.Descriptor) (blob, error) {
	file, err := t.blobFile(ctx, desc)
	if err != nil {
		return nil, err
	}
	return once{transfer.NewVerified(transfer.Counted(ctx, contextReader{ctx, file}), desc), file}, nil
}

// hasBlob reads the blob that is there: one that was damaged on the disk is
// written anew, so that a push always leaves the layout whole.
func (t *layoutReader) hasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	if !t.files.Has(ctx, desc) {
		return false, nil
	}
	stream, err := t.blob(monitor.With(ctx, &monitor.Monitor{}), desc)
	if err != nil {
		return false, err
	}
	defer func() { _ = stream.Close() }()
	if _, err = io.Copy(io.Discard, stream); fault.KindOf(err) == DigestMismatch {
		return false, nil
	}
	return err == nil, err
}

func (t *layoutReader) mountBlob(context.Context, ocispec.Descriptor, Reference) (bool, error) {
	return false, nil
}

// layoutTarget is an OCI layout directory.
type layoutTarget struct {
	layoutReader
	layout layout.Layout
	names  *layoutNames
}

func newLayoutTarget(reference Reference, before *lastLook) *layoutTarget {
	dir := layout.Layout{Dir: reference.Path}
	return &layoutTarget{
		layoutReader{files: directory{layout.NewReader(dir)}, reference: reference, looked: newLooks(before)},
		dir, &layoutNames{layout: dir},
	}
}

// directory is a layout directory as layoutFiles: its files are read too fast for a
// context to matter.
type directory struct{ layout *layout.Reader }

func (d directory) Resolve(_ context.Context, name string, dgst digest.Digest) (ocispec.Descriptor, error) {
	return d.layout.Resolve(name, dgst)
}

func (d directory) Tags(context.Context) ([]string, error) { return d.layout.Tags() }

func (d directory) Manifests(context.Context) ([]ocispec.Descriptor, error) {
	return d.layout.Manifests()
}

func (d directory) State() layout.State { return d.layout.State() }

func (d directory) Open(_ context.Context, desc ocispec.Descriptor) (io.ReadCloser, error) {
	file, err := d.layout.Open(desc)
	if err != nil {
		return nil, err // not a nil *os.File, which would be a reader
	}
	return file, nil
}

func (d directory) Has(_ context.Context, desc ocispec.Descriptor) bool { return d.layout.Has(desc) }

func (d directory) Listed(ctx context.Context, dgst digest.Digest) (ocispec.Descriptor, []string, error) {
	return d.layout.Listed(ctx, dgst)
}

func (d directory) Delete(ctx context.Context, dgst digest.Digest) error {
	return d.layout.Delete(ctx, dgst)
}

func (t *layoutTarget) parts(context.Context, ocispec.Descriptor) io.ReaderAt { return nil }

func (t *layoutTarget) putBlob(ctx context.Context, desc ocispec.Descriptor, open transfer.Opener) error {
	monitor.From(ctx).Item(desc.Digest.String())
	if err := t.layout.Create(ctx); err != nil {
		return err
	}
	return putFile(ctx, desc, open, func(source io.Reader) error { return t.layout.Put(desc, source) })
}

// putFile puts a blob, verified and counted.
func putFile(ctx context.Context, desc ocispec.Descriptor, open transfer.Opener, put func(io.Reader) error) error {
	source, err := open()
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	return put(transfer.NewVerified(transfer.Counted(ctx, contextReader{ctx, source}), desc))
}

func (t *layoutTarget) putManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	if err := t.storeManifest(ctx, desc, raw); err != nil {
		return err
	}
	return t.names.add(ctx, desc, raw, t.reference.Tag)
}

// storeManifest stores a manifest that no name leads to yet.
func (t *layoutTarget) storeManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	quiet := monitor.With(ctx, &monitor.Monitor{})
	stored, err := t.hasBlob(quiet, desc)
	if err != nil || stored {
		return err
	}
	return t.putBlob(quiet, desc, inMemory(raw))
}

// inMemory opens a document.
func inMemory(raw []byte) transfer.Opener {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }
}

func (t *layoutTarget) under(tag string) target {
	other := *t
	other.reference, other.found = t.reference.WithTag(tag), ocispec.Descriptor{}
	return &other
}

func (t *layoutTarget) close(ctx context.Context, err error) error {
	if failed := t.names.close(ctx); err == nil {
		err = failed
	}
	return err
}

// wholeName returns a reference to what is there: where it is not at the path, but a
// layout or an archive is at what comes before a colon of it, the rest is the name of
// a manifest. Others name manifests by whole references, such as
// "docker.io/library/hello:v1".
func wholeName(reference Reference) Reference {
	if reference.Scheme == ref.Registry || layout.IsThere(reference.Path) {
		return reference
	}
	path, name, found := layout.CutName(reference.Path, reference.Scheme == ref.Archive)
	if !found {
		return reference
	}
	whole := reference
	whole.Path, whole.Tag, whole.Untagged = path, name, false
	if reference.Tag != "" && !reference.Untagged {
		whole.Tag += ":" + reference.Tag
	}
	return whole
}
