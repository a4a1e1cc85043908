package cache_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/cache"
)

func newCache(t *testing.T, limit int64) *cache.Cache {
	t.Helper()
	return cache.New(filepath.Join(t.TempDir(), "cache"), limit)
}

// describe returns the descriptor of some content.
func describe(content string) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: "application/wasm", Digest: digest.FromString(content), Size: int64(len(content))}
}

func put(t *testing.T, c *cache.Cache, content string) ocispec.Descriptor {
	t.Helper()
	desc := describe(content)
	if err := c.Put(t.Context(), desc, []byte(content)); err != nil {
		t.Fatal(err)
	}
	return desc
}

// putArtifact stores a layer, an empty config and their manifest, under a name.
func putArtifact(t *testing.T, c *cache.Cache, reference, content string) (manifest, layer ocispec.Descriptor) {
	t.Helper()
	layer = put(t, c, content)
	raw, err := json.Marshal(ocispec.Manifest{Config: put(t, c, "{}"), Layers: []ocispec.Descriptor{layer}})
	if err != nil {
		t.Fatal(err)
	}
	manifest = put(t, c, string(raw))
	if err := c.Remember(t.Context(), reference, manifest); err != nil {
		t.Fatal(err)
	}
	if err := c.List(t.Context(), manifest, raw, reference); err != nil {
		t.Fatal(err)
	}
	return manifest, layer
}

// unused makes a blob one that was used last some hours ago.
func unused(t *testing.T, c *cache.Cache, desc ocispec.Descriptor, hours int) {
	t.Helper()
	when := time.Now().Add(-time.Duration(hours) * time.Hour)
	if err := os.Chtimes(c.Path(desc.Digest), when, when); err != nil {
		t.Fatal(err)
	}
}

