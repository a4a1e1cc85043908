package wasm2oci_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// methods returns the methods of the requests and what they were for.
func methods(registry *testregistry.Registry) []string {
	var found []string
	for _, one := range registry.Requests() {
		_, rest, _ := strings.Cut(one.Target, "/v2/org/mod/")
		kind, _, _ := strings.Cut(rest, "/")
		if strings.HasPrefix(rest, "blobs/uploads/") {
			kind = "uploads"
		}
		found = append(found, one.Method+" "+kind)
	}
	return found
}

func TestPushStoresTheModuleAndSaysWhere(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := module("pushed")
	m := &wasm2oci.Monitor{}
	result, err := newClient(t, quick(), nil).Push(wasm2oci.WithMonitor(t.Context(), m), wasm2oci.BytesSource(content), registry.Host+"/org/mod", wasm2oci.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	manifest := registry.Manifest("org/mod:latest")
	if result.Reference != registry.Host+"/org/mod:latest" || result.Digest != digest.FromBytes(manifest).String() ||
		result.Size != int64(len(manifest)) || result.MediaType != ocispec.MediaTypeImageManifest || result.Format != "wasm" || result.Kind != "module" {
		t.Errorf("the result is %+v", result)
	}
	if got := registry.Blob(digest.Digest(result.Layer.Digest)); !bytes.Equal(got, content) || result.Layer.Size != int64(len(content)) {
		t.Errorf("the layer is %+v with %q", result.Layer, got)
	}
	if got, want := methods(registry), []string{"HEAD blobs", "POST uploads", "PUT uploads", "HEAD blobs", "POST uploads", "PUT uploads", "PUT manifests"}; !slices.Equal(got, want) {
		t.Errorf("the registry saw %q", got)
	}
	progress := m.Snapshot()
	if progress.Done != progress.Total || progress.Reused != 0 || progress.Total < uint64(len(content)) {
		t.Errorf("progress is %+v", progress)
	}
}

func TestSecondPushSendsNoBlob(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client := newClient(t, quick(), nil)
	push := func() (*wasm2oci.PushResult, *wasm2oci.Monitor) {
		m := &wasm2oci.Monitor{}
		result, err := client.Push(wasm2oci.WithMonitor(t.Context(), m), wasm2oci.BytesSource(module("pushed")), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return result, m
	}
	first, _ := push()
	before := len(registry.Requests())
	second, m := push()
	if first.Digest != second.Digest {
		t.Errorf("%s, then %s", first.Digest, second.Digest)
	}
	if got := methods(registry)[before:]; !slices.Equal(got, []string{"HEAD blobs", "HEAD blobs", "PUT manifests"}) {
		t.Errorf("the second time, the registry saw %q", got)
	}
	if progress := m.Snapshot(); progress.Done != progress.Total || progress.Reused != progress.Total {
		t.Errorf("progress is %+v", progress)
	}
}

func TestManifestComesLastAndOnlyIfAllIsThere(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/uploads/") {
			testregistry.Refuse(w, http.StatusForbidden, "DENIED", "quota")
			return true
		}
		return false
	})
	_, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.BytesSource(module("pushed")), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{})
	wantError(t, err, wasm2oci.PermissionDenied, "quota")
	if slices.Contains(methods(registry), "PUT manifests") {
		t.Errorf("the registry saw %q", methods(registry))
	}
}

func TestRegistryAndLayoutGetTheSameManifest(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	dir := filepath.Join(t.TempDir(), "layout")
	client := newClient(t, quick(), nil)
	for _, test := range []struct {
		name    string
		content []byte
		options wasm2oci.PushOptions
	}{
		{"module", module("pushed"), wasm2oci.PushOptions{}},
		{"component", []byte(component), wasm2oci.PushOptions{}},
		{"wasm-to-oci", module("pushed"), wasm2oci.PushOptions{Packaging: wasm2oci.Packaging{Format: "wasm-to-oci"}}},
		{"all options", module("pushed"), wasm2oci.PushOptions{Packaging: wasm2oci.Packaging{Title: "a&b<c>.wasm", Created: "2026-01-31T12:00:00+02:00", Annotations: map[string]string{"z": "1", "a": "2", "ünï": "—"}}}},
	} {
		tag := strings.ReplaceAll(test.name, " ", "-")
		var manifests []string
		for _, reference := range []string{registry.Host + "/org/mod:" + tag, "oci:" + dir + ":" + tag} {
			pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(test.content), reference, test.options)
			if err != nil {
				t.Fatal(err)
			}
			artifact, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if artifact.Digest != pushed.Digest {
				t.Errorf("%s: pushed %s, inspected %s", test.name, pushed.Digest, artifact.Digest)
			}
			manifests = append(manifests, string(artifact.Manifest))
			_, fetched, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{})
			if err != nil || !bytes.Equal(fetched, test.content) {
				t.Errorf("%s: fetched %q, %v", test.name, fetched, err)
			}
		}
		if manifests[0] != manifests[1] {
			t.Errorf("%s: the registry has\n%s\nthe layout has\n%s", test.name, manifests[0], manifests[1])
		}
	}
}

