package transfer_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const (
	manifestType = ocispec.MediaTypeImageManifest
	indexType    = ocispec.MediaTypeImageIndex
	document     = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[]}`
	bareDocument = `{"schemaVersion":2,"layers":[]}`
	bareIndex    = `{"schemaVersion":2,"manifests":[]}`
	bareArtifact = `{"blobs":[]}`
)

func packed(text string) string {
	var buffer bytes.Buffer
	packer := gzip.NewWriter(&buffer)
	_, _ = io.WriteString(packer, text)
	_ = packer.Close()
	return buffer.String()
}

// answer returns a handler that sends headers, given as "Name: value", and a body.
// A body of which the length is not to be told is sent in two pieces.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		// A nil value keeps net/http from guessing a type.
		w.Header()["Content-Type"] = nil
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		if w.Header().Get("Content-Length") == "" {
			_ = http.NewResponseController(w).Flush()
		}
		_, _ = io.WriteString(w, body)
	}
}

func length(body string) string { return "Content-Length: " + strconv.Itoa(len(body)) }

func TestGetManifest(t *testing.T) {
	t.Parallel()
	const ofManifest, octets = "Content-Type: " + manifestType, "Content-Type: application/octet-stream"
	dgst := func(text string) string { return "Docker-Content-Digest: " + digest.FromString(text).String() }
	sha512 := digest.SHA512.FromString(document)
	for _, test := range []struct {
		name      string
		reference string
		headers   []string
		body      string
		document  string // what arrives, where that is not the body
		mediaType string
		digest    digest.Digest // where it is not the document's sha256
	}{
		{"all headers", "v1", []string{ofManifest, length(document), dgst(document)}, document, "", manifestType, ""},
		{"no digest header", "v1", []string{ofManifest, length(document)}, document, "", manifestType, ""},
		{"no length", "v1", []string{ofManifest, dgst(document)}, document, "", manifestType, ""},
		{"no header at all", "v1", nil, document, "", manifestType, ""},
		{"by digest", digest.FromString(document).String(), []string{ofManifest}, document, "", manifestType, ""},
		{"by sha512", sha512.String(), []string{ofManifest}, document, "", manifestType, sha512},
		{"sha512 in the header", "v1", []string{ofManifest, "Docker-Content-Digest: " + sha512.String()}, document, "", manifestType, sha512},
		{"sha512 asked for, sha256 in the header", sha512.String(), []string{ofManifest, dgst(document)}, document, "", manifestType, sha512},
		{"sha256 asked for, sha512 in the header", digest.FromString(document).String(), []string{ofManifest, "Docker-Content-Digest: " + sha512.String()}, document, "", manifestType, ""},
		{"nonsense in the digest header", "v1", []string{ofManifest, "Docker-Content-Digest: nonsense"}, document, "", manifestType, ""},
		{"unknown algorithm in the digest header", "v1", []string{ofManifest, "Docker-Content-Digest: blake3:abc"}, document, "", manifestType, ""},
		{"charset", "v1", []string{ofManifest + "; charset=utf-8"}, document, "", manifestType, ""},
		{"octet-stream, named in the document", "v1", []string{octets}, document, "", manifestType, ""},
		{"binary/octet-stream", "v1", []string{"Content-Type: binary/octet-stream"}, document, "", manifestType, ""},
		{"application/json", "v1", []string{"Content-Type: application/json"}, document, "", manifestType, ""},
		{"text/plain", "v1", []string{"Content-Type: text/plain; charset=utf-8"}, document, "", manifestType, ""},
		{"octet-stream, manifest by its shape", "v1", []string{octets}, bareDocument, "", manifestType, ""},
		{"octet-stream, index by its shape", "v1", []string{octets}, bareIndex, "", indexType, ""},
		{"octet-stream, artifact by its shape", "v1", []string{octets}, bareArtifact, "", "application/vnd.oci.artifact.manifest.v1+json", ""},
		{"type only in the header", "v1", []string{"Content-Type: application/vnd.docker.distribution.manifest.v2+json"}, bareDocument, "", "application/vnd.docker.distribution.manifest.v2+json", ""},
		{"gzip", "v1", []string{ofManifest, "Content-Encoding: gzip", dgst(document)}, packed(document), document, manifestType, ""},
		{"x-gzip with the length of the packed form", "v1", []string{ofManifest, "Content-Encoding: x-gzip", length(packed(document))}, packed(document), document, manifestType, ""},
		{"GZIP", "v1", []string{ofManifest, "Content-Encoding: GZIP"}, packed(document), document, manifestType, ""},
		{"identity", "v1", []string{ofManifest, "Content-Encoding: identity"}, document, "", manifestType, ""},
		{"as large as allowed", "v1", []string{ofManifest}, document + strings.Repeat(" ", transfer.MaxManifest-len(document)), "", manifestType, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, answer(http.StatusOK, test.body, test.headers...))
			desc, raw, err := repository(t, hostOf(server), 0, nil).GetManifest(t.Context(), test.reference)
			if err != nil {
				t.Fatal(err)
			}
			want := test.document
			if want == "" {
				want = test.body
			}
			if string(raw) != want {
				t.Errorf("%d bytes arrived, not the %d of the document", len(raw), len(want))
			}
			if test.digest == "" {
				test.digest = digest.FromString(want)
			}
			if desc.Digest != test.digest || desc.Size != int64(len(want)) || desc.MediaType != test.mediaType {
				t.Errorf("described as %+v", desc)
			}
			seen.wantLines(t, "GET /v2/org/mod/manifests/"+test.reference)
		})
	}
}

func TestGetManifestFails(t *testing.T) {
	t.Parallel()
	const ofManifest = "Content-Type: " + manifestType
	other := digest.FromString("other").String()
	mismatch := func(t *testing.T, err error) {
		t.Helper()
		wantFault(t, err, fault.DigestMismatch, digest.FromString(document).String())
	}
	encoding := func(name string) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			t.Helper()
			wantFault(t, err, fault.Unsupported, strconv.Quote(name))
		}
	}
	tooLarge := func(t *testing.T, err error) {
		t.Helper()
		wantFault(t, err, fault.SizeExceeded, fmt.Sprint(transfer.MaxManifest))
	}
	early := func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v", err)
		}
	}
	for _, test := range []struct {
		name      string
		reference string
		body      string
		headers   []string
		check     func(*testing.T, error)
	}{
		{"digest asked for", other, document, []string{ofManifest}, mismatch},
		{"digest asked for, header agrees with it", other, document, []string{ofManifest, "Docker-Content-Digest: " + other}, mismatch},
		{"digest in the header", "v1", document, []string{ofManifest, "Docker-Content-Digest: " + other}, mismatch},
		{"br", "v1", document, []string{ofManifest, "Content-Encoding: br"}, encoding("br")},
		{"two encodings", "v1", document, []string{ofManifest, "Content-Encoding: gzip, gzip"}, encoding("gzip, gzip")},
		{"gzip that is none", "v1", document, []string{ofManifest, "Content-Encoding: gzip"}, encoding("gzip")},
		{"gzip cut short", "v1", packed(document)[:40], []string{ofManifest, "Content-Encoding: gzip"}, early},
		{"one byte too large", "v1", strings.Repeat(" ", transfer.MaxManifest+1), []string{ofManifest}, tooLarge},
		{"packed and too large", "v1", packed(strings.Repeat(" ", 8<<20)), []string{ofManifest, "Content-Encoding: gzip"}, tooLarge},
		{"cut short", "v1", document, []string{ofManifest, "Content-Length: 1000"}, early},
		{"HTML", "v1", "<html>", []string{"Content-Type: text/html; charset=utf-8"}, func(t *testing.T, err error) {
			t.Helper()
			wantFault(t, err, fault.InvalidManifest, "text/html", "address")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, _ := serve(t, answer(http.StatusOK, test.body, test.headers...))
			_, raw, err := repository(t, hostOf(server), 0, nil).GetManifest(t.Context(), test.reference)
			if err == nil {
				t.Fatalf("%q was taken", raw)
			}
			test.check(t, err)
		})
	}
}

// sends is a RoundTripper that answers with a body.
type sends func() *http.Response

func (s sends) RoundTrip(req *http.Request) (*http.Response, error) {
	resp := s()
	resp.Request = req
	return resp, nil
}

// endless is a body that never ends and counts what is read of it.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += int64(len(p))
	return len(p), nil
}

func (e *endless) Close() error { return nil }

func TestEndlessManifestIsReadUpToTheLimit(t *testing.T) {
	t.Parallel()
	body := &endless{}
	base := sends(func() *http.Response {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {manifestType}}, Body: body, ContentLength: -1}
	})
	_, _, err := repositoryOver(base, memory, 0, nil).GetManifest(t.Context(), "v1")
	wantFault(t, err, fault.SizeExceeded)
	if body.read > transfer.MaxManifest+1 {
		t.Errorf("%d bytes were read", body.read)
	}
}

func TestManifestRequestNamesAllTypes(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, answer(http.StatusOK, document, "Content-Type: "+manifestType, length(document), "Docker-Content-Digest: "+digest.FromString(document).String()))
			r := repository(t, hostOf(server), 0, nil)
			var err error
			if method == http.MethodGet {
				_, _, err = r.GetManifest(t.Context(), "v1")
			} else {
				_, err = r.HeadManifest(t.Context(), "v1")
			}
			if err != nil {
				t.Fatal(err)
			}
			header := seen.all()[0].header
			// One line: some registries look at the first only.
			accept := header.Values("Accept")
			for _, mediaType := range []string{
				manifestType, indexType,
				"application/vnd.docker.distribution.manifest.v2+json",
				"application/vnd.docker.distribution.manifest.list.v2+json",
			} {
				if len(accept) != 1 || !strings.Contains(accept[0], mediaType) {
					t.Errorf("Accept is %q, without %s", accept, mediaType)
				}
			}
			if encoding := header.Values("Accept-Encoding"); len(encoding) != 0 {
				t.Errorf("Accept-Encoding is %q", encoding)
			}
		})
	}
}

func TestHeadManifest(t *testing.T) {
	t.Parallel()
	const address = " /v2/org/mod/manifests/"
	good := digest.FromString(document).String()
	full := []string{"Content-Type: " + manifestType, length(document), "Docker-Content-Digest: " + good}
	for _, test := range []struct {
		name      string
		reference string
		status    int
		headers   []string // of the answer to HEAD
		got       bool     // whether GET had to help
	}{
		{"all headers", "v1", 200, full, false},
		{"all headers, by digest", good, 200, full, false},
		{"charset", "v1", 200, append([]string{"Content-Type: " + manifestType + "; charset=utf-8"}, full[1:]...), false},
		{"no digest", "v1", 200, full[:2], true},
		{"nonsense for a digest", "v1", 200, append([]string{"Docker-Content-Digest: nonsense"}, full[:2]...), true},
		{"no length", "v1", 200, []string{full[0], full[2]}, true},
		{"length 0", "v1", 200, []string{full[0], "Content-Length: 0", full[2]}, true},
		{"no type", "v1", 200, full[1:], true},
		{"octet-stream", "v1", 200, append([]string{"Content-Type: application/octet-stream"}, full[1:]...), true},
		{"packed", "v1", 200, append([]string{"Content-Encoding: gzip"}, full...), true},
		{"another digest than asked for", good, 200, append([]string{"Docker-Content-Digest: " + digest.FromString("other").String()}, full[:2]...), true},
		{"400", "v1", 400, nil, true},
		{"403", "v1", 403, nil, true},
		{"404", "v1", 404, nil, true},
		{"405", "v1", 405, nil, true},
		{"500", "v1", 500, nil, true},
		{"501", "v1", 501, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodHead {
					answer(test.status, "", test.headers...)(w, r)
				} else {
					answer(http.StatusOK, document, full...)(w, r)
				}
			})
			desc, err := repository(t, hostOf(server), 0, nil).HeadManifest(t.Context(), test.reference)
			if err != nil {
				t.Fatal(err)
			}
			if desc.Digest.String() != good || desc.Size != int64(len(document)) || desc.MediaType != manifestType {
				t.Errorf("described as %+v", desc)
			}
			want := []string{"HEAD" + address + test.reference}
			if test.got {
				want = append(want, "GET"+address+test.reference)
			}
			seen.wantLines(t, want...)
		})
	}
}

func TestHeadManifestSaysWhatGetSaid(t *testing.T) {
	t.Parallel()
	server, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		answer(http.StatusNotFound, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"no such tag"}]}`, "Content-Type: application/json")(w, nil)
	})
	_, err := repository(t, hostOf(server), 0, nil).HeadManifest(t.Context(), "v1")
	status := wantAs[*transfer.StatusError](t, err)
	if status.StatusCode != http.StatusNotFound || len(status.Errors) != 1 || status.Errors[0].Code != "MANIFEST_UNKNOWN" {
		t.Errorf("got %+v", status)
	}
}

