package wasm2oci_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestPullWritesTheModuleAndSaysWhatItIs(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := module("content")
	reference, layer := addModule(registry, content)
	path := filepath.Join(t.TempDir(), "out.wasm")
	m := &wasm2oci.Monitor{}
	result, err := newClient(t, quick(), nil).Pull(wasm2oci.WithMonitor(t.Context(), m), reference, path, wasm2oci.PullOptions{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	if read(t, path) != string(content) || result.Path != path {
		t.Errorf("%q holds %q", result.Path, read(t, path))
	}
	manifest := registry.Manifest("org/mod:v1")
	if result.Reference != reference || result.Digest != digest.FromBytes(manifest).String() || result.Size != int64(len(manifest)) ||
		result.MediaType != ocispec.MediaTypeImageManifest || result.Kind != "module" || result.Layer.Digest != layer.Digest.String() ||
		result.FileDigest != layer.Digest.String() || result.FileSize != layer.Size || result.IndexDigest != "" {
		t.Errorf("the result is %+v", result)
	}
	if progress := m.Snapshot(); progress.Done != uint64(layer.Size) || progress.Total != progress.Done {
		t.Errorf("progress is %+v", progress)
	}
	if got := registry.Lines(); !slices.Equal(got, []string{"GET /v2/org/mod/manifests/v1", "GET /v2/org/mod/blobs/" + layer.Digest.String()}) {
		t.Errorf("the registry saw %q", got)
	}
}

func TestPullByDigest(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	desc := registry.AddArtifact("org/mod:v1", registry.AddBlob("application/wasm", module("content")))
	for _, suffix := range []string{"@" + desc.Digest.String(), ":absent@" + desc.Digest.String()} {
		result, err := newClient(t, quick(), nil).Pull(t.Context(), registry.Host+"/org/mod"+suffix, t.TempDir(), wasm2oci.PullOptions{})
		if err != nil || result.Digest != desc.Digest.String() {
			t.Errorf("%s gave %+v, %v", suffix, result, err)
		}
	}
}

func TestDefaultNames(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	layer := registry.AddBlob("application/wasm", module("content"))
	local := t.TempDir()
	for _, test := range []struct {
		name, repository, layout, suffix, want string
	}{
		{"last part of the repository", "a/b/mod", "", ":v1", "mod.wasm"},
		{"with the ending already", "a/mod.wasm", "", ":v1", "mod.wasm"},
		{"with another ending", "a/mod.v2", "", ":v1", "mod.v2.wasm"},
		{"tag of a layout", "", "dir", ":v1", "v1.wasm"},
		{"tag with the ending already", "", "dir", ":app.wasm", "app.wasm"},
		{"latest", "", "dir", "", "latest.wasm"},
		{"folder of a layout", "", "folder", "@DIGEST", "folder.wasm"},
		{"hidden folder", "", ".hidden", "@DIGEST", "hidden.wasm"},
		{"folder like an option", "", "--rm", "@DIGEST", "rm.wasm"},
		{"folder of nothing but dots", "", "...", "@DIGEST", "module.wasm"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, quick(), nil)
			reference := registry.Host + "/" + test.repository + test.suffix
			if test.repository == "" {
				base := "oci:" + filepath.Join(local, test.layout)
				tag := test.suffix
				if strings.HasPrefix(tag, "@") {
					tag = ":other"
				}
				pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(module("content")), base+tag, wasm2oci.PushOptions{})
				if err != nil {
					t.Fatal(err)
				}
				reference = base + strings.ReplaceAll(test.suffix, "DIGEST", pushed.Digest)
			} else {
				registry.AddArtifact(test.repository+test.suffix, layer)
			}
			dir := t.TempDir()
			for _, path := range []string{dir, dir + string(filepath.Separator)} {
				result, err := client.Pull(t.Context(), reference, path, wasm2oci.PullOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if result.Path != filepath.Join(dir, test.want) || !slices.Equal(names(t, dir), []string{test.want}) {
					t.Errorf("%q gave %q; the folder holds %q", path, result.Path, names(t, dir))
				}
			}
		})
	}
}

// The working directory belongs to the whole process, hence no t.Parallel.
func TestPullIntoTheWorkingDirectory(t *testing.T) {
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	t.Chdir(t.TempDir())
	result, err := newClient(t, quick(), nil).Pull(t.Context(), reference, "", wasm2oci.PullOptions{})
	if err != nil || result.Path != "mod.wasm" || !slices.Equal(names(t, "."), []string{"mod.wasm"}) {
		t.Errorf("%+v, %v; the folder holds %q", result, err, names(t, "."))
	}
}