// wantThere checks which of some blobs are there.
func wantThere(t *testing.T, c *cache.Cache, descs []ocispec.Descriptor, want ...int) {
	t.Helper()
	var got []int
	for i, desc := range descs {
		if c.Has(desc) {
			got = append(got, i)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("there is %v, not %v", got, want)
	}
}

func damage(t *testing.T, c *cache.Cache, desc ocispec.Descriptor) {
	t.Helper()
	path := c.Path(desc.Digest)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-1] ^= 1
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasUsedLongestAgoGoesFirst(t *testing.T) {
	t.Parallel()
	c := newCache(t, 35)
	descs := []ocispec.Descriptor{put(t, c, "0123456789"), put(t, c, "1234567890"), put(t, c, "2345678901")}
	for i, hours := range []int{2, 3, 1} {
		unused(t, c, descs[i], hours)
	}
	held, found := c.Open(descs[1]) // is a use
	if !found {
		t.Fatal("it is gone")
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	descs = append(descs, put(t, c, "3456789012"))
	wantThere(t, c, descs, 1, 2, 3)
	descs = append(descs, put(t, c, "4567890123"))
	wantThere(t, c, descs, 1, 3, 4)
	// What is larger than all that there may be is there for who asked for it.
	descs = append(descs, put(t, c, strings.Repeat("x", 100)))
	wantThere(t, c, descs, 5)
}

// What was used while a clock was ahead is not the newest for ever.
func TestAUseToComeIsNotBelieved(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	desc := put(t, c, "content")
	unused(t, c, desc, -48)
	held, found := c.Open(desc)
	if !found {
		t.Fatal("it is not there")
	}
	_ = held.Close()
	blobs, err := c.Blobs()
	if err != nil || len(blobs) != 1 || blobs[0].Used.After(time.Now().Add(time.Minute)) {
		t.Errorf("found %v, %v", blobs, err)
	}
}

func TestWhatAManifestListsIsInUseWithIt(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	manifest, layer := putArtifact(t, c, "example.test/mod:v1", "layer")
	other := put(t, c, "other")
	unused(t, c, layer, 9)
	unused(t, c, other, 5)
	unused(t, c, manifest, 1)
	descs := []ocispec.Descriptor{manifest, layer, other}
	if _, err := c.Prune(t.Context(), time.Now().Add(-3*time.Hour), -1); err != nil {
		t.Fatal(err)
	}
	wantThere(t, c, descs, 0, 1)
	removed, err := c.Prune(t.Context(), time.Now().Add(-time.Minute), -1)
	if err != nil || cache.Total(removed) != manifest.Size+layer.Size {
		t.Errorf("removed %v, %v", removed, err)
	}
	wantThere(t, c, descs)
	wantNothingListed(t, c)
}

func wantNothingListed(t *testing.T, c *cache.Cache) {
	t.Helper()
	index, err := os.ReadFile(filepath.Join(c.Dir(), "index.json"))
	if err != nil || bytes.Contains(index, []byte("sha256:")) {
		t.Errorf("the index is %s, %v", index, err)
	}
	if names, err := c.Names(); err != nil || len(names) != 0 {
		t.Errorf("the names are %v, %v", names, err)
	}
}

func TestWhatIsDamagedIsFoundAndForgotten(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	manifest, layer := putArtifact(t, c, "example.test/mod:v1", "layer")
	if removed, err := c.Verify(t.Context()); err != nil || len(removed) != 0 {
		t.Errorf("removed %v, %v", removed, err)
	}
	damage(t, c, layer)
	removed, err := c.Verify(t.Context())
	if err != nil || len(removed) != 1 || removed[0].Digest != layer.Digest {
		t.Errorf("removed %v, %v", removed, err)
	}
	// The manifest is whole, and still what the tag names; but it is not listed for others.
	index, err := os.ReadFile(filepath.Join(c.Dir(), "index.json"))
	if err != nil || bytes.Contains(index, []byte(manifest.Digest)) {
		t.Errorf("the index is %s, %v", index, err)
	}
	if _, found := c.Named("example.test/mod:v1"); !found {
		t.Error("the name is gone")
	}
	damage(t, c, manifest)
	if raw, found := c.Read(manifest.Digest, 1<<20); found {
		t.Errorf("read %q", raw)
	}
	wantThere(t, c, []ocispec.Descriptor{manifest, layer})
}

func TestReadIsBounded(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	desc := put(t, c, "content")
	if raw, found := c.Read(desc.Digest, 7); !found || string(raw) != "content" {
		t.Errorf("read %q, %v", raw, found)
	}
	if _, found := c.Read(desc.Digest, 6); found {
		t.Error("read more than was wanted")
	}
	wantThere(t, c, []ocispec.Descriptor{desc}, 0)
}

func TestNamesAreReadWithSuspicion(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	desc := put(t, c, "content")
	for _, reference := range []string{"example.test/b:v1", "example.test/a:v1"} {
		if err := c.Remember(t.Context(), reference, desc); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(c.Dir(), "references", "*.json"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	names, err := c.Names()
	if err != nil || len(names) != 2 || names[0].Reference != "example.test/a:v1" || time.Since(names[0].Asked) > time.Hour {
		t.Errorf("%+v, %v", names, err)
	}
	for _, broken := range []string{
		"", "{", "null", `{"reference":"example.test/b:v1","descriptor":{"digest":"sha256:x","size":1}}`,
		`{"reference":"example.test/c:v1","descriptor":{"digest":"` + desc.Digest.String() + `","size":7}}`,
		strings.Repeat(" ", 1<<20) + "{}",
	} {
		for _, file := range files {
			if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if name, found := c.Named("example.test/b:v1"); found {
			t.Errorf("%.80q gave %+v", broken, name)
		}
	}
	// The next answer of a registry puts it right.
	if err := c.Remember(t.Context(), "example.test/b:v1", desc); err != nil {
		t.Fatal(err)
	}
	if name, found := c.Named("example.test/b:v1"); !found || name.Descriptor.Digest != desc.Digest {
		t.Errorf("%+v, %v", name, found)
	}
}

func TestSizesCountEachBlobOnce(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	manifest, layer := putArtifact(t, c, "example.test/mod:v1", "layer")
	blobs, err := c.Blobs()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Sizes(blobs, []digest.Digest{manifest.Digest, layer.Digest}); got[manifest.Digest] != cache.Total(blobs) || got[layer.Digest] != layer.Size {
		t.Errorf("%v of %v", got, blobs)
	}
	// An index that lists itself and a manifest twice.
	raw, err := json.Marshal(ocispec.Index{Manifests: []ocispec.Descriptor{manifest, manifest}})
	if err != nil {
		t.Fatal(err)
	}
	index := put(t, c, string(raw))
	if blobs, err = c.Blobs(); err != nil {
		t.Fatal(err)
	}
	if got := c.Sizes(blobs, []digest.Digest{index.Digest}); got[index.Digest] != cache.Total(blobs) {
		t.Errorf("%v of %v", got, blobs)
	}
}

func TestAWriterThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	desc := describe("content")
	broken := errors.New("the registry hung up")
	err := c.Fill(t.Context(), desc, func(file cache.File) error {
		if _, err := file.WriteAt([]byte("cont"), 0); err != nil {
			return err
		}
		return broken
	})
	var unusable *cache.UnusableError
	if !errors.Is(err, broken) || errors.As(err, &unusable) {
		t.Errorf("got %v", err)
	}
	if files, err := os.ReadDir(filepath.Dir(c.Path(desc.Digest))); err != nil || len(files) != 0 {
		t.Errorf("left %v, %v", files, err)
	}
	put(t, c, "content")
	wantThere(t, c, []ocispec.Descriptor{desc}, 0)
}

func TestAPlaceThatIsNoneIsUnusable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := cache.New(file, 0)
	desc := describe("content")
	var unusable *cache.UnusableError
	for name, err := range map[string]error{
		"Put":      c.Put(t.Context(), desc, []byte("content")),
		"Remember": c.Remember(t.Context(), "example.test/mod:v1", desc),
		"List":     c.List(t.Context(), desc, []byte("{}"), "example.test/mod:v1"),
	} {
		if !errors.As(err, &unusable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, found := c.Open(desc); found || c.Has(desc) {
		t.Error("it is there")
	}
}

func TestAnEmptyPlaceIsEmpty(t *testing.T) {
	t.Parallel()
	c := newCache(t, 1)
	for name, look := range map[string]func() ([]cache.Blob, error){
		"Blobs":  c.Blobs,
		"Prune":  func() ([]cache.Blob, error) { return c.Prune(t.Context(), time.Now(), 0) },
		"Verify": func() ([]cache.Blob, error) { return c.Verify(t.Context()) },
	} {
		if blobs, err := look(); err != nil || len(blobs) != 0 {
			t.Errorf("%s: %v, %v", name, blobs, err)
		}
	}
	if _, err := os.Stat(c.Dir()); !os.IsNotExist(err) {
		t.Errorf("a look made the directory: %v", err)
	}
}

func TestWhatIsCancelledRemovesNothing(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	put(t, c, "content")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if removed, err := c.Prune(ctx, time.Now().Add(time.Hour), 0); !errors.Is(err, context.Canceled) || len(removed) != 0 {
		t.Errorf("%v, %v", removed, err)
	}
	if _, err := c.Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wantThere(t, c, []ocispec.Descriptor{describe("content")}, 0)
}
