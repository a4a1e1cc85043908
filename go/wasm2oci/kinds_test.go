package wasm2oci_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// answering is a fault that gives the same answer to every request.
func answering(status int, body string, headers ...string) testregistry.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body)
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
}

// refusing answers in the registry's form.
func refusing(status int, code, message string) testregistry.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body)
		testregistry.Refuse(w, status, code, message)
		return true
	}
}

func TestAnswersOfTheRegistryHaveTheirKinds(t *testing.T) {
	t.Parallel()
	const basic, bearer = `WWW-Authenticate: Basic realm="r"`, `WWW-Authenticate: Bearer realm="http://HOST/token",error="insufficient_scope"`
	for _, test := range []struct {
		name  string
		verbs []verb
		fault testregistry.Fault
		kind  wasm2oci.Kind
		says  []string
	}{
		{"404, unknown name", every, refusing(404, "NAME_UNKNOWN", "no such repository"), wasm2oci.NotFound, []string{"NAME_UNKNOWN", "no such repository"}},
		{"404, unknown manifest", every, refusing(404, "MANIFEST_UNKNOWN", "no such tag"), wasm2oci.NotFound, []string{"404", "MANIFEST_UNKNOWN", "no such tag"}},
		{"404 without a body", every, answering(404, ""), wasm2oci.NotFound, []string{"404"}},
		{"401, Basic", every, answering(401, "", basic), wasm2oci.Unauthenticated, []string{"credentials"}},
		{"401 without a challenge", every, answering(401, ""), wasm2oci.Unauthenticated, []string{"log in"}},
		{"401 with a code", every, refusing(401, "UNAUTHORIZED", "who are you"), wasm2oci.Unauthenticated, []string{"UNAUTHORIZED", "who are you"}},
		{"401, denied", every, refusing(401, "DENIED", "not you"), wasm2oci.PermissionDenied, []string{"DENIED", "not you"}},
		{"403, denied", every, refusing(403, "DENIED", "not you"), wasm2oci.PermissionDenied, []string{"403", "DENIED"}},
		{"403 of a firewall", every, answering(403, "<html>blocked</html>", "Content-Type: text/html"), wasm2oci.PermissionDenied, []string{"403"}},
		{"429", every, refusing(429, "TOOMANYREQUESTS", "slow down"), wasm2oci.RateLimited, []string{"TOOMANYREQUESTS", "later"}},
		{"429 that asks for an hour", every, answering(429, "", "Retry-After: 3600"), wasm2oci.RateLimited, []string{"429"}},
		{"500", every, answering(500, "internal\nmatters", "Content-Type: text/plain"), wasm2oci.Registry, []string{"500", "internal"}},
		{"503", every, answering(503, ""), wasm2oci.Registry, []string{"503"}},
		{"418", every, answering(418, ""), wasm2oci.Registry, []string{"418"}},
		{"405", every, answering(405, ""), wasm2oci.Unsupported, []string{"405"}},
		{"unsupported", every, refusing(400, "UNSUPPORTED", "not here"), wasm2oci.Unsupported, []string{"UNSUPPORTED"}},
		{"a redirect loop", reading, func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
			return true
		}, wasm2oci.Network, []string{"redirects"}},
		{"a connection that is cut", every, func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, wasm2oci.Network, []string{"closed the connection"}},
		{"control characters", every, refusing(400, "BAD", "line\nbreak\x1b[31m red\u202e"), wasm2oci.Registry, []string{"BAD", "break"}},
		{"a very long message", every, refusing(400, "BAD", strings.Repeat("long ", 5000)), wasm2oci.Registry, []string{"BAD"}},
		{"an encoding nobody knows", parsing, answering(200, "x", "Content-Encoding: zstd"), wasm2oci.Unsupported, []string{"zstd"}},
		{"a web page", reading, answering(200, "<html>", "Content-Type: text/html"), wasm2oci.InvalidManifest, []string{"text/html"}},
		{"too much", parsing, answering(200, strings.Repeat(" ", 4<<20+1), "Content-Type: "+ocispec.MediaTypeImageManifest), wasm2oci.SizeExceeded, []string{"too large"}},
		{"another digest", parsing, answering(200, "{}", "Docker-Content-Digest: "+digest.FromString("other").String()), wasm2oci.DigestMismatch, []string{"does not match"}},
		{"not enough scope", every, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/token" {
				return answering(200, `{"token":"x"}`)(w, r)
			}
			return answering(401, "", strings.ReplaceAll(bearer, "HOST", r.Host))(w, r)
		}, wasm2oci.PermissionDenied, []string{"right"}},
		{"no token", every, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/token" {
				return refusing(403, "DENIED", "no token for you")(w, r)
			}
			return answering(401, "", strings.ReplaceAll(bearer, "HOST", r.Host))(w, r)
		}, wasm2oci.Unauthenticated, []string{"no token", "credentials"}},
		{"a token that is none", every, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/token" {
				return answering(200, "<html>")(w, r)
			}
			return answering(401, "", strings.ReplaceAll(bearer, "HOST", r.Host))(w, r)
		}, wasm2oci.Unauthenticated, []string{"token"}},
		{"an empty token", every, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/token" {
				return answering(200, "{}")(w, r)
			}
			return answering(401, "", strings.ReplaceAll(bearer, "HOST", r.Host))(w, r)
		}, wasm2oci.Unauthenticated, []string{"other than a token"}},
		{"a broken token service", every, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/token" {
				return answering(502, "")(w, r)
			}
			return answering(401, "", strings.ReplaceAll(bearer, "HOST", r.Host))(w, r)
		}, wasm2oci.Registry, []string{"502"}},
	} {
		for _, verb := range test.verbs {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				registry.Break(test.fault)
				dir := t.TempDir()
				err := verb.call(t.Context(), newClient(t, quick(), nil), reference, dir)
				e := wantError(t, err, test.kind, append(test.says, verb.name, reference)...)
				if e.Op != verb.name || e.Detail.Op != verb.name || e.Detail.Reference != reference {
					t.Errorf("the detail is %+v", e.Detail)
				}
				if left := names(t, dir); len(left) > 0 {
					t.Errorf("%q is left", left)
				}
			})
		}
	}
}

