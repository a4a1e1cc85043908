package transfer_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// chunked is a registry that takes no body above a limit, and puts chunks
// together.
type chunked struct {
	limit   int64
	minimum string
	// keeps says how much of a chunk is kept; nil: all.
	keeps func(n int, chunk string) string
	// fail may answer the n-th PATCH, from 1, in the registry's place.
	fail func(n int, w http.ResponseWriter, r *http.Request) bool
	// told is the Range that is answered; nil: the true one.
	told func(has int) string
	// lies makes HEAD say another size.
	lies int

	mu       sync.Mutex
	sessions map[string]*strings.Builder
	stored   string
	patches  int
	sizes    []int
}

func (c *chunked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > c.limit {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = fmt.Fprintf(w, "at most %d bytes", c.limit)
		return
	}
	raw, err := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, uploads)
	session := c.sessions[name]
	switch r.Method {
	case http.MethodPost:
		if c.sessions == nil {
			c.sessions = map[string]*strings.Builder{}
		}
		name := fmt.Sprint(len(c.sessions) + 1)
		c.sessions[name] = &strings.Builder{}
		if c.minimum != "" {
			w.Header().Set("OCI-Chunk-Min-Length", c.minimum)
		}
		w.Header().Set("Location", uploads+name)
		w.WriteHeader(http.StatusAccepted)
	case http.MethodPatch:
		c.patches++
		if err != nil || c.fail != nil && c.fail(c.patches, w, r) {
			return
		}
		c.sizes = append(c.sizes, len(raw))
		var first, last int
		_, _ = fmt.Sscanf(r.Header.Get("Content-Range"), "%d-%d", &first, &last)
		status := http.StatusAccepted
		if first != session.Len() || last-first+1 != len(raw) {
			status = http.StatusRequestedRangeNotSatisfiable
		} else {
			kept := string(raw)
			if c.keeps != nil {
				kept = c.keeps(c.patches, kept)
			}
			session.WriteString(kept)
		}
		text := fmt.Sprintf("0-%d", max(0, session.Len()-1))
		if c.told != nil {
			text = c.told(session.Len())
		}
		if text != "" {
			w.Header().Set("Range", text)
		}
		w.Header().Set("Location", r.URL.Path+"?n="+fmt.Sprint(c.patches))
		w.WriteHeader(status)
	case http.MethodPut:
		if session != nil {
			session.Write(raw)
		}
		if session == nil || r.URL.Query().Get("digest") != digest.FromString(session.String()).String() {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.stored = session.String()
		w.WriteHeader(http.StatusCreated)
	case http.MethodHead:
		w.Header().Set("Content-Length", fmt.Sprint(len(c.stored)+c.lies))
		if c.stored == "" {
			w.WriteHeader(http.StatusNotFound)
		}
	}
}

