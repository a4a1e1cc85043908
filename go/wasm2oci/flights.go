package wasm2oci

import (
	"context"
	"sync"

	"github.com/opencontainers/go-digest"
)

// maxFlights is how many digests are remembered. What there is beyond is asked for
// again wherever it is listed.
const maxFlights = 1 << 16

// flights does something once for each digest, however many ask for it at a time.
type flights struct {
	mu    sync.Mutex
	known map[digest.Digest]*flight
}

type flight struct {
	begin sync.Once
	done  chan struct{}
	way   way
	err   error
}

// isNew reports whether nobody has named a digest before.
func (f *flights) isNew(dgst digest.Digest) bool {
	_, added := f.flight(dgst)
	return added
}

func (f *flights) flight(dgst digest.Digest) (*flight, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one, found := f.known[dgst]
	if found {
		return one, false
	}
	one = &flight{done: make(chan struct{})}
	if f.known == nil {
		f.known = map[digest.Digest]*flight{}
	}
	if len(f.known) < maxFlights {
		f.known[dgst] = one
	}
	return one, true
}

// once does something unless that was done before; whoever comes meanwhile waits for
// the end. first is set for the one who did it.
func (f *flights) once(ctx context.Context, dgst digest.Digest, do func() (way, error)) (taken way, first bool, err error) {
	one, _ := f.flight(dgst)
	one.begin.Do(func() {
		first = true
		defer close(one.done)
		one.way, one.err = do()
	})
	if !first {
		select {
		case <-one.done:
		case <-ctx.Done():
			return sent, false, context.Cause(ctx)
		}
	}
	return one.way, first, one.err
}