// Published layout: tag-runtime.cncf.io, "Wasm OCI Artifact".
func TestConfigSaysWhatIsInside(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, content, os string
		component         bool
	}{
		{"module", string(module("pushed")), "wasip1", false},
		{"component", component, "wasip2", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			client := newClient(t, quick(), nil)
			result, err := client.Push(t.Context(), wasm2oci.BytesSource([]byte(test.content)), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{})
			if err != nil || result.Kind != test.name {
				t.Fatalf("pushed %+v, %v", result, err)
			}
			artifact, err := client.Inspect(t.Context(), result.Reference, wasm2oci.InspectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var config struct {
				Created, Architecture, OS string
				LayerDigests              []string
				Component                 *struct{ Imports, Exports []string }
			}
			if err := json.Unmarshal(artifact.Config, &config); err != nil {
				t.Fatal(err)
			}
			if config.OS != test.os || config.Architecture != "wasm" || config.Created != "1970-01-01T00:00:00Z" ||
				!slices.Equal(config.LayerDigests, []string{digest.FromString(test.content).String()}) || (config.Component != nil) != test.component {
				t.Errorf("the config is %s", artifact.Config)
			}
			if len(artifact.Layers) != 1 || artifact.Layers[0].MediaType != "application/wasm" {
				t.Errorf("the layers are %+v", artifact.Layers)
			}
		})
	}
}

func TestCreatedFollowsTheOptionThenTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, option, epoch, want string }{
		{"neither", "", "", "1970-01-01T00:00:00Z"},
		{"environment", "", "1700000000", "2023-11-14T22:13:20Z"},
		{"option", "2026-01-31T12:00:00Z", "1700000000", "2026-01-31T12:00:00Z"},
		{"option of another zone", "2026-01-31T12:00:00+02:00", "", "2026-01-31T10:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, quick(), wasm2oci.Environment{"SOURCE_DATE_EPOCH": test.epoch})
			reference := "oci:" + filepath.Join(t.TempDir(), "layout")
			if _, err := client.Push(t.Context(), wasm2oci.BytesSource(module("x")), reference, wasm2oci.PushOptions{Packaging: wasm2oci.Packaging{Created: test.option}}); err != nil {
				t.Fatal(err)
			}
			artifact, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
			if err != nil || !strings.Contains(string(artifact.Config), `"created":"`+test.want+`"`) {
				t.Errorf("the config is %s, %v", artifact.Config, err)
			}
		})
	}
}

func TestTitleIsTheBaseNameOrTheOption(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "target", "release", "app ünï.wasm")
	write(t, file, string(module("x")))
	odd := filepath.Join(dir, "odd\xff.wasm")
	if err := os.WriteFile(odd, module("x"), 0o600); err != nil {
		odd = ""
	}
	for _, test := range []struct {
		name   string
		source wasm2oci.Source
		option string
		want   string
	}{
		{"file", wasm2oci.FileSource(file), "", "app ünï.wasm"},
		{"option", wasm2oci.FileSource(file), "other.wasm", "other.wasm"},
		{"bytes", wasm2oci.BytesSource(module("x")), "", ""},
		{"bytes with an option", wasm2oci.BytesSource(module("x")), "named.wasm", "named.wasm"},
		{"name that is not UTF-8", wasm2oci.FileSource(odd), "", "odd_.wasm"},
	} {
		if test.name == "name that is not UTF-8" && odd == "" {
			continue // a file system that refuses the name
		}
		client := newClient(t, quick(), nil)
		reference := "oci:" + filepath.Join(t.TempDir(), "layout")
		result, err := client.Push(t.Context(), test.source, reference, wasm2oci.PushOptions{Packaging: wasm2oci.Packaging{Title: test.option}})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := result.Layer.Annotations[ocispec.AnnotationTitle]; got != test.want {
			t.Errorf("%s: the title is %q", test.name, got)
		}
	}
}

func TestPushRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.wasm")
	write(t, text, "no module")
	good := wasm2oci.BytesSource(module("x"))
	for _, test := range []struct {
		name    string
		source  wasm2oci.Source
		suffix  string // of the reference
		options wasm2oci.PushOptions
		kind    wasm2oci.Kind
		says    []string
	}{
		{"unknown format", good, ":v1", wasm2oci.PushOptions{Packaging: wasm2oci.Packaging{Format: "zip"}}, wasm2oci.InvalidArgument, []string{`"zip"`, "wasm-to-oci"}},
		{"bad time", good, ":v1", wasm2oci.PushOptions{Packaging: wasm2oci.Packaging{Created: "yesterday"}}, wasm2oci.InvalidArgument, []string{`"yesterday"`, "RFC 3339"}},
		{"annotation without a name", good, ":v1", wasm2oci.PushOptions{Packaging: wasm2oci.Packaging{Annotations: map[string]string{"": "x"}}}, wasm2oci.InvalidArgument, []string{"empty name"}},
		{"text", wasm2oci.BytesSource([]byte("no module")), ":v1", wasm2oci.PushOptions{}, wasm2oci.NotWasm, []string{"allow_any"}},
		{"text file", wasm2oci.FileSource(text), ":v1", wasm2oci.PushOptions{}, wasm2oci.NotWasm, []string{"text.wasm", "allow_any"}},
		{"nothing", wasm2oci.BytesSource(nil), ":v1", wasm2oci.PushOptions{}, wasm2oci.NotWasm, nil},
		{"a header cut short", wasm2oci.BytesSource([]byte("\x00asm\x01")), ":v1", wasm2oci.PushOptions{}, wasm2oci.NotWasm, nil},
		{"unknown version", wasm2oci.BytesSource([]byte("\x00asm\x02\x00\x00\x00")), ":v1", wasm2oci.PushOptions{}, wasm2oci.NotWasm, []string{"version"}},
		{"no file", wasm2oci.FileSource(filepath.Join(dir, "missing.wasm")), ":v1", wasm2oci.PushOptions{}, wasm2oci.Filesystem, []string{"missing.wasm"}},
		{"a directory", wasm2oci.FileSource(dir), ":v1", wasm2oci.PushOptions{}, wasm2oci.Filesystem, []string{"directory"}},
		{"a device", wasm2oci.FileSource(os.DevNull), ":v1", wasm2oci.PushOptions{}, wasm2oci.Filesystem, []string{"not a regular file"}},
		{"another digest", good, "@" + digest.FromString("other").String(), wasm2oci.PushOptions{}, wasm2oci.DigestMismatch, []string{"tag"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			_, err := newClient(t, quick(), nil).Push(t.Context(), test.source, registry.Host+"/org/mod"+test.suffix, test.options)
			e := wantError(t, err, test.kind, append(test.says, "push")...)
			if test.kind == wasm2oci.Filesystem && (e.Detail.Path == "" || e.Detail.Errno == 0) {
				t.Errorf("the detail is %+v", e.Detail)
			}
			if lines := registry.Lines(); len(lines) > 0 {
				t.Errorf("the registry saw %q", lines)
			}
		})
	}
}

func TestMissingSourceHasItsErrno(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.FileSource(filepath.Join(t.TempDir(), "missing")), "localhost/x", wasm2oci.PushOptions{})
	if e := wantError(t, err, wasm2oci.Filesystem); e.Detail.Errno != int(syscall.ENOENT) {
		t.Errorf("the errno is %d", e.Detail.Errno)
	}
}

func TestBadEpochIsRefused(t *testing.T) {
	t.Parallel()
	for _, epoch := range []string{"soon", "-1", "1.5", "999999999999999"} {
		client := newClient(t, quick(), wasm2oci.Environment{"SOURCE_DATE_EPOCH": epoch})
		_, err := client.Push(t.Context(), wasm2oci.BytesSource(module("x")), "localhost/x", wasm2oci.PushOptions{})
		wantError(t, err, wasm2oci.InvalidArgument, "SOURCE_DATE_EPOCH", epoch)
	}
}

func TestAllowAnyPushesAnything(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"n", "no module", "\x00asm\x02\x00\x00\x00"} {
		registry := testregistry.New(t)
		result, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.BytesSource([]byte(content)), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{AllowAny: true})
		if err != nil || result.Kind != "" {
			t.Errorf("%q: %+v, %v", content, result, err)
			continue
		}
		if got := registry.Blob(digest.FromString(content)); string(got) != content {
			t.Errorf("%q was stored as %q", content, got)
		}
	}
}

