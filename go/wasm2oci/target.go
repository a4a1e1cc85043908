package wasm2oci

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// target is what a Reference opens to. Streams end with io.EOF only if the
// content matches its descriptor.
type target interface {
	// resolve describes the manifest or index that the reference names.
	resolve(ctx context.Context) (ocispec.Descriptor, error)
	// manifest reads it. Where desc is given, that one, else the reference's.
	manifest(ctx context.Context, desc *ocispec.Descriptor) (ocispec.Descriptor, []byte, error)
	// blob opens a blob.
	blob(ctx context.Context, desc ocispec.Descriptor) (blob, error)
	// parts reads parts of a blob without verifying them; nil where a blob is
	// as well read whole.
	parts(ctx context.Context, desc ocispec.Descriptor) io.ReaderAt
	// hasBlob reports whether a blob need not be put.
	hasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error)
	// mountBlob takes a blob over from another place of the same registry, if
	// that can be done.
	mountBlob(ctx context.Context, desc ocispec.Descriptor, from Reference) (bool, error)
	// putBlob stores a blob.
	putBlob(ctx context.Context, desc ocispec.Descriptor, open transfer.Opener) error
	// putManifest stores a manifest under the reference.
	putManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error
	// under is the same place under another tag; where that is empty, manifests are
	// named by their digests.
	under(tag string) target
	// hasManifest reports whether the reference surely names a manifest already.
	hasManifest(ctx context.Context, desc ocispec.Descriptor) (bool, error)
	// isWhole reports whether a manifest that is there has all that it lists.
	isWhole() bool
	// putChild stores a manifest that another one lists.
	putChild(ctx context.Context, desc ocispec.Descriptor, raw []byte) error
}

// open opens a target for reading or for writing.
func (c *Client) open(reference Reference, reading bool) (target, error) {
	return c.openOver(c.http, reference, reading)
}

// openOver is open over some of the connections of the client.
func (c *Client) openOver(connections *http.Client, reference Reference, reading bool) (target, error) {
	switch reference.Scheme {
	case ref.Registry:
		return &registryTarget{c.repository(connections, reference, reading), reference, c.credentials}, nil
	case ref.Layout:
		return &layoutTarget{layout.Layout{Dir: reference.Path}, reference}, nil
	}
	return nil, fault.New(Unsupported, "%s: archives cannot be read or written yet", reference.Scheme).
		WithHint("use a layout directory, oci:DIR")
}

// registryTarget is a repository of a registry.
type registryTarget struct {
	repository  *transfer.Repository
	reference   Reference
	credentials *credentials
}

// explain says more of a refusal than the registry knows.
func (t *registryTarget) explain(err error) error {
	return t.credentials.explain(t.repository.Name.Host(), t.reference.Repository, err)
}

// wanted is the digest where there is one: it decides.
func (t *registryTarget) wanted() string {
	if t.reference.Digest != "" {
		return t.reference.Digest.String()
	}
	return t.reference.Tag
}

func (t *registryTarget) resolve(ctx context.Context) (ocispec.Descriptor, error) {
	desc, err := t.repository.HeadManifest(ctx, t.wanted())
	return desc, t.offerTags(ctx, t.explain(err))
}

func (t *registryTarget) manifest(ctx context.Context, desc *ocispec.Descriptor) (ocispec.Descriptor, []byte, error) {
	if desc == nil {
		found, raw, err := t.repository.GetManifest(ctx, t.wanted())
		return found, raw, t.offerTags(ctx, t.explain(err))
	}
	if err := transfer.CheckDescriptor(*desc); err != nil {
		return *desc, nil, err
	}
	found, raw, err := t.repository.GetManifest(ctx, desc.Digest.String())
	if err == nil && found.Size != desc.Size {
		err = transfer.Mismatch(*desc, found.Size, "")
	}
	return found, raw, t.explain(err)
}

func (t *registryTarget) blob(ctx context.Context, desc ocispec.Descriptor) (blob, error) {
	blob, err := t.repository.GetBlob(ctx, desc)
	if err != nil {
		return nil, t.explain(err)
	}
	return blob, nil
}

