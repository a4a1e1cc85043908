package wasm2oci_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// mirrored copies a reference to another registry under another name.
func mirrored(t *testing.T, client *wasm2oci.Client, reference string, to *testregistry.Registry, options wasm2oci.CopyOptions) (*wasm2oci.CopyResult, error) {
	t.Helper()
	return client.Copy(t.Context(), reference, to.Host+"/new/mod:v2", options)
}

// addIndex stores an index of manifests.
func addIndex(t *testing.T, registry *testregistry.Registry, name string, children ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	index := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex, Manifests: children}
	index.SchemaVersion = 2
	raw, err := json.Marshal(index)
	if err != nil {
		t.Fatal(err)
	}
	return registry.AddManifest(name, index.MediaType, raw)
}

func TestCopyMovesAnArtifactAsItIs(t *testing.T) {
	t.Parallel()
	source, destination := testregistry.New(t), testregistry.New(t)
	reference, layer := addModule(source, module("content"))
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	layout := "oci:" + filepath.Join(t.TempDir(), "layout") + ":v2"
	want, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		from, to            string
		sent, reused, bytes int64
	}{
		{reference, layout, 3, 0, layer.Size + 2 + want.Size},
		{layout, destination.Host + "/new/mod", 3, 0, layer.Size + 2 + want.Size},
		{reference, destination.Host + "/new/mod", 0, 1, 0},
		{reference, layout, 0, 3, 0},
		{layout, layout, 0, 1, 0},
	} {
		copied, err := client.Copy(t.Context(), step.from, step.to, wasm2oci.CopyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if copied.Sent != step.sent || copied.Reused != step.reused || copied.Mounted != 0 || copied.Bytes != step.bytes {
			t.Errorf("from %s to %s: %+v", step.from, step.to, copied)
		}
		if copied.Digest != want.Digest || copied.Size != want.Size || copied.MediaType != want.MediaType || copied.Annotations != nil {
			t.Errorf("%s became %+v", step.from, copied.Descriptor)
		}
	}
	if raw := destination.Manifest("new/mod:latest"); digest.FromBytes(raw).String() != want.Digest {
		t.Errorf("the manifest is %s", raw)
	}
}

