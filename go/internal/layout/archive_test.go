package layout_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/layout"
)

// keep puts a manifest into an archive, made if need be, and tags it.
func keep(archive *layout.Archive, text, tag string) (ocispec.Descriptor, error) {
	desc, raw := manifest(text)
	err := archive.Put(context.Background(), desc, bytes.NewReader(raw))
	if err == nil {
		err = archive.Tag(context.Background(), desc, tag)
	}
	if err == nil {
		err = archive.Commit(context.Background())
	}
	archive.Abort()
	return desc, err
}

func mustKeep(t *testing.T, path, text, tag string) ocispec.Descriptor {
	t.Helper()
	desc, err := keep(layout.NewArchive(path), text, tag)
	if err != nil {
		t.Fatal(err)
	}
	return desc
}

func archivePath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "x.tar")
}

// entry is a member of a tar that a test writes.
type entry struct {
	name, content string
	kind          byte
}

// writeTar writes a tar of any members.
func writeTar(t *testing.T, path string, entries ...entry) {
	t.Helper()
	var raw bytes.Buffer
	writer := tar.NewWriter(&raw)
	for _, one := range entries {
		header := &tar.Header{Name: one.name, Mode: 0o644, Typeflag: one.kind}
		switch one.kind {
		case 0, tar.TypeReg:
			header.Size = int64(len(one.content))
		case tar.TypeLink, tar.TypeSymlink:
			header.Linkname = one.content
		case tar.TypeXGlobalHeader:
			header.Mode, header.PAXRecords = 0, map[string]string{"comment": one.content}
		}
		if err := writer.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if header.Size > 0 {
			if _, err := writer.Write([]byte(one.content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path, raw.String())
}

// members returns the names of all members of a tar, and their content.
func members(t *testing.T, path string) ([]string, map[string]string) {
	t.Helper()
	var found []string
	contents := map[string]string{}
	for reader := tar.NewReader(strings.NewReader(read(t, path))); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return found, contents
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, header.Name)
		contents[header.Name] = string(content)
	}
}

func blobPath(desc ocispec.Descriptor) string { return "blobs/sha256/" + desc.Digest.Encoded() }

const marker = `{"imageLayoutVersion":"1.0.0"}`

// goodEntries are the members of a layout with one manifest.
func goodEntries(text, tag string) (ocispec.Descriptor, []entry) {
	desc, raw := manifest(text)
	index := fmt.Sprintf(`{"schemaVersion":2,"manifests":[{"mediaType":%q,"digest":%q,"size":%d,"annotations":{"org.opencontainers.image.ref.name":%q}}]}`,
		desc.MediaType, desc.Digest, desc.Size, tag)
	return desc, []entry{{name: "oci-layout", content: marker}, {name: "index.json", content: index}, {name: blobPath(desc), content: string(raw)}}
}

func TestArchiveRoundTrip(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	kept := mustKeep(t, path, "one", "v1")
	archive := layout.NewArchive(path)
	for _, by := range []struct {
		name, tag string
		digest    digest.Digest
	}{{"tag", "v1", ""}, {"digest", "", kept.Digest}, {"tag and digest, which decides", "other", kept.Digest}, {"nothing", "", ""}} {
		found, err := archive.Resolve(t.Context(), by.tag, by.digest)
		if err != nil || found.Digest != kept.Digest || found.Size != kept.Size || found.MediaType != kept.MediaType {
			t.Errorf("by %s: %+v, %v", by.name, found, err)
		}
	}
	blob, err := archive.Open(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = blob.Close() }()
	_, raw := manifest("one")
	if got, err := io.ReadAll(blob); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("read %q, %v", got, err)
	}
	tags, err := archive.Tags(t.Context())
	if err != nil || !slices.Equal(tags, []string{"v1"}) {
		t.Errorf("the tags %q, %v", tags, err)
	}
	listed, err := archive.Manifests(t.Context())
	if err != nil || len(listed) != 1 || listed[0].Digest != kept.Digest {
		t.Errorf("the manifests %+v, %v", listed, err)
	}
	part := make([]byte, 5)
	if _, err := archive.Parts(t.Context(), kept).ReadAt(part, 3); err != nil || !bytes.Equal(part, raw[3:8]) {
		t.Errorf("read the part %q, %v", part, err)
	}
	if !archive.Has(t.Context(), kept) {
		t.Error("Has says no")
	}
	kept.Size++
	if archive.Has(t.Context(), kept) {
		t.Error("Has says yes to another size")
	}
	if got := names(t, filepath.Dir(path)); !slices.Equal(got, []string{"x.tar"}) {
		t.Errorf("beside it is %q", got)
	}
}

