package layout_test

import (
	"bytes"
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

// manifest returns a small document that stands for a manifest.
func manifest(text string) (ocispec.Descriptor, []byte) {
	raw := []byte(fmt.Sprintf(`{"schemaVersion":2,"text":%q}`, text))
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromBytes(raw), Size: int64(len(raw))}, raw
}

// store puts a manifest into a layout, made if need be, and tags it.
func store(l layout.Layout, text, tag string) (ocispec.Descriptor, error) {
	desc, raw := manifest(text)
	if err := l.Create(context.Background()); err != nil {
		return desc, err
	}
	if err := l.Put(desc, bytes.NewReader(raw)); err != nil {
		return desc, err
	}
	return desc, l.Tag(context.Background(), desc, tag)
}

func mustStore(t *testing.T, l layout.Layout, text, tag string) ocispec.Descriptor {
	t.Helper()
	desc, err := store(l, text, tag)
	if err != nil {
		t.Fatal(err)
	}
	return desc
}

func newLayout(t *testing.T) layout.Layout {
	t.Helper()
	return layout.Layout{Dir: filepath.Join(t.TempDir(), "layout")}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return found
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	stored := mustStore(t, l, "one", "v1")
	for _, by := range []struct {
		name, tag string
		digest    digest.Digest
	}{{"tag", "v1", ""}, {"digest", "", stored.Digest}, {"tag and digest, which decides", "other", stored.Digest}} {
		found, err := l.Resolve(by.tag, by.digest)
		if err != nil || found.Digest != stored.Digest || found.Size != stored.Size || found.MediaType != stored.MediaType {
			t.Errorf("by %s: %+v, %v", by.name, found, err)
		}
	}
	file, err := l.Open(stored)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	_, raw := manifest("one")
	if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("read %q, %v", got, err)
	}
	if !l.Has(stored) {
		t.Error("Has says no")
	}
	stored.Size++
	if l.Has(stored) {
		t.Error("Has says yes to another size")
	}
}