// Nobody means to publish nothing; a layout takes it.
func TestEmptyContentIsNotSentToARegistry(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client := newClient(t, quick(), nil)
	_, err := client.Push(t.Context(), wasm2oci.BytesSource(nil), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{AllowAny: true})
	wantError(t, err, wasm2oci.Unsupported, "empty")
	for _, line := range registry.Lines() {
		if !strings.HasPrefix(line, http.MethodHead) {
			t.Errorf("the registry saw %s", line)
		}
	}
	if _, err := client.Push(t.Context(), wasm2oci.BytesSource(nil), "oci:"+filepath.Join(t.TempDir(), "layout")+":v1", wasm2oci.PushOptions{AllowAny: true}); err != nil {
		t.Error(err)
	}
}

// A registry may say that it has a blob which is being deleted.
func TestBlobThatIsFalselyClaimedIsSent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, code string
		status     int
		forEver    bool
	}{
		{"as distribution says it", "MANIFEST_BLOB_UNKNOWN", http.StatusBadRequest, false},
		{"as others do", "BLOB_UNKNOWN", http.StatusNotFound, false},
		{"whatever is sent", "MANIFEST_BLOB_UNKNOWN", http.StatusBadRequest, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			content := module("x")
			registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case r.Method == http.MethodHead:
					w.WriteHeader(http.StatusOK)
				case r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/") &&
					(test.forEver || registry.Blob(digest.FromBytes(content)) == nil):
					testregistry.Refuse(w, test.status, test.code, "blob unknown to registry")
				default:
					return false
				}
				return true
			})
			m := &wasm2oci.Monitor{}
			_, err := newClient(t, quick(), nil).Push(wasm2oci.WithMonitor(t.Context(), m), wasm2oci.BytesSource(content), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{})
			if (err != nil) != test.forEver {
				t.Fatal(err)
			}
			if string(registry.Blob(digest.FromBytes(content))) != string(content) {
				t.Error("the blob was not sent")
			}
			if s := m.Snapshot(); s.Reused != 0 || s.Done != s.Total {
				t.Errorf("progress is %+v", s)
			}
		})
	}
}

func TestPushByItsOwnDigest(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client := newClient(t, quick(), nil)
	first, err := client.Push(t.Context(), wasm2oci.BytesSource(module("x")), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"@" + first.Digest, ":v2@" + first.Digest} {
		again, err := client.Push(t.Context(), wasm2oci.BytesSource(module("x")), registry.Host+"/org/mod"+suffix, wasm2oci.PushOptions{})
		if err != nil || again.Digest != first.Digest {
			t.Errorf("%s: %+v, %v", suffix, again, err)
		}
	}
	if registry.Manifest("org/mod:v2") == nil {
		t.Error("the tag beside the digest was not set")
	}
}

func TestFileThatShrinksWhileItIsPushed(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	path := filepath.Join(t.TempDir(), "m.wasm")
	write(t, path, string(module(strings.Repeat("x", 100))))
	registry.Break(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			if err := os.Truncate(path, 20); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	_, err := newClient(t, wasm2oci.ClientOptions{}, nil).Push(t.Context(), wasm2oci.FileSource(path), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{})
	wantError(t, err, wasm2oci.DigestMismatch, "changed")
	if slices.Contains(methods(registry), "PUT manifests") {
		t.Errorf("the registry saw %q", methods(registry))
	}
}

func TestUploadThatIsLostOrSentElsewhere(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault testregistry.Fault
		says  []string
	}{
		{"another host", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPost {
				return false
			}
			w.Header().Set("Location", "http://storage.test/u?sig=s3cret")
			w.WriteHeader(http.StatusAccepted)
			return true
		}, []string{"storage.test", "refused"}},
		{"taken and lost", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPut {
				return false
			}
			w.WriteHeader(http.StatusAccepted)
			return true
		}, []string{"202", "does not have it"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			registry.Break(test.fault)
			_, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.BytesSource(module("x")), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{})
			wantError(t, err, wasm2oci.Registry, append(test.says, registry.Host)...)
		})
	}
}

func TestOpenFileIsPushedFromItsStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "m.wasm")
	write(t, path, string(module("x")))
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Seek(5, 0); err != nil {
		t.Fatal(err)
	}
	registry := testregistry.New(t)
	if _, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.OpenFileSource(file), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := registry.Blob(digest.FromBytes(module("x"))); got == nil {
		t.Error("the content is not there")
	}
	if err := file.Close(); err == nil {
		t.Error("the file was left open")
	}
}

