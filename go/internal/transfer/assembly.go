package transfer

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

const (
	// leastSplit is how much each part of a split must have at least, unless the
	// threshold is lower.
	leastSplit = 2 << 20
	// lookAfter is how long a download runs before its speed is looked at.
	lookAfter = 100 * time.Millisecond
	// fastEnough is a speed, in bytes per second, at which further connections
	// would only take turns with the first.
	fastEnough = 64 << 20
)

// assembly puts a blob together in a file. It begins with one connection. Where
// that is slow and the blob is large, what is left is split, and the second half
// asked for over another connection; so on, up to a number of connections.
// Whoever is done takes half of the largest part that is left. A part is taken
// over only once the registry sends it, so that one that refuses ranges, or
// further connections, changes nothing for those that are there.
type assembly struct {
	blob   *Blob
	file   Output
	hashed *prefixHash
	moved  atomic.Int64
	group  sync.WaitGroup

	mu sync.Mutex
	// progress is signalled when a part grows or the work fails.
	progress *sync.Cond
	// parts are in the order of their bytes, without gaps.
	parts   []*part
	refused bool
	least   int64
	err     error
}

// part is a run of bytes that one connection reads.
type part struct {
	wire *wire // its reader's alone
	// at is where the next byte goes, end is before what is another's.
	at, end int64
}

func newAssembly(b *Blob, file Output) *assembly {
	a := &assembly{blob: b, file: file, hashed: &prefixHash{b.verified.hash, b.verified.count}}
	a.progress = sync.NewCond(&a.mu)
	a.parts = []*part{{wire: b.wire, at: b.wire.at, end: b.wire.end}}
	threshold := b.wire.place.Load().RangeThreshold
	a.refused = b.wire.desc.Size <= threshold || b.wire.place.Load().Ranges < 2
	a.least = max(saveBuffer, min(leastSplit, threshold/2))
	return a
}

func (a *assembly) run() error {
	p := a.parts[0]
	buffer := make([]byte, min(saveBuffer, p.end-p.at))
	if a.blob.wire.place.Load().AlwaysRanges {
		a.grow()
	}
	err := a.alone(p, buffer)
	if err == nil && a.isSplit() {
		// What comes out of order is hashed from the file, beside the reading.
		a.group.Go(func() { a.fail(a.read(p, buffer)) })
		err = a.hashed.follow(a.file, p.wire.desc.Size, a.frontier)
	}
	a.fail(err)
	a.group.Wait()
	if a.err != nil {
		return a.err
	}
	return a.blob.verify(a.hashed)
}

// fail ends all connections with the first error.
func (a *assembly) fail(err error) {
	if err == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.err = err
		a.blob.cancel()
		a.progress.Broadcast()
	}
}

// alone reads the part that begins the blob, and hashes it on the way, until it is
// done or no longer the only one.
func (a *assembly) alone(p *part, buffer []byte) error {
	began, looked := time.Now(), a.refused || a.blob.wire.place.Load().AlwaysRanges
	for !a.isSplit() {
		n, err := a.fill(p, buffer)
		a.hashed.write(buffer[:n])
		if err != nil || n == 0 {
			return a.ended(p, err)
		}
		if elapsed := time.Since(began); !looked && elapsed >= lookAfter {
			looked = true
			if speed := float64(a.moved.Load()) / elapsed.Seconds(); speed < fastEnough {
				a.group.Go(a.grow)
			}
		}
	}
	return nil
}

func (a *assembly) isSplit() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.parts) > 1
}

// read reads a part to its end, and then helps with others.
func (a *assembly) read(p *part, buffer []byte) error {
	for p != nil {
		n, err := a.fill(p, buffer)
		if n > 0 && err == nil {
			continue
		}
		if err := a.ended(p, err); err != nil {
			return err
		}
		p = a.split()
	}
	return nil
}