func TestTitlesNameNoFile(t *testing.T) {
	t.Parallel()
	for _, title := range []string{"../evil.wasm", "/evil.wasm", "a/../../evil.wasm", "sub/evil.wasm", "link.wasm", `..\evil.wasm`, ".wasm", "-rf.wasm", "a\x00b.wasm", "a\nb.wasm"} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			layer := registry.AddBlob("application/wasm", module("content"))
			layer.Annotations = map[string]string{ocispec.AnnotationTitle: title}
			registry.AddArtifact("org/mod:v1", layer)
			outside := t.TempDir()
			dir := filepath.Join(outside, "dir")
			write(t, filepath.Join(outside, "theirs"), "theirs")
			if err := os.Mkdir(dir, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Join(outside, "theirs"), filepath.Join(dir, "link.wasm")); err != nil {
				t.Skipf("no symbolic links: %v", err)
			}
			if err := os.Symlink(outside, filepath.Join(dir, "sub")); err != nil {
				t.Fatal(err)
			}
			result, err := newClient(t, quick(), nil).Pull(t.Context(), registry.Host+"/org/mod:v1", dir, wasm2oci.PullOptions{})
			if err != nil || result.Path != filepath.Join(dir, "mod.wasm") {
				t.Errorf("%+v, %v", result, err)
			}
			if got := names(t, outside); !slices.Equal(got, []string{"dir", "theirs"}) || read(t, filepath.Join(outside, "theirs")) != "theirs" {
				t.Errorf("outside there is %q", got)
			}
		})
	}
}

func TestPullOverwritesUnlessTold(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	dir := t.TempDir()
	path := filepath.Join(dir, "mod.wasm")
	client := newClient(t, quick(), nil)
	write(t, path, "old")
	for _, given := range []string{path, dir} {
		_, err := client.Pull(t.Context(), reference, given, wasm2oci.PullOptions{Overwrite: ptr(false)})
		if e := wantError(t, err, wasm2oci.AlreadyExists, path); e.Detail.Path != path || e.Detail.Errno == 0 {
			t.Errorf("the detail is %+v", e.Detail)
		}
	}
	if lines := registry.Lines(); len(lines) > 0 || read(t, path) != "old" {
		t.Errorf("the registry saw %q; the file holds %q", lines, read(t, path))
	}
	for _, options := range []wasm2oci.PullOptions{{}, {Overwrite: ptr(true)}} {
		write(t, path, "old")
		if _, err := client.Pull(t.Context(), reference, path, options); err != nil || read(t, path) != string(module("content")) {
			t.Errorf("%v; the file holds %q", err, read(t, path))
		}
	}
}

func TestFileThatComesDuringADownloadIsKept(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, layer := addModule(registry, module("content"))
	dir := t.TempDir()
	path := filepath.Join(dir, "out.wasm")
	registry.Break(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, layer.Digest.String()) {
			if err := os.WriteFile(path, []byte("theirs"), 0o600); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	_, err := newClient(t, quick(), nil).Pull(t.Context(), reference, path, wasm2oci.PullOptions{Overwrite: ptr(false)})
	wantError(t, err, wasm2oci.AlreadyExists, path)
	if read(t, path) != "theirs" || len(names(t, dir)) != 1 {
		t.Errorf("%q holds %q", names(t, dir), read(t, path))
	}
}

func TestPathsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		path func(dir string) string
	}{
		{"missing folder", func(dir string) string { return filepath.Join(dir, "missing", "out.wasm") }},
		{"a missing folder in a file", func(dir string) string { return filepath.Join(dir, "file", "missing") + "/" }},
		{"a file in the way", func(dir string) string { return filepath.Join(dir, "file", "out.wasm") }},
		{"a device", func(string) string { return os.DevNull }},
		{"a long name", func(dir string) string { return filepath.Join(dir, strings.Repeat("n", 300)) }},
		{"a long path", func(dir string) string { return dir + strings.Repeat("/x", 2500) }},
		{"NUL", func(dir string) string { return filepath.Join(dir, "a\x00b") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			dir := t.TempDir()
			write(t, filepath.Join(dir, "file"), "theirs")
			_, err := newClient(t, quick(), nil).Pull(t.Context(), reference, test.path(dir), wasm2oci.PullOptions{})
			if e := wantError(t, err, wasm2oci.Filesystem); e.Detail.Path == "" || e.Detail.Errno == 0 {
				t.Errorf("the detail is %+v", e.Detail)
			}
			if lines := registry.Lines(); len(lines) > 0 {
				t.Errorf("the registry saw %q", lines)
			}
			if got := names(t, dir); !slices.Equal(got, []string{"file"}) {
				t.Errorf("the folder holds %q", got)
			}
		})
	}
}

