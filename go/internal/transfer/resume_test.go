package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// inTurn answers the n-th request with the n-th handler, further ones with the
// last.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	turns := make(chan http.HandlerFunc, len(handlers))
	for _, one := range handlers {
		turns <- one
	}
	last := handlers[len(handlers)-1]
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case handle := <-turns:
			handle(w, r)
		default:
			last(w, r)
		}
	}
}

// cut breaks the connection after so many bytes of a handler's body.
func cut(after int, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		handle(&cutWriter{w, after}, r)
	}
}

type cutWriter struct {
	http.ResponseWriter
	left int
}

func (c *cutWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *cutWriter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	c.left -= n
	if c.left == 0 {
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// ranged serves content the way a registry with ranges does.
func ranged(content string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(content))
	}
}

// whole serves content the way a registry without ranges does.
func whole(content string) http.HandlerFunc { return answer(http.StatusOK, content, length(content)) }

// ranges returns the Range headers that a server saw.
func (j *journal) ranges() []string {
	var found []string
	for _, one := range j.all() {
		found = append(found, one.header.Get("Range"))
	}
	return found
}

func from(at int) string { return fmt.Sprintf("bytes=%d-%d", at, len(blob)-1) }

func TestBrokenDownloadGoesOn(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("x", len(blob))
	partial := func(header string) http.HandlerFunc {
		return answer(http.StatusPartialContent, blob[20:], "Content-Range: "+header)
	}
	all := fmt.Sprintf("/%d", len(blob))
	for _, test := range []struct {
		name   string
		server http.HandlerFunc
		ranges []string
	}{
		{"cut once", inTurn(cut(20, ranged(blob)), ranged(blob)), []string{"", from(20)}},
		{"cut twice", inTurn(cut(20, ranged(blob)), cut(5, ranged(blob)), ranged(blob)), []string{"", from(20), from(25)}},
		{"cut before the first byte", inTurn(cut(0, ranged(blob)), ranged(blob)), []string{"", ""}},
		{"cut after the last byte", inTurn(cut(len(blob), answer(200, blob)), ranged(blob)), []string{""}},
		{"cut in chunks", inTurn(cut(20, answer(200, blob)), ranged(blob)), []string{"", from(20)}},
		{"short, without length", inTurn(answer(200, blob[:20], "Connection: close"), ranged(blob)), []string{"", from(20)}},
		{"a registry without ranges", inTurn(cut(20, whole(blob)), whole(blob)), []string{"", from(20)}},
		{"a registry without ranges, cut twice", inTurn(cut(20, whole(blob)), cut(30, whole(blob)), whole(blob)), []string{"", from(20), from(30)}},
		{"cut before what is missing", inTurn(cut(20, whole(blob)), cut(10, whole(blob)), whole(blob)), []string{"", from(20), from(20)}},
		{"range without total", inTurn(cut(20, whole(blob)), partial(fmt.Sprintf("bytes 20-%d/*", len(blob)-1))), []string{"", from(20)}},
		{"less than asked for", inTurn(cut(20, whole(blob)), answer(206, blob[20:30], "Content-Range: bytes 20-29"+all), ranged(blob)), []string{"", from(20), from(30)}},
		{"another range", inTurn(cut(20, whole(blob)), partial(fmt.Sprintf("bytes 0-%d", len(blob)-21)+all), whole(blob)), []string{"", from(20), ""}},
		{"a range of something else", inTurn(cut(20, whole(blob)), partial(fmt.Sprintf("bytes 20-%d/9999", len(blob)-1)), whole(blob)), []string{"", from(20), ""}},
		{"a range beyond the end", inTurn(cut(20, whole(blob)), partial("bytes 20-9999/*"), whole(blob)), []string{"", from(20), ""}},
		{"no range in the answer", inTurn(cut(20, whole(blob)), answer(206, blob[20:]), whole(blob)), []string{"", from(20), ""}},
		{"a range that is packed", inTurn(cut(20, whole(blob)), answer(206, packed(blob[20:]), "Content-Encoding: gzip",
			fmt.Sprintf("Content-Range: bytes 20-%d", len(blob)-1)+all), whole(blob)), []string{"", from(20), ""}},
		{"ranges refused", inTurn(cut(20, whole(blob)), answer(416, ""), whole(blob)), []string{"", from(20), ""}},
		{"503 in between", inTurn(cut(20, whole(blob)), answer(503, ""), ranged(blob)), []string{"", from(20), from(20)}},
		{"packed", inTurn(cut(40, answer(200, packed(blob), "Content-Encoding: gzip")), answer(200, packed(blob), "Content-Encoding: gzip")), nil},
		{"a byte flipped", inTurn(whole(other), whole(blob)), []string{"", ""}},
		{"a length that is wrong", inTurn(cut(20, whole(blob)), answer(416, ""), whole(blob[:20]), whole(blob)), []string{"", from(20), "", ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, test.server, 3, func(t *testing.T, r *transfer.Repository, seen *journal) {
				m := &monitor.Monitor{}
				path := save(t, monitor.With(t.Context(), m), r, blob)
				if got, err := os.ReadFile(path); err != nil || string(got) != blob {
					t.Errorf("the file has %q, %v", got, err)
				}
				if done := m.Snapshot().Done; done != uint64(len(blob)) {
					t.Errorf("%d of %d bytes were counted", done, len(blob))
				}
				if test.ranges != nil && !slices.Equal(seen.ranges(), test.ranges) {
					t.Errorf("asked for the ranges %q", seen.ranges())
				}
			})
		})
	}
}