// The documents are those of the image specification, v1.1, image-layout.md.
func TestDocumentsOfALayout(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	desc := mustStore(t, l, "one", "v1")
	if got, want := read(t, filepath.Join(l.Dir, "oci-layout")), `{"imageLayoutVersion":"1.0.0"}`; got != want {
		t.Errorf("oci-layout is %s", got)
	}
	want := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[`+
		`{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":%q,"size":%d,`+
		`"annotations":{"org.opencontainers.image.ref.name":"v1"}}]}`, desc.Digest, desc.Size)
	if got := read(t, filepath.Join(l.Dir, "index.json")); got != want {
		t.Errorf("index.json is\n%s\nnot\n%s", got, want)
	}
	if got := read(t, filepath.Join(l.Dir, "blobs", "sha256", desc.Digest.Encoded())); digest.FromString(got) != desc.Digest {
		t.Errorf("the blob is %s", got)
	}
}

func TestSameStepsGiveTheSameIndex(t *testing.T) {
	t.Parallel()
	var indexes []string
	for range 3 {
		l := newLayout(t)
		for i := range 20 {
			mustStore(t, l, fmt.Sprint(i), fmt.Sprintf("v%d", 20-i))
		}
		indexes = append(indexes, read(t, filepath.Join(l.Dir, "index.json")))
	}
	if indexes[0] != indexes[1] || indexes[0] != indexes[2] {
		t.Errorf("the indexes differ: %q", indexes)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	type step struct{ text, tag string }
	for _, test := range []struct {
		name  string
		steps []step
		want  map[string]string
		// entries of the index in the end
		entries int
	}{
		{"moved", []step{{"one", "v1"}, {"two", "v1"}}, map[string]string{"v1": "two"}, 1},
		{"moved and back", []step{{"one", "v1"}, {"two", "v1"}, {"one", "v1"}}, map[string]string{"v1": "one"}, 1},
		{"two at one manifest", []step{{"one", "v1"}, {"one", "v2"}}, map[string]string{"v1": "one", "v2": "one"}, 2},
		{"one of two moved", []step{{"one", "v1"}, {"one", "v2"}, {"two", "v1"}}, map[string]string{"v1": "two", "v2": "one"}, 2},
		{"set twice", []step{{"one", "v1"}, {"one", "v1"}}, map[string]string{"v1": "one"}, 1},
		{"none, listed once", []step{{"one", ""}, {"one", ""}}, nil, 1},
		{"named later", []step{{"one", ""}, {"one", "v1"}}, map[string]string{"v1": "one"}, 1},
		{"listed again without a name", []step{{"one", "v1"}, {"one", ""}}, map[string]string{"v1": "one"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newLayout(t)
			for _, step := range test.steps {
				desc := mustStore(t, l, step.text, step.tag)
				if _, err := l.Resolve("", desc.Digest); err != nil {
					t.Errorf("%s by digest: %v", step.text, err)
				}
			}
			for tag, text := range test.want {
				want, _ := manifest(text)
				if got, err := l.Resolve(tag, ""); err != nil || got.Digest != want.Digest {
					t.Errorf("%s stands at %s, %v", tag, got.Digest, err)
				}
			}
			var index ocispec.Index
			if err := json.Unmarshal([]byte(read(t, filepath.Join(l.Dir, "index.json"))), &index); err != nil || len(index.Manifests) != test.entries {
				t.Errorf("the index is %+v, %v", index.Manifests, err)
			}
		})
	}
}

func TestEntriesOfOthersStay(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	mustStore(t, l, "one", "v1")
	other := `{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:` + strings.Repeat("a", 64) +
		`","size":7,"annotations":{"who":"somebody"},"platform":{"architecture":"wasm","os":"wasip1"}}`
	index := filepath.Join(l.Dir, "index.json")
	write(t, index, `{"schemaVersion":2,"manifests":[`+other+`],"annotations":{"kept":"yes"}}`)
	mustStore(t, l, "two", "v2")
	got := read(t, index)
	if !strings.Contains(got, other) || !strings.Contains(got, `"annotations":{"kept":"yes"}`) {
		t.Errorf("the index is %s", got)
	}
}

func TestWhatOthersWroteStays(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	one := mustStore(t, l, "one", "")
	index := filepath.Join(l.Dir, "index.json")
	entry := func(members string) string {
		return fmt.Sprintf(`{"mediaType":%q,"x-first":{"b":1, "a":[ ]},"digest":%q,"size":%d%s,"x-last":"\u00e9 <>"}`, one.MediaType, one.Digest, one.Size, members)
	}
	const begin, end = `{"x-before":1e3,"schemaVersion":2,"manifests":[`, `],"x-after":{"Manifests":[null]}}`
	for _, step := range []struct{ name, before, text, tag, after string }{
		{"named later", entry(""), "one", "v1", begin + entryNamed(entry(""), `"annotations":{"org.opencontainers.image.ref.name":"v1"}`) + end},
		{
			"named later, with annotations", entry(`,"annotations":{"z":"1","a":"2"}`), "one", "v1",
			begin + entry(`,"annotations":{"z":"1","a":"2","org.opencontainers.image.ref.name":"v1"}`) + end,
		},
		{
			"tagged again", entry(`,"annotations":{"org.opencontainers.image.ref.name":"v1","a":"2"}`), "one", "v1",
			begin + entry(`,"annotations":{"org.opencontainers.image.ref.name":"v1","a":"2"}`) + end,
		},
		{"another manifest", entry(""), "two", "", ""},
	} {
		t.Run(step.name, func(t *testing.T) {
			write(t, index, begin+step.before+end)
			stored := mustStore(t, l, step.text, step.tag)
			want := step.after
			if want == "" {
				raw, err := json.Marshal(stored)
				if err != nil {
					t.Fatal(err)
				}
				want = begin + step.before + "," + string(raw) + end
			}
			if got := read(t, index); got != want {
				t.Errorf("the index is\n%s, not\n%s", got, want)
			}
		})
	}
}

// entryNamed puts members at the end of an object.
func entryNamed(object, members string) string {
	return strings.TrimSuffix(object, "}") + "," + members + "}"
}

// An index that is too large to be read again would close the layout for good.
func TestIndexIsNeverWrittenTooLargeToRead(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	mustStore(t, l, "one", "v1")
	index := filepath.Join(l.Dir, "index.json")
	full := strings.TrimSuffix(read(t, index), "}")
	full += `,"annotations":{"filler":"` + strings.Repeat("x", 32<<20-len(full)-40) + `"}}`
	write(t, index, full)
	if _, err := l.Resolve("v1", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := store(l, "two", "v2"); err == nil || !strings.Contains(err.Error(), "use another layout") {
		t.Errorf("got %v", err)
	}
	if read(t, index) != full {
		t.Error("the index changed")
	}
	if _, err := l.Resolve("v1", ""); err != nil {
		t.Error(err)
	}
}

func TestLinksOutOfTheLayoutAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{".wasm2oci.lock", "blobs", "blobs/sha256", "index.json", "oci-layout"} {
		for _, absolute := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " absolute: ", absolute), func(t *testing.T) {
				t.Parallel()
				l := newLayout(t)
				stored := mustStore(t, l, "one", "v1")
				inside, outside := filepath.Join(l.Dir, name), filepath.Join(filepath.Dir(l.Dir), "outside")
				if err := os.Rename(inside, outside); err != nil {
					t.Fatal(err)
				}
				target := outside
				if !absolute {
					var err error
					if target, err = filepath.Rel(filepath.Dir(inside), outside); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.Symlink(target, inside); err != nil {
					t.Skip(err)
				}
				before := tree(t, outside)
				if _, err := store(l, "two", "v2"); err == nil || !strings.Contains(err.Error(), "leads out of the layout") {
					t.Errorf("storing gave %v", err)
				}
				if after := tree(t, outside); after != before {
					t.Errorf("outside is %s now, not %s", after, before)
				}
				if strings.HasPrefix(name, "blobs") {
					if _, err := l.Open(stored); err == nil || !strings.Contains(err.Error(), "leads out of the layout") {
						t.Errorf("reading gave %v", err)
					}
					if l.Has(stored) {
						t.Error("it has a blob of outside")
					}
				}
			})
		}
	}
}

