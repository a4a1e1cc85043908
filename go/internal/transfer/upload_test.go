package transfer_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const (
	uploads = "/v2/org/mod/blobs/uploads/"
	begun   = "POST " + uploads
)

// sessions is a registry that begins uploads at numbered addresses.
type sessions struct {
	// location of the n-th session, from 1.
	location func(n int) string
	// put answers the n-th PUT, from 1, whose body is not yet read.
	put func(n int, w http.ResponseWriter, r *http.Request)
	// head is the status of HEAD of the blob.
	head int

	mu          sync.Mutex
	posts, puts int
}

func (s *sessions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		s.mu.Lock()
		s.posts++
		n := s.posts
		s.mu.Unlock()
		location := fmt.Sprintf("%s%d", uploads, n)
		if s.location != nil {
			location = s.location(n)
		}
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(http.StatusAccepted)
	case http.MethodPut:
		s.mu.Lock()
		s.puts++
		n := s.puts
		s.mu.Unlock()
		if s.put != nil {
			s.put(n, w, r)
			return
		}
		ends(http.StatusCreated)(w, r)
	case http.MethodHead:
		if s.head == http.StatusOK {
			w.Header().Set("Content-Length", strconv.Itoa(len(blob)))
		}
		w.WriteHeader(s.head)
	}
}

// sent returns how many PUTs there were; one that was given up may still be under way.
func (s *sessions) sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.puts
}

// ends takes a whole body and answers.
func ends(status int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		answer(status, "", append(headers, "Content-Length: 0")...)(w, r)
	}
}

// source is content that notes how often it is opened and closed.
type source struct {
	content string
	mu      sync.Mutex
	opened  int
	closed  int
}

func (s *source) open() (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	return &openSource{strings.NewReader(s.content), s, sync.Once{}}, nil
}

type openSource struct {
	io.Reader
	source *source
	once   sync.Once
}

func (o *openSource) Close() error {
	o.once.Do(func() {
		o.source.mu.Lock()
		defer o.source.mu.Unlock()
		o.source.closed++
	})
	return nil
}

// put uploads the blob and gives what the monitor says then.
func put(ctx context.Context, r *transfer.Repository, desc ocispec.Descriptor, open transfer.Opener) (monitor.Snapshot, error) {
	m := &monitor.Monitor{}
	m.Expect(desc.Size)
	err := r.PutBlob(monitor.With(ctx, m), desc, open)
	return m.Snapshot(), err
}

func opener(content string) transfer.Opener { return (&source{content: content}).open }

func TestUploadGoesToTheLocation(t *testing.T) {
	t.Parallel()
	suffix := "digest=" + strings.ReplaceAll(blobOf(blob).Digest.String(), ":", "%3A")
	for _, test := range []struct{ name, location, want string }{
		{"absolute path", uploads + "u", uploads + "u?" + suffix},
		{"relative to the request", "u", uploads + "u?" + suffix},
		{"relative with a query", "u?_state=x%2By", uploads + "u?_state=x%2By&" + suffix},
		{"query that is signed", uploads + "u?_state=a%3Db&sig=%7e+%2F&&x", uploads + "u?_state=a%3Db&sig=%7e+%2F&&x&" + suffix},
		{"outside of /v2/", "/artifact-uploads/ns/u", "/artifact-uploads/ns/u?" + suffix},
		{"climbing", "../other/u", "/v2/org/mod/blobs/other/u?" + suffix},
		{"absolute address", "http://HOST/up/u?a=b", "/up/u?a=b&" + suffix},
		{"without a scheme", "//HOST/up/u", "/up/u?" + suffix},
		{"escaped path", "/up/a%2Fb%20c", "/up/a%2Fb%20c?" + suffix},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := &sessions{}
			server, seen := serve(t, registry.ServeHTTP)
			registry.location = func(int) string { return strings.ReplaceAll(test.location, "HOST", hostOf(server)) }
			progress, err := put(t.Context(), repository(t, hostOf(server), 0, nil), blobOf(blob), opener(blob))
			if err != nil {
				t.Fatal(err)
			}
			seen.wantLines(t, begun, "PUT "+test.want)
			sent := seen.all()[1]
			if sent.body != blob || sent.header.Get("Content-Length") != strconv.Itoa(len(blob)) || sent.header.Get("Content-Type") != "application/octet-stream" {
				t.Errorf("sent %q as %v", sent.body, sent.header)
			}
			if progress.Done != uint64(len(blob)) || progress.Item != blobOf(blob).Digest.String() {
				t.Errorf("progress is %+v", progress)
			}
		})
	}
}

func TestUploadElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	other, asked := serve(t, ends(http.StatusCreated))
	for _, test := range []struct{ name, location, says string }{
		{"another host", "http://storage.test/u?sig=s3cret", "http://storage.test"},
		{"another port", other.URL + "/u?sig=s3cret", other.URL},
		{"another name of the host", "http://localhost:PORT/u", "http://localhost:PORT"},
		{"a name that begins alike", "http://127.0.0.1.evil.test:PORT/u", "evil.test"},
		{"the host as a user", "http://127.0.0.1:PORT@evil.test/u", "evil.test"},
		{"another host without a scheme", "//storage.test/u", "storage.test"},
		{"another port by default", "http://127.0.0.1/u", "http://127.0.0.1"},
		{"nowhere", "", "does not say where"},
		{"no address", "http://[::1/u", "does not say where"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := &sessions{}
			server, seen := serve(t, asksFor(registry.ServeHTTP))
			_, port, _ := strings.Cut(hostOf(server), ":")
			registry.location = func(int) string { return strings.ReplaceAll(test.location, "PORT", port) }
			content := &source{content: blob}
			_, err := put(t.Context(), repository(t, hostOf(server), 3, user), blobOf(blob), content.open)
			text := wantFault(t, err, fault.Registry, hostOf(server), strings.ReplaceAll(test.says, "PORT", port)).Error()
			if strings.Contains(text, "s3cret") {
				t.Errorf("%q tells the signature", text)
			}
			seen.wantLines(t, begun, begun) // without and with the credential
		})
	}
	asked.wantLines(t)
}

func TestUploadIsNotDowngraded(t *testing.T) {
	t.Parallel()
	registry := &sessions{}
	server := httptest.NewTLSServer(registry)
	t.Cleanup(server.Close)
	registry.location = func(int) string { return "http://" + hostOf(server) + "/u" }
	r := repositoryOver(server.Client().Transport, hostOf(server), 0, nil)
	r.PlainHTTP = false
	_, err := put(t.Context(), r, blobOf(blob), opener(blob))
	wantFault(t, err, fault.Registry, "http://"+hostOf(server))
	if registry.sent() != 0 {
		t.Errorf("%d bodies were sent", registry.sent())
	}
	// With the right scheme it goes on.
	registry.location = func(int) string { return "https://" + hostOf(server) + "/u" }
	if _, err := put(t.Context(), r, blobOf(blob), opener(blob)); err != nil {
		t.Error(err)
	}
}

func TestEndOfUpload(t *testing.T) {
	t.Parallel()
	good := "Docker-Content-Digest: " + blobOf(blob).Digest.String()
	look := "HEAD /v2/org/mod/blobs/" + blobOf(blob).Digest.String()
	lost := func(status int) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			t.Helper()
			wantFault(t, err, fault.Registry, fmt.Sprintf("answered %d to the upload of %s", status, blobOf(blob).Digest))
		}
	}
	refused := func(status int) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			t.Helper()
			if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != status {
				t.Errorf("got %+v", got)
			}
		}
	}
	for _, test := range []struct {
		name    string
		status  int
		headers []string
		head    int // the answer to the look; 0: there is none
		check   func(*testing.T, error)
	}{
		{"201", 201, nil, 0, nil},
		{"200", 200, nil, 200, nil},
		{"202", 202, nil, 200, nil},
		{"204", 204, nil, 200, nil},
		{"200 with the digest", 200, []string{good}, 0, nil},
		{"200 with another digest", 200, []string{"Docker-Content-Digest: " + digest.FromString("other").String()}, 404, lost(200)},
		{"202, and HEAD is not allowed", 202, nil, 405, nil},
		{"204, and HEAD is forbidden", 204, nil, 403, nil},
		{"202, and HEAD is broken", 202, nil, 501, refused(501)},
		{"202, and it is lost", 202, nil, 404, lost(202)},
		{"204, and it is lost", 204, nil, 404, lost(204)},
		{"400", 400, nil, 0, refused(400)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := &sessions{head: test.head, put: func(_ int, w http.ResponseWriter, r *http.Request) {
				ends(test.status, test.headers...)(w, r)
			}}
			server, seen := serve(t, registry.ServeHTTP)
			_, err := put(t.Context(), repository(t, hostOf(server), 2, nil), blobOf(blob), opener(blob))
			switch {
			case test.check != nil:
				test.check(t, err)
			case err != nil:
				t.Error(err)
			}
			lines := seen.lines()
			if looked := len(lines) == 3 && lines[2] == look; looked != (test.head != 0) || len(lines) < 2 || len(lines) > 3 {
				t.Errorf("the server saw %q", lines)
			}
		})
	}
}