func TestCopyStoresParentsAfterChildren(t *testing.T) {
	t.Parallel()
	source, destination := testregistry.New(t), testregistry.New(t)
	shared := source.AddBlob("application/wasm", module("shared"))
	one := source.AddArtifact("org/mod:one", shared)
	two := source.AddArtifact("org/mod:two", shared, source.AddBlob("application/wasm", module("two")))
	inner := addIndex(t, source, "org/mod:inner", two)
	outer := addIndex(t, source, "org/mod:v1", one, inner)
	copied, err := mirrored(t, newClient(t, wasm2oci.ClientOptions{}, nil), source.Host+"/org/mod:v1", destination, wasm2oci.CopyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if copied.Sent != 7 || copied.Digest != outer.Digest.String() {
		t.Errorf("copied %+v", copied)
	}
	at := func(part string) int {
		return slices.IndexFunc(destination.Lines(), func(line string) bool { return strings.HasPrefix(line, "PUT ") && strings.Contains(line, part) })
	}
	order := []int{at(two.Digest.String()), at(inner.Digest.String()), at("/manifests/v2")}
	if !slices.IsSorted(order) || order[0] < 0 || at(one.Digest.String()) > order[2] {
		t.Errorf("the registry saw %q", destination.Lines())
	}
	uploads := 0
	for _, line := range destination.Lines() {
		if strings.HasPrefix(line, "POST ") {
			uploads++
		}
	}
	if uploads != 3 {
		t.Errorf("%d uploads of 3 blobs", uploads)
	}
}

func TestCopyRefuses(t *testing.T) {
	t.Parallel()
	source, destination := testregistry.New(t), testregistry.New(t)
	reference, _ := addModule(source, module("content"))
	place, _ := strings.CutSuffix(reference, ":v1")
	to := destination.Host + "/new/mod"
	absent := digest.FromString("absent")
	source.AddArtifact("org/mod:lacking", ocispec.Descriptor{MediaType: "application/wasm", Digest: absent, Size: 6})
	source.AddManifest("org/mod:odd", ocispec.MediaTypeImageManifest, []byte(`{"layers":[{"digest":"nothing"}]}`))
	source.AddManifest("org/mod:old", "application/vnd.docker.distribution.manifest.v1+prettyjws", []byte(`{"schemaVersion":1}`))
	loop := source.AddManifest("org/mod:loop", ocispec.MediaTypeImageIndex, []byte(`{"schemaVersion":2,"manifests":[]}`))
	for depth := range 6 {
		loop = addIndex(t, source, fmt.Sprintf("org/mod:deep%d", depth), loop)
	}
	for _, test := range []struct {
		from, to string
		options  wasm2oci.CopyOptions
		kind     wasm2oci.Kind
		says     string
	}{
		{"nothing", to, wasm2oci.CopyOptions{}, wasm2oci.InvalidReference, "nothing"},
		{reference, "nothing", wasm2oci.CopyOptions{}, wasm2oci.InvalidReference, "nothing"},
		{reference, to, wasm2oci.CopyOptions{AllTags: true}, wasm2oci.InvalidReference, "without a tag"},
		{place, to + "@" + absent.String(), wasm2oci.CopyOptions{AllTags: true}, wasm2oci.InvalidReference, "without a digest"},
		{place, to, wasm2oci.CopyOptions{AllTags: true, Platform: "a/b"}, wasm2oci.InvalidArgument, "cannot be combined"},
		{place + ":none", to, wasm2oci.CopyOptions{}, wasm2oci.NotFound, place + ":none"},
		{place + ":lacking", to, wasm2oci.CopyOptions{}, wasm2oci.NotFound, place + ":lacking"},
		{place + ":odd", to, wasm2oci.CopyOptions{}, wasm2oci.InvalidManifest, "nothing"},
		{place + ":old", to, wasm2oci.CopyOptions{}, wasm2oci.Unsupported, "schema 1"},
		{place + ":deep5", to, wasm2oci.CopyOptions{}, wasm2oci.InvalidManifest, "deeper than 4"},
		{reference, to, wasm2oci.CopyOptions{Platform: "a/b"}, wasm2oci.InvalidArgument, "single manifest"},
		{place + ":deep0", to, wasm2oci.CopyOptions{Platform: "a/b"}, wasm2oci.NotFound, "a/b"},
		{reference, to + "@" + absent.String(), wasm2oci.CopyOptions{}, wasm2oci.DigestMismatch, "copy to a tag"},
	} {
		_, err := newClient(t, quick(), nil).Copy(t.Context(), test.from, test.to, test.options)
		wantError(t, err, test.kind, test.says)
	}
	for _, line := range destination.Lines() {
		if strings.HasPrefix(line, "PUT ") && strings.Contains(line, "/manifests/") {
			t.Errorf("the registry saw %q", line)
		}
	}
}

func TestCopyNamesTheSideThatFailed(t *testing.T) {
	t.Parallel()
	for _, side := range []string{"source", "destination"} {
		source, destination := testregistry.New(t), testregistry.New(t)
		reference, layer := addModule(source, module("content"))
		broken, named := source, reference
		if side == "destination" {
			broken, named = destination, destination.Host+"/new/mod:v2"
		}
		broken.Break(func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.String(), layer.Digest.Encoded()) || r.Method == http.MethodHead {
				return false
			}
			testregistry.Refuse(w, http.StatusForbidden, "DENIED", "go away")
			return true
		})
		_, err := mirrored(t, newClient(t, quick(), nil), reference, destination, wasm2oci.CopyOptions{})
		if e := wantError(t, err, wasm2oci.PermissionDenied, "go away"); e.Reference != named {
			t.Errorf("the error of the %s names %s", side, e.Reference)
		}
		if destination.Manifest("new/mod:v2") != nil {
			t.Error("the destination is named")
		}
	}
}

// The error of one blob ends the others, and is not theirs.
func TestCopyBlamesTheBlobThatFailed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, method string
		at           func(source, destination *testregistry.Registry) *testregistry.Registry
		fail         func(w http.ResponseWriter)
		kind         wasm2oci.Kind
		says         string
	}{
		{
			"content that does not match", http.MethodGet,
			func(source, _ *testregistry.Registry) *testregistry.Registry { return source },
			func(w http.ResponseWriter) { _, _ = w.Write(module("other!!")) },
			wasm2oci.DigestMismatch, "fetched once more",
		},
		{
			"a blob that is too large", http.MethodPut,
			func(_, destination *testregistry.Registry) *testregistry.Registry { return destination },
			func(w http.ResponseWriter) {
				testregistry.Refuse(w, http.StatusRequestEntityTooLarge, "QUOTA", "too large")
			},
			wasm2oci.Registry, "in chunks",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			source, destination := testregistry.New(t), testregistry.New(t)
			bad := source.AddBlob("application/wasm", module("content"))
			good := source.AddBlob("application/wasm", module("silence"))
			source.AddArtifact("org/mod:v1", bad, good)
			silent := make(chan struct{})
			var once sync.Once
			test.at(source, destination).Break(func(w http.ResponseWriter, r *http.Request) bool {
				target := r.URL.String()
				switch {
				case r.Method == http.MethodPatch:
					test.fail(w)
					return true
				case r.Method != test.method:
					return false
				case strings.Contains(target, bad.Digest.Encoded()):
					<-silent
					test.fail(w)
					return true
				case strings.Contains(target, good.Digest.Encoded()):
					once.Do(func() { close(silent) })
					<-t.Context().Done()
					return true
				}
				return false
			})
			m := &monitor.Monitor{}
			client := newClient(t, wasm2oci.ClientOptions{Retries: ptr(1)}, nil)
			_, err := client.Copy(monitor.With(t.Context(), m), source.Host+"/org/mod:v1", destination.Host+"/new/mod:v2", wasm2oci.CopyOptions{})
			wantError(t, err, test.kind)
			told := 0
			for _, record := range m.TakeRecords() {
				if record.Level != monitor.Warning {
					continue
				}
				told++
				if !strings.Contains(record.Message, bad.Digest.Encoded()) || !strings.Contains(record.Message, test.says) {
					t.Errorf("it says %q", record.Message)
				}
			}
			if told != 1 {
				t.Errorf("there are %d warnings", told)
			}
		})
	}
}

