package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// request is one request that a server saw.
type request struct {
	line   string // method, path and query
	header http.Header
	body   string
}

// journal notes what a server is asked. Its methods may be called while it runs.
type journal struct {
	mu       sync.Mutex
	requests []request
}

// noting notes a request, with the body that a handler has read.
func (j *journal) noting(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body := &notedBody{ReadCloser: r.Body}
		// A copy: the server looks at its own request, too.
		r = r.WithContext(r.Context())
		r.Body = body
		j.mu.Lock()
		place := len(j.requests)
		j.requests = append(j.requests, request{line: r.Method + " " + r.RequestURI, header: r.Header.Clone()})
		j.mu.Unlock()
		defer func() {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.requests[place].body = body.read.String()
		}()
		handle(w, r)
	}
}

type notedBody struct {
	io.ReadCloser
	read strings.Builder
}

func (b *notedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read.Write(p[:n])
	return n, err
}

func (j *journal) all() []request {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]request(nil), j.requests...)
}

// lines returns the methods and addresses of all requests.
func (j *journal) lines() []string {
	var lines []string
	for _, one := range j.all() {
		lines = append(lines, one.line)
	}
	return lines
}

func (j *journal) wantLines(t *testing.T, want ...string) {
	t.Helper()
	if got := j.lines(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the server saw\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// serve starts a server on loopback.
func serve(t *testing.T, handle http.HandlerFunc) (*httptest.Server, *journal) {
	t.Helper()
	seen := &journal{}
	server := httptest.NewServer(seen.noting(handle))
	t.Cleanup(server.Close)
	return server, seen
}

// hostOf returns host and port of a server.
func hostOf(server *httptest.Server) string { return server.Listener.Addr().String() }

// repository returns org/mod of a host, with connections as the product makes them.
func repository(t *testing.T, host string, retries int, credential auth.CredentialFunc) *transfer.Repository {
	t.Helper()
	base := transfer.NewTransport(transfer.TransportConfig{ConnectTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second})
	t.Cleanup(base.CloseIdleConnections)
	return repositoryOver(base, host, retries, credential)
}

func repositoryOver(base http.RoundTripper, host string, retries int, credential auth.CredentialFunc) *transfer.Repository {
	return &transfer.Repository{
		Client: &auth.Client{
			Client:     &http.Client{Transport: &transfer.Retry{Base: base, Retries: retries}},
			Cache:      auth.NewCache(),
			Credential: credential,
		},
		Name:      registry.Reference{Registry: host, Repository: "org/mod"},
		PlainHTTP: true,
		Retries:   retries,
	}
}

// user is a credential for every host, which is what a test for leaks wants.
func user(context.Context, string) (auth.Credential, error) {
	return auth.Credential{Username: "user", Password: "s3cret"}, nil
}

// memory is the host of the server of inBubble.
const memory = "registry.test"

// inBubble runs a test with a server in memory, in a bubble whose clock jumps on
// when everybody waits, so that waits cost nothing and are exact.
func inBubble(t *testing.T, handle http.HandlerFunc, retries int, run func(t *testing.T, repository *transfer.Repository, seen *journal)) {
	t.Helper()
	plain := func(dial dialFunc) connections { return &http.Transport{DialContext: dial, DisableCompression: true} }
	inBubbleOver(t, handle, plain, retries, run)
}

// dialFunc connects to the server of inBubbleOver, whatever the address.
type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// connections is a transport, of net/http or the product's.
type connections interface {
	http.RoundTripper
	CloseIdleConnections()
}

// inBubbleOver is inBubble with a transport of the test's own.
func inBubbleOver(t *testing.T, handle http.HandlerFunc, transport func(dialFunc) connections, retries int, run func(t *testing.T, repository *transfer.Repository, seen *journal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		seen := &journal{}
		listener := &pipes{connections: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{Handler: seen.noting(handle)} //nolint:gosec // in memory
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		base := transport(listener.dial)
		defer func() {
			base.CloseIdleConnections()
			_ = server.Close()
			if err := <-served; !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
		}()
		run(t, repositoryOver(base, memory, retries, user), seen)
	})
}

// pipes is a listener whose connections never leave the process.
type pipes struct {
	connections chan net.Conn
	done        chan struct{}
	once        sync.Once
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.connections <- server:
		return client, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.connections:
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: memory, Net: "memory"} }

// blobOf describes content.
func blobOf(content string) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: "application/wasm", Digest: digest.FromString(content), Size: int64(len(content))}
}

// wantAs checks the type of an error and that its text is one line.
func wantAs[E error](t *testing.T, err error) E {
	t.Helper()
	var target E
	if !errors.As(err, &target) {
		t.Fatalf("got %T: %v", err, err)
	}
	if text := target.Error(); text == "" || strings.Contains(text, "\n") {
		t.Errorf("the message is %q", text)
	}
	return target
}

// wantFault checks the kind of an error, and that its text is one line which has
// all the parts.
func wantFault(t *testing.T, err error, kind fault.Kind, says ...string) *fault.Error {
	t.Helper()
	e := wantAs[*fault.Error](t, err)
	if e.Kind != kind {
		t.Errorf("%v has the kind %s, not %s", err, e.Kind, kind)
	}
	for _, part := range says {
		if !strings.Contains(e.Error(), part) {
			t.Errorf("%q does not say %q", e, part)
		}
	}
	return e
}

// wantNoSecret checks that nobody but the registry itself was told the secret.
func wantNoSecret(t *testing.T, seen *journal) {
	t.Helper()
	for _, one := range seen.all() {
		if header := one.header.Get("Authorization"); header != "" {
			t.Errorf("%s came with the Authorization %q", one.line, header)
		}
		if text := fmt.Sprint(one); strings.Contains(text, "s3cret") {
			t.Errorf("%s tells the secret", one.line)
		}
	}
}