// fill reads the next bytes of a part into a buffer and the file; none where the
// part is done.
func (a *assembly) fill(p *part, buffer []byte) (int, error) {
	a.mu.Lock()
	p.wire.end = p.end
	limit := int(min(int64(len(buffer)), p.end-p.at))
	failed := a.err != nil
	a.mu.Unlock()
	if limit == 0 || failed {
		return 0, nil
	}
	n, err := p.wire.Read(buffer[:limit])
	if err != nil && errors.Is(p.wire.broken, io.EOF) {
		// The registry ended it in order, but too early.
		err = Mismatch(p.wire.desc, p.wire.at, "")
	}
	if n == 0 {
		return 0, err
	}
	if _, err := a.file.WriteAt(buffer[:n], p.at); err != nil {
		return 0, err
	}
	a.moved.Add(int64(n))
	monitor.From(a.blob.ctx).Add(int64(n))
	a.mu.Lock()
	p.at += int64(n)
	a.progress.Signal()
	a.mu.Unlock()
	return n, err
}

// ended closes the connection of a part that is done. The last one must not have
// a byte too many.
func (a *assembly) ended(p *part, err error) error {
	if err == nil && p.wire.at == p.wire.desc.Size {
		var extra [1]byte
		if n, _ := p.wire.Read(extra[:]); n > 0 {
			err = Mismatch(p.wire.desc, p.wire.at+1, "")
		}
	}
	_ = p.wire.Close()
	return err
}

// grow adds connections one after the other.
func (a *assembly) grow() {
	if middle, _ := a.middle(); middle == 0 {
		return
	}
	if err := a.file.Allocate(a.blob.wire.desc.Size); err != nil {
		a.fail(err)
		return
	}
	for range a.blob.wire.place.Load().Ranges - 1 {
		p := a.split()
		if p == nil {
			return
		}
		a.group.Go(func() { a.fail(a.read(p, make([]byte, saveBuffer))) })
	}
}

// split takes over the second half of the largest part, or returns nil.
func (a *assembly) split() *part {
	middle, end := a.middle()
	if middle == 0 {
		return nil
	}
	first := a.blob.wire
	other := newWire(first.ctx, first.place.Load(), first.desc, middle, end, first.anew)
	if err := other.openPart(); err != nil {
		monitor.From(a.blob.ctx).Log(monitor.Debug, "no further connection for %s: %s", first.desc.Digest, RedactError(err))
		a.mu.Lock()
		a.refused = true
		a.mu.Unlock()
		return nil
	}
	p := a.takeOver(other)
	if p == nil {
		_ = other.Close()
	}
	return p
}

// middle says where the largest part is to be split, and where it ends; 0 where
// none is large enough.
func (a *assembly) middle() (middle, end int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.refused || a.err != nil {
		return 0, 0
	}
	largest := a.parts[0]
	for _, p := range a.parts {
		if p.end-p.at > largest.end-largest.at {
			largest = p
		}
	}
	left := largest.end - largest.at
	if left < 2*a.least {
		return 0, 0
	}
	return largest.at + left/2, largest.end
}

// takeOver returns a connection the part from where it begins, unless that is being
// read by now.
func (a *assembly) takeOver(other *wire) *part {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return nil
	}
	for i, p := range a.parts {
		// A buffer is being filled at this moment.
		if p.at+saveBuffer <= other.at && other.at < p.end {
			added := &part{wire: other, at: other.at, end: p.end}
			p.end = other.at
			a.parts = append(a.parts[:i+1], append([]*part{added}, a.parts[i+1:]...)...)
			return added
		}
	}
	return nil
}

// frontier waits until more than count bytes are there without a gap, and returns
// how many, or no more than count if that will never be.
func (a *assembly) frontier(count int64) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	for {
		at := int64(0)
		for _, p := range a.parts {
			if at = p.at; p.at < p.end {
				break
			}
		}
		if at > count || a.err != nil {
			return at
		}
		a.progress.Wait()
	}
}
