package wasm2oci_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// described stores org/mod:v1 with a module and a config of this descriptor.
func described(registry *testregistry.Registry, config string) string {
	layer := registry.AddBlob("application/wasm", module("content"))
	raw := fmt.Sprintf(`{"schemaVersion":2,"config":%s,"layers":[{"mediaType":%q,"digest":%q,"size":%d}]}`, config, layer.MediaType, layer.Digest, layer.Size)
	registry.AddManifest("org/mod:v1", ocispec.MediaTypeImageManifest, []byte(raw))
	return registry.Host + "/org/mod:v1"
}

func TestConfigInItsDescriptorIsUsedOnceItIsChecked(t *testing.T) {
	t.Parallel()
	const content = `{"os":"wasip1"}`
	dgst, data := digest.FromString(content), base64.StdEncoding.EncodeToString([]byte(content))
	for _, test := range []struct {
		name, config, want string
		kind               wasm2oci.Kind
	}{
		{"right", fmt.Sprintf(`{"mediaType":"a/b+json","digest":%q,"size":%d,"data":%q}`, dgst, len(content), data), content, 0},
		{"another digest", fmt.Sprintf(`{"mediaType":"a/b+json","digest":%q,"size":%d,"data":%q}`, digest.FromString("x"), len(content), data), "", wasm2oci.NotFound},
		{"another size", fmt.Sprintf(`{"mediaType":"a/b+json","digest":%q,"size":%d,"data":%q}`, dgst, len(content)+1, data), "", wasm2oci.NotFound},
		{"none", fmt.Sprintf(`{"mediaType":"a/b+json","digest":%q,"size":%d}`, dgst, len(content)), "", wasm2oci.NotFound},
		{"the empty object", fmt.Sprintf(`{"mediaType":"application/vnd.oci.empty.v1+json","digest":%q,"size":2}`, digest.FromString("{}")), "{}", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference := described(registry, test.config)
			artifact, err := newClient(t, quick(), nil).Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
			if test.kind != 0 {
				wantError(t, err, test.kind)
				return
			}
			if err != nil || string(artifact.Config) != test.want {
				t.Fatalf("the config is %+v, %v", artifact, err)
			}
			if lines := strings.Join(registry.Lines(), "\n"); strings.Count(lines, "/blobs/") != 1 {
				t.Errorf("the registry was asked %s", lines)
			}
		})
	}
}

func TestInspectNeedsTheSizeOfTheConfig(t *testing.T) {
	t.Parallel()
	some, nothing := digest.FromString("x"), digest.FromString("")
	for _, test := range []struct {
		name, config string
		kind         wasm2oci.Kind
	}{
		{"null", fmt.Sprintf(`{"mediaType":"a/b+json","digest":%q,"size":null}`, some), wasm2oci.InvalidManifest},
		{"missing", fmt.Sprintf(`{"mediaType":"a/b+json","digest":%q}`, some), wasm2oci.InvalidManifest},
		{"null, of nothing", fmt.Sprintf(`{"mediaType":"a/b+json","digest":%q,"size":null}`, nothing), wasm2oci.InvalidManifest},
		{"zero, of something", fmt.Sprintf(`{"mediaType":"a/b+json","digest":%q,"size":0}`, some), wasm2oci.InvalidManifest},
		{"zero, of nothing", fmt.Sprintf(`{"mediaType":"application/vnd.unknown.config.v1+json","digest":%q,"size":0}`, nothing), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference := described(registry, test.config)
			client := newClient(t, quick(), nil)
			artifact, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
			if test.kind != 0 {
				wantError(t, err, test.kind, "size")
			} else if err != nil || artifact.Config != nil {
				t.Errorf("%+v, %v", artifact, err)
			}
			// A pull does not read it.
			if _, err := client.Pull(t.Context(), reference, t.TempDir(), wasm2oci.PullOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDocumentsThatAreNotUTF8AreShown(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	config := registry.AddBlob("a/b+json", []byte("{\"author\":\"J\xf6rg\"}"))
	layer := registry.AddBlob("application/wasm", module("content"))
	raw := fmt.Sprintf(`{"schemaVersion":2,"config":{"mediaType":%q,"digest":%q,"size":%d},"layers":[{"mediaType":%q,"digest":%q,"size":%d}],"annotations":{"a":"J`+"\xf6"+`rg"}}`,
		config.MediaType, config.Digest, config.Size, layer.MediaType, layer.Digest, layer.Size)
	registry.AddManifest("org/mod:v1", ocispec.MediaTypeImageManifest, []byte(raw))
	artifact, err := newClient(t, quick(), nil).Inspect(t.Context(), registry.Host+"/org/mod:v1", wasm2oci.InspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []json.RawMessage{artifact.Manifest, artifact.Config} {
		if !strings.Contains(string(document), "J\ufffdrg") {
			t.Errorf("shown as %q", document)
		}
	}
	if text := artifact.Annotations["a"]; text != "J\ufffdrg" {
		t.Errorf("the annotation is %q", text)
	}
}

func TestPlatformOfASingleManifestIsRefused(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	client := newClient(t, quick(), nil)
	selection := wasm2oci.Selection{Platform: "wasi/wasm"}
	_, err := client.Pull(t.Context(), reference, t.TempDir(), wasm2oci.PullOptions{Selection: selection})
	wantError(t, err, wasm2oci.InvalidArgument, "platform", "wasi/wasm")
	_, err = client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{Selection: selection})
	wantError(t, err, wasm2oci.InvalidArgument, "platform")
}

func TestSevenBytesAreNoModule(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content")[:7])
	client := newClient(t, quick(), nil)
	dir := t.TempDir()
	_, err := client.Pull(t.Context(), reference, dir, wasm2oci.PullOptions{})
	wantError(t, err, wasm2oci.NotWasm)
	if left := names(t, dir); len(left) > 0 {
		t.Errorf("%q is left", left)
	}
	artifact, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
	if err != nil || artifact.Format != nil {
		t.Errorf("%+v, %v", artifact, err)
	}
	_, err = client.Push(t.Context(), wasm2oci.BytesSource(module("content")[:7]), registry.Host+"/org/other:v1", wasm2oci.PushOptions{})
	wantError(t, err, wasm2oci.NotWasm)
}

func TestImageOfAPluginStaysAnImage(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client := newClient(t, quick(), nil)
	for _, format := range []string{"image", "compat"} {
		reference := registry.Host + "/org/mod:" + format
		pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(module("content")), reference,
			wasm2oci.PushOptions{Packaging: wasm2oci.Packaging{Format: format, Title: "plugin.wasm"}})
		if err != nil {
			t.Fatal(err)
		}
		artifact, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
		if err != nil || *artifact.Format != pushed.Format || artifact.Member != "plugin.wasm" {
			t.Errorf("pushed as %s, inspected as %+v, %v", pushed.Format, artifact, err)
		}
	}
}