func TestLinksWithinTheLayoutAreFollowed(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	stored := mustStore(t, l, "one", "v1")
	if err := os.Rename(filepath.Join(l.Dir, "blobs"), filepath.Join(l.Dir, "moved")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("moved", filepath.Join(l.Dir, "blobs")); err != nil {
		t.Skip(err)
	}
	mustStore(t, l, "two", "v2")
	if !l.Has(stored) {
		t.Error("the blob is not found")
	}
}

// tree describes a file, or all files below a folder.
func tree(t *testing.T, path string) string {
	t.Helper()
	var found strings.Builder
	err := filepath.WalkDir(path, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			fmt.Fprintf(&found, "%s: %s\n", path, read(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found.String()
}

// A folder that has not reached the disk takes what is in it along. The hook
// belongs to the package, hence no t.Parallel.
func TestFoldersOfANewLayoutReachTheDisk(t *testing.T) {
	dir := t.TempDir()
	var synced []string
	defer layout.SetSyncDir(func(dir string) error {
		synced = append(synced, dir)
		return nil
	})()
	l := layout.Layout{Dir: filepath.Join(dir, "a", "b")}
	mustStore(t, l, "one", "v1")
	for _, want := range []string{dir, filepath.Join(dir, "a"), l.Dir, filepath.Join(l.Dir, "blobs")} {
		if !slices.Contains(synced, want) {
			t.Errorf("%s was not synced, only %q", want, synced)
		}
	}
	synced = nil
	mustStore(t, l, "two", "v2")
	if len(synced) > 0 {
		t.Errorf("%q were synced once more", synced)
	}
}

func TestWhatIsNotFound(t *testing.T) {
	t.Parallel()
	absent := digest.FromString("absent")
	tagged := newLayout(t)
	for _, tag := range []string{"b", "a", "c"} {
		mustStore(t, tagged, tag, tag)
	}
	mustStore(t, tagged, "a", "a2")
	empty := t.TempDir()
	filled := t.TempDir()
	write(t, filepath.Join(filled, "file"), "theirs")
	for _, test := range []struct {
		name, dir, tag string
		digest         digest.Digest
		what           string
		tags           []string
	}{
		{"tag", tagged.Dir, "nope", "", `tag "nope"`, []string{"a", "a2", "b", "c"}},
		{"digest", tagged.Dir, "", absent, absent.String(), []string{"a", "a2", "b", "c"}},
		{"directory", filepath.Join(empty, "nope"), "v1", "", "OCI layout", nil},
		{"layout in an empty directory", empty, "v1", "", "is not an OCI layout", nil},
		{"layout among other files", filled, "v1", "", "is not an OCI layout", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := layout.Layout{Dir: test.dir}.Resolve(test.tag, test.digest)
			var missing *fault.Error
			if !errors.As(err, &missing) || missing.Kind != fault.NotFound {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(missing.Error(), test.what) || !slices.Equal(missing.Detail.Candidates, test.tags) ||
				!strings.Contains(missing.Hint.String(), strings.Join(test.tags, ", ")) {
				t.Errorf("%q with the tags %q", missing, missing.Detail.Candidates)
			}
		})
	}
}

func TestBlobNotFound(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	mustStore(t, l, "one", "v1")
	desc, _ := manifest("absent")
	_, err := l.Open(desc)
	if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), desc.Digest.String()) {
		t.Errorf("got %v", err)
	}
}

func TestDigestOutsideTheIndexIsFound(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	mustStore(t, l, "one", "v1")
	desc, raw := manifest("unlisted")
	if err := l.Put(desc, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	found, err := l.Resolve("", desc.Digest)
	if err != nil || found.Digest != desc.Digest || found.Size != desc.Size || found.MediaType != "" {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestTagAtSeveralManifestsIsAmbiguous(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	one, two := mustStore(t, l, "one", "v1"), mustStore(t, l, "two", "v2")
	index := filepath.Join(l.Dir, "index.json")
	write(t, index, strings.Replace(read(t, index), `"v2"`, `"v1"`, 1))
	_, err := l.Resolve("v1", "")
	var ambiguous *fault.Error
	if !errors.As(err, &ambiguous) || ambiguous.Kind != fault.Ambiguous || !slices.Equal(ambiguous.Detail.Candidates, []string{one.Digest.String(), two.Digest.String()}) {
		t.Errorf("got %v", err)
	}
	// Tagging settles it.
	mustStore(t, l, "three", "v1")
	if _, err := l.Resolve("v1", ""); err != nil {
		t.Error(err)
	}
}

func TestBrokenLayoutIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	good, _ := json.Marshal(ocispec.ImageLayout{Version: "1.0.0"})
	for _, test := range []struct{ name, marker, index, says string }{
		{"marker is no JSON", "<html>", "{}", "oci-layout"},
		{"marker is empty", "", "{}", "oci-layout"},
		{"another version", `{"imageLayoutVersion":"2.0.0"}`, "{}", `"2.0.0"`},
		{"no version", `{}`, "{}", "version"},
		{"no index", string(good), "", "no index.json"},
		{"index is no JSON", string(good), "{", "index.json"},
		{"index is a list", string(good), "[]", "index.json"},
		{"bad digest in the index", string(good), `{"schemaVersion":2,"manifests":[{"digest":"sha256:../../../etc/passwd"}]}`, "digest"},
		{"manifests twice", string(good), `{"schemaVersion":2,"manifests":[],"manifests":[]}`, "given twice"},
		{"manifests in another case", string(good), `{"schemaVersion":2,"Manifests":[]}`, "is written"},
		{"no digest in the index", string(good), `{"schemaVersion":2,"manifests":[{}]}`, "digest"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "oci-layout"), test.marker)
			if test.index != "" {
				write(t, filepath.Join(dir, "index.json"), test.index)
			}
			l := layout.Layout{Dir: dir}
			_, resolveErr := l.Resolve("v1", "")
			_, storeErr := store(l, "one", "v1")
			for name, err := range map[string]error{"Resolve": resolveErr, "storing": storeErr} {
				if fault.KindOf(err) != fault.InvalidManifest || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%s gave %v", name, err)
				}
			}
			if got := read(t, filepath.Join(dir, "oci-layout")); got != test.marker {
				t.Errorf("oci-layout is %q now", got)
			}
			if test.index != "" {
				if got := read(t, filepath.Join(dir, "index.json")); got != test.index {
					t.Errorf("index.json is %q now", got)
				}
			}
		})
	}
}

func TestCreateRefusesForeignDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "holiday.jpg"), "theirs")
	err := layout.Layout{Dir: dir}.Create(t.Context())
	if fault.KindOf(err) != fault.InvalidManifest || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("got %v", err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"holiday.jpg"}) {
		t.Errorf("it holds %q now", got)
	}
}

// As a cache does: its own folders lie beside those of the layout.
func TestManyCreateOneThatGetsMoreAtOnce(t *testing.T) {
	t.Parallel()
	for range 100 {
		l := layout.Layout{Dir: filepath.Join(t.TempDir(), "layout"), Volatile: true}
		var group sync.WaitGroup
		for range 6 {
			group.Go(func() {
				if err := l.Create(t.Context()); err != nil {
					t.Error(err)
				}
				if err := os.MkdirAll(filepath.Join(l.Dir, "references"), 0o700); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
}

func TestCreateGoesOnWhereAnotherStopped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		files []string
	}{
		{"empty directory", nil},
		{"lock file", []string{".wasm2oci.lock"}},
		{"half-written index", []string{".wasm2oci.lock", ".wasm2oci-0a1b2c3d-0123456789abcdef.tmp"}},
		{"blobs", []string{"blobs/sha256/" + strings.Repeat("a", 64)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := layout.Layout{Dir: t.TempDir()}
			for _, name := range test.files {
				write(t, filepath.Join(l.Dir, name), "")
			}
			mustStore(t, l, "one", "v1")
			if _, err := l.Resolve("v1", ""); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFailedPutLeavesNothing(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	mustStore(t, l, "one", "v1")
	desc, raw := manifest("two")
	wrong := errors.New("the source broke")
	source := io.MultiReader(bytes.NewReader(raw), &failing{wrong})
	before := names(t, filepath.Join(l.Dir, "blobs", "sha256"))
	if err := l.Put(desc, source); !errors.Is(err, wrong) {
		t.Errorf("Put gave %v", err)
	}
	if after := names(t, filepath.Join(l.Dir, "blobs", "sha256")); !slices.Equal(before, after) {
		t.Errorf("%q became %q", before, after)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestManyTaggersLoseNoTag(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range 50 {
		all.Go(func() {
			<-begin
			if _, err := store(l, fmt.Sprint(i), fmt.Sprintf("v%d", i)); err != nil {
				t.Errorf("tagger %d: %v", i, err)
			}
		})
	}
	close(begin)
	all.Wait()
	for i := range 50 {
		want, _ := manifest(fmt.Sprint(i))
		if got, err := l.Resolve(fmt.Sprintf("v%d", i), ""); err != nil || got.Digest != want.Digest {
			t.Errorf("v%d stands at %s, %v", i, got.Digest, err)
		}
	}
}

func TestDirectoryReachedThroughALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real := filepath.Join(dir, "real")
	if err := os.Mkdir(real, 0o777); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(real, link); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	desc := mustStore(t, layout.Layout{Dir: link}, "one", "v1")
	got, err := layout.Layout{Dir: real}.Resolve("v1", "")
	if err != nil || got.Digest != desc.Digest {
		t.Errorf("found %+v, %v", got, err)
	}
}

func TestUnknownAlgorithmInTheIndexDoesNotMatter(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	one := mustStore(t, l, "one", "v1")
	index := filepath.Join(l.Dir, "index.json")
	write(t, index, strings.Replace(read(t, index), `"manifests":[`, `"manifests":[{"digest":"blake3:abc","size":1},`, 1))
	if got, err := l.Resolve("v1", ""); err != nil || got.Digest != one.Digest {
		t.Errorf("found %+v, %v", got, err)
	}
	mustStore(t, l, "two", "v2")
	if !strings.Contains(read(t, index), "blake3:abc") {
		t.Error("the entry is gone")
	}
}

func TestOtherAlgorithms(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	if err := l.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, raw := manifest("one")
	desc := ocispec.Descriptor{Digest: digest.SHA512.FromBytes(raw), Size: int64(len(raw))}
	if err := l.Put(desc, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	if found, err := l.Resolve("", desc.Digest); err != nil || found.Size != desc.Size {
		t.Errorf("found %+v, %v", found, err)
	}
	if got := names(t, filepath.Join(l.Dir, "blobs", "sha512")); !slices.Equal(got, []string{desc.Digest.Encoded()}) {
		t.Errorf("sha512 holds %q", got)
	}
}
