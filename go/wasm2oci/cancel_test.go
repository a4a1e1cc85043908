package wasm2oci_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// soon is far more than the end of an operation takes, and far less than a hang.
const soon = 15 * time.Second

// stalls are the requests at which a registry may fall silent, by what the
// method and the path contain.
var stalls = []struct {
	name, method, path string
	verbs              []verb
	half               bool // after half of the answer
}{
	{"before the manifest", "GET", "/manifests/", parsing, false},
	{"before the answer to HEAD", "HEAD", "/manifests/", []verb{resolving}, false},
	{"before the module", "GET", "/blobs/sha256:", loading, false},
	{"within the module", "GET", "/blobs/sha256:", loading, true},
	{"before it looks for a blob", "HEAD", "/blobs/", []verb{pushing}, false},
	{"before the upload", "POST", "/uploads/", []verb{pushing}, false},
	{"within the upload", "PUT", "/uploads/", []verb{pushing}, false},
	{"within the manifest's upload", "PUT", "/manifests/", []verb{pushing, tagging}, false},
	{"before the manifest that is tagged", "GET", "/manifests/", []verb{tagging, untagging}, false},
	{"before the list", "GET", "/tags/list", []verb{listing}, false},
	{"before the answer to DELETE", "DELETE", "/manifests/", []verb{untagging, deleting}, false},
}

// ends are the ways in which an operation is made to end early. Each gives the
// options of the client and a function that starts the operation's end once the
// registry has fallen silent.
var ends = []struct {
	name    string
	options wasm2oci.ClientOptions
	kind    wasm2oci.Kind
	says    string
	end     func(cancel context.CancelFunc, client *wasm2oci.Client)
}{
	{"cancelled", quick(), wasm2oci.Cancelled, "cancelled", func(cancel context.CancelFunc, _ *wasm2oci.Client) { cancel() }},
	{"client closed", quick(), wasm2oci.Cancelled, "cancelled", func(_ context.CancelFunc, client *wasm2oci.Client) { client.Close() }},
	{"time limit", wasm2oci.ClientOptions{Timeout: 200}, wasm2oci.Timeout, "0.2 s", nil},
	{"idle limit", wasm2oci.ClientOptions{IdleTimeout: ptr(int64(200)), Retries: ptr(0)}, wasm2oci.Timeout, "0.2 s", nil},
}

func TestOperationEndsEarlyAndLeavesNothing(t *testing.T) {
	t.Parallel()
	content := module(strings.Repeat("content", 10))
	for _, stall := range stalls {
		for _, end := range ends {
			for _, verb := range stall.verbs {
				t.Run(fmt.Sprintf("%s, %s, %s", verb.name, stall.name, end.name), func(t *testing.T) {
					t.Parallel()
					registry := testregistry.New(t)
					reference, layer := addModule(registry, content)
					silent := make(chan struct{})
					var once sync.Once
					registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
						if r.Method != stall.method || !strings.Contains(r.URL.Path, stall.path) {
							return false
						}
						if stall.half {
							w.Header().Set("Content-Length", fmt.Sprint(layer.Size))
							_, _ = w.Write(content[:layer.Size/2])
							_ = http.NewResponseController(w).Flush()
						}
						once.Do(func() { close(silent) })
						<-t.Context().Done()
						return true
					})
					client := newClient(t, end.options, nil)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if end.end != nil {
						go func() { <-silent; end.end(cancel, client) }()
					}
					dir := t.TempDir()
					began := time.Now()
					err := verb.call(ctx, client, reference, dir)
					if elapsed := time.Since(began); elapsed > soon {
						t.Errorf("ended after %s", elapsed)
					}
					wantError(t, err, end.kind, end.says, verb.name)
					if left := names(t, dir); len(left) > 0 {
						t.Errorf("%q is left", left)
					}
				})
			}
		}
	}
}

func TestOldFileOutlivesACancelledPull(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, layer := addModule(registry, module("content"))
	ctx, cancel := context.WithCancel(t.Context())
	registry.Break(func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, layer.Digest.String()) {
			return false
		}
		cancel()
		<-t.Context().Done()
		return true
	})
	dir := t.TempDir()
	path := filepath.Join(dir, "out.wasm")
	write(t, path, "old")
	_, err := newClient(t, quick(), nil).Pull(ctx, reference, path, wasm2oci.PullOptions{})
	wantError(t, err, wasm2oci.Cancelled)
	if got := read(t, path); got != "old" || len(names(t, dir)) != 1 {
		t.Errorf("%q beside %q", got, names(t, dir))
	}
}

func TestCancelledBeforeItBegan(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	remote, _ := addModule(registry, module("content"))
	local := "oci:" + filepath.Join(t.TempDir(), "layout") + ":v1"
	if err := pushing.call(t.Context(), newClient(t, quick(), nil), local, ""); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, verb := range every {
		for _, reference := range []string{remote, local} {
			if reference == local && verb.name == "resolve" {
				continue // one look into a file
			}
			dir := t.TempDir()
			wantError(t, verb.call(ctx, newClient(t, quick(), nil), reference, dir), wasm2oci.Cancelled, verb.name)
			if left := names(t, dir); len(left) > 0 {
				t.Errorf("%s left %q", verb.name, left)
			}
		}
	}
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
}

func TestCancelledPushToALayoutTagsNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "layout")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, pushing.call(ctx, newClient(t, quick(), nil), "oci:"+dir+":v1", ""), wasm2oci.Cancelled)
	_, err := newClient(t, quick(), nil).Resolve(t.Context(), "oci:"+dir+":v1", wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.NotFound)
}

func TestCallersDeadlineIsATimeout(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(func(http.ResponseWriter, *http.Request) bool {
		<-t.Context().Done()
		return true
	})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := newClient(t, quick(), nil).Resolve(ctx, registry.Host+"/org/mod:v1", wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.Timeout)
}

func TestOwnTimeLimitGoesBeforeTheClients(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(func(http.ResponseWriter, *http.Request) bool {
		<-t.Context().Done()
		return true
	})
	client := newClient(t, wasm2oci.ClientOptions{Timeout: 3_600_000}, nil)
	_, err := client.Resolve(t.Context(), registry.Host+"/org/mod:v1", wasm2oci.ResolveOptions{Timeout: 100})
	wantError(t, err, wasm2oci.Timeout, "0.1 s", "timeout")
}

func TestAskedWaitIsCancelledAndBounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, after string
		options     wasm2oci.ClientOptions
		kind        wasm2oci.Kind
		says        string
	}{
		{"cancelled", "50", wasm2oci.ClientOptions{}, wasm2oci.Cancelled, "cancelled"},
		{"longer than the time limit", "50", wasm2oci.ClientOptions{Timeout: 2000}, wasm2oci.RateLimited, "50 s"},
		{"longer than is obeyed", "3600", wasm2oci.ClientOptions{}, wasm2oci.RateLimited, "3600 s"},
	} {
		for _, verb := range every {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				m := &wasm2oci.Monitor{}
				registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
					if test.kind == wasm2oci.Cancelled {
						// Once the wait has begun, it is counted as a retry.
						go func() {
							for m.Snapshot().Retries == 0 && ctx.Err() == nil {
								time.Sleep(time.Millisecond)
							}
							cancel()
						}()
					}
					_, _ = io.Copy(io.Discard, r.Body)
					w.Header().Set("Retry-After", test.after)
					w.WriteHeader(http.StatusTooManyRequests)
					return true
				})
				began := time.Now()
				err := verb.call(wasm2oci.WithMonitor(ctx, m), newClient(t, test.options, nil), registry.Host+"/org/mod:v1", t.TempDir())
				wantError(t, err, test.kind, test.says)
				if elapsed := time.Since(began); elapsed > soon {
					t.Errorf("ended after %s", elapsed)
				}
			})
		}
	}
}

func TestSilentTLSServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer func() { _ = conn.Close() }() // kept open until the test ends
		}
	}()
	reference := listener.Addr().String() + "/org/mod:v1"
	for _, options := range []wasm2oci.ClientOptions{
		{PlainHTTP: ptr(false), Retries: ptr(0), ConnectTimeout: ptr(int64(100))},
		{PlainHTTP: ptr(false), Timeout: 100},
	} {
		_, err := newClient(t, options, nil).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
		wantError(t, err, wasm2oci.Timeout)
	}
}

func TestStreamIsBoundedByItsOperation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		options wasm2oci.OpenOptions
		end     func(*wasm2oci.Stream, context.CancelFunc)
		kind    wasm2oci.Kind
	}{
		{"cancelled", wasm2oci.OpenOptions{}, func(_ *wasm2oci.Stream, cancel context.CancelFunc) { cancel() }, wasm2oci.Cancelled},
		{"closed", wasm2oci.OpenOptions{}, func(s *wasm2oci.Stream, _ context.CancelFunc) { _ = s.Close() }, wasm2oci.Cancelled},
		{"time limit", wasm2oci.OpenOptions{Timeout: 300}, func(*wasm2oci.Stream, context.CancelFunc) {}, wasm2oci.Timeout},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			content := module(strings.Repeat("content", 10))
			reference, layer := addModule(registry, content)
			registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, layer.Digest.String()) {
					return false
				}
				w.Header().Set("Content-Length", fmt.Sprint(len(content)))
				_, _ = w.Write(content[:20])
				_ = http.NewResponseController(w).Flush()
				<-t.Context().Done()
				return true
			})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stream, err := newClient(t, quick(), nil).Open(ctx, reference, test.options)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stream.Close() }()
			if _, err := io.ReadFull(stream, make([]byte, 20)); err != nil {
				t.Fatal(err)
			}
			go test.end(stream, cancel)
			_, err = io.ReadFull(stream, make([]byte, 1))
			wantError(t, err, test.kind)
		})
	}
}
