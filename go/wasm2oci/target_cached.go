package wasm2oci

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/cache"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// cachedTarget reads a repository of a registry through the cache of the client.
type cachedTarget struct {
	*registryTarget
	cache  *keeper
	policy PullPolicy

	mu sync.Mutex
	// first is the manifest or index that the reference names, last the one that was read
	// last, and raw what it is.
	first digest.Digest
	last  ocispec.Descriptor
	raw   []byte
	// fetched is set once something was read from the registry.
	fetched bool
	// asked is when the registry said what the tag names, where it was not asked now.
	asked time.Time
}

// origin says where what was read came from.
func (t *cachedTarget) origin() Origin {
	t.mu.Lock()
	defer t.mu.Unlock()
	origin := Origin{Source: fromCache}
	if t.fetched {
		origin.Source = fromRegistry
		if t.chain != nil {
			if came := t.chain.came(); came.Source != "" {
				origin = came
			}
		}
	}
	if !t.asked.IsZero() {
		age := ageOf(t.asked)
		origin.Age = &age
	}
	return origin
}

func (t *cachedTarget) note(desc ocispec.Descriptor, raw []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first == "" {
		t.first = desc.Digest
	}
	t.last, t.raw = desc, raw
}

func (t *cachedTarget) noteFetched() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fetched = true
}

// known returns what the tag is known to name, and its document; whether that is damaged
// is only told where nobody else has it.
func (t *cachedTarget) known() (name cache.Name, raw []byte, found, damaged bool) {
	if name, found = t.cache.Named(t.reference.String()); !found {
		return name, nil, false, false
	}
	there := t.mustHave(name.Descriptor.Digest)
	raw, found = t.cache.Read(name.Descriptor.Digest, transfer.MaxManifest)
	return name, raw, found, there && !found
}

// mustHave reports whether a blob is there that cannot be had from elsewhere. What reads
// it may drop it.
func (t *cachedTarget) mustHave(dgst digest.Digest) bool {
	return t.policy == PullNever && t.cache.IsThere(dgst)
}

// notCached is the fault of what would have to be read from the registry, as it is not
// there or is damaged.
func (t *cachedTarget) notCached(what string, damaged bool) error {
	if damaged {
		return fault.New(NotFound, "%s is damaged in the cache, and {pull_policy} is never", what).
			WithHint("fetch it once with {pull_policy} missing; cache verify finds what else is damaged")
	}
	return fault.New(NotFound, "%s is not in the cache, and {pull_policy} is never", what).
		WithHint("fetch it once with {pull_policy} missing")
}

// orCached says in the error of a registry that cannot tell what the tag names that the
// cache has what it named last.
func orCached(err error) error {
	result := classify("", "", err)
	switch result.Kind {
	case Network, Timeout, RateLimited, Registry:
	default:
		return err
	}
	if result.Hint == (fault.Text{}) {
		return result.WithHint("use {pull_policy} missing: the cache has what the tag named last")
	}
	return result.WithHint("%s, or use {pull_policy} missing: the cache has what the tag named last", result.Hint)
}

func (t *cachedTarget) resolve(ctx context.Context) (ocispec.Descriptor, error) {
	if t.reference.Digest == "" && t.policy == PullAlways {
		desc, err := t.registryTarget.resolve(ctx)
		if err != nil {
			if _, _, found, _ := t.known(); found {
				err = orCached(err)
			}
		}
		return desc, err
	}
	desc, _, err := t.manifest(ctx, nil)
	return desc, err
}

func (t *cachedTarget) manifest(ctx context.Context, desc *ocispec.Descriptor) (ocispec.Descriptor, []byte, error) {
	switch {
	case desc != nil:
		return t.byDigest(ctx, *desc)
	case t.reference.Digest != "":
		return t.byDigest(ctx, ocispec.Descriptor{Digest: t.reference.Digest, Size: -1})
	}
	return t.byTag(ctx)
}

// byDigest reads a manifest that can only be one. Its size is negative where that is
// not known.
func (t *cachedTarget) byDigest(ctx context.Context, desc ocispec.Descriptor) (ocispec.Descriptor, []byte, error) {
	if desc.Size >= 0 {
		if err := transfer.CheckDescriptor(desc); err != nil {
			return desc, nil, err
		}
	}
	there := t.mustHave(desc.Digest)
	raw, found := t.cache.Read(desc.Digest, transfer.MaxManifest)
	if found && (desc.Size < 0 || desc.Size == int64(len(raw))) {
		if desc.MediaType == "" {
			desc.MediaType = transfer.ManifestType("", raw)
		}
		desc.Size = int64(len(raw))
		t.note(desc, raw)
		return desc, raw, nil
	}
	if t.policy == PullNever {
		return desc, nil, t.notCached(desc.Digest.String(), there && !found)
	}
	wanted := &desc
	if desc.Size < 0 {
		wanted = nil
	}
	read, raw, err := t.registryTarget.manifest(ctx, wanted)
	if err != nil {
		return read, raw, err
	}
	return read, raw, t.keep(ctx, read, raw)
}