func TestHeadManifestAsksOnceWhereNobodyAnswers(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, func(http.ResponseWriter, *http.Request) {})
	server.Close()
	_, err := repository(t, hostOf(server), 0, nil).HeadManifest(t.Context(), "v1")
	if !errors.Is(err, syscall.ECONNREFUSED) || strings.HasPrefix(err.Error(), "Get") {
		t.Errorf("got %v", err)
	}
	seen.wantLines(t)
}

// Some proxies know no HEAD, and end the connection.
func TestManifestIsAskedForByGetWhereHeadHangsUp(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			panic(http.ErrAbortHandler)
		}
		answer(200, document, "Content-Type: "+manifestType)(w, r)
	})
	desc, err := repository(t, hostOf(server), 5, nil).HeadManifest(t.Context(), "v1")
	if err != nil || desc.Digest != digest.FromString(document) {
		t.Errorf("got %+v, %v", desc, err)
	}
	const head = "HEAD /v2/org/mod/manifests/v1"
	seen.wantLines(t, head, head, "GET /v2/org/mod/manifests/v1")
}

func TestPutManifest(t *testing.T) {
	t.Parallel()
	desc := ocispec.Descriptor{MediaType: manifestType, Digest: digest.FromString(document), Size: int64(len(document))}
	own, foreign := "Docker-Content-Digest: "+desc.Digest.String(), "Docker-Content-Digest: "+digest.FromString("other").String()
	there := answer(200, document, "Content-Type: "+manifestType, own)
	mismatch := func(t *testing.T, err error) {
		t.Helper()
		wantFault(t, err, fault.DigestMismatch, "the registry stored "+digest.FromString("other").String()+", not "+desc.Digest.String(), "the tag v1 may have been set")
	}
	lost := func(t *testing.T, err error) {
		t.Helper()
		wantFault(t, err, fault.Registry, "does not have it")
	}
	for _, test := range []struct {
		name    string
		status  int
		headers []string
		look    http.HandlerFunc // answers whoever asks for it; nil: nobody does
		check   func(*testing.T, error)
	}{
		{"201 with its digest", 201, []string{own}, nil, nil},
		{"200 with its digest", 200, []string{own}, nil, nil},
		{"with its sha512", 201, []string{"Docker-Content-Digest: " + digest.SHA512.FromString(document).String()}, nil, nil},
		{"with another digest", 201, []string{foreign}, nil, mismatch},
		{"201", 201, nil, there, nil},
		{"200", 200, nil, there, nil},
		{"202", 202, nil, there, nil},
		{"204", 204, nil, there, nil},
		{"200, and HEAD says nothing", 200, nil, answer(200, document, "Content-Type: "+manifestType), nil},
		{"201, and it may not be read", 201, nil, answer(403, ""), nil},
		{"200, and it may not be read", 200, nil, answer(403, ""), lost},
		{"201, and it is not there", 201, nil, answer(404, ""), lost},
		{"201, and another one is there", 201, nil, answer(200, "{}", "Content-Type: "+manifestType), lost},
		{"200 to everything", 200, nil, answer(200, "<html>", "Content-Type: text/html"), func(t *testing.T, err error) {
			t.Helper()
			wantFault(t, err, fault.InvalidManifest, "text/html")
		}},
		{"refused", 400, nil, nil, func(t *testing.T, err error) {
			t.Helper()
			if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != 400 {
				t.Errorf("got %+v", got)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPut {
					if test.look == nil {
						t.Errorf("it was asked %s %s", r.Method, r.URL)
						test.look = answer(404, "")
					}
					test.look(w, r)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				answer(test.status, "", append(test.headers, "Content-Length: 0")...)(w, r)
			})
			err := repository(t, hostOf(server), 0, nil).PutManifest(t.Context(), "v1", desc, []byte(document))
			switch {
			case test.check != nil:
				test.check(t, err)
			case err != nil:
				t.Error(err)
			}
			if one := seen.all()[0]; one.body != document || one.header.Get("Content-Type") != manifestType || one.header.Get("Content-Length") != strconv.Itoa(len(document)) {
				t.Errorf("sent %q as %v", one.body, one.header)
			}
		})
	}
}

