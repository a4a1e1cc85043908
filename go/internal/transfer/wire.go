package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// worthwhile is how many new bytes give a download all its tries back. A registry
// that hands out a little per connection would be asked for ever otherwise.
const worthwhile = 256 << 10

// wire reads a blob, or the part of one from at to before end, from the registry.
// Where a connection breaks, it asks for the rest over another one, and where the
// registry is gone, the next one that has the blob.
type wire struct {
	ctx context.Context //nolint:containedctx // bounds the reading
	// place is where it reads from at the moment. Who adds connections looks at it, too.
	place   atomic.Pointer[Repository]
	desc    ocispec.Descriptor
	at, end int64
	// anew asks caches in between to look at the registry's own copy.
	anew bool

	body io.ReadCloser
	// skip is how much of body lies before at: a registry that does not do
	// ranges sends all from the start.
	skip int64
	// whole is set once ranges were refused.
	whole bool
	// broken is what ended body.
	broken error
	// tries counts since the last worthwhile progress; nil before it broke.
	tries  *attempts
	gained int64
	// kept is what came over the present connection.
	kept int64
}

// newWire makes one that is not open yet.
func newWire(ctx context.Context, place *Repository, desc ocispec.Descriptor, at, end int64, anew bool) *wire {
	w := &wire{ctx: ctx, desc: desc, at: at, end: end, anew: anew}
	w.place.Store(place)
	return w
}

// open asks for what is left at the first place that gives it.
func (w *wire) open() error {
	for {
		err := w.openHere()
		if err == nil {
			w.place.Load().served.Store(true)
			return nil
		}
		if !w.moveOn(w.ctx, err) {
			return err
		}
	}
}

// moveOn turns to the next place after an error; false where there is none.
func (w *wire) moveOn(ctx context.Context, err error) bool {
	here := w.place.Load()
	if here.Next == nil {
		return false
	}
	next := here.Next(ctx, err)
	if next == nil {
		return false
	}
	w.place.Store(next)
	w.whole, w.tries = false, nil
	return true
}

// openHere asks for what is left. The answer to a part may be the whole.
func (w *wire) openHere() error {
	header := http.Header{}
	part := !w.whole && (w.at > 0 || w.end < w.desc.Size)
	allowed := []int{http.StatusOK}
	if part {
		header.Set("Range", fmt.Sprintf("bytes=%d-%d", w.at, w.end-1))
		allowed = append(allowed, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable)
	}
	if w.anew {
		header.Set("Cache-Control", "no-cache")
	}
	here := w.place.Load()
	resp, err := here.get(here.forPull(w.ctx), http.MethodGet, w.address(), header, allowed...)
	if err != nil {
		return err
	}
	w.broken, w.skip = nil, 0
	if resp.StatusCode == http.StatusOK {
		w.skip = w.at
		return w.take(resp)
	}
	if resp.StatusCode != http.StatusPartialContent || !isRange(resp, w.at, w.end, w.desc.Size) {
		_ = resp.Body.Close()
		w.whole = true
		return w.openHere()
	}
	w.body = resp.Body
	return nil
}

// openPart asks for what is left once, and takes nothing but a range for an
// answer: there is another connection that goes on without it.
func (w *wire) openPart() error {
	header := http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", w.at, w.end-1)}}
	if w.anew {
		header.Set("Cache-Control", "no-cache")
	}
	here := w.place.Load()
	resp, err := here.get(here.forPull(withoutRetry(w.ctx)), http.MethodGet, w.address(), header, http.StatusPartialContent)
	if err != nil {
		return err
	}
	if !isRange(resp, w.at, w.end, w.desc.Size) {
		_ = resp.Body.Close()
		return errNoRange
	}
	w.body = resp.Body
	return nil
}

var errNoRange = errors.New("the registry does not give ranges")

func (w *wire) address() string {
	return w.place.Load().url("blobs", w.desc.Digest.String())
}

// take reads on from an answer that has the whole blob.
func (w *wire) take(resp *http.Response) error {
	if resp.ContentLength >= 0 && resp.ContentLength != w.desc.Size && !isPacked(resp) {
		_ = resp.Body.Close()
		return Mismatch(w.desc, resp.ContentLength, "")
	}
	body, err := unpacked(resp)
	if err != nil {
		return err
	}
	w.body = body
	return nil
}

// isRange reports whether an answer has the bytes from at to before end, as they
// are. It may have fewer: it is asked for the rest then.
func isRange(resp *http.Response, at, end, size int64) bool {
	var first, last, total int64
	text := resp.Header.Get("Content-Range")
	if _, err := fmt.Sscanf(text, "bytes %d-%d/%d", &first, &last, &total); err != nil {
		total = size // "*" means that it is not known
		if _, err := fmt.Sscanf(text, "bytes %d-%d/*", &first, &last); err != nil {
			return false
		}
	}
	length := last - first + 1
	return first == at && last >= first && last < end && total == size && !isPacked(resp) &&
		(resp.ContentLength < 0 || resp.ContentLength == length)
}

// Read implements io.Reader. After the last byte it returns io.EOF, or one byte
// that the registry sent beyond.
func (w *wire) Read(p []byte) (int, error) {
	for {
		if w.at == w.end {
			return w.beyond(p)
		}
		n, err := w.next(p)
		if n > 0 {
			w.gain(int64(n))
			w.broken = err
			return n, nil
		}
		if err != nil {
			if err := w.resume(err); err != nil {
				return 0, err
			}
		}
	}
}

// next reads from the present body.
func (w *wire) next(p []byte) (int, error) {
	if w.broken != nil {
		return 0, w.broken
	}
	for w.skip > 0 {
		n, err := w.body.Read(p[:min(int64(len(p)), w.skip)])
		w.skip -= int64(n)
		if err != nil {
			return 0, err
		}
	}
	return w.body.Read(p[:min(int64(len(p)), w.end-w.at)])
}

func (w *wire) gain(n int64) {
	w.at += n
	w.kept += n
	if w.tries == nil {
		return
	}
	if w.gained += n; w.gained >= worthwhile {
		w.tries, w.gained = nil, 0
	}
}

// beyond looks for a byte too many. That the connection broke after the last
// byte does no harm: the digest decides.
func (w *wire) beyond(p []byte) (int, error) {
	if w.broken != nil || w.end < w.desc.Size || w.body == nil {
		return 0, io.EOF
	}
	n, err := w.body.Read(p[:1])
	if err != nil {
		w.broken = err
		if w.ctx.Err() != nil {
			return n, err
		}
	}
	if n == 0 && err != nil {
		return 0, io.EOF
	}
	return n, nil
}

// resume goes on over another connection after an error, or returns that error.
func (w *wire) resume(err error) error {
	w.broken = err
	if w.tries == nil {
		w.tries, w.gained = newAttempts(w.place.Load().Retries), 0
	}
	reason := err
	if errors.Is(err, io.EOF) {
		// In order, but too early: what has no length ends like this.
		reason = io.ErrUnexpectedEOF
	}
	again, waitErr := w.tries.again(w.ctx, fmt.Sprintf("GET %s from byte %d", w.address(), w.at), nil, reason)
	switch {
	case waitErr != nil:
		return waitErr
	case !again && !w.moveOn(w.ctx, reason):
		return err
	}
	_ = w.Close()
	if err := w.open(); err != nil {
		w.broken = err
		return err
	}
	if !w.whole && w.skip == 0 {
		monitor.From(w.ctx).Resume(w.kept)
	}
	w.kept = 0
	return nil
}

// Close ends the connection.
func (w *wire) Close() error {
	if w.body == nil {
		return nil
	}
	return w.body.Close()
}