func TestUnusualPathsWork(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	for _, name := range []string{"with space.wasm", "ünï—✓.wasm", "a:b.wasm", strings.Repeat("n", 255), "-o", "new\nline", "\xff.wasm"} {
		if name == "\xff.wasm" && runtime.GOOS != "linux" {
			continue
		}
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		client := newClient(t, quick(), nil)
		if _, err := client.Pull(t.Context(), reference, path, wasm2oci.PullOptions{}); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if _, err := client.Push(t.Context(), wasm2oci.FileSource(path), "oci:"+filepath.Join(dir, "layout")+":v1", wasm2oci.PushOptions{}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestPullThroughAnIndex(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	child := registry.AddArtifact("org/mod:child", registry.AddBlob("application/wasm", module("content")))
	index := func(name string, children ...ocispec.Descriptor) ocispec.Descriptor {
		document := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex, Manifests: append([]ocispec.Descriptor{}, children...)}
		document.SchemaVersion = 2
		raw, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		return registry.AddManifest(name, ocispec.MediaTypeImageIndex, raw)
	}
	chain := child
	for range 4 {
		chain = index("org/mod:nested", chain)
	}
	index("org/mod:deeper", chain)
	plain := index("org/mod:plain", child)
	lying := child
	lying.Size++
	index("org/mod:lying", lying)
	absent := child
	absent.Digest = digest.FromString("absent")
	index("org/mod:absent", absent)
	unknown := child
	unknown.Digest = "blake3:abc"
	index("org/mod:unknown", unknown)
	index("org/mod:empty")
	index("org/mod:two", child, registry.AddArtifact("org/mod:other", registry.AddBlob("application/wasm", module("other"))))
	for _, test := range []struct {
		tag   string
		kind  wasm2oci.Kind // 0: it works
		index string
		says  string
	}{
		{"plain", 0, plain.Digest.String(), ""},
		{"nested", 0, chain.Digest.String(), ""},
		{"deeper", wasm2oci.InvalidManifest, "", "deep"},
		{"lying", wasm2oci.DigestMismatch, "", ""},
		{"absent", wasm2oci.NotFound, "", ""},
		{"unknown", wasm2oci.InvalidManifest, "", "blake3"},
		{"empty", wasm2oci.NotWasm, "", ""},
		{"two", wasm2oci.Ambiguous, "", "2 platforms"},
	} {
		for _, verb := range loading {
			t.Run(test.tag+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				reference := registry.Host + "/org/mod:" + test.tag
				client := newClient(t, quick(), nil)
				err := verb.call(t.Context(), client, reference, dir)
				if test.kind != 0 {
					wantError(t, err, test.kind, test.says)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				result, _, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{})
				if err != nil || result.Digest != child.Digest.String() || result.IndexDigest != test.index {
					t.Errorf("the result is %+v, %v", result, err)
				}
			})
		}
	}
}

func TestFetchFillsTheMemoryItIsGiven(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, layer := addModule(registry, module("content"))
	client := newClient(t, quick(), nil)
	var memory []byte
	_, got, err := client.Fetch(t.Context(), reference, func(size int64) ([]byte, error) {
		memory = make([]byte, size)
		return memory, nil
	}, wasm2oci.FetchOptions{})
	if err != nil || int64(len(memory)) != layer.Size || &got[0] != &memory[0] || string(got) != string(module("content")) {
		t.Errorf("fetched %q, %v", got, err)
	}
	_, _, err = client.Fetch(t.Context(), reference, func(int64) ([]byte, error) { return nil, os.ErrPermission }, wasm2oci.FetchOptions{})
	if err == nil || !strings.Contains(err.Error(), "permission") {
		t.Errorf("without memory: %v", err)
	}
}

func TestFolderIsMadeForAPull(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	dir := t.TempDir()
	result, err := newClient(t, quick(), nil).Pull(t.Context(), reference, filepath.Join(dir, "new", "dir")+"/", wasm2oci.PullOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "new", "dir", "mod.wasm"); result.Path != want || read(t, want) != string(module("content")) {
		t.Errorf("pulled to %q", result.Path)
	}
}

func TestFolderOfAPullThatFailsIsNotLeft(t *testing.T) {
	t.Parallel()
	for _, fault := range []testregistry.Fault{answering(500, ""), only("GET", "/blobs/", func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write(module("kontent"))
		return true
	})} {
		registry := testregistry.New(t)
		reference, _ := addModule(registry, module("content"))
		registry.Break(fault)
		dir := t.TempDir()
		if _, err := newClient(t, quick(), nil).Pull(t.Context(), reference, filepath.Join(dir, "new", "dir")+"/", wasm2oci.PullOptions{}); err == nil {
			t.Error("it succeeds")
		}
		if left := names(t, dir); len(left) > 0 {
			t.Errorf("%q is left", left)
		}
	}
}
