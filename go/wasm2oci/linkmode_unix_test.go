//go:build unix

package wasm2oci_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func linking(o *wasm2oci.ClientOptions) { o.LinkMode = wasm2oci.LinkHard }

// isLink reports whether a file is the one of the cache.
func isLink(t *testing.T, dir, layer, path string) bool {
	t.Helper()
	one, err := os.Stat(filepath.Join(dir, "blobs", "sha256", strings.TrimPrefix(layer, "sha256:")))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return os.SameFile(one, other)
}

func TestPullLinksWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := string(module("content"))
	reference, _ := addModule(registry, []byte(content))
	for _, want := range []bool{true, false} {
		client, dir := caching(t, func(o *wasm2oci.ClientOptions) {
			if want {
				linking(o)
			}
		})
		out := t.TempDir()
		for _, name := range []string{"cold.wasm", "warm.wasm", "warm.wasm"} {
			m := &wasm2oci.Monitor{}
			result, err := client.Pull(wasm2oci.WithMonitor(t.Context(), m), reference, filepath.Join(out, name), wasm2oci.PullOptions{Durable: true})
			if err != nil {
				t.Fatal(err)
			}
			if got := isLink(t, dir, result.Layer.Digest, result.Path); got != want || read(t, result.Path) != content {
				t.Errorf("%s is a link: %v", name, got)
			}
			if got := m.Snapshot(); got.Done != uint64(len(content)) {
				t.Errorf("progress is %+v", got)
			}
		}
		if _, err := client.Pull(t.Context(), reference, filepath.Join(out, "warm.wasm"), wasm2oci.PullOptions{Overwrite: ptr(false)}); err == nil {
			t.Error("a file was replaced")
		}
		if got := names(t, out); !slices.Equal(got, []string{"cold.wasm", "warm.wasm"}) {
			t.Errorf("the folder holds %q", got)
		}
	}
}

func TestPullCopiesWhatCannotBeLinked(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := module("content")
	reference, layer := addModule(registry, content)
	client, dir := caching(t, linking)
	path := filepath.Join(t.TempDir(), "m.wasm")
	pull := func(reference string) {
		t.Helper()
		result, err := client.Pull(t.Context(), reference, path, wasm2oci.PullOptions{})
		if err != nil || read(t, result.Path) != string(content) {
			t.Fatalf("%+v, %v", result, err)
		}
	}
	pull(reference)
	// Somebody could write to the blob.
	if err := os.Chmod(filepath.Join(dir, "blobs", "sha256", layer.Digest.Encoded()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	pull(reference)
	if isLink(t, dir, layer.Digest.String(), path) {
		t.Error("what can be written to was linked")
	}
	// It never came into the cache.
	layout := "oci:" + filepath.Join(t.TempDir(), "layout") + ":v1"
	if _, err := client.Push(t.Context(), wasm2oci.FileSource(path), layout, wasm2oci.PushOptions{}); err != nil {
		t.Fatal(err)
	}
	pull(layout)
}

func TestLinkModesAreKnown(t *testing.T) {
	t.Parallel()
	_, err := wasm2oci.NewClient(wasm2oci.ClientOptions{LinkMode: "symlink"}, nil)
	wantError(t, err, wasm2oci.InvalidArgument, "not copy or hardlink")
}
