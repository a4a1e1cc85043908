package wasm2oci

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const (
	// mostScanned is how many manifests of a layout are looked at.
	mostScanned = 100000
	// mostLooked bounds the look that a client keeps, by the size of the manifests that
	// it describes, in bytes.
	mostLooked = 16 << 20
)

// look is what points at what in a layout, in one state of its index. A layout has no
// list of its own: all its manifests are read.
type look struct {
	state     layout.State
	bySubject map[digest.Digest][]ocispec.Descriptor
	// size is that of the manifests that point at others.
	size int64
	// whole is set where all manifests could be read. One that is missing may come
	// without a change of the index.
	whole bool
}

// looks has the manifests of a layout looked at once, however many subjects one
// operation asks for.
type looks struct {
	// turn is held by whoever looks.
	turn   chan struct{}
	last   *look
	before *lastLook
}

func newLooks(before *lastLook) *looks { return &looks{turn: make(chan struct{}, 1), before: before} }

// lastLook is one that was made before, for who asks for one subject after the other in
// as many operations.
type lastLook struct {
	mu   sync.Mutex
	last *look
}

func (l *lastLook) of(state layout.State) *look {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil || !l.last.state.IsSame(state) {
		return nil
	}
	return l.last
}

func (l *lastLook) keep(one *look) {
	if !one.whole || one.size > mostLooked {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = one
}

// referrers implements target.
func (t *layoutReader) referrers(ctx context.Context, subject ocispec.Descriptor, artifactType string) ([]ocispec.Descriptor, error) {
	found, err := t.look(ctx)
	if err != nil {
		return nil, err
	}
	isOther := func(one ocispec.Descriptor) bool { return artifactType != "" && one.ArtifactType != artifactType }
	return slices.DeleteFunc(slices.Clone(found.bySubject[subject.Digest]), isOther), nil
}

// look returns what points at what in the layout as it is now.
func (t *layoutReader) look(ctx context.Context) (*look, error) {
	select {
	case t.looked.turn <- struct{}{}:
		defer func() { <-t.looked.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	// What comes after this is seen by the next look.
	state := t.files.State()
	if t.looked.last != nil && t.looked.last.state.IsSame(state) {
		return t.looked.last, nil
	}
	found := t.looked.before.of(state)
	if found == nil {
		listed, err := t.files.Manifests(ctx)
		if err != nil {
			return nil, err
		}
		if found, err = t.lookAt(ctx, listed); err != nil {
			return nil, err
		}
		found.state = state
		t.looked.before.keep(found)
	}
	t.looked.last = found
	return found, nil
}

// lookAt reads manifests, and those of the indexes among them, of which a fallback tag
// is one.
func (t *layoutReader) lookAt(ctx context.Context, queue []ocispec.Descriptor) (*look, error) {
	found := &look{bySubject: map[digest.Digest][]ocispec.Descriptor{}, whole: true}
	seen := map[digest.Digest]bool{}
	for len(queue) > 0 {
		desc := queue[0]
		queue = queue[1:]
		if seen[desc.Digest] || !mayBeManifest(desc.MediaType) {
			continue
		}
		seen[desc.Digest] = true
		if len(seen) > mostScanned {
			return nil, fault.New(SizeExceeded, "the layout has too many manifests; at most %d are looked at", mostScanned)
		}
		read, raw, err := t.manifest(ctx, &ocispec.Descriptor{MediaType: desc.MediaType, Digest: desc.Digest, Size: desc.Size})
		if err != nil {
			if err = unreadable(ctx, desc, err); err != nil {
				return nil, err
			}
			found.whole = false
			continue
		}
		if referrer, ok := transfer.ReadReferrer(read, raw); ok {
			found.bySubject[referrer.Subject] = append(found.bySubject[referrer.Subject], referrer.Descriptor)
			found.size += int64(len(raw))
		}
		if format.IsIndex(read, raw) {
			queue = append(queue, children(raw)...)
		}
	}
	return found, nil
}

func mayBeManifest(mediaType string) bool {
	switch mediaType {
	case "", ocispec.MediaTypeImageManifest, ocispec.MediaTypeImageIndex, "application/vnd.oci.artifact.manifest.v1+json",
		"application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json":
		return true
	}
	return false
}

// children returns what an index lists, as far as it can be read.
func children(raw []byte) []ocispec.Descriptor {
	var index struct {
		Manifests []ocispec.Descriptor `json:"manifests"`
	}
	if json.Unmarshal(raw, &index) != nil {
		return nil
	}
	return index.Manifests
}
