package wasm2oci_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestInspectRawGivesTheBytes(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	place := registry.Host + "/org/mod"
	// Neither of them is as anybody would write it again.
	raw := []byte("{\"schemaVersion\":2, \"config\" : {\"mediaType\":\"text/x\"},\r\n \"layers\":[]}\n\n")
	child := registry.AddManifest("org/mod:plain", ocispec.MediaTypeImageManifest, raw)
	list := []byte(fmt.Sprintf(`{ "schemaVersion":2, "manifests":[{"mediaType":%q,"digest":%q,"size":%d,"platform":{"os":"wasi","architecture":"wasm"}}]}`, child.MediaType, child.Digest, child.Size))
	index := registry.AddManifest("org/mod:index", ocispec.MediaTypeImageIndex, list)
	client := newClient(t, quick(), nil)
	for _, test := range []struct {
		name, tag, platform string
		want                []byte
		index               string
		lines               []string
	}{
		{"a manifest without a module", "plain", "", raw, "", []string{"GET /v2/org/mod/manifests/plain"}},
		{"an index", "index", "", list, "", []string{"GET /v2/org/mod/manifests/index"}},
		{"a manifest of an index", "index", "wasi/wasm", raw, index.Digest.String(), []string{"GET /v2/org/mod/manifests/index", "GET /v2/org/mod/manifests/" + child.Digest.String()}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := len(registry.Lines())
			found, err := client.Inspect(t.Context(), place+":"+test.tag, wasm2oci.InspectOptions{Raw: true, Selection: wasm2oci.Selection{Platform: test.platform}})
			if err != nil {
				t.Fatal(err)
			}
			if string(found.Raw) != string(test.want) || found.Digest != digest.FromBytes(found.Raw).String() || found.IndexDigest != test.index {
				t.Errorf("%q, %+v", found.Raw, found)
			}
			if lines := registry.Lines()[before:]; !slices.Equal(lines, test.lines) {
				t.Errorf("the registry saw %q", lines)
			}
		})
	}
	layout := "oci:" + filepath.Join(t.TempDir(), "layout") + ":v1"
	pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), layout, wasm2oci.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := client.InspectReference(t.Context(), layout, wasm2oci.InspectOptions{Raw: true}); err != nil || digest.FromBytes(found.Raw).String() != pushed.Digest {
		t.Errorf("of a layout %+v, %v", found, err)
	}
	before := len(registry.Lines())
	for _, selection := range []wasm2oci.Selection{{Layer: "0"}, {Member: "x"}} {
		_, err = client.Inspect(t.Context(), place+":plain", wasm2oci.InspectOptions{Raw: true, Selection: selection})
		wantError(t, err, wasm2oci.InvalidArgument, "raw looks for none")
	}
	file := filepath.Join(t.TempDir(), "x.wasm")
	write(t, file, string(module("one")))
	_, err = client.Inspect(t.Context(), file, wasm2oci.InspectOptions{Raw: true})
	wantError(t, err, wasm2oci.InvalidArgument, "raw is for manifests")
	if lines := registry.Lines()[before:]; len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
	_, err = client.Inspect(t.Context(), place+":plain", wasm2oci.InspectOptions{Raw: true, Selection: wasm2oci.Selection{Platform: "wasi/wasm"}})
	wantError(t, err, wasm2oci.InvalidArgument, "platform")
	_, err = client.Inspect(t.Context(), place+":nope", wasm2oci.InspectOptions{Raw: true})
	wantError(t, err, wasm2oci.NotFound)
}

// A reference is none of a file, whatever it is called.
func TestInspectReferenceLooksForNoFile(t *testing.T) {
	registry := testregistry.New(t)
	client := newClient(t, quick(), nil)
	reference := registry.Host + "/mod:v1.wasm"
	pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), reference, wasm2oci.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir(registry.Host, 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(registry.Host, "mod:v1.wasm"), string(module("two")))
	if found, err := client.InspectReference(t.Context(), reference, wasm2oci.InspectOptions{}); err != nil || found.Digest != pushed.Digest {
		t.Errorf("%+v, %v", found, err)
	}
	if found, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{}); err != nil || found.Reference != nil {
		t.Errorf("the file is %+v, %v", found, err)
	}
}
