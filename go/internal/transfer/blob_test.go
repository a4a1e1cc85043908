package transfer_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const blob = "\x00asm\x01\x00\x00\x00 and a little more, so that it can be cut"

// readBlob gets a blob and reads it to its end.
func readBlob(t *testing.T, r *transfer.Repository, desc ocispec.Descriptor) (string, monitor.Snapshot, error) {
	t.Helper()
	m := &monitor.Monitor{}
	stream, err := r.GetBlob(monitor.With(t.Context(), m), desc)
	if err != nil {
		return "", m.Snapshot(), err
	}
	defer func() { _ = stream.Close() }()
	raw, err := io.ReadAll(stream)
	return string(raw), m.Snapshot(), err
}

func TestGetBlob(t *testing.T) {
	t.Parallel()
	sized := func(dgst digest.Digest) ocispec.Descriptor {
		return ocispec.Descriptor{Digest: dgst, Size: int64(len(blob))}
	}
	for _, test := range []struct {
		name    string
		desc    ocispec.Descriptor
		body    string
		headers []string
	}{
		{"with its length", blobOf(blob), blob, []string{length(blob)}},
		{"without its length", blobOf(blob), blob, nil},
		{"sha384", sized(digest.SHA384.FromString(blob)), blob, nil},
		{"sha512", sized(digest.SHA512.FromString(blob)), blob, nil},
		{"gzip", blobOf(blob), packed(blob), []string{"Content-Encoding: gzip"}},
		{"x-gzip with the length of the packed form", blobOf(blob), packed(blob), []string{"Content-Encoding: x-gzip", length(packed(blob))}},
		{"identity", blobOf(blob), blob, []string{"Content-Encoding: identity", length(blob)}},
		{"a type that means nothing", blobOf(blob), blob, []string{"Content-Type: text/html"}},
		{"empty", blobOf(""), "", []string{length("")}},
		{"empty, without its length", blobOf(""), "", nil},
		{"a digest header that is wrong", blobOf(blob), blob, []string{"Docker-Content-Digest: " + digest.FromString("other").String()}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, answer(http.StatusOK, test.body, test.headers...))
			want := blob
			if test.desc.Size == 0 {
				want = ""
			}
			got, progress, err := readBlob(t, repository(t, hostOf(server), 0, nil), test.desc)
			if err != nil || got != want {
				t.Errorf("read %q, %v", got, err)
			}
			if progress.Done != uint64(len(want)) {
				t.Errorf("%d of %d bytes were counted", progress.Done, len(want))
			}
			seen.wantLines(t, "GET /v2/org/mod/blobs/"+test.desc.Digest.String())
		})
	}
}

func TestGetBlobFails(t *testing.T) {
	t.Parallel()
	flipped := "\x00asn" + blob[4:]
	mismatch := func(says string) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			t.Helper()
			wantFault(t, err, fault.DigestMismatch, says)
		}
	}
	early := func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v", err)
		}
	}
	encoding := func(t *testing.T, err error) {
		t.Helper()
		wantFault(t, err, fault.Unsupported, "encoding")
	}
	status := func(code int) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			t.Helper()
			if got := wantAs[*transfer.StatusError](t, err); got.StatusCode != code {
				t.Errorf("it has the status %d", got.StatusCode)
			}
		}
	}
	for _, test := range []struct {
		name    string
		status  int
		body    string
		headers []string
		check   func(*testing.T, error)
	}{
		{"one byte flipped", 200, flipped, []string{length(blob)}, mismatch("does not match")},
		{"one byte flipped, without length", 200, flipped, nil, mismatch("does not match")},
		{"cut short of its length", 200, blob[:20], []string{length(blob)}, early},
		{"short, without length", 200, blob[:20], nil, mismatch(fmt.Sprintf("after 20 of %d", len(blob)))},
		{"short, and says so", 200, blob[:20], []string{length(blob[:20])}, mismatch(fmt.Sprintf("after 20 of %d", len(blob)))},
		{"nothing, without length", 200, "", nil, mismatch("after 0 of")},
		{"long, without length", 200, blob + "tail!", nil, mismatch(fmt.Sprintf("longer than the %d", len(blob)))},
		{"long, and says so", 200, blob + "tail!", []string{length(blob + "tail!")}, mismatch(fmt.Sprintf("longer than the %d", len(blob)))},
		{"packed and flipped", 200, packed(flipped), []string{"Content-Encoding: gzip"}, mismatch("does not match")},
		{"packed and cut", 200, packed(blob)[:30], []string{"Content-Encoding: gzip"}, early},
		{"unknown encoding", 200, blob, []string{"Content-Encoding: zstd"}, encoding},
		{"gzip that is none", 200, blob, []string{"Content-Encoding: gzip"}, encoding},
		{"404", 404, "", nil, status(404)},
		{"206 for no range", 206, blob, nil, status(206)},
		{"204", 204, "", nil, status(204)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, _ := serve(t, answer(test.status, test.body, test.headers...))
			got, _, err := readBlob(t, repository(t, hostOf(server), 0, nil), blobOf(blob))
			if err == nil {
				t.Fatalf("%q was taken", got)
			}
			test.check(t, err)
			if len(got) >= len(blob) {
				t.Errorf("all %d bytes were given out", len(got))
			}
		})
	}
}

func TestBadDescriptorIsNotAskedFor(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, answer(http.StatusOK, blob))
	for _, desc := range []ocispec.Descriptor{
		{Digest: "md5:d41d8cd98f00b204e9800998ecf8427e", Size: 1},
		{Digest: "sha256:../../../../etc/passwd", Size: 1},
		{Digest: digest.FromString(blob), Size: -1},
	} {
		_, err := repository(t, hostOf(server), 0, nil).GetBlob(t.Context(), desc)
		wantFault(t, err, fault.InvalidManifest)
	}
	seen.wantLines(t)
}