func TestUploadThatCannotBegin(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 400, 403, 404, 405} {
		server, _ := serve(t, answer(status, "", "Location: "+uploads+"u", "Content-Length: 0"))
		_, err := put(t.Context(), repository(t, hostOf(server), 2, nil), blobOf(blob), opener(blob))
		if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != status {
			t.Errorf("%d gave %+v", status, got)
		}
	}
}

// first fails the first end of an upload, and takes all later ones.
func first(fail http.HandlerFunc) func(int, http.ResponseWriter, *http.Request) {
	return func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			fail(w, r)
			return
		}
		ends(http.StatusCreated)(w, r)
	}
}

func TestFailedUploadIsBegunAgain(t *testing.T) {
	t.Parallel()
	half := func(r *http.Request) { _, _ = io.ReadFull(r.Body, make([]byte, len(blob)/2)) }
	for _, test := range []struct {
		name string
		fail http.HandlerFunc
		wait time.Duration // at least
	}{
		{"503 after the body", ends(503), 0},
		{"503 half-way", func(w http.ResponseWriter, r *http.Request) { half(r); w.WriteHeader(503) }, 0},
		{"503 before the body", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, 0},
		{"500", ends(500), 0},
		{"502", ends(502), 0},
		{"the upload is unknown", ends(404), 0},
		{"429 that asks for 5 s", ends(429, "Retry-After: 5"), 5 * time.Second},
		{"connection cut half-way", func(_ http.ResponseWriter, r *http.Request) { half(r); panic(http.ErrAbortHandler) }, 0},
		{"connection cut at the end", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler)
		}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := &sessions{put: first(test.fail)}
			inBubble(t, registry.ServeHTTP, 5, func(t *testing.T, r *transfer.Repository, seen *journal) {
				content := &source{content: blob}
				began := time.Now()
				progress, err := put(t.Context(), r, blobOf(blob), content.open)
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took < test.wait {
					t.Errorf("done after %s", took)
				}
				suffix := "?digest=" + strings.ReplaceAll(blobOf(blob).Digest.String(), ":", "%3A")
				seen.wantLines(t, begun, "PUT "+uploads+"1"+suffix, begun, "PUT "+uploads+"2"+suffix)
				if sent := seen.all()[3].body; sent != blob {
					t.Errorf("the second try sent %q", sent)
				}
				if progress.Done != uint64(len(blob)) || progress.Total != progress.Done || progress.Retries != 1 {
					t.Errorf("progress is %+v", progress)
				}
				synctest.Wait() // net/http closes bodies a little later
				if content.opened != 2 || content.closed != 2 {
					t.Errorf("the source was opened %d times and closed %d times", content.opened, content.closed)
				}
			})
		})
	}
}

func TestUploadThatFailsForEverIsGivenUp(t *testing.T) {
	t.Parallel()
	registry := &sessions{put: func(_ int, w http.ResponseWriter, r *http.Request) { ends(503)(w, r) }}
	inBubble(t, registry.ServeHTTP, 3, func(t *testing.T, r *transfer.Repository, _ *journal) {
		progress, err := put(t.Context(), r, blobOf(blob), opener(blob))
		if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != 503 {
			t.Errorf("got %+v", got)
		}
		if registry.sent() != 4 || progress.Retries != 3 {
			t.Errorf("%d tries, %d counted as retries", registry.sent(), progress.Retries)
		}
	})
}

// One of several replicas that do not share their uploads may never be met again.
func TestUploadThatStaysUnknownIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, chunk := range []int64{0, 1} {
		registry := &sessions{put: func(_ int, w http.ResponseWriter, r *http.Request) { ends(404)(w, r) }}
		inBubble(t, registry.ServeHTTP, 5, func(t *testing.T, r *transfer.Repository, _ *journal) {
			r.ChunkSize = chunk
			progress, err := put(t.Context(), r, blobOf(blob), opener(blob))
			if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != 404 {
				t.Errorf("got %+v", got)
			}
			if registry.sent() != 3 || progress.Retries != 2 {
				t.Errorf("%d tries, %d counted as retries", registry.sent(), progress.Retries)
			}
		})
	}
}