// save gets a blob into a file.
func save(t *testing.T, ctx context.Context, r *transfer.Repository, content string) string {
	t.Helper()
	path, err := trySave(t, ctx, r, content)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func trySave(t *testing.T, ctx context.Context, r *transfer.Repository, content string) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out")
	file, err := atomicfile.Create(path, atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Abort()
	stream, err := r.GetBlob(ctx, blobOf(content))
	if err != nil {
		return path, err
	}
	defer func() { _ = stream.Close() }()
	if err := stream.Save(file); err != nil {
		return path, err
	}
	return path, file.Commit()
}

func TestBrokenStreamGoesOn(t *testing.T) {
	t.Parallel()
	inBubble(t, inTurn(cut(20, ranged(blob)), ranged(blob)), 1, func(t *testing.T, r *transfer.Repository, seen *journal) {
		got, progress, err := readBlob(t, r, blobOf(blob))
		if err != nil || got != blob || progress.Done != uint64(len(blob)) || progress.Retries != 1 {
			t.Errorf("read %q, %+v, %v", got, progress, err)
		}
		if !slices.Equal(seen.ranges(), []string{"", from(20)}) {
			t.Errorf("asked for the ranges %q", seen.ranges())
		}
	})
}

func TestResumedBytesAreCounted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		server http.HandlerFunc
		want   uint64
	}{
		{"not cut", ranged(blob), 0},
		{"cut once", inTurn(cut(20, ranged(blob)), ranged(blob)), 20},
		{"cut twice", inTurn(cut(20, ranged(blob)), cut(5, ranged(blob)), ranged(blob)), 25},
		{"cut before the first byte", inTurn(cut(0, ranged(blob)), ranged(blob)), 0},
		{"a registry without ranges", inTurn(cut(20, whole(blob)), whole(blob)), 0},
		{"ranges refused", inTurn(cut(20, whole(blob)), answer(416, ""), whole(blob)), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, test.server, 3, func(t *testing.T, r *transfer.Repository, _ *journal) {
				m := &monitor.Monitor{}
				save(t, monitor.With(t.Context(), m), r, blob)
				if got := m.Snapshot(); got.Resumed != test.want || got.Done != uint64(len(blob)) {
					t.Errorf("progress is %+v", got)
				}
			})
		})
	}
}

// What somebody has read already cannot be taken back.
func TestDamagedStreamFails(t *testing.T) {
	t.Parallel()
	inBubble(t, inTurn(whole(strings.Repeat("x", len(blob))), whole(blob)), 3, func(t *testing.T, r *transfer.Repository, seen *journal) {
		_, _, err := readBlob(t, r, blobOf(blob))
		wantFault(t, err, fault.DigestMismatch)
		if len(seen.lines()) != 1 {
			t.Errorf("asked %q", seen.lines())
		}
	})
}

func TestDownloadThatFailsForEverIsGivenUp(t *testing.T) {
	t.Parallel()
	mismatch := func(t *testing.T, err error) {
		t.Helper()
		wantFault(t, err, fault.DigestMismatch)
	}
	early := func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v", err)
		}
	}
	for _, test := range []struct {
		name     string
		server   http.HandlerFunc
		requests int
		check    func(*testing.T, error)
	}{
		{"cut at the same byte", cut(20, whole(blob)), 4, early},
		{"cut at once", inTurn(cut(20, whole(blob)), cut(0, ranged(blob))), 4, early},
		{"one byte at a time", cut(1, ranged(blob)), 4, early},
		{"wrong twice", whole(strings.Repeat("x", len(blob))), 2, mismatch},
		{"wrong length twice", whole(blob[:20]), 2, mismatch},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, test.server, 3, func(t *testing.T, r *transfer.Repository, seen *journal) {
				began := time.Now()
				_, err := trySave(t, t.Context(), r, blob)
				test.check(t, err)
				if got := len(seen.lines()); got != test.requests {
					t.Errorf("%d requests", got)
				}
				if took := time.Since(began); took > 90*time.Second {
					t.Errorf("given up after %s", took)
				}
			})
		})
	}
}