func TestDetailHasTheRegistrysErrors(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(refusing(403, "DENIED", "not you"))
	_, err := newClient(t, quick(), nil).Resolve(t.Context(), registry.Host+"/org/mod:v1", wasm2oci.ResolveOptions{})
	detail := wantError(t, err, wasm2oci.PermissionDenied).Detail
	if detail.HTTPStatus != 403 || len(detail.RegistryErrors) != 1 || detail.RegistryErrors[0] != (wasm2oci.RegistryError{Code: "DENIED", Message: "not you"}) {
		t.Errorf("the detail is %+v", detail)
	}
}

func TestManifestsThatAreNoGood(t *testing.T) {
	t.Parallel()
	hash := digest.FromString("x")
	for _, test := range []struct {
		name, raw string
		kind      wasm2oci.Kind
	}{
		{"no JSON", "nonsense", wasm2oci.InvalidManifest},
		{"null", "null", wasm2oci.InvalidManifest},
		{"a list", "[]", wasm2oci.InvalidManifest},
		{"nothing", "", wasm2oci.InvalidManifest},
		{"cut short", `{"schemaVersion":2,`, wasm2oci.InvalidManifest},
		{"schema 1", `{"schemaVersion":1,"config":{},"layers":[]}`, wasm2oci.InvalidManifest},
		{"no layers", `{"schemaVersion":2,"config":{"digest":"` + hash.String() + `"},"layers":null}`, wasm2oci.InvalidManifest},
		{"a key twice", `{"schemaVersion":2,"schemaVersion":2}`, wasm2oci.InvalidManifest},
		{"deeply nested", strings.Repeat(`{"a":`, 100000) + "1" + strings.Repeat("}", 100000), wasm2oci.InvalidManifest},
		{"a path for a digest", `{"schemaVersion":2,"config":{"digest":"` + hash.String() + `"},"layers":[{"mediaType":"application/wasm","digest":"sha256:../../x"}]}`, wasm2oci.InvalidManifest},
	} {
		for _, verb := range parsing {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				registry.AddManifest("org/mod:v1", ocispec.MediaTypeImageManifest, []byte(test.raw))
				dir := t.TempDir()
				err := verb.call(t.Context(), newClient(t, quick(), nil), registry.Host+"/org/mod:v1", dir)
				wantError(t, err, test.kind, verb.name)
				if left := names(t, dir); len(left) > 0 {
					t.Errorf("%q is left", left)
				}
			})
		}
	}
}

