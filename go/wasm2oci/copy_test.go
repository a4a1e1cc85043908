package wasm2oci_test

import (
	"path/filepath"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestCopyMovesAnArtifactAsItIs(t *testing.T) {
	t.Parallel()
	source, destination := testregistry.New(t), testregistry.New(t)
	reference, layer := addModule(source, module("content"))
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	layout := "oci:" + filepath.Join(t.TempDir(), "layout")
	copied, err := client.Copy(t.Context(), reference, layout+":v2", wasm2oci.CopyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", copied)
	again, err := client.Copy(t.Context(), layout+":v2", destination.Host+"/new/mod", wasm2oci.CopyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v %q", again, destination.Lines())
	_ = layer
	third, err := client.Copy(t.Context(), reference, destination.Host+"/new/mod", wasm2oci.CopyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v %q", third, destination.Lines())
}
