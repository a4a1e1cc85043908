package wasm2oci_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestArchiveRoundTrip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	content := module("round trip")
	reference := "oci-archive:" + filepath.Join(dir, "x.tar") + ":v1"

	pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	inLayout, err := client.Push(t.Context(), wasm2oci.BytesSource(content), "oci:"+filepath.Join(dir, "layout")+":v1", wasm2oci.PushOptions{})
	if err != nil || inLayout.Digest != pushed.Digest {
		t.Errorf("in a layout it is %+v, %v", inLayout, err)
	}
	pulled, err := client.Pull(t.Context(), reference, filepath.Join(dir, "out.wasm"), wasm2oci.PullOptions{})
	if err != nil || pulled.Digest != pushed.Digest || pulled.Format != "wasm" || pulled.Kind != "module" {
		t.Fatalf("pulled %+v, %v", pulled, err)
	}
	if got, err := os.ReadFile(pulled.Path); err != nil || !bytes.Equal(got, content) {
		t.Errorf("pulled %q, %v", got, err)
	}
	_, fetched, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{})
	if err != nil || !bytes.Equal(fetched, content) {
		t.Errorf("fetched %q, %v", fetched, err)
	}
	artifact, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
	if err != nil || artifact.Kind == nil || *artifact.Kind != "module" || *artifact.Reference != reference {
		t.Errorf("inspected %+v, %v", artifact, err)
	}
	converted, err := client.Convert(t.Context(), reference, strings.TrimSuffix(reference, "v1")+"image", wasm2oci.ConvertOptions{Packaging: wasm2oci.Packaging{Format: "image"}})
	if err != nil || converted.Format != "image" {
		t.Errorf("converted %+v, %v", converted, err)
	}
	if tagged, err := client.Tag(t.Context(), reference, []string{"v2", "v3"}, wasm2oci.TagOptions{}); err != nil || tagged.Digest != pushed.Digest {
		t.Errorf("tagged %+v, %v", tagged, err)
	}
	for tag, digest := range map[string]string{"v1": pushed.Digest, "v2": pushed.Digest, "v3": pushed.Digest, "image": converted.Digest} {
		found, err := client.Resolve(t.Context(), strings.TrimSuffix(reference, "v1")+tag, wasm2oci.ResolveOptions{})
		if err != nil || found.Digest != digest {
			t.Errorf("%s is %+v, %v", tag, found, err)
		}
	}
	if left := names(t, dir); strings.Join(left, " ") != "layout out.wasm x.tar" {
		t.Errorf("%q is left", left)
	}
}

// Large enough that inspect reads parts of it.
func TestLargeModuleInAnArchive(t *testing.T) {
	t.Parallel()
	content := append(module("large"), bytes.Repeat([]byte{0, 3, 1, 'x', 0}, 400_000)...)
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	reference := "oci-archive:" + filepath.Join(t.TempDir(), "x.tar") + ":v1"
	if _, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{}); err != nil {
		t.Fatal(err)
	}
	artifact, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
	if err != nil || artifact.FileSize != int64(len(content)) || artifact.Info == nil {
		t.Errorf("inspected %+v, %v", artifact, err)
	}
}

func TestFailedVerbLeavesTheArchive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "x.tar")
	client := newClient(t, quick(), nil)
	if _, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), "oci-archive:"+path+":v1", wasm2oci.PushOptions{}); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wrong := "@sha256:" + strings.Repeat("a", 64)
	_, err = client.Push(t.Context(), wasm2oci.BytesSource(module("two")), "oci-archive:"+path+wrong, wasm2oci.PushOptions{})
	wantError(t, err, wasm2oci.DigestMismatch)
	_, err = client.Tag(t.Context(), "oci-archive:"+path+":absent", []string{"v2"}, wasm2oci.TagOptions{})
	wantError(t, err, wasm2oci.NotFound, "the archive has the tags v1")
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the archive changed, %v", err)
	}
	if left := names(t, dir); len(left) != 1 {
		t.Errorf("%q is left", left)
	}
}

func TestDamagedBlobInAnArchive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.tar")
	client := newClient(t, quick(), nil)
	content := module("damaged")
	reference := "oci-archive:" + path + ":v1"
	if _, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(raw[bytes.Index(raw, content):], bytes.Repeat([]byte{'x'}, len(content)))
	if err := os.WriteFile(path, raw, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = client.Pull(t.Context(), reference, filepath.Join(t.TempDir(), "out.wasm"), wasm2oci.PullOptions{})
	wantError(t, err, wasm2oci.DigestMismatch)
	if _, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, fetched, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{}); err != nil || !bytes.Equal(fetched, content) {
		t.Errorf("fetched %q, %v after the repair", fetched, err)
	}
}