func TestUploadInChunks(t *testing.T) {
	t.Parallel()
	const kib = 1 << 10
	content := strings.Repeat("0123456789abcdef", 9000<<10/16)
	shortened := func(n int, chunk string) string {
		if n == 1 {
			return chunk[:500]
		}
		return chunk
	}
	for _, test := range []struct {
		name     string
		registry *chunked
		sizes    string // of the chunks, in KiB
		fails    string // the text of the error
	}{
		{"above the limit", &chunked{limit: 8000 * kib}, "4096 4096 808", ""},
		{"halved", &chunked{limit: 2048 * kib}, "2048 2048 2048 2048 808", ""},
		{"of a least size", &chunked{limit: 8000 * kib, minimum: fmt.Sprint(6000 * kib)}, "6000 3000", ""},
		{"of a small least size", &chunked{limit: 8000 * kib, minimum: "1"}, "4096 4096 808", ""},
		{"of which one is kept in part", &chunked{limit: 8000 * kib, keeps: shortened}, "4096 4096 4096 807", ""},
		{"of which one is lost", &chunked{limit: 8000 * kib, keeps: func(n int, chunk string) string {
			if n == 2 {
				return ""
			}
			return chunk
		}}, "4096 4096 4096 808", ""},
		{"whose progress is not told", &chunked{limit: 8000 * kib, told: func(int) string { return "" }}, "4096 4096 808", ""},
		{"whose progress is told as bytes", &chunked{limit: 8000 * kib, told: func(has int) string { return fmt.Sprintf("bytes=0-%d", has-1) }}, "4096 4096 808", ""},
		{"one of which fails", &chunked{limit: 8000 * kib, fail: func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n == 2 {
				w.WriteHeader(http.StatusBadGateway)
			}
			return n == 2
		}}, "4096 4096 4096 808", ""},
		{"one of which is cut off", &chunked{limit: 8000 * kib, fail: func(n int, _ http.ResponseWriter, _ *http.Request) bool {
			if n == 2 {
				panic(http.ErrAbortHandler)
			}
			return false
		}}, "4096 4096 4096 808", ""},
		{"that are all lost", &chunked{limit: 8000 * kib, keeps: func(int, string) string { return "" }}, "4096 4096 4096 4096", "stays at byte 0"},
		{"that are taken and forgotten in turns", &chunked{limit: 8000 * kib, fail: func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n > 20 {
				w.WriteHeader(http.StatusTeapot)
				return true
			}
			w.Header().Set("Range", []string{"0-0", "0-4194303"}[n%2])
			w.WriteHeader(http.StatusAccepted)
			return true
		}}, "", "stays at byte 0"},
		{"with an absurd least size", &chunked{limit: 8000 * kib, minimum: "9223372036854775807"}, "", "9223372036854775807"},
		{"with a negative least size", &chunked{limit: 8000 * kib, minimum: "-1"}, "", "-1"},
		{"with a least size that is none", &chunked{limit: 8000 * kib, minimum: "99999999999999999999"}, "", "99999999999999999999"},
		{"more than was sent", &chunked{limit: 8000 * kib, told: func(has int) string { return fmt.Sprintf("0-%d", has) }}, "4096", "0-4194304"},
		{"a range that is none", &chunked{limit: 8000 * kib, told: func(int) string { return "all of it" }}, "4096", "all of it"},
		{"a range not from the start", &chunked{limit: 8000 * kib, told: func(int) string { return "5-9" }}, "4096", "5-9"},
		{"that the registry does not do", &chunked{limit: 8000 * kib, fail: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return true
		}}, "", "413"},
		{"however small they are", &chunked{limit: 10 * kib}, "", "413"},
		{"that are not all there in the end", &chunked{limit: 8000 * kib, lies: -1}, "4096 4096 808", "kept 9215999 of 9216000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, test.registry.ServeHTTP)
			progress, err := put(t.Context(), repository(t, hostOf(server), 2, nil), blobOf(content), opener(content))
			var sizes []string
			for _, size := range test.registry.sizes {
				sizes = append(sizes, fmt.Sprint(size/kib))
			}
			if got := strings.Join(sizes, " "); got != test.sizes {
				t.Errorf("the chunks had %s KiB", got)
			}
			if test.fails != "" {
				if err == nil || !strings.Contains(fmt.Sprint(err, wordsOf(err)), test.fails) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if test.registry.stored != content {
				t.Errorf("%d bytes were stored", len(test.registry.stored))
			}
			if progress.Done != uint64(len(content)) {
				t.Errorf("%d bytes were counted", progress.Done)
			}
			if lines := seen.lines(); !strings.HasPrefix(lines[len(lines)-1], "HEAD ") {
				t.Errorf("the last request was %s", lines[len(lines)-1])
			}
		})
	}
}

// The Range of an upload that has one byte is that of one that has none.
func TestChunksOfOneByte(t *testing.T) {
	t.Parallel()
	const content = "abc"
	registry := &chunked{limit: 1}
	server, _ := serve(t, registry.ServeHTTP)
	target := repository(t, hostOf(server), 0, nil)
	target.ChunkSize = 1
	if _, err := put(t.Context(), target, blobOf(content), opener(content)); err != nil {
		t.Fatal(err)
	}
	if registry.stored != content || fmt.Sprint(registry.sizes) != "[1 1 1]" {
		t.Errorf("%q was stored of chunks of %v", registry.stored, registry.sizes)
	}
}

// wordsOf returns what a status error knows beside its text.
func wordsOf(err error) string {
	var status *transfer.StatusError
	if errors.As(err, &status) {
		return fmt.Sprint(status.StatusCode, status.Text)
	}
	return ""
}

// seekable is content whose parts can be read directly.
type seekable struct {
	*strings.Reader
	skipped *int64
}

func (s seekable) Seek(offset int64, whence int) (int64, error) {
	*s.skipped += offset
	return s.Reader.Seek(offset, whence)
}

func (s seekable) Close() error { return nil }

