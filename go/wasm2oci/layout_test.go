package wasm2oci_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// module is the smallest core module, with a custom section to make it distinct.
func module(text string) []byte {
	raw := []byte("\x00asm\x01\x00\x00\x00")
	return append(raw, append([]byte{0, byte(len(text) + 2), 1, 'x'}, text...)...)
}

func newClient(t *testing.T, options wasm2oci.ClientOptions, env wasm2oci.Environment) *wasm2oci.Client {
	t.Helper()
	client, err := wasm2oci.NewClient(options, env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func TestLayoutRoundTrip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	content := module("round trip")
	reference := "oci:" + filepath.Join(dir, "layout") + ":v1"

	pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	pulled, err := client.Pull(t.Context(), reference, filepath.Join(dir, "out.wasm"), wasm2oci.PullOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if pulled.Digest != pushed.Digest || pulled.Format != "wasm" || pulled.Kind != "module" {
		t.Errorf("pulled %+v after pushing %+v", pulled, pushed)
	}
	got, err := os.ReadFile(pulled.Path)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("pulled %q, %v", got, err)
	}
	again, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{})
	if err != nil || again.Digest != pushed.Digest {
		t.Errorf("the second push gave %+v, %v", again, err)
	}
	_, fetched, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{})
	if err != nil || !bytes.Equal(fetched, content) {
		t.Errorf("fetched %q, %v", fetched, err)
	}
	artifact, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
	if err != nil || artifact.Kind == nil || *artifact.Kind != "module" {
		t.Errorf("inspected %+v, %v", artifact, err)
	}
}

func TestPushRepairsADamagedLayout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	content := module("damaged")
	reference := "oci:" + filepath.Join(dir, "layout") + ":v1"
	pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	blob := filepath.Join(dir, "layout", "blobs", "sha256", strings.TrimPrefix(pushed.Layer.Digest, "sha256:"))
	if err := os.WriteFile(blob, bytes.Repeat([]byte{'x'}, len(content)), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = client.Pull(t.Context(), reference, filepath.Join(dir, "out.wasm"), wasm2oci.PullOptions{})
	if wasm2oci.KindOf(err) != wasm2oci.DigestMismatch {
		t.Errorf("the damaged layout gave %v", err)
	}
	if _, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{}); err != nil {
		t.Fatal(err)
	}
	pulled, err := client.Pull(t.Context(), reference, filepath.Join(dir, "out.wasm"), wasm2oci.PullOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(pulled.Path); err != nil || !bytes.Equal(got, content) {
		t.Errorf("pulled %q, %v after the repair", got, err)
	}
}