func TestOpenFileIsClosedThoughNothingWasPushed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "m.wasm")
	write(t, path, string(module("x")))
	for reference, options := range map[string]wasm2oci.PushOptions{"": {}, "localhost/x": {Packaging: wasm2oci.Packaging{Format: "zip"}}} {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.OpenFileSource(file), reference, options); err == nil {
			t.Error("it was pushed")
		}
		if err := file.Close(); err == nil {
			t.Error("the file was left open")
		}
	}
}

func TestPushManyAtATime(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client := newClient(t, quick(), nil)
	dir := filepath.Join(t.TempDir(), "layout")
	results := make(chan error, 32)
	for i := range cap(results) {
		reference := fmt.Sprintf("%s/org/mod:v%d", registry.Host, i)
		if i%2 == 0 {
			reference = fmt.Sprintf("oci:%s:v%d", dir, i)
		}
		go func() {
			content := module(fmt.Sprint(i))
			if _, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{}); err != nil {
				results <- err
				return
			}
			_, fetched, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{})
			if err == nil && !bytes.Equal(fetched, content) {
				err = fmt.Errorf("%s holds %q", reference, fetched)
			}
			results <- err
		}()
	}
	for range cap(results) {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

// Several clients that send one blob at the same time may make a registry miss it
// for a moment.
func TestBlobThatIsMissedForAMomentIsNotTheEnd(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	puts := 0
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/manifests/") {
			return false
		}
		if puts++; puts > 1 {
			return false
		}
		return refusing(http.StatusBadRequest, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")(w, r)
	})
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	if _, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{}); err != nil || puts != 2 {
		t.Errorf("%v after %d puts", err, puts)
	}
}

// brokenOnSecondReading is memory that its owner takes away once it was hashed.
type brokenOnSecondReading struct {
	io.ReaderAt
	starts int
}

func (r *brokenOnSecondReading) ReadAt(into []byte, offset int64) (int, error) {
	if offset == 0 {
		r.starts++
	}
	if r.starts > 2 {
		return 0, fault.New(fault.InvalidArgument, "memory is gone")
	}
	return r.ReaderAt.ReadAt(into, offset)
}

func TestContentThatIsGoneWhileItIsSentIsTheCallersFault(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := module(strings.Repeat("pushed", 100000))
	source := wasm2oci.ReaderSource(&brokenOnSecondReading{ReaderAt: bytes.NewReader(content)}, int64(len(content)))
	_, err := newClient(t, quick(), nil).Push(t.Context(), source, registry.Host+"/org/mod", wasm2oci.PushOptions{AllowAny: true})
	if wasm2oci.KindOf(err) != wasm2oci.InvalidArgument || !strings.Contains(err.Error(), "memory is gone") {
		t.Errorf("the push gave %v", err)
	}
	if got := methods(registry); !slices.Contains(got, "POST uploads") {
		t.Errorf("it was not being sent: %q", got)
	}
}

func TestPushKnowsThatReferenceAndFileChangedPlaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	there := filepath.Join(dir, "a.b", "hello.wasm")
	write(t, there, component)
	client := newClient(t, quick(), nil)
	for _, test := range []struct{ reference, file string }{
		{"127.0.0.1:1/org/mod:v1", there},
		{"127.0.0.1:1/org/mod:v1", "missing.wasm"},
		{"127.0.0.1:1/org/mod:v1", "missing"},
		{"oci:" + dir + ":v1", there},
	} {
		_, err := client.Push(t.Context(), wasm2oci.FileSource(test.reference), test.file, wasm2oci.PushOptions{})
		wantError(t, err, wasm2oci.InvalidReference, "; the file comes first, and then the reference")
		_, err = client.Push(t.Context(), wasm2oci.FileSource(there), test.file, wasm2oci.PushOptions{})
		wantError(t, err, wasm2oci.InvalidReference)
		without(t, err, "comes first")
	}
}

func TestPushOfAFileThatIsMissingDoesNotBlameTheOrder(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"missing.wasm", "127.0.0.1:1/org/mod:v1"} {
		_, err := newClient(t, quick(), nil).Push(t.Context(), wasm2oci.FileSource(file), "127.0.0.1:1/org/other:v1", wasm2oci.PushOptions{})
		wantError(t, err, wasm2oci.Filesystem)
		without(t, err, "comes first")
	}
}
