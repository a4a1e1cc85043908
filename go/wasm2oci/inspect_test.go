package wasm2oci_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// inspected returns what package wasm, which has tests of its own, says of a binary.
func inspected(t *testing.T, content []byte) *wasm.Info {
	t.Helper()
	info, err := wasm.Inspect(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestInspectShowsAllOfAnArtifact(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"kinds.wasm", "greeter.wasm"} {
		file := filepath.Join("..", "internal", "wasm", "testdata", name)
		content := read(t, file)
		info := inspected(t, []byte(content))
		registry := testregistry.New(t)
		for _, reference := range []string{registry.Host + "/org/mod:v1", "oci:" + filepath.Join(t.TempDir(), "layout") + ":v1"} {
			client := newClient(t, quick(), nil)
			pushed, err := client.Push(t.Context(), wasm2oci.FileSource(file), reference, wasm2oci.PushOptions{Packaging: wasm2oci.Packaging{Annotations: map[string]string{"who": "somebody"}}})
			if err != nil {
				t.Fatal(err)
			}
			artifact, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if artifact.Reference == nil || *artifact.Reference != reference || artifact.Digest != pushed.Digest || artifact.Size != pushed.Size || artifact.MediaType != pushed.MediaType {
				t.Errorf("%s: %+v", name, artifact)
			}
			if artifact.Format == nil || *artifact.Format != "wasm" || artifact.Kind == nil || *artifact.Kind != string(info.Kind) {
				t.Errorf("%s: format %v, kind %v", name, artifact.Format, artifact.Kind)
			}
			if digest.FromBytes(artifact.Manifest).String() != pushed.Digest || !json.Valid(artifact.Config) || artifact.Annotations["who"] != "somebody" {
				t.Errorf("%s: %s, %s, %v", name, artifact.Manifest, artifact.Config, artifact.Annotations)
			}
			if len(artifact.Layers) != 1 || artifact.Layer == nil || !reflect.DeepEqual(*artifact.Layer, artifact.Layers[0]) ||
				artifact.FileDigest != digest.FromString(content).String() || artifact.FileSize != int64(len(content)) {
				t.Errorf("%s: layers %+v, file %s of %d", name, artifact.Layers, artifact.FileDigest, artifact.FileSize)
			}
			if !reflect.DeepEqual(artifact.Info, info) {
				t.Errorf("%s: inside is %+v, not %+v", name, artifact.Info, info)
			}
		}
	}
}

func TestInspectFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "internal", "wasm", "testdata", "kinds.wasm")
	content := read(t, file)
	client := newClient(t, quick(), nil)
	for name, inspect := range map[string]func() (*wasm2oci.Artifact, error){
		"by its path": func() (*wasm2oci.Artifact, error) {
			return client.InspectFile(t.Context(), file, wasm2oci.InspectOptions{})
		},
		"by either": func() (*wasm2oci.Artifact, error) {
			return client.Inspect(t.Context(), file, wasm2oci.InspectOptions{})
		},
	} {
		artifact, err := inspect()
		if err != nil {
			t.Fatal(err)
		}
		if artifact.Reference != nil || artifact.Manifest != nil || artifact.Config != nil || artifact.Format != nil || artifact.Layer != nil || len(artifact.Layers) != 0 {
			t.Errorf("%s: %+v", name, artifact)
		}
		if artifact.Digest != digest.FromString(content).String() || artifact.FileDigest != artifact.Digest || artifact.Size != int64(len(content)) || artifact.MediaType != "application/wasm" {
			t.Errorf("%s: %+v", name, artifact)
		}
		if !reflect.DeepEqual(artifact.Info, inspected(t, []byte(content))) {
			t.Errorf("%s: inside is %+v", name, artifact.Info)
		}
	}
}

func TestInspectFileFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.wasm")
	write(t, text, "no module")
	for path, kind := range map[string]wasm2oci.Kind{
		text: wasm2oci.NotWasm, filepath.Join(dir, "missing.wasm"): wasm2oci.Filesystem, dir: wasm2oci.Filesystem, os.DevNull: wasm2oci.Filesystem,
	} {
		_, err := newClient(t, quick(), nil).InspectFile(t.Context(), path, wasm2oci.InspectOptions{})
		wantError(t, err, kind, "inspect", path)
	}
}

