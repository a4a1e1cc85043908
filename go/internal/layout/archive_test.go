package layout_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
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

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
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

func TestBadArchivesAreRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	one, good := goodEntries("one", "v1")
	blob := good[2]
	without := func(name string) []entry {
		return slices.DeleteFunc(slices.Clone(good), func(one entry) bool { return one.name == name })
	}
	and := func(more ...entry) []entry { return append(slices.Clone(good), more...) }
	tarred := func(entries []entry) string {
		path := filepath.Join(t.TempDir(), "x.tar")
		writeTar(t, path, entries...)
		return read(t, path)
	}
	whole := tarred(good)
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	_, _ = packer.Write([]byte(whole))
	_ = packer.Close()
	index := good[1].content
	damaged := []byte(whole)
	copy(damaged[1024:], "garbage where a header is")
	for _, test := range []struct{ name, content, says string }{
		{"empty", "", "is empty"},
		{"text", strings.Repeat("this is no tar\n", 100), "not a tar archive"},
		{"a few bytes", "tar", "not a tar archive"},
		{"zeros", strings.Repeat("\x00", 10240), "no oci-layout"},
		{"gzip", packed.String(), "gunzip"},
		{"zstd", "\x28\xb5\x2f\xfd" + whole, "unzstd"},
		{"xz", "\xfd7zXZ\x00" + whole, "unxz"},
		{"bzip2", "BZh9" + whole, "bunzip2"},
		{"cut in a header", whole[:1024+100], "cut short"},
		{"cut in content", whole[:512+10], "cut short"},
		{"cut behind content", whole[:512+len(marker)], "cut short"},
		{"cut between members", whole[:1024], "cut short"},
		{"cut before the end", whole[:len(whole)-1024], "cut short"},
		{"damaged header", string(damaged), "damaged: no tar header at byte 1024"},
		{"blob twice", tarred(and(blob)), "twice"},
		{"blob twice, once with a dot", tarred(and(entry{name: "./" + blob.name, content: blob.content})), "twice"},
		{"index twice", tarred(and(good[1])), "twice"},
		{"marker twice", tarred(and(good[0])), "twice"},
		{"absolute name", tarred(and(entry{name: "/etc/passwd"})), "absolute name"},
		{"name that climbs", tarred(and(entry{name: "a/../../b"})), "leads out"},
		{"only climbing", tarred(and(entry{name: "..", kind: tar.TypeDir})), "leads out"},
		{"symbolic link for a blob", tarred(append(without(blob.name), entry{blob.name, "/etc/passwd", tar.TypeSymlink})), "is a link"},
		{"hard link for a blob", tarred(append(without(blob.name), entry{blob.name, "oci-layout", tar.TypeLink})), "is a link"},
		{"symbolic link for the index", tarred(append(without("index.json"), entry{"index.json", "other", tar.TypeSymlink})), "is a link"},
		{"symbolic link for the blobs", tarred(and(entry{"blobs", "/etc", tar.TypeSymlink})), "not a folder"},
		{"symbolic link for the blobs of an algorithm", tarred(and(entry{"blobs/sha256", "/etc", tar.TypeSymlink})), "not a folder"},
		{"pipe for the index", tarred(append(without("index.json"), entry{name: "index.json", kind: tar.TypeFifo})), "not a regular file"},
		{"device for a blob", tarred(append(without(blob.name), entry{name: blob.name, kind: tar.TypeChar})), "not a regular file"},
		{"folder for the marker", tarred(append(without("oci-layout"), entry{name: "oci-layout/", kind: tar.TypeDir})), "not a regular file"},
		{"no marker", tarred(without("oci-layout")), "no oci-layout"},
		{"no index", tarred(without("index.json")), "no index.json"},
		{"docker save", tarred([]entry{{name: "manifest.json", content: "[]"}, {name: "repositories", content: "{}"}}), "docker-archive:FILE"},
		{"in a folder", tarred([]entry{{name: "lay/oci-layout", content: marker}, {name: "lay/index.json", content: index}}), `folder "lay"`},
		{"marker is no JSON", tarred(append(without("oci-layout"), entry{name: "oci-layout", content: "<html>"})), "oci-layout"},
		{"another version", tarred(append(without("oci-layout"), entry{name: "oci-layout", content: `{"imageLayoutVersion":"2.0.0"}`})), `"2.0.0"`},
		{"index is no JSON", tarred(append(without("index.json"), entry{name: "index.json", content: "{"})), "index.json"},
		{"manifests twice", tarred(append(without("index.json"), entry{name: "index.json", content: `{"manifests":[],"manifests":[]}`})), "given twice"},
		{"index too large", tarred(append(without("index.json"), entry{name: "index.json", content: strings.Repeat(" ", 32<<20+1)})), "larger than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := archivePath(t)
			write(t, path, test.content)
			archive := layout.NewArchive(path)
			_, resolveErr := archive.Resolve(t.Context(), "v1", "")
			_, openErr := archive.Open(t.Context(), one)
			errs := map[string]error{"Resolve": resolveErr, "Open": openErr}
			if test.content != "" {
				_, errs["Put"] = keep(archive, "two", "v2")
				errs["Tag"] = archive.Tag(t.Context(), one, "v2")
			}
			for name, err := range errs {
				if fault.KindOf(err) != fault.InvalidManifest || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
					t.Errorf("%s gave %v", name, err)
				}
			}
			if archive.Has(t.Context(), one) {
				t.Error("it has a blob")
			}
			if read(t, path) != test.content {
				t.Error("the archive changed")
			}
			if got := names(t, filepath.Dir(path)); !slices.Equal(got, []string{"x.tar"}) {
				t.Errorf("%q is left", got)
			}
		})
	}
}