// Whatever net/http makes of it: a connection that ends while content is sent is
// no reason to give up.
func TestUploadIsBegunAgainHoweverItsConnectionEnds(t *testing.T) {
	t.Parallel()
	const size = 3_000_000
	large := strings.Repeat("x", size)
	for _, reset := range []bool{false, true} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("reset: %t, TLS: %t", reset, secure), func(t *testing.T) {
				t.Parallel()
				for range 20 {
					registry := &sessions{put: first(func(w http.ResponseWriter, r *http.Request) {
						_, _ = io.ReadFull(r.Body, make([]byte, 100_000))
						conn, _, err := w.(http.Hijacker).Hijack()
						if err != nil {
							t.Error(err)
							return
						}
						if tcp, ok := underneath(conn).(*net.TCPConn); ok && reset {
							_ = tcp.SetLinger(0)
						}
						_ = underneath(conn).Close()
					})}
					server := httptest.NewUnstartedServer(registry)
					server.Config.ErrorLog = quiet
					roots := x509.NewCertPool()
					if secure {
						server.StartTLS()
						roots.AddCert(server.Certificate())
					} else {
						server.Start()
					}
					defer server.Close()
					r := over(t, transfer.TransportConfig{TLS: &tls.Config{RootCAs: roots}}, hostOf(server), 3)
					r.PlainHTTP = !secure
					if _, err := put(t.Context(), r, blobOf(large), opener(large)); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

func underneath(conn net.Conn) net.Conn {
	if secure, ok := conn.(*tls.Conn); ok {
		return secure.NetConn()
	}
	return conn
}

func TestBeginOfUploadIsTriedAgain(t *testing.T) {
	t.Parallel()
	registry := &sessions{}
	posts := 0
	inBubble(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			if posts++; posts < 3 {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
		}
		registry.ServeHTTP(w, r)
	}, 5, func(t *testing.T, r *transfer.Repository, _ *journal) {
		progress, err := put(t.Context(), r, blobOf(blob), opener(blob))
		if err != nil || posts != 3 || progress.Done != uint64(len(blob)) {
			t.Errorf("%d tries, %+v, %v", posts, progress, err)
		}
	})
}

// A token may end while a large blob is on its way.
func TestUploadGoesOnWithANewToken(t *testing.T) {
	t.Parallel()
	tokens := 0
	registry := &sessions{put: func(n int, w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Header.Get("Authorization") != "Bearer token2" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+memory+`/token",service="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusCreated)
	}}
	inBubble(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			tokens++
			_, _ = fmt.Fprintf(w, `{"token":"token%d"}`, tokens)
		case r.Header.Get("Authorization") == "":
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+memory+`/token",service="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
		default:
			registry.ServeHTTP(w, r)
		}
	}, 0, func(t *testing.T, r *transfer.Repository, seen *journal) {
		content := &source{content: blob}
		progress, err := put(t.Context(), r, blobOf(blob), content.open)
		if err != nil {
			t.Fatal(err)
		}
		if registry.posts != 1 || registry.sent() != 2 || tokens != 2 {
			t.Errorf("%d sessions, %d bodies, %d tokens", registry.posts, registry.sent(), tokens)
		}
		if sent := seen.all(); sent[len(sent)-1].body != blob {
			t.Errorf("the last body is %q", sent[len(sent)-1].body)
		}
		if progress.Done != uint64(len(blob)) {
			t.Errorf("progress is %+v", progress)
		}
		for _, one := range seen.all() {
			if strings.HasPrefix(one.line, "GET /token") && !strings.Contains(one.line, "scope=repository%3Aorg%2Fmod%3Apull%2Cpush") {
				t.Errorf("the scope is missing in %s", one.line)
			}
		}
		synctest.Wait() // net/http closes bodies a little later
		if content.opened != content.closed {
			t.Errorf("the source was opened %d times and closed %d times", content.opened, content.closed)
		}
	})
}

// net/http may go on reading a body that it gave up.
func TestBodyThatWasGivenUpCountsNothing(t *testing.T) {
	t.Parallel()
	var first io.ReadCloser
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: http.StatusAccepted, Header: http.Header{"Location": {uploads + "u"}}, Body: http.NoBody, Request: req}
		switch {
		case req.Method == http.MethodPost:
		case first == nil:
			first = req.Body
			_, err := io.ReadFull(first, make([]byte, 10))
			resp.StatusCode = http.StatusServiceUnavailable
			return resp, err
		default:
			resp.StatusCode = http.StatusCreated
			if _, err := io.ReadFull(first, make([]byte, 10)); err != nil {
				return nil, err
			}
			_, err := io.Copy(io.Discard, req.Body)
			return resp, err
		}
		return resp, nil
	})
	progress, err := put(t.Context(), repositoryOver(base, memory, 1, nil), blobOf(blob), opener(blob))
	if err != nil || progress.Done != uint64(len(blob)) {
		t.Errorf("progress is %+v, %v", progress, err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// The registry finds out; the error says what it means.
func TestContentThatChangesIsNotStored(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, content string
		opened        int
	}{
		{"another byte", "\x00asn" + blob[4:], 2},
		{"shorter", blob[:10], 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := &sessions{put: func(_ int, w http.ResponseWriter, r *http.Request) {
				raw, err := io.ReadAll(r.Body)
				if err != nil || digest.FromBytes(raw) != blobOf(blob).Digest {
					answer(http.StatusBadRequest, `{"errors":[{"code":"DIGEST_INVALID"}]}`)(w, r)
					return
				}
				w.WriteHeader(http.StatusCreated)
			}}
			server, _ := serve(t, registry.ServeHTTP)
			content := &source{content: test.content}
			_, err := put(t.Context(), repository(t, hostOf(server), 3, nil), blobOf(blob), content.open)
			wantFault(t, err, fault.DigestMismatch)
			if content.opened != test.opened || registry.sent() > 1 {
				t.Errorf("it was opened %d times, and sent %d times", content.opened, registry.sent())
			}
		})
	}
}

