package layout_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
)

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