func (t *cachedTarget) byTag(ctx context.Context) (ocispec.Descriptor, []byte, error) {
	name, raw, found, damaged := t.known()
	if found && t.policy != PullAlways {
		t.mu.Lock()
		t.asked = name.Asked
		t.mu.Unlock()
		t.note(name.Descriptor, raw)
		return name.Descriptor, raw, nil
	}
	if t.policy == PullNever {
		return name.Descriptor, nil, t.notCached(fault.Quote(t.reference.String()), damaged)
	}
	// A tag that is known names most likely what it did, which a HEAD tells. Registries
	// that limit pulls do not count it.
	if found {
		desc, err := t.registryTarget.resolve(ctx)
		if err != nil {
			if _, others := t.cache.Missing(raw); !others {
				err = orCached(err)
			}
			return desc, nil, err
		}
		if desc.Digest == name.Descriptor.Digest {
			t.remember(ctx, desc)
			t.note(name.Descriptor, raw)
			return name.Descriptor, raw, nil
		}
	}
	desc, raw, err := t.registryTarget.manifest(ctx, nil)
	if err != nil {
		return desc, raw, err
	}
	if err := t.keep(ctx, desc, raw); err != nil {
		return desc, raw, err
	}
	t.remember(ctx, desc)
	return desc, raw, nil
}

// remember notes what the tag names.
func (t *cachedTarget) remember(ctx context.Context, desc ocispec.Descriptor) {
	t.cache.unusable(ctx, t.cache.Remember(ctx, t.reference.String(), desc))
}

// keep stores a manifest that was read from the registry.
func (t *cachedTarget) keep(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	t.noteFetched()
	t.note(desc, raw)
	if err := t.cache.Put(ctx, desc, raw); err != nil && !t.cache.unusable(ctx, err) {
		return err
	}
	return nil
}

func (t *cachedTarget) parts(ctx context.Context, desc ocispec.Descriptor) io.ReaderAt {
	if t.cache.Has(desc) || t.policy == PullNever {
		return nil
	}
	t.noteFetched()
	return t.registryTarget.parts(ctx, desc)
}

func (t *cachedTarget) blob(ctx context.Context, desc ocispec.Descriptor) (blob, error) {
	if err := transfer.CheckDescriptor(desc); err != nil {
		return nil, err
	}
	there := t.mustHave(desc.Digest)
	held, found, err := t.cache.openWhole(ctx, desc)
	if err != nil {
		return nil, err
	}
	if found {
		monitor.From(ctx).Reuse(desc.Size)
		return &stored{contextReader{ctx, held}, held}, nil
	}
	if t.policy == PullNever {
		return nil, t.notCached(desc.Digest.String(), there)
	}
	held, found, err = t.download(ctx, desc)
	if err != nil {
		return nil, err
	}
	if !found {
		return t.registryTarget.blob(ctx, desc)
	}
	return &stored{contextReader{ctx, held}, held}, nil
}

// download brings a blob into the cache, and opens it; false where that cannot be done.
func (t *cachedTarget) download(ctx context.Context, desc ocispec.Descriptor) (cache.Held, bool, error) {
	t.noteFetched()
	err := t.cache.Fill(ctx, desc, func(file cache.File) error {
		blob, err := t.registryTarget.blob(ctx, desc)
		if err != nil {
			return err
		}
		defer func() { _ = blob.Close() }()
		return blob.Save(file)
	})
	if err != nil {
		if t.cache.unusable(ctx, err) {
			err = nil
		}
		return cache.Held{}, false, err
	}
	held, found := t.cache.Open(desc)
	if found {
		t.complete(ctx)
	}
	return held, found, nil
}

// complete stores the config beside the layers, and lists the manifest in the layout if
// all of it is there now: other tools can only read what is whole. It is not what was
// asked for, so that a config that cannot be had is no error.
func (t *cachedTarget) complete(ctx context.Context) {
	t.mu.Lock()
	manifest, raw, named := t.last, t.raw, t.last.Digest == t.first
	t.mu.Unlock()
	config, others := t.cache.Missing(raw)
	if others {
		return
	}
	if config != nil {
		content, err := readDocument(ctx, t.registryTarget, *config)
		if err != nil || t.cache.unusable(ctx, t.cache.Put(ctx, *config, content)) {
			return
		}
	}
	name := ""
	if named && t.reference.Digest == "" {
		name = t.reference.String()
	}
	t.cache.unusable(ctx, t.cache.List(ctx, manifest, raw, name))
}

// stored is a verified blob of the cache, held open.
type stored struct {
	contextReader
	held cache.Held
}

// Close implements blob.
func (s *stored) Close() error { return s.held.Close() }

// rewind goes back to its start.
func (s *stored) rewind() error {
	_, err := s.held.Seek(0, io.SeekStart)
	return err
}

// Again implements blob.
func (*stored) Again(error) (bool, error) { return false, nil }

// copyChunk is how much the system copies without a look at the context.
const copyChunk = 64 << 20

// Save implements blob. Where the system can copy by itself, or let two files share
// their content, it does.
func (s *stored) Save(file transfer.Output) error {
	var target io.Writer = io.NewOffsetWriter(file, 0)
	if whole, ok := file.(io.Writer); ok {
		target = whole
	}
	if err := s.rewind(); err != nil {
		return err
	}
	for {
		if s.ctx.Err() != nil {
			return context.Cause(s.ctx)
		}
		n, err := io.Copy(target, &io.LimitedReader{R: s.held.File, N: copyChunk})
		if err != nil || n < copyChunk {
			return err
		}
	}
}
