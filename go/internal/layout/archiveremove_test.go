package layout_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
)

// keepIndex puts an index of manifests into an archive, under a tag.
func keepIndex(t *testing.T, path, tag string, parts ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": parts})
	if err != nil {
		t.Fatal(err)
	}
	desc := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageIndex, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
	archive := layout.NewArchive(path)
	err = errors.Join(archive.Put(t.Context(), desc, bytes.NewReader(raw)), archive.Tag(t.Context(), desc, tag), archive.Commit(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return desc
}

func archiveTags(t *testing.T, path string) string {
	t.Helper()
	tags, err := layout.NewArchive(path).Tags(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(tags)
}

func TestUntagInAnArchive(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one := mustKeep(t, path, "one", "v1")
	mustKeep(t, path, "one", "v2")
	for _, tag := range []string{"v1", "v2"} {
		desc, err := layout.NewArchive(path).Untag(t.Context(), tag)
		if err != nil || desc.Digest != one.Digest {
			t.Fatalf("got %+v, %v", desc, err)
		}
	}
	if found, err := layout.NewArchive(path).Resolve(t.Context(), "", ""); err != nil || found.Digest != one.Digest || archiveTags(t, path) != "[]" {
		t.Errorf("left are %+v, %s, %v", found, archiveTags(t, path), err)
	}
	checkArchive(t, path)
}

func TestDeleteInAnArchive(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	_, entries := goodEntries("one", "v1")
	writeTar(t, path, append(entries, entry{name: "README", content: "hello"})...)
	one := mustKeep(t, path, "one", "v1")
	two := mustKeep(t, path, "two", "v2")
	index := keepIndex(t, path, "all", one)
	archive := layout.NewArchive(path)
	desc, tags, err := archive.Listed(t.Context(), one.Digest)
	if err != nil || desc.Digest != one.Digest || fmt.Sprint(tags) != "[v1]" {
		t.Errorf("listed are %+v, %v, %v", desc, tags, err)
	}
	for _, dgst := range []digest.Digest{one.Digest, two.Digest} {
		if err := archive.Delete(t.Context(), dgst); err != nil {
			t.Fatal(err)
		}
	}
	found, contents := members(t, path)
	if contents["README"] != "hello" || !slices.Contains(found, blobPath(one)) || slices.Contains(found, blobPath(two)) || archiveTags(t, path) != "[all]" {
		t.Errorf("it holds %q", found)
	}
	_, _, err = archive.Listed(t.Context(), one.Digest)
	if fault.KindOf(err) != fault.Unsupported || !strings.Contains(err.Error(), "the archive has it as a part of "+index.Digest.String()) {
		t.Errorf("a part of an index gave %v", err)
	}
	checkArchive(t, path)
}

func TestDeleteInAnArchiveKeepsABlobBesideWhatItCannotRead(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one, entries := goodEntries("one", "v1")
	broken := digest.FromString("other")
	entries[1].content = strings.Replace(entries[1].content, `"manifests":[`, fmt.Sprintf(`"manifests":[{"digest":%q,"size":7},`, broken), 1)
	writeTar(t, path, append(entries, entry{name: "blobs/sha256/" + broken.Encoded(), content: "{broken"})...)
	if err := layout.NewArchive(path).Delete(t.Context(), one.Digest); err != nil {
		t.Fatal(err)
	}
	if found, _ := members(t, path); !slices.Contains(found, blobPath(one)) || archiveTags(t, path) != "[]" {
		t.Errorf("it holds %q", found)
	}
}

func TestFailedRemovalLeavesTheArchive(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one := mustKeep(t, path, "one", "v1")
	mustKeep(t, path, "two", "v2")
	before := read(t, path)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	absent := digest.FromString("absent")
	for name, test := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"a tag that is not there":      {second(layout.NewArchive(path).Untag(t.Context(), "v3")), fault.NotFound},
		"a manifest that is not there": {layout.NewArchive(path).Delete(t.Context(), absent), fault.NotFound},
		"cancelled untag":              {second(layout.NewArchive(path).Untag(cancelled, "v1")), fault.Cancelled},
		"cancelled delete":             {layout.NewArchive(path).Delete(cancelled, one.Digest), fault.Cancelled},
	} {
		if test.err == nil || test.kind != fault.Cancelled && fault.KindOf(test.err) != test.kind {
			t.Errorf("%s gave %v", name, test.err)
		}
	}
	if read(t, path) != before {
		t.Error("the archive changed")
	}
	missing := archivePath(t)
	if _, err := layout.NewArchive(missing).Untag(t.Context(), "v1"); fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), "archive") || layout.IsThere(missing) {
		t.Errorf("got %v", err)
	}
	if err := layout.NewArchive(missing).Delete(t.Context(), absent); fault.KindOf(err) != fault.NotFound || layout.IsThere(missing) {
		t.Errorf("got %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// Whoever counts on a blob that is deleted meanwhile is told to try again.
func TestDeleteBesideAnotherWriter(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one := mustKeep(t, path, "one", "v1")
	mustKeep(t, path, "two", "v2")
	slow := layout.NewArchive(path)
	if err := errors.Join(slow.Keep(t.Context(), one), slow.Tag(t.Context(), one, "v3")); err != nil {
		t.Fatal(err)
	}
	if err := layout.NewArchive(path).Delete(t.Context(), one.Digest); err != nil {
		t.Fatal(err)
	}
	if err := slow.Commit(t.Context()); err == nil || !strings.Contains(err.Error(), "is gone") || archiveTags(t, path) != "[v2]" {
		t.Errorf("got %v; left are %s", err, archiveTags(t, path))
	}
}
