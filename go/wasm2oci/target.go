package wasm2oci

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// target is what a Reference opens to. Streams end with io.EOF only if the
// content matches its descriptor.
//
// A verb that writes opens its target once, puts into it what it likes, under other
// tags by under, and ends with close, whatever happened:
//
//	defer func() { err = target.close(ctx, err) }()
//
// An archive comes into place there, all of it or nothing. A verb that only reads
// need not close.
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
	// named by their digests. Both are closed by one call.
	under(tag string) target
	// taken returns the reference with the tag or the digest that was resolved last,
	// where none was typed.
	taken() Reference
	// origin says where what was read came from, where there is a cache.
	origin() Origin
	// close completes what was put where err is nil, and drops it otherwise, if that
	// can be done. It returns err, or what kept it from being completed.
	close(ctx context.Context, err error) error
	// tags lists tags from a cursor on, up to limit of them where that is not 0, and
	// says where they go on.
	tags(ctx context.Context, at transfer.TagCursor, limit int) ([]string, *transfer.TagCursor, error)
	// untag removes the reference's tag. With force, where that cannot be done, it
	// deletes the manifest with all its tags, and says so.
	untag(ctx context.Context, force bool) (desc ocispec.Descriptor, deleted bool, err error)
	// deletable describes the manifest that the reference names by its digest.
	deletable(ctx context.Context) (deletable, error)
	// deleteManifest deletes it.
	deleteManifest(ctx context.Context, found deletable) error
	// referrers describes the manifests that point at a subject; of one artifact type,
	// where that is given.
	referrers(ctx context.Context, subject ocispec.Descriptor, artifactType string) ([]ocispec.Descriptor, error)
	// hasManifest reports whether the reference surely names a manifest already.
	hasManifest(ctx context.Context, desc ocispec.Descriptor) (bool, error)
	// isWhole reports whether a manifest that is there has all that it lists.
	isWhole() bool
	// putChild stores a manifest that another one lists.
	putChild(ctx context.Context, desc ocispec.Descriptor, raw []byte) error
}

// open opens a target for reading or for writing.
func (c *Client) open(ctx context.Context, reference Reference, reading bool) (target, error) {
	return c.openOver(ctx, false, reference, reading)
}

// openOver is open over the connections of copies, or over all others.
func (c *Client) openOver(ctx context.Context, copying bool, reference Reference, reading bool) (target, error) {
	if err := identityOf(ctx).invalid; err != nil {
		return nil, err
	}
	if reading {
		reference = wholeName(reference)
	}
	switch reference.Scheme {
	case ref.Registry:
		if err := checkAuthFile(c.credentials.from.authFile, c.credentials.authFile); err != nil {
			return nil, err
		}
		return c.openRegistry(ctx, copying, reference, reading)
	case ref.Layout:
		return newLayoutTarget(reference, &c.looked), nil
	}
	return newArchiveTarget(reference, &c.looked), nil
}

// openRegistry opens a repository where it is kept, and for reading its mirrors.
func (c *Client) openRegistry(ctx context.Context, copying bool, reference Reference, reading bool) (*registryTarget, error) {
	places, err := c.places(ctx, reference)
	if err != nil {
		return nil, err
	}
	if places.Blocked != nil && (!reading || len(places.Mirrors) == 0) {
		return nil, places.Blocked
	}
	at := places.Origin.Reference
	target := &registryTarget{reference: reference, at: at, movedBy: places.File, who: identityOf(ctx).at(at, reference)}
	if target.repository, err = c.repository(ctx, places.Origin, reference, reading, copying); err != nil {
		return nil, err
	}
	if places.Blocked != nil {
		target.repository.Client.Client = &http.Client{Transport: closed{places.Blocked}}
		target.who = identityOf(ctx).at(places.Mirrors[len(places.Mirrors)-1].Reference, reference)
	}
	if reading {
		target.chain, err = c.newChain(ctx, places, reference, target.repository, copying)
	}
	return target, err
}

// openThroughCache opens a target for reading, through the cache of the client where it
// has one and the target is a registry.
func (c *Client) openThroughCache(ctx context.Context, reference Reference, policy PullPolicy) (target, error) {
	opened, err := c.open(ctx, reference, true)
	if err != nil {
		return nil, err
	}
	policy = cmp.Or(policy, c.options.PullPolicy, PullAlways)
	registry, ok := opened.(*registryTarget)
	switch {
	case !ok:
		return opened, nil
	case c.cache != nil && c.cache.usable(ctx):
		return &cachedTarget{registryTarget: registry, cache: c.cache, policy: policy}, nil
	case policy == PullNever:
		return nil, fault.New(InvalidArgument, "{pull_policy} is never, and there is no cache").WithHint("name one with {cache_dir}")
	}
	return opened, nil
}