// A registry that breaks every connection, but not before it gave a good deal of
// bytes, is asked as often as need be.
func TestDownloadGoesOnWhileThereIsProgress(t *testing.T) {
	t.Parallel()
	const piece = 300 << 10
	content := strings.Repeat("0123456789abcdef", 10*piece/16)
	inBubble(t, func(w http.ResponseWriter, r *http.Request) { cut(piece, ranged(content))(w, r) }, 1,
		func(t *testing.T, r *transfer.Repository, seen *journal) {
			path := save(t, t.Context(), r, content)
			if got, err := os.ReadFile(path); err != nil || string(got) != content {
				t.Errorf("the file has %d bytes, %v", len(got), err)
			}
			if got := len(seen.lines()); got != 10 {
				t.Errorf("%d requests", got)
			}
		})
}

func TestSecondFetchPassesCachesBy(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{strings.Repeat("x", len(blob)), blob[:20], blob + "tail!"} {
		inBubble(t, inTurn(whole(bad), whole(blob)), 1, func(t *testing.T, r *transfer.Repository, seen *journal) {
			save(t, t.Context(), r, blob)
			all := seen.all()
			if len(all) != 2 {
				t.Fatalf("after %q: %d requests", bad, len(all))
			}
			if first, second := all[0].header.Get("Cache-Control"), all[1].header.Get("Cache-Control"); first != "" || second != "no-cache" {
				t.Errorf("after %q: Cache-Control was %q, then %q", bad, first, second)
			}
		})
	}
}

func TestSaveAfterALook(t *testing.T) {
	t.Parallel()
	const size = 10_000
	content := strings.Repeat("0123456789", size/10)
	for _, looked := range []int{0, 8, 4096, 4097, size} {
		inBubble(t, whole(content), 0, func(t *testing.T, r *transfer.Repository, _ *journal) {
			m := &monitor.Monitor{}
			stream, err := r.GetBlob(monitor.With(t.Context(), m), blobOf(content))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stream.Close() }()
			if _, err := io.ReadFull(stream, make([]byte, looked)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "out")
			file, err := atomicfile.Create(path, atomicfile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer file.Abort()
			if err := stream.Save(file); err != nil {
				t.Errorf("after %d bytes: %v", looked, err)
			}
			if err := file.Commit(); err != nil {
				t.Error(err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != content {
				t.Errorf("after %d bytes: the file has %d bytes, %v", looked, len(got), err)
			}
			if done := m.Snapshot().Done; done != size {
				t.Errorf("after %d bytes: %d were counted", looked, done)
			}
		})
	}
}

func TestCancelledResumeEndsAtOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, cut(20, whole(blob)), 5, func(t *testing.T, r *transfer.Repository, _ *journal) {
		gone := errors.New("gone")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, gone)
		defer cancel()
		began := time.Now()
		if _, err := trySave(t, ctx, r, blob); err == nil {
			t.Error("it was saved")
		}
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("it ended after %s", took)
		}
	})
}

func TestBrokenManifestIsGotAgain(t *testing.T) {
	t.Parallel()
	asManifest := answer(http.StatusOK, document, "Content-Type: "+manifestType, length(document))
	other := answer(http.StatusOK, strings.ToUpper(document), "Content-Type: "+manifestType, length(document))
	for _, test := range []struct {
		name     string
		server   http.HandlerFunc
		requests int
		fails    bool
	}{
		{"cut twice", inTurn(cut(20, asManifest), cut(0, asManifest), asManifest), 3, false},
		{"wrong once", inTurn(other, asManifest), 2, false},
		{"wrong twice", other, 2, true},
		{"cut for ever", cut(20, asManifest), 4, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, test.server, 3, func(t *testing.T, r *transfer.Repository, seen *journal) {
				_, raw, err := r.GetManifest(t.Context(), blobOf(document).Digest.String())
				if (err != nil) != test.fails || err == nil && string(raw) != document {
					t.Errorf("got %q, %v", raw, err)
				}
				if got := len(seen.lines()); got != test.requests {
					t.Errorf("%d requests", got)
				}
			})
		})
	}
}
