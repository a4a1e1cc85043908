package wasm2oci

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// uploads stores the parts of one artifact, each unless it is there. Blobs may be put
// from several goroutines.
type uploads struct {
	target target
	// from is where the blobs may lie already, or nil.
	from *origin

	mu sync.Mutex
	// believed are the blobs that the target said it has.
	believed []upload
	// tally is what became of the blobs.
	tally tally
}

// origin is a place from which a registry may take blobs over.
type origin struct {
	Reference
	// refused is set once it did not: whoever refuses one refuses all, and a registry
	// begins an upload that nobody ends with each that it refuses.
	refused atomic.Bool
}

type upload struct {
	desc ocispec.Descriptor
	open transfer.Opener
	way  way
}

// way is how a blob or a manifest got to where it is.
type way int

const (
	sent way = iota
	mounted
	reused
)

// tally counts blobs and manifests by how they got to where they are, and the bytes of
// those that were sent.
type tally struct {
	ways  [reused + 1]int64
	bytes int64
}

// add counts one, or with a negative number takes it back.
func (t *tally) add(w way, size, number int64) {
	t.ways[w] += number
	if w == sent {
		t.bytes += number * size
	}
}

// plus adds what another one counted.
func (t *tally) plus(other tally) {
	for w, number := range other.ways {
		t.ways[w] += number
	}
	t.bytes += other.bytes
}

func (u *uploads) put(ctx context.Context, desc ocispec.Descriptor, open transfer.Opener) (way, error) {
	taken, err := u.find(ctx, desc)
	if err != nil {
		return taken, err
	}
	if taken == sent {
		if err := u.target.putBlob(ctx, desc, open); err != nil {
			return sent, err
		}
	} else {
		monitor.From(ctx).Reuse(desc.Size)
		u.believe(upload{desc, open, taken})
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.tally.add(taken, desc.Size, 1)
	return taken, nil
}

// find says how a blob gets to the target; it is there then, unless it has to be sent.
func (u *uploads) find(ctx context.Context, desc ocispec.Descriptor) (way, error) {
	stored, err := u.target.hasBlob(ctx, desc)
	if err != nil || stored {
		return reused, err
	}
	if u.from == nil || u.from.refused.Load() {
		return sent, nil
	}
	stored, err = u.target.mountBlob(ctx, desc, u.from.Reference)
	if err != nil || stored {
		return mounted, err
	}
	u.from.refused.Store(true)
	return sent, nil
}

// believe notes a blob that the target said it has.
func (u *uploads) believe(one upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.believed = append(u.believed, one)
}

// putManifest stores the manifest. Where it is refused for a blob that is said to
// be there, such as one that is being deleted, that blob is sent after all. Some
// registries miss, for a moment, a blob that several clients have just sent at the
// same time; where all blobs were sent, the manifest is put once more.
func (u *uploads) putManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	err := u.target.putManifest(ctx, desc, raw)
	var status *transfer.StatusError
	if !errors.As(err, &status) || !status.MissesBlob() {
		return err
	}
	m := monitor.From(ctx)
	m.Log(monitor.Warning, "the registry lacks a blob that it said it has; trying again")
	for _, one := range u.believed {
		m.Reuse(-one.desc.Size)
		if err := u.target.putBlob(ctx, one.desc, one.open); err != nil {
			return err
		}
		u.tally.add(one.way, one.desc.Size, -1)
		u.tally.add(sent, one.desc.Size, 1)
	}
	if len(u.believed) == 0 {
		if err := transfer.Pause(ctx); err != nil {
			return err
		}
	}
	u.believed = nil
	return u.target.putManifest(ctx, desc, raw)
}
