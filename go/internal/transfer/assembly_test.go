package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const (
	mib = 1 << 20
	// perConnection is how much a slow registry sends over each, per second.
	perConnection = 10 * mib
)

// big is content in which each place looks different.
var big = func() string {
	var text strings.Builder
	for i := 0; text.Len() < 40*mib; i++ {
		_, _ = fmt.Fprintf(&text, "%015d\n", i)
	}
	return text.String()[:40*mib]
}()

// slowly sends what a handler sends no faster than real registries do.
func slowly(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { handle(&slowWriter{w, r.Context()}, r) }
}

type slowWriter struct {
	http.ResponseWriter
	ctx context.Context //nolint:containedctx // of the request
}

func (s *slowWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *slowWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		n, err := s.ResponseWriter.Write(p[:min(len(p), 64<<10)])
		written += n
		if err != nil {
			return written, err
		}
		select {
		case <-time.After(time.Duration(n) * time.Second / perConnection):
		case <-s.ctx.Done():
			return written, s.ctx.Err()
		}
		p = p[n:]
	}
	return written, nil
}

// isRange tells the requests for parts from that for the whole.
func isRange(r *http.Request) bool { return r.Header.Get("Range") != "" }

// forRanges lets ranges be answered by another handler.
func forRanges(handle, otherwise http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if isRange(r) {
			handle(w, r)
			return
		}
		otherwise(w, r)
	}
}

func TestLargeBlobIsReadOverSeveralConnections(t *testing.T) {
	t.Parallel()
	alone := len(big) / perConnection // seconds
	slow := slowly(ranged(big))
	flipped := big[:30*mib] + "x" + big[30*mib+1:]
	for _, test := range []struct {
		name      string
		server    http.HandlerFunc
		threshold int64
		ranges    int
		quick     bool // at least three times as fast as one connection
		requests  int  // at most
	}{
		{"with ranges", slow, mib, 4, true, 8},
		{"over two connections", slow, mib, 2, false, 8},
		{"below the threshold", slow, int64(len(big)), 4, false, 1},
		{"one connection allowed", slow, mib, 1, false, 1},
		{"without ranges", slowly(whole(big)), mib, 4, false, 2},
		{"ranges not found", forRanges(answer(404, ""), slow), mib, 4, false, 2},
		{"ranges forbidden", forRanges(answer(403, ""), slow), mib, 4, false, 2},
		{"ranges refused", forRanges(answer(416, ""), slow), mib, 4, false, 2},
		{"too many requests", forRanges(answer(429, "", "Retry-After: 30"), slow), mib, 4, false, 2},
		{"ranges that fail", forRanges(answer(503, ""), slow), mib, 4, false, 2},
		{"ranges that are others", forRanges(answer(206, big[:10], "Content-Range: bytes 0-9/41943040"), slow), mib, 4, false, 2},
		{"ranges that are cut", forRanges(inTurn(cut(mib, slow), cut(2*mib, slow), cut(3*mib, slow), slow), slow), mib, 4, true, 16},
		{"the second is refused", forRanges(inTurn(slow, answer(503, ""), slow), slow), mib, 4, false, 3},
		{"the first is cut", forRanges(slow, inTurn(cut(2*mib, slow), slow)), mib, 4, true, 16},
		{"a byte flipped in a range", forRanges(inTurn(slowly(ranged(flipped)), slowly(ranged(flipped)), slow), slow), mib, 4, false, 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, test.server, 3, func(t *testing.T, r *transfer.Repository, seen *journal) {
				r.RangeThreshold, r.Ranges = test.threshold, test.ranges
				m := &monitor.Monitor{}
				began := time.Now()
				path := save(t, monitor.With(t.Context(), m), r, big)
				took := time.Since(began)
				if got, err := os.ReadFile(path); err != nil || string(got) != big {
					t.Errorf("the file has %d bytes, %v", len(got), err)
				}
				if done := m.Snapshot().Done; done != uint64(len(big)) {
					t.Errorf("%d bytes were counted", done)
				}
				if got := len(seen.lines()); got > test.requests {
					t.Errorf("there were %d requests: %q", got, seen.ranges())
				}
				if limit := time.Duration(alone) * time.Second / 3; test.quick && took > limit {
					t.Errorf("it took %s, and %d s over one connection", took, alone)
				}
			})
		})
	}
}

