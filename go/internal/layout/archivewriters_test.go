package layout_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/layout"
)

// checkArchive checks that all that the index names is there, once, and right.
func checkArchive(t *testing.T, path string) {
	t.Helper()
	found, contents := members(t, path)
	if len(found) != len(contents) {
		t.Errorf("something is there twice: %q", found)
	}
	var index ocispec.Index
	if err := json.Unmarshal([]byte(contents["index.json"]), &index); err != nil {
		t.Fatal(err)
	}
	for _, desc := range index.Manifests {
		if got := digest.FromString(contents[blobPath(desc)]); got != desc.Digest {
			t.Errorf("blob %s hashes to %s", desc.Digest, got)
		}
	}
}

func TestManyWritersOfAnArchiveLoseNoTag(t *testing.T) {
	t.Parallel()
	path := archivePath(t) // there is none yet
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range 20 {
		all.Go(func() {
			<-begin
			if _, err := keep(layout.NewArchive(path), fmt.Sprint(i), fmt.Sprintf("v%d", i)); err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	close(begin)
	all.Wait()
	for i := range 20 {
		want, _ := manifest(fmt.Sprint(i))
		if got, err := layout.NewArchive(path).Resolve(t.Context(), fmt.Sprintf("v%d", i), ""); err != nil || got.Digest != want.Digest {
			t.Errorf("v%d stands at %s, %v", i, got.Digest, err)
		}
	}
	checkArchive(t, path)
}

func TestAnotherWriterMeanwhile(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one := mustKeep(t, path, "one", "v1")
	slow := layout.NewArchive(path)
	two, raw := manifest("two")
	if err := errors.Join(slow.Keep(t.Context(), one), slow.Put(t.Context(), two, bytes.NewReader(raw)), slow.Tag(t.Context(), two, "v2")); err != nil {
		t.Fatal(err)
	}
	mustKeep(t, path, "three", "v3")
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"v1", "v2", "v3"} {
		if _, err := slow.Resolve(t.Context(), tag, ""); err != nil {
			t.Error(err)
		}
	}
}

// Another program replaces the archive by one that lacks what was counted on.
func TestArchiveThatLostABlobMeanwhile(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one := mustKeep(t, path, "one", "v1")
	slow := layout.NewArchive(path)
	if err := errors.Join(slow.Keep(t.Context(), one), slow.Tag(t.Context(), one, "v2")); err != nil {
		t.Fatal(err)
	}
	_, entries := goodEntries("two", "v2")
	writeTar(t, path, entries...)
	before := read(t, path)
	if err := slow.Commit(t.Context()); err == nil || !strings.Contains(err.Error(), "changed by another program") {
		t.Errorf("got %v", err)
	}
	if read(t, path) != before {
		t.Error("the archive changed")
	}
}

// A reader goes on with what it opened, and sees what is new when it opens again.
func TestReaderOfAnArchiveThatIsReplaced(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one := mustKeep(t, path, "one", "v1")
	archive := layout.NewArchive(path)
	blob, err := archive.Open(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = blob.Close() }()
	two := mustKeep(t, path, "two", "v2") // which lies before it now
	if got, err := io.ReadAll(blob); err != nil || digest.FromBytes(got) != one.Digest {
		t.Errorf("read %q, %v", got, err)
	}
	for _, desc := range []ocispec.Descriptor{one, two} {
		part := make([]byte, desc.Size)
		if _, err := archive.Parts(t.Context(), desc).ReadAt(part, 0); err != nil || digest.FromBytes(part) != desc.Digest {
			t.Errorf("read %q, %v", part, err)
		}
	}
}