func TestPutManifestIsTriedAgainWhole(t *testing.T) {
	t.Parallel()
	desc := ocispec.Descriptor{MediaType: manifestType, Digest: digest.FromString(document), Size: int64(len(document))}
	calls := 0
	inBubble(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if calls++; calls < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Docker-Content-Digest", desc.Digest.String())
		w.WriteHeader(http.StatusCreated)
	}, 5, func(t *testing.T, r *transfer.Repository, seen *journal) {
		if err := r.PutManifest(t.Context(), "v1", desc, []byte(document)); err != nil {
			t.Error(err)
		}
		for i, one := range seen.all() {
			if one.body != document {
				t.Errorf("try %d sent %q", i, one.body)
			}
		}
		if calls != 3 {
			t.Errorf("%d tries", calls)
		}
	})
}

func TestErrorAnswers(t *testing.T) {
	t.Parallel()
	errorsOf := func(code, message string) string {
		return fmt.Sprintf(`{"errors":[{"code":%q,"message":%q}]}`, code, message)
	}
	for _, test := range []struct {
		name, body string
		headers    []string
		code, text string
	}{
		{"the registry's JSON", errorsOf("DENIED", "not you"), []string{"Content-Type: application/json"}, "DENIED", ""},
		{"JSON without a type", errorsOf("DENIED", "not you"), nil, "DENIED", ""},
		{"other JSON", `{"message":"no"}`, []string{"Content-Type: application/json"}, "", ""},
		{"no errors in the JSON", `{"errors":[]}`, nil, "", ""},
		{"text", "  it is late\nreally\n", []string{"Content-Type: text/plain; charset=utf-8"}, "", "it is late"},
		{"long text", strings.Repeat("x", 5000), []string{"Content-Type: text/plain"}, "", strings.Repeat("x", 200)},
		{"text without a type", "it is late\nreally", nil, "", "it is late"},
		{"HTML without a type", "<html>", nil, "", ""},
		{"HTML", "<html><body>no</body></html>", []string{"Content-Type: text/html"}, "", ""},
		{"nothing", "", nil, "", ""},
		{"cut short", "half", []string{"Content-Length: 1000", "Content-Type: text/plain"}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, _ := serve(t, answer(http.StatusForbidden, test.body, test.headers...))
			_, _, err := repository(t, hostOf(server), 0, nil).GetManifest(t.Context(), "v1")
			status := wantAs[*transfer.StatusError](t, err)
			code := ""
			if len(status.Errors) > 0 {
				code = status.Errors[0].Code
			}
			if status.StatusCode != http.StatusForbidden || code != test.code || status.Text != test.text {
				t.Errorf("status %d, code %q, text %q", status.StatusCode, code, status.Text)
			}
			if status.Asked != hostOf(server) {
				t.Errorf("asked %q", status.Asked)
			}
		})
	}
}