func TestArtifactsWithoutAModule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		layers func(*testregistry.Registry) []ocispec.Descriptor
		kind   wasm2oci.Kind
		says   string
	}{
		{"no layers", func(*testregistry.Registry) []ocispec.Descriptor { return []ocispec.Descriptor{} }, wasm2oci.NotWasm, "no layers"},
		{"only a text", func(r *testregistry.Registry) []ocispec.Descriptor {
			return []ocispec.Descriptor{r.AddBlob("text/markdown", []byte("# read me"))}
		}, wasm2oci.NotWasm, "text/markdown"},
		{"a type that lies", func(r *testregistry.Registry) []ocispec.Descriptor {
			return []ocispec.Descriptor{r.AddBlob("application/wasm", []byte("this is no module at all"))}
		}, wasm2oci.NotWasm, "application/wasm"},
		{"an empty layer", func(r *testregistry.Registry) []ocispec.Descriptor {
			return []ocispec.Descriptor{r.AddBlob("application/wasm", nil)}
		}, wasm2oci.NotWasm, "application/wasm"},
		{"two modules", func(r *testregistry.Registry) []ocispec.Descriptor {
			return []ocispec.Descriptor{r.AddBlob("application/wasm", module("one")), r.AddBlob("application/wasm", module("two"))}
		}, wasm2oci.Ambiguous, "2 modules"},
	} {
		for _, verb := range loading {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				registry.AddArtifact("org/mod:v1", test.layers(registry)...)
				dir := t.TempDir()
				err := verb.call(t.Context(), newClient(t, quick(), nil), registry.Host+"/org/mod:v1", dir)
				wantError(t, err, test.kind, test.says)
				if left := names(t, dir); len(left) > 0 {
					t.Errorf("%q is left", left)
				}
			})
		}
		t.Run(test.name+", inspect", func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			registry.AddArtifact("org/mod:v1", test.layers(registry)...)
			artifact, err := newClient(t, quick(), nil).Inspect(t.Context(), registry.Host+"/org/mod:v1", wasm2oci.InspectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if artifact.Format != nil || artifact.Kind != nil || artifact.Layer != nil || len(artifact.Layers) != len(test.layers(registry)) {
				t.Errorf("inspected as %+v", artifact)
			}
		})
	}
}