func TestCopyEndsEarly(t *testing.T) {
	t.Parallel()
	content := module(strings.Repeat("content", 10))
	for _, stall := range []struct {
		side, method, path string
	}{
		{"source", "GET", "/manifests/"},
		{"source", "GET", "/blobs/sha256:"},
		{"destination", "HEAD", "/manifests/"},
		{"destination", "HEAD", "/blobs/"},
		{"destination", "POST", "/uploads/"},
		{"destination", "PUT", "/uploads/"},
		{"destination", "PUT", "/manifests/"},
	} {
		for _, end := range ends {
			t.Run(fmt.Sprintf("%s %s %s, %s", stall.side, stall.method, stall.path, end.name), func(t *testing.T) {
				t.Parallel()
				source, destination := testregistry.New(t), testregistry.New(t)
				reference, _ := addModule(source, content)
				silent := make(chan struct{})
				var once sync.Once
				map[string]*testregistry.Registry{"source": source, "destination": destination}[stall.side].Break(
					func(_ http.ResponseWriter, r *http.Request) bool {
						if r.Method != stall.method || !strings.Contains(r.URL.Path, stall.path) {
							return false
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
				began := time.Now()
				_, err := client.Copy(ctx, reference, destination.Host+"/new/mod:v2", wasm2oci.CopyOptions{})
				if elapsed := time.Since(began); elapsed > soon {
					t.Errorf("ended after %s", elapsed)
				}
				wantError(t, err, end.kind, end.says, "copy")
				if destination.Manifest("new/mod:v2") != nil {
					t.Error("the destination is named")
				}
			})
		}
	}
}

func TestProgressOfACopy(t *testing.T) {
	t.Parallel()
	source, destination := testregistry.New(t), testregistry.New(t)
	content := module(strings.Repeat("content", 1000))
	reference, layer := addModule(source, content)
	destination.AddBlob("application/wasm", content)
	var progress wasm2oci.Monitor
	ctx := wasm2oci.WithMonitor(t.Context(), &progress)
	copied, err := newClient(t, wasm2oci.ClientOptions{}, nil).Copy(ctx, reference, destination.Host+"/new/mod:v2", wasm2oci.CopyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := uint64(layer.Size + 2 + copied.Size)
	if got := progress.Snapshot(); got.Total != want || got.Done != want || got.Reused != uint64(layer.Size) || got.Phase != monitor.Transferring {
		t.Errorf("%+v, not %d bytes", got, want)
	}
}

func TestCopyOfAllTags(t *testing.T) {
	t.Parallel()
	source, destination := testregistry.New(t), testregistry.New(t)
	want := map[string]string{}
	var tags []string
	for i := range 12 {
		tag := fmt.Sprintf("v%d", i)
		layer := source.AddBlob("application/wasm", module(fmt.Sprint(i%3)))
		want[tag] = source.AddArtifact("org/mod:"+tag, layer).Digest.String()
		tags = append(tags, tag)
	}
	source.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/tags/list") {
			return false
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"name": "org/mod", "tags": tags})
		return true
	})
	copied, err := newClient(t, wasm2oci.ClientOptions{}, nil).
		Copy(t.Context(), source.Host+"/org/mod", destination.Host+"/new/mod", wasm2oci.CopyOptions{AllTags: true})
	if err != nil {
		t.Fatal(err)
	}
	// Three manifests with a layer each, and the config that all have.
	if copied.Sent != 7 || copied.Digest != "" || copied.Reference != destination.Host+"/new/mod" {
		t.Errorf("copied %+v", copied)
	}
	for tag, dgst := range want {
		if raw := destination.Manifest("new/mod:" + tag); digest.FromBytes(raw).String() != dgst || copied.Tags[tag] != dgst {
			t.Errorf("%s is %s", tag, raw)
		}
	}
}