// registryTarget is a repository of a registry.
type registryTarget struct {
	repository *transfer.Repository
	reference  Reference
	// at is where the repository is kept; most often where the reference says.
	at Reference
	// movedBy is the file that says so, if it is kept elsewhere than its name says.
	movedBy string
	// who asks there.
	who *identity
	// chain are the places that manifests and blobs may be read from; nil where that is
	// the repository alone.
	chain *chain
	// remembered is set where a copy reads what was looked at before.
	remembered *remembered
}

// explain says more of a refusal than the registry knows.
func (t *registryTarget) explain(err error) error {
	last, at := t.repository, t.at
	if t.chain != nil && t.chain.blocked != nil {
		mirror := t.chain.mirrors[len(t.chain.mirrors)-1]
		last, at = mirror.Repository, mirror.reference
	}
	return t.explainMove(t.chain.explain(t.who.explain(last.Name.Host(), at.Repository, err)))
}

// explainMove adds to an error where was looked, if that is not where the name says.
func (t *registryTarget) explainMove(err error) error {
	if err == nil || t.movedBy == "" {
		return err
	}
	result := classify("", "", err)
	note := fault.Textf("looked for at %s, where %s says it is kept", fault.Quote(placeText(t.at)), fault.Quote(t.movedBy))
	if !strings.Contains(result.Err.Error(), note.Error()) {
		result.Err = fault.Textf("%w (%s)", result.Err, note)
	}
	return result
}

// source is where manifests and blobs are read from.
func (t *registryTarget) source() *transfer.Repository {
	if t.chain == nil {
		return t.repository
	}
	return t.chain.first()
}

// wanted is the digest where there is one: it decides.
func (t *registryTarget) wanted() string {
	if t.reference.Digest != "" {
		return t.reference.Digest.String()
	}
	return t.reference.Tag
}

func (t *registryTarget) resolve(ctx context.Context) (ocispec.Descriptor, error) {
	desc, err := t.source().HeadManifest(ctx, t.wanted())
	return desc, t.offerTags(ctx, t.explain(err))
}

func (t *registryTarget) manifest(ctx context.Context, desc *ocispec.Descriptor) (ocispec.Descriptor, []byte, error) {
	if desc == nil {
		found, raw, err := t.source().GetManifest(ctx, t.wanted())
		return found, raw, t.offerTags(ctx, t.explain(err))
	}
	if err := transfer.CheckDescriptor(*desc); err != nil {
		return *desc, nil, err
	}
	if found, raw, ok := t.remembered.take(*desc); ok {
		return found, raw, nil
	}
	found, raw, err := t.source().GetManifest(ctx, desc.Digest.String())
	if err == nil && found.Size != desc.Size {
		err = transfer.Mismatch(*desc, found.Size, "")
	}
	return found, raw, t.explain(err)
}

func (t *registryTarget) blob(ctx context.Context, desc ocispec.Descriptor) (blob, error) {
	blob, err := t.source().GetBlob(ctx, desc)
	if err != nil {
		return nil, t.explain(err)
	}
	return blob, nil
}

func (t *registryTarget) parts(ctx context.Context, desc ocispec.Descriptor) io.ReaderAt {
	return t.source().BlobParts(ctx, desc)
}

func (t *registryTarget) hasBlob(ctx context.Context, desc ocispec.Descriptor) (bool, error) {
	found, err := t.repository.HasBlob(ctx, desc)
	return found, t.explain(err)
}

func (t *registryTarget) mountBlob(ctx context.Context, desc ocispec.Descriptor, from Reference) (bool, error) {
	if from.Scheme != ref.Registry || from.Registry != t.at.Registry || from.Repository == t.at.Repository {
		return false, nil
	}
	return t.repository.MountBlob(ctx, desc, from.Repository)
}

func (t *registryTarget) putBlob(ctx context.Context, desc ocispec.Descriptor, open transfer.Opener) error {
	err := t.repository.PutBlob(ctx, desc, open)
	var status *transfer.StatusError
	if desc.Size > 0 || !errors.As(err, &status) || status.StatusCode == http.StatusUnauthorized || status.StatusCode == http.StatusForbidden {
		return t.explain(err)
	}
	// CNCF distribution was seen to answer 500 where its store refuses it.
	refusal := classify("", "", t.explain(err))
	refusal.Err = fault.Textf("the registry does not take a blob of no bytes: %w", refusal.Err)
	return refusal
}

func (t *registryTarget) putManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	reference := t.reference.Tag
	if reference == "" {
		reference = desc.Digest.String()
	}
	return t.explain(t.repository.PutManifest(ctx, reference, desc, raw))
}

func (t *registryTarget) under(tag string) target {
	other := *t
	other.reference = t.reference.WithTag(tag)
	return &other
}

func (t *registryTarget) taken() Reference { return t.reference }

func (t *registryTarget) origin() Origin {
	if t.chain == nil {
		return Origin{}
	}
	return t.chain.came()
}

func (t *registryTarget) close(_ context.Context, err error) error { return err }

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