func (t *registryTarget) parts(ctx context.Context, desc ocispec.Descriptor) io.ReaderAt {
	return t.repository.BlobParts(ctx, desc)
}

func (t *registryTarget) hasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	found, err := t.repository.HasBlob(ctx, desc)
	return found, t.explain(err)
}

func (t *registryTarget) mountBlob(ctx context.Context, desc ocispec.Descriptor, from Reference) (bool, error) {
	if from.Scheme != ref.Registry || from.Registry != t.reference.Registry || from.Repository == t.reference.Repository {
		return false, nil
	}
	return t.repository.MountBlob(ctx, desc, from.Repository)
}

func (t *registryTarget) putBlob(ctx context.Context, desc ocispec.Descriptor, open transfer.Opener) error {
	return t.explain(t.repository.PutBlob(ctx, desc, open))
}

func (t *registryTarget) putManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	reference := t.reference.Tag
	if reference == "" {
		reference = desc.Digest.String()
	}
	return t.explain(t.repository.PutManifest(ctx, reference, desc, raw))
}

// layoutTarget is an OCI layout directory.
type layoutTarget struct {
	layout    layout.Layout
	reference Reference
}

func (t *layoutTarget) resolve(ctx context.Context) (ocispec.Descriptor, error) {
	desc, err := t.layout.Resolve(t.reference.Tag, t.reference.Digest)
	if err == nil && desc.MediaType == "" {
		desc, _, err = t.manifest(ctx, &desc)
	}
	return desc, err
}

func (t *layoutTarget) manifest(ctx context.Context, desc *ocispec.Descriptor) (ocispec.Descriptor, []byte, error) {
	var wanted ocispec.Descriptor
	var err error
	if desc != nil {
		wanted = *desc
	} else if wanted, err = t.layout.Resolve(t.reference.Tag, t.reference.Digest); err != nil {
		return wanted, nil, err
	}
	if wanted.Size > transfer.MaxManifest {
		return wanted, nil, transfer.TooLarge("the manifest", transfer.MaxManifest)
	}
	file, err := t.blobFile(wanted)
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

func (t *layoutTarget) blobFile(desc ocispec.Descriptor) (io.ReadCloser, error) {
	if err := transfer.CheckDescriptor(desc); err != nil {
		return nil, err
	}
	return t.layout.Open(desc)
}

func (t *layoutTarget) blob(ctx context.Context, desc ocispec.Descriptor) (blob, error) {
	file, err := t.blobFile(desc)
	if err != nil {
		return nil, err
	}
	return once{transfer.NewVerified(transfer.Counted(ctx, contextReader{ctx, file}), desc), file}, nil
}

func (t *layoutTarget) parts(context.Context, ocispec.Descriptor) io.ReaderAt { return nil }

// hasBlob reads the blob that is there: one that was damaged on the disk is
// written anew, so that a push always leaves the layout whole.
func (t *layoutTarget) hasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	if !t.layout.Has(desc) {
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

func (t *layoutTarget) mountBlob(context.Context, ocispec.Descriptor, Reference) (bool, error) {
	return false, nil
}

func (t *layoutTarget) putBlob(ctx context.Context, desc ocispec.Descriptor, open transfer.Opener) error {
	monitor.From(ctx).Item(desc.Digest.String())
	if err := t.layout.Create(ctx); err != nil {
		return err
	}
	source, err := open()
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	return t.layout.Put(desc, transfer.NewVerified(transfer.Counted(ctx, contextReader{ctx, source}), desc))
}

func (t *layoutTarget) putManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	if err := t.storeManifest(ctx, desc, raw); err != nil {
		return err
	}
	return t.layout.Tag(ctx, desc, t.reference.Tag)
}

// storeManifest stores a manifest that no name leads to yet.
func (t *layoutTarget) storeManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	return t.putBlob(monitor.With(ctx, &monitor.Monitor{}), desc, func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(raw)), nil
	})
}

// contextReader ends a stream with its context.
type contextReader struct {
	ctx    context.Context //nolint:containedctx // lives as long as one stream
	source io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	n, err := r.source.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && r.ctx.Err() != nil {
		err = context.Cause(r.ctx)
	}
	return n, err
}