func TestHasBlob(t *testing.T) {
	t.Parallel()
	length := fmt.Sprint("Content-Length: ", len(blob))
	own, foreign := "Docker-Content-Digest: "+blobOf(blob).Digest.String(), "Docker-Content-Digest: "+blobOf("other").Digest.String()
	const binary, page = "Content-Type: application/octet-stream", "Content-Type: text/html; charset=utf-8"
	for _, test := range []struct {
		name    string
		status  int
		headers []string
		stored  bool
		fails   bool
	}{
		{"there", 200, []string{binary, length, own}, true, false},
		{"there, of this size", 200, []string{binary, length}, true, false},
		{"there, of this digest", 200, []string{own}, true, false},
		{"another size", 200, []string{"Content-Length: 7", own}, false, false},
		{"another digest", 200, []string{length, foreign}, false, false},
		{"neither size nor digest", 200, []string{binary}, false, false},
		{"a page", 200, []string{page, length}, false, false},
		{"a page of any size", 200, []string{page}, false, false},
		{"not there", 404, nil, false, false},
		{"HEAD not allowed", 405, nil, false, false},
		{"HEAD not implemented", 501, nil, false, false},
		{"may not look", 403, nil, false, false},
		{"confused", 400, nil, false, false},
		{"not logged in", 401, nil, false, false},
		{"too often", 429, nil, false, false},
		{"broken", 500, nil, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, answer(test.status, "", test.headers...))
			stored, err := repository(t, hostOf(server), 0, nil).HasBlob(t.Context(), blobOf(blob))
			if stored != test.stored || (err != nil) != test.fails {
				t.Errorf("stored: %t, %v", stored, err)
			}
			seen.wantLines(t, "HEAD /v2/org/mod/blobs/"+blobOf(blob).Digest.String())
		})
	}
}

func TestBlobIsNotThereWhereHeadHangsUp(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	stored, err := repository(t, hostOf(server), 5, nil).HasBlob(t.Context(), blobOf(blob))
	if stored || err != nil {
		t.Errorf("stored: %t, %v", stored, err)
	}
	head := "HEAD /v2/org/mod/blobs/" + blobOf(blob).Digest.String()
	seen.wantLines(t, head, head)
}

// asksFor lets a request pass that has the credential of user, and asks for it
// otherwise.
func asksFor(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if name, password, ok := r.BasicAuth(); !ok || name != "user" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		handle(w, r)
	}
}

// Go's client drops the secret where the name of the host changes; storage may be
// another port of the same one (GHSA-vh4v-2xq2-g5cg).
func TestStorageIsNotToldTheSecret(t *testing.T) {
	t.Parallel()
	const query = "?sig=a%2Fb+c%3D&X-Amz=%7e&&empty="
	for _, test := range []struct {
		name    string
		storage http.HandlerFunc
		check   func(*testing.T, string, error)
	}{
		{"which gives the blob", answer(http.StatusOK, blob, length(blob)), func(t *testing.T, got string, err error) {
			t.Helper()
			if err != nil || got != blob {
				t.Errorf("read %q, %v", got, err)
			}
		}},
		{"which asks for it", asksFor(answer(http.StatusOK, blob)), func(t *testing.T, _ string, err error) {
			t.Helper()
			status := wantAs[*transfer.StatusError](t, err)
			if status.StatusCode != http.StatusUnauthorized || status.URL.Host == status.Asked {
				t.Errorf("got %+v", status)
			}
		}},
	} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			t.Run(test.name+" "+http.StatusText(code), func(t *testing.T) {
				t.Parallel()
				storage, asked := serve(t, test.storage)
				registry, _ := serve(t, asksFor(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Location", storage.URL+"/data"+query)
					w.WriteHeader(code)
				}))
				got, _, err := readBlob(t, repository(t, hostOf(registry), 0, user), blobOf(blob))
				test.check(t, got, err)
				asked.wantLines(t, "GET /data"+query)
				wantNoSecret(t, asked)
			})
		}
	}
}

func TestManifestFromStorage(t *testing.T) {
	t.Parallel()
	storage, asked := serve(t, answer(http.StatusOK, document, "Content-Type: binary/octet-stream"))
	registry, _ := serve(t, asksFor(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			answer(http.StatusOK, "", "Content-Type: "+manifestType)(w, r)
			return
		}
		http.Redirect(w, r, storage.URL+"/manifest?sig=x", http.StatusFound)
	}))
	r := repository(t, hostOf(registry), 0, user)
	desc, raw, err := r.GetManifest(t.Context(), "v1")
	if err != nil || string(raw) != document || desc.MediaType != manifestType || desc.Digest != digest.FromString(document) {
		t.Errorf("got %+v, %q, %v", desc, raw, err)
	}
	if head, err := r.HeadManifest(t.Context(), "v1"); err != nil || head.Digest != desc.Digest {
		t.Errorf("got %+v, %v", head, err)
	}
	wantNoSecret(t, asked)
}

func TestRedirectsInACircleEnd(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
	})
	_, _, err := readBlob(t, repository(t, hostOf(server), 3, nil), blobOf(blob))
	if err == nil || !strings.Contains(err.Error(), "redirects") {
		t.Errorf("got %v", err)
	}
	if got := len(seen.lines()); got > 11 {
		t.Errorf("%d requests", got)
	}
}
