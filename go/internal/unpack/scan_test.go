package unpack_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
)

const limit = 1 << 20

// module is a core module that differs by a text.
func module(text string) string {
	return "\x00asm\x01\x00\x00\x00\x00" + string(rune(len(text)+1)) + "\x00" + text
}

// entry is one header of a tar with its content.
type entry struct {
	name, content string
	kind          byte
	link          string
}

func tarOf(t testing.TB, entries ...entry) string {
	t.Helper()
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	for _, e := range entries {
		if e.kind == 0 {
			e.kind = tar.TypeReg
		}
		header := &tar.Header{Name: e.name, Typeflag: e.kind, Linkname: e.link, Mode: 0o644, Size: int64(len(e.content))}
		if err := writer.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(writer, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func gzipOf(t testing.TB, content string) string {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, err := io.WriteString(writer, content)
	if err := errors.Join(err, writer.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func zstdOf(t testing.TB, content string) string {
	t.Helper()
	writer, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(writer.EncodeAll([]byte(content), nil))
}

// windowed packs as a stream, whose frame says what memory it needs.
func windowed(t testing.TB, window int, content string) string {
	t.Helper()
	var out bytes.Buffer
	writer, err := zstd.NewWriter(&out, zstd.WithWindowSize(window), zstd.WithSingleSegment(false))
	if err != nil {
		t.Fatal(err)
	}
	// What is flushed before the end has no size that could stand for the window.
	_, err = io.WriteString(writer, content)
	if err := errors.Join(err, writer.Flush(), writer.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestScanFindsModules(t *testing.T) {
	t.Parallel()
	one, two := module("one"), module("two")
	for _, test := range []struct {
		name, layer string
		want        map[string]string
	}{
		{"the module itself", one, map[string]string{"": one}},
		{"the module, packed", gzipOf(t, one), map[string]string{"": one}},
		{"tar", tarOf(t, entry{name: "plugin.wasm", content: one}), map[string]string{"plugin.wasm": one}},
		{"tar and gzip", gzipOf(t, tarOf(t, entry{name: "./plugin.wasm", content: one})), map[string]string{"plugin.wasm": one}},
		{"tar and zstd", zstdOf(t, tarOf(t, entry{name: "/a/b.wasm", content: one})), map[string]string{"a/b.wasm": one}},
		{"tar and zstd after a frame to be skipped", "\x51\x2a\x4d\x18\x04\x00\x00\x00note" + zstdOf(t, tarOf(t, entry{name: "a.wasm", content: one})), map[string]string{"a.wasm": one}},
		{"zstd with a large window", windowed(t, 32<<20, tarOf(t, entry{name: "a.wasm", content: one})), map[string]string{"a.wasm": one}},
		{"several frames", zstdOf(t, one[:10]) + zstdOf(t, one[10:]), map[string]string{"": one}},
		{"several members of gzip", gzipOf(t, one[:10]) + gzipOf(t, one[10:]), map[string]string{"": one}},
		{"several", tarOf(t, entry{name: "a.wasm", content: one}, entry{name: "b", content: two}), map[string]string{"a.wasm": one, "b": two}},
		{"a climbing path", tarOf(t, entry{name: "../../x.wasm", content: one}), map[string]string{"x.wasm": one}},
		{"a name alone makes no module", tarOf(t, entry{name: "a.wasm", content: "text"}), nil},
		{"an empty file", tarOf(t, entry{name: "a.wasm"}), nil},
		{"links are not followed", tarOf(t, entry{name: "a.wasm", content: one}, entry{name: "b.wasm", kind: tar.TypeSymlink, link: "a.wasm"}, entry{name: "c.wasm", kind: tar.TypeLink, link: "a.wasm"}), map[string]string{"a.wasm": one}},
		{"the later of two with one path", tarOf(t, entry{name: "a.wasm", content: one}, entry{name: "./a.wasm", content: two}), map[string]string{"a.wasm": two}},
		{"what is replaced by another file", tarOf(t, entry{name: "a", content: one}, entry{name: "a", content: "text"}), nil},
		{"what is replaced by a link", tarOf(t, entry{name: "a.wasm", content: one}, entry{name: "a.wasm", kind: tar.TypeSymlink, link: "b"}), nil},
		{"a contiguous file", tarOf(t, entry{name: "a.wasm", content: one, kind: tar.TypeCont}), map[string]string{"a.wasm": one}},
		{"other content", "just text", nil},
		{"nothing", "", nil},
		{"an empty tar", tarOf(t), nil},
		{"packed twice", gzipOf(t, gzipOf(t, one)), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			listing, err := unpack.Scan(t.Context(), strings.NewReader(test.layer), limit, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(listing.Members) != len(test.want) {
				t.Fatalf("found %+v", listing.Members)
			}
			for _, member := range listing.Members {
				want := test.want[member.Path]
				if member.Size != int64(len(want)) || member.Digest != digest.FromString(want) {
					t.Errorf("%q has %d bytes, %s", member.Path, member.Size, member.Digest)
				}
				stream, err := unpack.Open(t.Context(), strings.NewReader(test.layer), member, limit)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(stream)
				if err := errors.Join(err, stream.Close()); err != nil || string(got) != want {
					t.Errorf("%q reads %q, %v", member.Path, got, err)
				}
			}
		})
	}
}

// lying are the modules of the layers below one.
func lying(names ...string) *unpack.Below {
	below := &unpack.Below{}
	for _, name := range names {
		below.Add(name)
	}
	return below
}

func TestScanListsWhatIsHidden(t *testing.T) {
	t.Parallel()
	below := []string{"", "app.wasm", "bin/old.wasm", "bin/tool", "lib/a.wasm", "lib/deep/b.wasm", "libs/c.wasm"}
	for _, test := range []struct {
		name    string
		entries []entry
		want    []string
	}{
		{"a whiteout", []entry{{name: "bin/.wh.old.wasm"}}, []string{"bin/old.wasm"}},
		{"a whiteout of a folder", []entry{{name: ".wh.lib"}}, []string{"lib/a.wasm", "lib/deep/b.wasm"}},
		{"an opaque folder", []entry{{name: "lib/.wh..wh..opq"}}, []string{"lib/a.wasm", "lib/deep/b.wasm"}},
		{"an opaque root", []entry{{name: ".wh..wh..opq"}}, below[1:]},
		{"another file", []entry{{name: "bin/tool", content: "#!/bin/sh"}}, []string{"bin/tool"}},
		{"another module", []entry{{name: "./app.wasm", content: module("new")}}, []string{"app.wasm"}},
		{"a link", []entry{{name: "app.wasm", kind: tar.TypeSymlink, link: "x"}}, []string{"app.wasm"}},
		{"a folder in place of a file", []entry{{name: "app.wasm", kind: tar.TypeDir}}, []string{"app.wasm"}},
		{"a file in place of a folder", []entry{{name: "lib", content: "text"}}, []string{"lib/a.wasm", "lib/deep/b.wasm"}},
		{"a folder that is there", []entry{{name: "lib/", kind: tar.TypeDir}, {name: "./", kind: tar.TypeDir}}, nil},
		{"the same twice", []entry{{name: ".wh.lib"}, {name: "lib", content: "text"}}, []string{"lib/a.wasm", "lib/deep/b.wasm"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			listing, err := unpack.Scan(t.Context(), strings.NewReader(tarOf(t, test.entries...)), limit, lying(below...))
			if err != nil {
				t.Fatal(err)
			}
			if hidden := slices.Sorted(maps.Keys(listing.Hidden)); !slices.Equal(hidden, test.want) {
				t.Errorf("%q are hidden", hidden)
			}
		})
	}
}

// claiming returns a tar whose only header claims a size that its content has not.
func claiming(t testing.TB, size int64) string {
	t.Helper()
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	if err := writer.WriteHeader(&tar.Header{Name: "plugin.wasm", Mode: 0o644, Size: size, Format: tar.FormatPAX}); err != nil {
		t.Fatal(err)
	}
	return out.String() + module("short")
}

func TestScanRefuses(t *testing.T) {
	t.Parallel()
	good := gzipOf(t, tarOf(t, entry{name: "a.wasm", content: module(strings.Repeat("x", 100))}))
	for _, test := range []struct {
		name, layer string
		limited     bool
	}{
		{"a header that claims 1 TiB", claiming(t, 1<<40), false},
		{"a header that claims 1 TiB, packed", gzipOf(t, claiming(t, 1<<40)), false},
		{"a header that claims what is left of int64", claiming(t, 1<<62), false},
		{"gzip that is cut off", good[:len(good)/2], false},
		{"zstd that is cut off", zstdOf(t, tarOf(t, entry{name: "a.wasm", content: module("x")}))[:20], false},
		{"zstd that asks for much memory", windowed(t, 256<<20, module("x")), false},
		{"a bomb of zeros", gzipOf(t, module("")+strings.Repeat("\x00", 2*limit)), true},
		{"a bomb in a tar", gzipOf(t, tarOf(t, entry{name: "a.wasm", content: module(strings.Repeat("\x00", 2*limit))})), true},
		{"a bomb beside the module", gzipOf(t, tarOf(t, entry{name: "zeros", content: strings.Repeat("\x00", 2*limit)})), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := unpack.Scan(t.Context(), strings.NewReader(test.layer), limit, nil)
			want := fault.InvalidManifest
			if test.limited {
				want = fault.SizeExceeded
			}
			if fault.KindOf(err) != want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestScanGivesTheErrorOfItsSource(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	layer := tarOf(t, entry{name: "a.wasm", content: module(strings.Repeat("x", 100))})
	for name, beginning := range map[string]string{
		"tar": layer[:600], "gzip": gzipOf(t, layer)[:60], "gzip header": gzipOf(t, layer)[:5], "zstd": zstdOf(t, layer)[:60],
	} {
		source := io.MultiReader(strings.NewReader(beginning), failing{broken})
		if _, err := unpack.Scan(t.Context(), source, limit, nil); !errors.Is(err, broken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzScan(f *testing.F) {
	f.Add([]byte(gzipOf(f, tarOf(f, entry{name: "a.wasm", content: module("x")}))))
	f.Add([]byte(zstdOf(f, tarOf(f, entry{name: "a.wasm", content: module("x")}))))
	f.Add([]byte(claiming(f, 1<<40)))
	f.Fuzz(func(t *testing.T, layer []byte) {
		listing, err := unpack.Scan(t.Context(), bytes.NewReader(layer), limit, nil)
		if err != nil {
			return
		}
		for _, member := range listing.Members {
			stream, err := unpack.Open(t.Context(), bytes.NewReader(layer), member, limit)
			if err != nil {
				t.Fatalf("%+v was found and cannot be opened: %v", member, err)
			}
			content, err := io.ReadAll(stream)
			if err != nil || digest.FromBytes(content) != member.Digest {
				t.Fatalf("%+v reads %d bytes, %v", member, len(content), err)
			}
		}
	})
}
