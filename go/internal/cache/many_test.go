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

// What it takes to store an artifact hardly depends on how many are there.
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
	few, many := store(filled(t, 0)), store(filled(t, 3000))
	t.Logf("%v into an empty cache, %v into a full one", few, many)
	if many > 8*few {
		t.Errorf("storing into a full cache takes %v, and %v into an empty one", many, few)
	}
}