func TestSparseArchive(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	_, good := goodEntries("one", "v1")
	writeTar(t, path, good...)
	raw := []byte(read(t, path))
	// The type of the first member, and the sum that the change needs.
	raw[156] = tar.TypeGNUSparse
	copy(raw[257:], "ustar  \x00")
	copy(raw[148:], "        ")
	sum := 0
	for _, b := range raw[:512] {
		sum += int(b)
	}
	copy(raw[148:], fmt.Sprintf("%06o\x00 ", sum))
	write(t, path, string(raw))
	if _, err := layout.NewArchive(path).Resolve(t.Context(), "v1", ""); fault.KindOf(err) != fault.InvalidManifest {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoArchive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, test := range []struct {
		name, path, says string
		kind             fault.Kind
	}{
		{"nothing", filepath.Join(dir, "absent.tar"), "not found", fault.NotFound},
		{"a folder", dir, "is a directory; write oci:", fault.Filesystem},
	} {
		_, err := layout.NewArchive(test.path).Resolve(t.Context(), "v1", "")
		if fault.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s gave %v", test.name, err)
		}
	}
	if _, err := keep(layout.NewArchive(dir), "one", "v1"); fault.KindOf(err) != fault.Filesystem {
		t.Errorf("writing to a folder gave %v", err)
	}
	if _, err := keep(layout.NewArchive(filepath.Join(dir, "absent", "x.tar")), "one", "v1"); err == nil {
		t.Error("a folder was made")
	}
}

// What git archive writes before all members is not content.
func TestGlobalHeaderIsNoMember(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	one, good := goodEntries("one", "v1")
	writeTar(t, path, append([]entry{{content: "a comment", kind: tar.TypeXGlobalHeader}}, good...)...)
	mustKeep(t, path, "two", "v2")
	if got, err := layout.NewArchive(path).Resolve(t.Context(), "v1", ""); err != nil || got.Digest != one.Digest {
		t.Errorf("found %+v, %v", got, err)
	}
	checkArchive(t, path)
}

// Whatever a file holds, reading it ends, and writing to it keeps what it had or
// refuses it.
func FuzzArchive(f *testing.F) {
	one, good := goodEntries("one", "v1")
	dir := f.TempDir()
	var raw bytes.Buffer
	writer := tar.NewWriter(&raw)
	for _, one := range good {
		_ = writer.WriteHeader(&tar.Header{Name: one.name, Mode: 0o644, Typeflag: tar.TypeReg, Size: int64(len(one.content))})
		_, _ = writer.Write([]byte(one.content))
	}
	_ = writer.Close()
	f.Add(raw.Bytes())
	f.Add(raw.Bytes()[:1024])
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(dir, fmt.Sprint(os.Getpid(), ".tar"))
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		had := layout.NewArchive(path).Has(t.Context(), one)
		if _, err := keep(layout.NewArchive(path), "two", "v2"); err != nil {
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
				t.Fatalf("it changed, %v", err)
			}
			return
		}
		archive := layout.NewArchive(path)
		if _, err := archive.Resolve(t.Context(), "v2", ""); err != nil {
			t.Fatal(err)
		}
		if archive.Has(t.Context(), one) != had {
			t.Fatal("a blob came or went")
		}
	})
}