// Nothing in an archive depends on when, where and by whom it was written.
func TestSameStepsGiveTheSameArchive(t *testing.T) {
	t.Parallel()
	var written []string
	for range 2 {
		path := archivePath(t)
		mustKeep(t, path, "one", "v1")
		mustKeep(t, path, "two", "v2")
		written = append(written, read(t, path))
	}
	if written[0] != written[1] {
		t.Error("the archives differ")
	}
	for reader := tar.NewReader(strings.NewReader(written[0])); ; {
		header, err := reader.Next()
		if err != nil {
			break
		}
		if header.ModTime.Unix() != 0 || header.Mode != 0o644 || header.Uid != 0 || header.Gid != 0 || header.Uname != "" || header.Gname != "" {
			t.Errorf("%+v", header)
		}
	}
}

func TestArchiveKeepsWhatItHad(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one, entries := goodEntries("one", "v1")
	long := strings.Repeat("a/", 120) + "notes.txt"
	entries = append([]entry{{name: "blobs/", kind: tar.TypeDir}, {name: "README", content: "theirs"}}, entries...)
	entries = append(entries, entry{name: long, content: "deep"}, entry{name: "link", content: "README", kind: tar.TypeSymlink})
	writeTar(t, path, entries...)
	two := mustKeep(t, path, "two", "v2")
	found, contents := members(t, path)
	want := []string{blobPath(two), "blobs/", "README", blobPath(one), long, "link", "oci-layout", "index.json"}
	if !slices.Equal(found, want) {
		t.Errorf("it has %q", found)
	}
	if contents["README"] != "theirs" || contents[long] != "deep" {
		t.Errorf("it has %q", contents)
	}
	for tag, desc := range map[string]ocispec.Descriptor{"v1": one, "v2": two} {
		if got, err := layout.NewArchive(path).Resolve(t.Context(), tag, ""); err != nil || got.Digest != desc.Digest {
			t.Errorf("%s stands at %s, %v", tag, got.Digest, err)
		}
	}
}

// GNU tar writes such, of a layout that it was told to pack as ".".
func TestNamesBeginWithADot(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one, entries := goodEntries("one", "v1")
	for i := range entries {
		entries[i].name = "./" + entries[i].name
	}
	writeTar(t, path, append([]entry{{name: "./", kind: tar.TypeDir}, {name: "./blobs/sha256/", kind: tar.TypeDir}}, entries...)...)
	mustKeep(t, path, "two", "v2")
	if got, err := layout.NewArchive(path).Resolve(t.Context(), "v1", ""); err != nil || got.Digest != one.Digest {
		t.Errorf("found %+v, %v", got, err)
	}
}

func TestNothingNewIsNotWritten(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one := mustKeep(t, path, "one", "v1")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	archive := layout.NewArchive(path)
	if err := errors.Join(archive.Keep(t.Context(), one), archive.Tag(t.Context(), one, "v1"), archive.Tag(t.Context(), one, ""), archive.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("it was written anew, %v", err)
	}
}

func TestBlobIsWrittenOnce(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one := mustKeep(t, path, "one", "v1")
	archive := layout.NewArchive(path)
	_, raw := manifest("one")
	for range 2 {
		if err := archive.Put(t.Context(), one, bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
	}
	if !archive.HasPut(one) {
		t.Error("it was not put")
	}
	if err := errors.Join(archive.Tag(t.Context(), one, "v2"), archive.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
	if found, _ := members(t, path); !slices.Equal(found, []string{blobPath(one), "oci-layout", "index.json"}) {
		t.Errorf("it has %q", found)
	}
}

func TestArchivesOfManyBlobsAtATime(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	archive := layout.NewArchive(path)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			desc, raw := manifest(fmt.Sprint(i % 20)) // each twice
			if err := archive.Put(t.Context(), desc, bytes.NewReader(raw)); err != nil {
				t.Error(err)
			}
			if err := archive.Tag(t.Context(), desc, fmt.Sprint("v", i%20)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := archive.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkArchive(t, path)
	for i := range 20 {
		want, _ := manifest(fmt.Sprint(i))
		if got, err := layout.NewArchive(path).Resolve(t.Context(), fmt.Sprint("v", i), ""); err != nil || got.Digest != want.Digest {
			t.Errorf("v%d stands at %s, %v", i, got.Digest, err)
		}
	}
}

func TestEmptyFileBecomesAnArchive(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	write(t, path, "")
	mustKeep(t, path, "one", "v1")
	checkArchive(t, path)
}

func TestArchiveReachedThroughALink(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	link := filepath.Join(t.TempDir(), "link.tar")
	one := mustKeep(t, path, "one", "v1")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	mustKeep(t, link, "two", "v2")
	if target, err := os.Readlink(link); err != nil || target != path {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	if got, err := layout.NewArchive(path).Resolve(t.Context(), "v2", ""); err != nil || got.Digest == one.Digest {
		t.Errorf("found %+v, %v", got, err)
	}
}