func TestBlobsThatDoNotMatch(t *testing.T) {
	t.Parallel()
	content := module("content that is promised")
	for _, test := range []struct {
		name  string
		serve func(w http.ResponseWriter, r *http.Request)
		kind  wasm2oci.Kind
	}{
		{"a byte flipped", func(w http.ResponseWriter, _ *http.Request) {
			bad := append([]byte{}, content...)
			bad[len(bad)-1] ^= 1
			_, _ = w.Write(bad)
		}, wasm2oci.DigestMismatch},
		{"a byte flipped in the magic number", func(w http.ResponseWriter, _ *http.Request) {
			bad := append([]byte{}, content...)
			bad[1] ^= 1
			_, _ = w.Write(bad)
		}, wasm2oci.DigestMismatch},
		{"too short", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(content[:12]) }, wasm2oci.DigestMismatch},
		{"too short for a header", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(content[:3]) }, wasm2oci.DigestMismatch},
		{"empty", func(http.ResponseWriter, *http.Request) {}, wasm2oci.DigestMismatch},
		{"too long, in pieces", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(content)
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(content)
		}, wasm2oci.DigestMismatch},
		{"cut half-way", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			_, _ = w.Write(content[:12])
			panic(http.ErrAbortHandler)
		}, wasm2oci.Network},
	} {
		for _, verb := range loading {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, layer := addModule(registry, content)
				registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
					if !strings.HasSuffix(r.URL.Path, layer.Digest.String()) {
						return false
					}
					test.serve(w, r)
					return true
				})
				dir := t.TempDir()
				err := verb.call(t.Context(), newClient(t, quick(), nil), reference, dir)
				wantError(t, err, test.kind)
				if left := names(t, dir); len(left) > 0 {
					t.Errorf("%q is left", left)
				}
			})
		}
	}
}

// A manifest may claim any size; memory follows what comes, not what is claimed.
func TestSizeThatIsClaimedIsNotAllocated(t *testing.T) {
	t.Parallel()
	for size, kind := range map[int64]wasm2oci.Kind{
		1 << 62: wasm2oci.SizeExceeded, 1 << 40: wasm2oci.SizeExceeded,
		3 << 30: wasm2oci.DigestMismatch, 0: wasm2oci.DigestMismatch,
	} {
		for _, verb := range loading {
			t.Run(fmt.Sprint(verb.name, " ", size), func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				layer := registry.AddBlob("application/wasm", module("small"))
				layer.Size = size
				registry.AddArtifact("org/mod:v1", layer)
				registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
					if !strings.HasSuffix(r.URL.Path, layer.Digest.String()) {
						return false
					}
					_ = http.NewResponseController(w).Flush() // no length
					_, _ = w.Write(registry.Blob(layer.Digest))
					return true
				})
				dir := t.TempDir()
				err := verb.call(t.Context(), newClient(t, quick(), nil), registry.Host+"/org/mod:v1", dir)
				wantError(t, err, kind)
				if left := names(t, dir); len(left) > 0 {
					t.Errorf("%q is left", left)
				}
			})
		}
	}
}

func TestReferencesAreRefusedBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	for _, reference := range []string{registry.Host + "/Org/mod:v1", registry.Host + "/org/mod:", registry.Host + "/org/mod@", registry.Host, ""} {
		for _, verb := range every {
			err := verb.call(t.Context(), newClient(t, quick(), nil), reference, t.TempDir())
			wantError(t, err, wasm2oci.InvalidReference, verb.name)
		}
	}
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
}

func TestClosedPort(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := listener.Addr().String()
	_ = listener.Close()
	for _, verb := range every {
		err := verb.call(t.Context(), newClient(t, quick(), nil), host+"/org/mod:v1", t.TempDir())
		wantError(t, err, wasm2oci.Network, host, "refused the connection")
	}
}

