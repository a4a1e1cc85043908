package cache_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/cache"
	"github.com/wasm2oci/wasm2oci/go/internal/worktime"
)

// filled returns a cache with so many artifacts of one blob each, under names.
func filled(t *testing.T, count int) *cache.Cache {
	t.Helper()
	c := newCache(t, 1<<30)
	putArtifact(t, c, "registry.example/first", "first")
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}}
	for i := range count {
		raw := fmt.Appendf(nil, `{"layers":[],"annotations":{"number":"%d"}}`, i)
		dgst := digest.FromBytes(raw)
		if err := os.WriteFile(c.Path(dgst), raw, 0o444); err != nil {
			t.Fatal(err)
		}
		index.Manifests = append(index.Manifests, ocispec.Descriptor{
			MediaType: ocispec.MediaTypeImageManifest, Digest: dgst, Size: int64(len(raw)),
			Annotations: map[string]string{ocispec.AnnotationRefName: fmt.Sprintf("registry.example/mod:v%d", i)},
		})
	}
	raw, err := json.Marshal(index)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.Dir(), ocispec.ImageIndexFile), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// looking is what it takes to count all blobs of a cache and to read what it lists.
func looking(t *testing.T, c *cache.Cache) time.Duration {
	t.Helper()
	return worktime.Of(func() {
		if _, err := c.Blobs(); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(c.Dir(), ocispec.ImageIndexFile))
		if err != nil {
			t.Fatal(err)
		}
		var index ocispec.Index
		if err := json.Unmarshal(raw, &index); err != nil {
			t.Fatal(err)
		}
	})
}

// What is stored one after the other is not looked through each time.
func TestStoringIntoAFullCacheTakesLittle(t *testing.T) {
	const count = 100
	store := func(c *cache.Cache) time.Duration {
		putArtifact(t, c, "registry.example/second", "second")
		return worktime.Of(func() {
			for i := range count {
				putArtifact(t, c, fmt.Sprintf("registry.example/new:v%d", i), fmt.Sprintf("content %d", i))
			}
		}) / count
	}
	full := filled(t, 3000)
	few, many, look := store(filled(t, 0)), store(full), looking(t, full)
	t.Logf("%v into an empty cache, %v into a full one, which takes %v to look through", few, many, look)
	if many > few+look/2 {
		t.Errorf("storing into a full cache takes %v, %v into an empty one, and %v to look through all", many, few, look)
	}
}