func TestBadArchives(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.tar"), []byte("no tar"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, verb := range every {
		client := newClient(t, quick(), nil)
		wantError(t, verb.call(t.Context(), client, "oci-archive:"+filepath.Join(dir, "x.tar")+":v1", t.TempDir()), wasm2oci.InvalidManifest, "not a tar archive")
		wantError(t, verb.call(t.Context(), client, "oci-archive:"+dir+":v1", t.TempDir()), wasm2oci.Filesystem, "is a directory")
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "x.tar")); err != nil || string(raw) != "no tar" {
		t.Errorf("it is %q now, %v", raw, err)
	}
}

// What was taken is what the result names.
func TestResultsNameWhatWasTaken(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"oci:", "oci-archive:"} {
		for _, test := range []struct{ name, tag, taken string }{
			{"a tag", ":v1", ":v1"},
			{"latest", ":latest", ":latest"},
			{"no name", "", "@"},
		} {
			t.Run(scheme+" "+test.name, func(t *testing.T) {
				t.Parallel()
				client := newClient(t, quick(), nil)
				place := scheme + filepath.Join(t.TempDir(), "place")
				content := module("one")
				registry := testregistry.New(t)
				known, err := client.Push(t.Context(), wasm2oci.BytesSource(content), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{})
				if err != nil {
					t.Fatal(err)
				}
				target, taken := place+test.tag, place+test.taken
				if test.tag == "" {
					target, taken = place+"@"+known.Digest, place+"@"+known.Digest
				}
				if _, err := client.Push(t.Context(), wasm2oci.BytesSource(content), target, wasm2oci.PushOptions{}); err != nil {
					t.Fatal(err)
				}
				resolved, err := client.Resolve(t.Context(), place, wasm2oci.ResolveOptions{})
				if err != nil || resolved.Reference != taken {
					t.Errorf("resolved %+v, %v", resolved, err)
				}
				pulled, err := client.Pull(t.Context(), place, filepath.Join(t.TempDir(), "out.wasm"), wasm2oci.PullOptions{})
				if err != nil || pulled.Reference != taken {
					t.Errorf("pulled %+v, %v", pulled, err)
				}
				artifact, err := client.Inspect(t.Context(), place, wasm2oci.InspectOptions{})
				if err != nil || *artifact.Reference != taken {
					t.Errorf("inspected %+v, %v", artifact, err)
				}
				tagged, err := client.Tag(t.Context(), place, []string{"v9"}, wasm2oci.TagOptions{})
				if err != nil || tagged.Reference != taken {
					t.Errorf("tagged %+v, %v", tagged, err)
				}
			})
		}
	}
}

// Others name manifests by whole references.
func TestWholeReferencesAsNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"docker.io/library/hello:v1", "localhost:5000/hello:v1", "docker.io/library/hello", "hello:v1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "layout")
			client := newClient(t, quick(), nil)
			pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), "oci:"+dir+":NAME", wasm2oci.PushOptions{})
			if err != nil {
				t.Fatal(err)
			}
			index := filepath.Join(dir, "index.json")
			raw, err := os.ReadFile(index)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(index, bytes.ReplaceAll(raw, []byte("NAME"), []byte(name)), 0o666); err != nil {
				t.Fatal(err)
			}
			reference := "oci:" + dir + ":" + name
			_, err = client.Resolve(t.Context(), "oci:"+dir+":nope", wasm2oci.ResolveOptions{})
			wantError(t, err, wasm2oci.NotFound, "the layout has the tags "+name)
			found, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
			if err != nil || found.Digest != pushed.Digest || found.Reference != reference {
				t.Errorf("found %+v, %v", found, err)
			}
			_, err = client.Resolve(t.Context(), reference+"x", wasm2oci.ResolveOptions{})
			wantError(t, err, wasm2oci.NotFound, name)
			if _, err := client.Tag(t.Context(), reference, []string{"v2"}, wasm2oci.TagOptions{}); err != nil {
				t.Error(err)
			}
			if found, err := client.Resolve(t.Context(), "oci:"+dir+":v2", wasm2oci.ResolveOptions{}); err != nil || found.Digest != pushed.Digest {
				t.Errorf("tagged %+v, %v", found, err)
			}
		})
	}
}

func TestPathWithAnAt(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	for _, path := range []string{"job@2/lay", "job@2", "node_modules/@acme/mod/lay", "@acme"} {
		dir := t.TempDir()
		content := module(path)
		reference := "oci:" + filepath.Join(dir, path) + ":v1"
		if _, err := client.Push(t.Context(), wasm2oci.BytesSource(content), reference, wasm2oci.PushOptions{}); err != nil {
			t.Error(err)
		}
		if _, fetched, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{}); err != nil || !bytes.Equal(fetched, content) {
			t.Errorf("%s gave %q, %v", path, fetched, err)
		}
		if _, err := os.Stat(filepath.Join(dir, path, "index.json")); err != nil {
			t.Error(err)
		}
	}
}
