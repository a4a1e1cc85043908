package wasm2oci

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/layout"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// The index of a layout is written anew for each change, all of it, and has to reach the
// disk. So the names that come in an interval are written together.
const (
	// nameInterval is how long a name waits at most, unless a write takes long itself.
	nameInterval = time.Second
	// writesPart is which part of the time goes into writing the index at most: a
	// quarter of it where names never end.
	writesPart = 4
	// mostWaiting bounds the manifests that are held in memory meanwhile, in bytes.
	mostWaiting = 16 << 20
	// nameGrace is how long the last names are given once the operation has ended.
	nameGrace = 2 * time.Second
)

// layoutNames gives manifests of a layout their names, in the order in which they come.
type layoutNames struct {
	layout layout.Layout
	// writing is held while the index is written.
	writing sync.Mutex

	mu      sync.Mutex
	waiting []layout.Named
	// documents are the manifests themselves, for one that somebody deletes meanwhile.
	documents map[digest.Digest][]byte
	size      int
	timer     *time.Timer
	// took is how long the last write took.
	took   time.Duration
	failed error
}

// add has a manifest that is stored get a name soon, and returns what kept another one
// from it.
func (n *layoutNames) add(ctx context.Context, desc ocispec.Descriptor, raw []byte, tag string) error {
	n.mu.Lock()
	n.waiting = append(n.waiting, layout.Named{Desc: desc, Tag: tag})
	if n.documents == nil {
		n.documents = map[digest.Digest][]byte{}
	}
	if _, known := n.documents[desc.Digest]; !known {
		n.documents[desc.Digest] = raw
		n.size += len(raw)
	}
	if n.timer == nil {
		n.timer = time.AfterFunc(max(nameInterval, writesPart*n.took), func() { _ = n.write(ctx) })
	}
	full, failed := n.size > mostWaiting, n.failed
	n.mu.Unlock()
	if failed == nil && full {
		return n.write(ctx)
	}
	return failed
}

// close writes what waits, though the operation has been broken off.
func (n *layoutNames) close(ctx context.Context) error {
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), nameGrace)
		defer cancel()
	}
	return n.write(ctx)
}

// write gives the names that wait. After an error they go on waiting.
func (n *layoutNames) write(ctx context.Context) error {
	n.writing.Lock()
	defer n.writing.Unlock()
	names, documents := n.take()
	if len(names) == 0 {
		return nil
	}
	began := time.Now()
	err := n.layout.TagAll(ctx, names, func(desc ocispec.Descriptor) error {
		return putFile(monitor.With(ctx, &monitor.Monitor{}), desc, inMemory(documents[desc.Digest]), func(source io.Reader) error { return n.layout.Put(desc, source) })
	})
	n.mu.Lock()
	defer n.mu.Unlock()
	n.took = time.Since(began)
	if err == nil {
		return nil
	}
	if ctx.Err() == nil {
		n.failed = err
	}
	n.waiting = append(names, n.waiting...)
	for dgst, raw := range documents {
		if _, known := n.documents[dgst]; !known {
			n.documents[dgst] = raw
			n.size += len(raw)
		}
	}
	return err
}

func (n *layoutNames) take() ([]layout.Named, map[digest.Digest][]byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.timer != nil {
		n.timer.Stop()
		n.timer = nil
	}
	names, documents := n.waiting, n.documents
	n.waiting, n.documents, n.size = nil, map[digest.Digest][]byte{}, 0
	return names, documents
}