func TestLayoutsThatAreNoGood(t *testing.T) {
	t.Parallel()
	pushed := func(t *testing.T, dir string) *wasm2oci.PushResult {
		t.Helper()
		result, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.BytesSource(module("content")), "oci:"+dir+":v1", wasm2oci.PushOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	blobPath := func(dir, dgst string) string {
		return filepath.Join(dir, "blobs", "sha256", strings.TrimPrefix(dgst, "sha256:"))
	}
	for _, test := range []struct {
		name   string
		verbs  []verb
		break_ func(t *testing.T, dir string)
		kind   wasm2oci.Kind
		says   string
	}{
		{"no directory", reading, func(*testing.T, string) {}, wasm2oci.NotFound, "not found"},
		{"a directory of other files", every, func(t *testing.T, dir string) { t.Helper(); write(t, filepath.Join(dir, "file"), "x") }, 0, "layout"},
		{"a file", every, func(t *testing.T, dir string) { t.Helper(); write(t, dir, "x") }, wasm2oci.Filesystem, "not a directory"},
		{"another tag", reading, func(t *testing.T, dir string) {
			t.Helper()
			if _, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.BytesSource(module("content")), "oci:"+dir+":other", wasm2oci.PushOptions{}); err != nil {
				t.Fatal(err)
			}
		}, wasm2oci.NotFound, "other"},
		{"a broken index", every, func(t *testing.T, dir string) {
			t.Helper()
			pushed(t, dir)
			write(t, filepath.Join(dir, "index.json"), "{")
		}, wasm2oci.InvalidManifest, "index.json"},
		{"a broken manifest", parsing, func(t *testing.T, dir string) {
			t.Helper()
			path := blobPath(dir, pushed(t, dir).Digest)
			write(t, path, strings.Replace(read(t, path), `"schemaVersion":2`, `"schemaVersion":3`, 1))
		}, wasm2oci.DigestMismatch, "does not match"},
		{"a broken module", loading, func(t *testing.T, dir string) {
			t.Helper()
			path := blobPath(dir, pushed(t, dir).Layer.Digest)
			write(t, path, strings.Replace(read(t, path), "content", "kontent", 1))
		}, wasm2oci.DigestMismatch, "does not match"},
		{"a module cut short", loading, func(t *testing.T, dir string) {
			t.Helper()
			path := blobPath(dir, pushed(t, dir).Layer.Digest)
			write(t, path, read(t, path)[:9])
		}, wasm2oci.DigestMismatch, "ended after 9"},
		{"a tag at two manifests", reading, func(t *testing.T, dir string) {
			t.Helper()
			pushed(t, dir)
			if _, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.BytesSource(module("more")), "oci:"+dir+":v2", wasm2oci.PushOptions{}); err != nil {
				t.Fatal(err)
			}
			index := filepath.Join(dir, "index.json")
			write(t, index, strings.Replace(read(t, index), `"v2"`, `"v1"`, 1))
		}, wasm2oci.Ambiguous, "2 manifests"},
		{"tags with a line break", reading, func(t *testing.T, dir string) {
			t.Helper()
			pushed(t, dir)
			index := filepath.Join(dir, "index.json")
			write(t, index, strings.Replace(read(t, index), `"v1"`, `"a\nb\u001b[31m"`, 1))
		}, wasm2oci.NotFound, `tag "v1"`},
	} {
		for _, verb := range test.verbs {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				root, out := t.TempDir(), t.TempDir()
				dir := filepath.Join(root, "layout")
				test.break_(t, dir)
				kind := test.kind
				if kind == 0 {
					// What is not there cannot be read; what is in the way
					// cannot be written.
					kind = wasm2oci.NotFound
					if verb.name == "push" {
						kind = wasm2oci.InvalidManifest
					}
				}
				err := verb.call(t.Context(), newClient(t, quick(), nil), "oci:"+dir+":v1", out)
				wantError(t, err, kind, test.says)
				if left := names(t, out); len(left) > 0 {
					t.Errorf("%q is left", left)
				}
			})
		}
	}
}

func TestEveryKindHasAName(t *testing.T) {
	t.Parallel()
	for kind, name := range wasm2oci.Kinds() {
		if kind.String() != name || name == "" || name != strings.ToUpper(name) {
			t.Errorf("%d is %q", kind, name)
		}
	}
	if got := wasm2oci.Kind(999).String(); got != "UNKNOWN" {
		t.Errorf("an unknown kind is %q", got)
	}
	if got := wasm2oci.KindOf(context.Canceled); got != wasm2oci.Unknown {
		t.Errorf("an error of others is %s", got)
	}
}