// A registry may refuse content that is right, and then its answer counts.
func TestContentThatIsRefusedIsStillItself(t *testing.T) {
	t.Parallel()
	registry := &sessions{put: func(_ int, w http.ResponseWriter, r *http.Request) { ends(http.StatusBadRequest)(w, r) }}
	server, _ := serve(t, registry.ServeHTTP)
	_, err := put(t.Context(), repository(t, hostOf(server), 3, nil), blobOf(blob), opener(blob))
	if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != http.StatusBadRequest {
		t.Errorf("got %v", got)
	}
}

// filed is content in a file, which the system can send by itself.
type filed struct {
	io.ReadSeekCloser
	file *os.File
}

func (f filed) File() io.Reader { return f.file }

func TestFilesAreSent(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("0123456789abcdef", 3<<20/16)
	path := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	open := func() (io.ReadCloser, error) {
		file, err := os.Open(path)
		return filed{file, file}, err
	}
	plain := httptest.NewServer(nil)
	secure := httptest.NewTLSServer(nil)
	for _, server := range []*httptest.Server{plain, secure} {
		t.Cleanup(server.Close)
		for _, limit := range []int64{1 << 30, 2 << 20} {
			registry := &chunked{limit: limit}
			server.Config.Handler = registry
			r := over(t, transfer.TransportConfig{IdleTimeout: 10 * time.Second, TLS: &tls.Config{InsecureSkipVerify: true}}, hostOf(server), 0) //nolint:gosec // a test
			r.PlainHTTP = server == plain
			progress, err := put(t.Context(), r, blobOf(content), open)
			if err != nil || registry.stored != content || progress.Done != uint64(len(content)) {
				t.Errorf("%s, %d: %d bytes arrived, progress is %+v, %v", server.URL, limit, len(registry.stored), progress, err)
			}
		}
	}
}

func TestFileThatIsTooShort(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("x", 3<<20)
	path := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(path, []byte(content[:2<<20]), 0o600); err != nil {
		t.Fatal(err)
	}
	server, _ := serve(t, (&chunked{limit: 1 << 30}).ServeHTTP)
	_, err := put(t.Context(), repository(t, hostOf(server), 3, nil), blobOf(content), func() (io.ReadCloser, error) {
		file, err := os.Open(path)
		return filed{file, file}, err
	})
	wantFault(t, err, fault.DigestMismatch, fmt.Sprintf("ended after %d of", 2<<20))
}

func TestSourceThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	gone := errors.New("the file is gone")
	registry := &sessions{}
	server, _ := serve(t, registry.ServeHTTP)
	_, err := put(t.Context(), repository(t, hostOf(server), 3, nil), blobOf(blob), func() (io.ReadCloser, error) { return nil, gone })
	if !errors.Is(err, gone) || registry.sent() != 0 {
		t.Errorf("got %v after %d bodies", err, registry.sent())
	}
}

func TestCancelledUploadEndsAtOnce(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	registry := &sessions{put: func(_ int, _ http.ResponseWriter, r *http.Request) {
		close(arrived)
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}}
	server, _ := serve(t, registry.ServeHTTP)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	content := &source{content: blob}
	_, err := put(ctx, repository(t, hostOf(server), 3, nil), blobOf(blob), content.open)
	if !errors.Is(err, context.Canceled) || registry.sent() != 1 {
		t.Errorf("got %v after %d tries", err, registry.sent())
	}
}