func TestChunksAreReadWhereTheyAre(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("x", 5<<20)
	server, _ := serve(t, (&chunked{limit: 4 << 20}).ServeHTTP)
	var skipped int64
	_, err := put(t.Context(), repository(t, hostOf(server), 0, nil), blobOf(content), func() (io.ReadCloser, error) {
		return seekable{strings.NewReader(content), &skipped}, nil
	})
	if err != nil || skipped != 4<<20 {
		t.Errorf("skipped %d bytes, %v", skipped, err)
	}
}

func TestLargeBodyIsNotSentBeforeItIsWanted(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("x", 3<<20)
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestEntityTooLarge} {
		registry := &sessions{put: func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }}
		server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPatch {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			registry.ServeHTTP(w, r)
		})
		content := &source{content: content}
		progress, err := put(t.Context(), repository(t, hostOf(server), 0, nil), blobOf(content.content), content.open)
		if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != status {
			t.Errorf("%d gave %v", status, err)
		}
		if progress.Done != 0 {
			t.Errorf("%d: %d bytes were sent", status, progress.Done)
		}
		if put := seen.all()[1]; put.header.Get("Expect") != "100-continue" {
			t.Errorf("it was sent as %v", put.header)
		}
	}
}

// Small bodies are not worth the round trip.
func TestSmallBodyIsSentAtOnce(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, (&sessions{}).ServeHTTP)
	if _, err := put(t.Context(), repository(t, hostOf(server), 0, nil), blobOf(blob), opener(blob)); err != nil {
		t.Fatal(err)
	}
	if header := seen.all()[1].header.Get("Expect"); header != "" {
		t.Errorf("it was sent with Expect: %s", header)
	}
}

func TestEmptyBlobIsSentWithoutABody(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, (&sessions{}).ServeHTTP)
	r := repository(t, hostOf(server), 0, nil)
	r.ChunkSize = 1
	if _, err := put(t.Context(), r, blobOf(""), opener("")); err != nil {
		t.Fatal(err)
	}
	sent := seen.all()[1]
	if !strings.HasPrefix(sent.line, "PUT ") || sent.header.Get("Content-Length") != "0" {
		t.Errorf("it was sent by %s with %v", sent.line, sent.header)
	}
}

// What is not empty, or is to have another digest, is no empty blob.
func TestEmptyBlobIsReadFirst(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, (&sessions{}).ServeHTTP)
	r := repository(t, hostOf(server), 0, nil)
	_, err := put(t.Context(), r, blobOf(""), opener("a"))
	wantFault(t, err, fault.DigestMismatch, "longer than the 0 bytes")
	desc := blobOf("a")
	desc.Size = 0
	_, err = put(t.Context(), r, desc, opener(""))
	wantFault(t, err, fault.DigestMismatch, desc.Digest.String())
	seen.wantLines(t)
}

func TestUploadToAHostThatIsAllowed(t *testing.T) {
	t.Parallel()
	for _, listed := range []bool{true, false} {
		storage, asked := serve(t, ends(http.StatusCreated))
		registry := &sessions{location: func(int) string { return storage.URL + "/u?sig=x" }}
		server, _ := serve(t, asksFor(registry.ServeHTTP))
		r := repository(t, hostOf(server), 0, user)
		r.UploadHosts = []string{"other.test"}
		if listed {
			r.UploadHosts = append(r.UploadHosts, hostOf(storage))
		}
		_, err := put(t.Context(), r, blobOf(blob), opener(blob))
		if !listed {
			wantFault(t, err, fault.Registry, storage.URL)
			asked.wantLines(t)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := asked.all(); len(got) != 1 || got[0].body != blob || !strings.HasPrefix(got[0].line, "PUT /u?sig=x&digest=sha256") {
			t.Errorf("the storage saw %+v", got)
		}
		wantNoSecret(t, asked)
	}
}

// A storage host that asks for credentials does not get the registry's.
func TestAllowedUploadHostThatAsksForTheSecret(t *testing.T) {
	t.Parallel()
	storage, asked := serve(t, asksFor(ends(http.StatusCreated)))
	registry := &sessions{location: func(int) string { return storage.URL + "/u" }}
	server, _ := serve(t, asksFor(registry.ServeHTTP))
	r := repository(t, hostOf(server), 0, user)
	r.UploadHosts = []string{hostOf(storage)}
	_, err := put(t.Context(), r, blobOf(blob), opener(blob))
	if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %v", err)
	}
	wantNoSecret(t, asked)
}
