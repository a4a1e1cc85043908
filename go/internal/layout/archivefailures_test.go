package layout_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
)

func TestFailedPutLeavesTheArchive(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	mustKeep(t, path, "one", "v1")
	before := read(t, path)
	desc, raw := manifest("two")
	wrong := errors.New("the source broke")
	archive := layout.NewArchive(path)
	if err := archive.Put(t.Context(), desc, io.MultiReader(bytes.NewReader(raw[:5]), &failing{wrong})); !errors.Is(err, wrong) {
		t.Errorf("Put gave %v", err)
	}
	if archive.HasPut(desc) {
		t.Error("it is said to be there")
	}
	if err := archive.Commit(t.Context()); err == nil {
		t.Error("half a blob was accepted")
	}
	if err := archive.Put(t.Context(), desc, bytes.NewReader(raw[:5])); fault.KindOf(err) != fault.DigestMismatch {
		t.Errorf("short content gave %v", err)
	}
	archive.Abort()
	if read(t, path) != before {
		t.Error("the archive changed")
	}
	if got := names(t, filepath.Dir(path)); !slices.Equal(got, []string{"x.tar"}) {
		t.Errorf("%q is left", got)
	}
}

func TestPutMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	desc, raw := manifest("one")
	archive := layout.NewArchive(path)
	_ = archive.Put(t.Context(), desc, &failing{errors.New("broken")})
	err := errors.Join(archive.Put(t.Context(), desc, bytes.NewReader(raw)), archive.Tag(t.Context(), desc, "v1"), archive.Commit(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	checkArchive(t, path)
}

func TestCommitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	mustKeep(t, path, "one", "v1")
	before := read(t, path)
	desc, raw := manifest("two")
	archive := layout.NewArchive(path)
	if err := errors.Join(archive.Put(t.Context(), desc, bytes.NewReader(raw)), archive.Tag(t.Context(), desc, "v2")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := archive.Commit(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if read(t, path) != before {
		t.Error("the archive changed")
	}
	if _, err := layout.NewArchive(path).Resolve(ctx, "v1", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("reading gave %v", err)
	}
}