// On a fast network further connections only take turns with the first.
func TestFastRegistryIsReadOverOneConnection(t *testing.T) {
	t.Parallel()
	inBubble(t, ranged(big), 0, func(t *testing.T, r *transfer.Repository, seen *journal) {
		r.RangeThreshold, r.Ranges = mib, 4
		save(t, t.Context(), r, big)
		if got := seen.ranges(); len(got) != 1 {
			t.Errorf("asked for %q", got)
		}
	})
}

func TestRangesAtOnce(t *testing.T) {
	t.Parallel()
	for _, size := range []int{600 << 10, mib, 3 * mib, len(big)} {
		content := big[:size]
		inBubble(t, ranged(content), 0, func(t *testing.T, r *transfer.Repository, seen *journal) {
			r.RangeThreshold, r.Ranges, r.AlwaysRanges = 500<<10, 4, true
			path := save(t, t.Context(), r, content)
			if got, err := os.ReadFile(path); err != nil || string(got) != content {
				t.Errorf("the file has %d bytes, %v", len(got), err)
			}
			if got := seen.ranges(); len(got) < 2 {
				t.Errorf("asked for %q", got)
			}
		})
	}
}

// A part that cannot be had ends all of them, and nothing is left running: the
// bubble waits for every goroutine.
func TestPartThatFailsForEverEndsTheDownload(t *testing.T) {
	t.Parallel()
	slow := slowly(ranged(big))
	for _, test := range []struct {
		name  string
		parts http.HandlerFunc
		check func(*testing.T, error)
	}{
		{"cut at the same byte", inTurn(cut(mib, slow), cut(10, slow)), func(t *testing.T, err error) {
			t.Helper()
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("got %v", err)
			}
		}},
		{"gone", inTurn(cut(mib, slow), answer(404, "")), func(t *testing.T, err error) {
			t.Helper()
			if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != 404 {
				t.Errorf("got %v", err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, forRanges(test.parts, slow), 2, func(t *testing.T, r *transfer.Repository, _ *journal) {
				r.RangeThreshold, r.Ranges = mib, 4
				_, err := trySave(t, t.Context(), r, big)
				test.check(t, err)
			})
		})
	}
}

func TestDamageInEveryRangeIsAMismatch(t *testing.T) {
	t.Parallel()
	flipped := big[:30*mib] + "x" + big[30*mib+1:]
	inBubble(t, slowly(ranged(flipped)), 2, func(t *testing.T, r *transfer.Repository, _ *journal) {
		r.RangeThreshold, r.Ranges = mib, 4
		_, err := trySave(t, t.Context(), r, big)
		wantFault(t, err, fault.DigestMismatch)
	})
}

func TestCancelEndsAllConnections(t *testing.T) {
	t.Parallel()
	inBubble(t, slowly(ranged(big)), 5, func(t *testing.T, r *transfer.Repository, _ *journal) {
		r.RangeThreshold, r.Ranges = mib, 4
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, err := trySave(t, ctx, r, big)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took > 600*time.Millisecond {
			t.Errorf("it ended after %s", took)
		}
	})
}

// fullDisk is an output without room.
type fullDisk struct{ transfer.Output }

var errFull = errors.New("no space left")

func (fullDisk) Allocate(int64) error { return errFull }

func TestRoomIsMadeBeforeFurtherConnections(t *testing.T) {
	t.Parallel()
	inBubble(t, slowly(ranged(big)), 5, func(t *testing.T, r *transfer.Repository, seen *journal) {
		r.RangeThreshold, r.Ranges = mib, 4
		stream, err := r.GetBlob(t.Context(), blobOf(big))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = stream.Close() }()
		file, err := os.Create(t.TempDir() + "/out")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		if err := stream.Save(fullDisk{allocating{file}}); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
		if got := seen.ranges(); len(got) != 1 {
			t.Errorf("asked for %q", got)
		}
	})
}

// allocating makes an output of a plain file.
type allocating struct{ *os.File }

func (allocating) Allocate(int64) error { return nil }