func TestMalformedBinaryIsShownWithAWarning(t *testing.T) {
	t.Parallel()
	broken := []byte("\x00asm\x01\x00\x00\x00\x01\xff\xff\xff\xff\x0f")
	registry := testregistry.New(t)
	reference, _ := addModule(registry, broken)
	path := filepath.Join(t.TempDir(), "broken.wasm")
	write(t, path, string(broken))
	for _, what := range []string{reference, path} {
		artifact, err := newClient(t, quick(), nil).Inspect(t.Context(), what, wasm2oci.InspectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if artifact.Kind == nil || *artifact.Kind != "module" || artifact.Info == nil || len(artifact.Warnings) != 1 || len(artifact.Imports) != 0 {
			t.Errorf("%s: %+v", what, artifact.Info)
		}
	}
}

func TestInspectReadsConfigs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, mediaType, config string
		kind                    wasm2oci.Kind // 0: it works
		want                    string
	}{
		{"JSON", "application/vnd.wasm.config.v0+json", `{"os":"wasip1"}`, 0, `{"os":"wasip1"}`},
		{"empty object", "application/vnd.oci.empty.v1+json", `{}`, 0, `{}`},
		{"nothing", "application/vnd.unknown.config.v1+json", ``, 0, ``},
		{"another type", "application/octet-stream", "\x00\x01", 0, ``},
		{"JSON that is none", "application/vnd.wasm.config.v0+json", `{`, wasm2oci.InvalidManifest, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			manifest := ocispec.Manifest{
				MediaType: ocispec.MediaTypeImageManifest,
				Config:    registry.AddBlob(test.mediaType, []byte(test.config)),
				Layers:    []ocispec.Descriptor{registry.AddBlob("application/wasm", module("content"))},
			}
			manifest.SchemaVersion = 2
			raw, err := json.Marshal(manifest)
			if err != nil {
				t.Fatal(err)
			}
			registry.AddManifest("org/mod:v1", manifest.MediaType, raw)
			client := newClient(t, quick(), nil)
			artifact, err := client.Inspect(t.Context(), registry.Host+"/org/mod:v1", wasm2oci.InspectOptions{})
			if test.kind != 0 {
				wantError(t, err, test.kind, "config")
			} else if err != nil || string(artifact.Config) != test.want {
				t.Errorf("the config is %q, %v", artifact.Config, err)
			}
			// A pull does not read it.
			if _, err := client.Pull(t.Context(), registry.Host+"/org/mod:v1", t.TempDir(), wasm2oci.PullOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestInspectFindsDamage(t *testing.T) {
	t.Parallel()
	for _, damaged := range []string{"config", "module"} {
		registry := testregistry.New(t)
		layer := registry.AddBlob("application/wasm", module("content"))
		image(t, registry, ociImage, `{"os":"wasip1"}`, layer)
		reference := registry.Host + "/org/mod:v1"
		registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/blobs/") || strings.HasSuffix(r.URL.Path, layer.Digest.String()) != (damaged == "module") {
				return false
			}
			bad := []byte("[]")
			if damaged == "module" {
				bad = module("kontent")
			}
			_, _ = w.Write(bad)
			return true
		})
		_, err := newClient(t, quick(), nil).Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
		wantError(t, err, wasm2oci.DigestMismatch)
	}
}

func TestIsPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, test := range []struct {
		what string
		path bool
	}{
		{"/some/file", true},
		{"./file", true},
		{"../file", true},
		{".", true},
		{"..", true},
		{"file.wasm", true},
		{"some/file.wasm", true},
		{"localhost/file.wasm", true},
		{`C:\dir\m.wasm`, true},
		{"C:/dir/m", true},
		{`.\file`, true},
		{"isolated_test.go", false},
		{"inspect_test.go", true}, // a file that is there
		{"localhost/mod:v1", false},
		{"ghcr.io/org/mod", false},
		{"ghcr.io/org/mod.wasm:v1", false},
		{"oci:dir", false},
		{"oci:./dir.wasm", false},
		{"oci:/dir:v1", false},
		{"oci-archive:file.tar", false},
		{"", false},
		{dir, true}, // an absolute path
	} {
		if got := wasm2oci.IsPath(test.what); got != test.path {
			t.Errorf("%q: %t", test.what, got)
		}
	}
}

func TestInspectNothing(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, quick(), nil).Inspect(t.Context(), "", wasm2oci.InspectOptions{})
	wantError(t, err, wasm2oci.InvalidReference, "inspect: the reference is empty")
}

func TestPathsAreNeverDialled(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	_, err := newClient(t, quick(), nil).Inspect(t.Context(), strings.TrimSuffix(reference, ":v1")+".wasm", wasm2oci.InspectOptions{})
	wantError(t, err, wasm2oci.Filesystem)
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	addModule(registry, module("content"))
	manifest := registry.Manifest("org/mod:v1")
	local := "oci:" + filepath.Join(t.TempDir(), "layout")
	client := newClient(t, quick(), nil)
	pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(module("content")), local+":v1", wasm2oci.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ reference, want, digest string }{
		{registry.Host + "/org/mod:v1", registry.Host + "/org/mod:v1", digest.FromBytes(manifest).String()},
		{registry.Host + "/org/mod@" + digest.FromBytes(manifest).String(), "", digest.FromBytes(manifest).String()},
		{strings.ReplaceAll(registry.Host, "127.0.0.1", "LOCALHOST") + "/org/mod:v1", strings.ReplaceAll(registry.Host, "127.0.0.1", "localhost") + "/org/mod:v1", digest.FromBytes(manifest).String()},
		{local + ":v1", "", pushed.Digest},
		{local + "@" + pushed.Digest, "", pushed.Digest},
	} {
		if test.want == "" {
			test.want = test.reference
		}
		result, err := client.Resolve(t.Context(), test.reference, wasm2oci.ResolveOptions{})
		if err != nil || result.Reference != test.want || result.Digest != test.digest || result.MediaType != ocispec.MediaTypeImageManifest || result.Size == 0 {
			t.Errorf("%s: %+v, %v", test.reference, result, err)
		}
	}
}

func TestResolveADigestOutsideTheIndex(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "layout")
	client := newClient(t, quick(), nil)
	var digests []string
	for _, text := range []string{"one", "two"} { // the tag moves on
		pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(module(text)), "oci:"+dir+":v1", wasm2oci.PushOptions{})
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, pushed.Digest)
	}
	result, err := client.Resolve(t.Context(), "oci:"+dir+"@"+digests[0], wasm2oci.ResolveOptions{})
	if err != nil || result.Digest != digests[0] || result.MediaType != ocispec.MediaTypeImageManifest {
		t.Errorf("%+v, %v", result, err)
	}
	_, fetched, err := client.Fetch(t.Context(), "oci:"+dir+"@"+digests[0], nil, wasm2oci.FetchOptions{})
	if err != nil || !bytes.Equal(fetched, module("one")) {
		t.Errorf("fetched %q, %v", fetched, err)
	}
}
