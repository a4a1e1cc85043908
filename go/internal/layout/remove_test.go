package layout_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
)

// storeIndex stores a document that refers to others, and lists it under a tag.
func storeIndex(t *testing.T, l layout.Layout, member, tag string, parts ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"schemaVersion": 2, member: parts})
	if err != nil {
		t.Fatal(err)
	}
	desc := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageIndex, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
	if err := l.Put(desc, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	if err := l.Tag(t.Context(), desc, tag); err != nil {
		t.Fatal(err)
	}
	return desc
}

func tagsOf(t *testing.T, l layout.Layout) string {
	t.Helper()
	tags, err := l.Tags()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(tags)
}

func TestUntagKeepsWhatOthersWrote(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	one := mustStore(t, l, "one", "v1")
	path := filepath.Join(l.Dir, "index.json")
	write(t, path, fmt.Sprintf(`{"schemaVersion":2,"x":[1.50],"manifests":[`+
		`{"mediaType":%[1]q,"digest":%[2]q,"size":%[3]d,"annotations":{"a":"b","org.opencontainers.image.ref.name":"v1"},"y":1e3},`+
		`{"mediaType":%[1]q,"digest":"sha256:%[4]s","size":1,"annotations":{"org.opencontainers.image.ref.name":"v1"}},`+
		`{"mediaType":%[1]q,"digest":%[2]q,"size":%[3]d,"annotations":{"org.opencontainers.image.ref.name":"docker.io/library/a:v1"}}]}`,
		one.MediaType, one.Digest, one.Size, strings.Repeat("0", 64)))
	if tags := tagsOf(t, l); tags != "[docker.io/library/a:v1 v1]" {
		t.Errorf("the tags are %s", tags)
	}
	desc, err := l.Untag(t.Context(), "v1")
	if err != nil || desc.Digest != one.Digest {
		t.Fatalf("got %+v, %v", desc, err)
	}
	// The first is listed by its other entry; the second loses its name, and all annotations with it.
	want := fmt.Sprintf(`{"schemaVersion":2,"x":[1.50],"manifests":[`+
		`{"mediaType":%[1]q,"digest":"sha256:%[4]s","size":1},`+
		`{"mediaType":%[1]q,"digest":%[2]q,"size":%[3]d,"annotations":{"org.opencontainers.image.ref.name":"docker.io/library/a:v1"}}]}`,
		one.MediaType, one.Digest, one.Size, strings.Repeat("0", 64))
	if raw, err := os.ReadFile(path); err != nil || string(raw) != want {
		t.Errorf("the index is %s, %v", raw, err)
	}
	if _, err := l.Untag(t.Context(), "docker.io/library/a:v1"); err != nil || tagsOf(t, l) != "[]" {
		t.Errorf("left are %s, %v", tagsOf(t, l), err)
	}
	if found, err := l.Resolve("", one.Digest); err != nil || found.Annotations != nil {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestDeleteKeepsWhatOthersReferTo(t *testing.T) {
	t.Parallel()
	for _, member := range []string{"manifests", "layers", "blobs", "config"} {
		t.Run(member, func(t *testing.T) {
			t.Parallel()
			l := newLayout(t)
			child := mustStore(t, l, "child", "v1")
			var parent ocispec.Descriptor
			if member == "config" {
				raw := []byte(fmt.Sprintf(`{"config":{"digest":%q}}`, child.Digest))
				parent = ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
				if err := l.Put(parent, bytes.NewReader(raw)); err != nil {
					t.Fatal(err)
				}
				if err := l.Tag(t.Context(), parent, "all"); err != nil {
					t.Fatal(err)
				}
			} else {
				parent = storeIndex(t, l, member, "all", child)
			}
			// The index that lists it is itself only in another one.
			outer := storeIndex(t, l, "manifests", "outer", parent)
			if err := l.Delete(t.Context(), parent.Digest); err != nil {
				t.Fatal(err)
			}
			if err := l.Delete(t.Context(), child.Digest); err != nil || tagsOf(t, l) != "[outer]" {
				t.Errorf("left are %s, %v", tagsOf(t, l), err)
			}
			for _, one := range []ocispec.Descriptor{child, parent} {
				if !l.Has(one) {
					t.Errorf("%s is gone", one.Digest)
				}
			}
			_, _, err := l.Listed(t.Context(), child.Digest)
			if fault.KindOf(err) != fault.Unsupported || !strings.Contains(err.Error(), parent.Digest.String()) {
				t.Errorf("a part of an index gave %v", err)
			}
			if err := l.Delete(t.Context(), child.Digest); fault.KindOf(err) != fault.NotFound {
				t.Errorf("it was deleted: %v", err)
			}
			if err := l.Delete(t.Context(), outer.Digest); err != nil || l.Has(outer) {
				t.Errorf("the outer one is there; %v", err)
			}
		})
	}
}

func TestDeleteKeepsABlobBesideWhatItCannotRead(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	one, other := mustStore(t, l, "one", "v1"), mustStore(t, l, "other", "v2")
	write(t, filepath.Join(l.Dir, "blobs", "sha256", other.Digest.Encoded()), "{broken")
	if err := l.Delete(t.Context(), one.Digest); err != nil || tagsOf(t, l) != "[v2]" || !l.Has(one) {
		t.Errorf("left are %s, %v", tagsOf(t, l), err)
	}
	// What is not there refers to nothing.
	if err := os.Remove(filepath.Join(l.Dir, "blobs", "sha256", other.Digest.Encoded())); err != nil {
		t.Fatal(err)
	}
	mustStore(t, l, "one", "v1")
	if err := l.Delete(t.Context(), one.Digest); err != nil || l.Has(one) {
		t.Errorf("the blob is there; %v", err)
	}
	if err := l.Delete(t.Context(), other.Digest); err != nil || tagsOf(t, l) != "[]" {
		t.Errorf("left are %s, %v", tagsOf(t, l), err)
	}
}

func TestRemovingFromWhatIsNoLayoutWritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "x")
	l := layout.Layout{Dir: dir}
	if _, err := l.Untag(t.Context(), "v1"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
	if err := l.Delete(t.Context(), digest.FromString("x")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("it holds %v, %v", entries, err)
	}
}

func TestRemovingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	one := mustStore(t, l, "one", "v1")
	mustStore(t, l, "two", "v2")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Delete(ctx, one.Digest); err == nil || tagsOf(t, l) != "[v1 v2]" || !l.Has(one) {
		t.Errorf("left are %s, %v", tagsOf(t, l), err)
	}
}

// Indexes that list each other, and ever so many, are each read once.
func TestDeleteReadsEachIndexOnce(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	one := mustStore(t, l, "one", "v1")
	parts := []ocispec.Descriptor{mustStore(t, l, "leaf", "leaf")}
	for depth := range 200 {
		parts = append(parts, storeIndex(t, l, "manifests", fmt.Sprintf("i%d", depth), slices.Clone(parts)...))
	}
	if err := l.Delete(t.Context(), one.Digest); err != nil || l.Has(one) {
		t.Error(err)
	}
}
