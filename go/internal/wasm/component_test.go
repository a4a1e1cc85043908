package wasm_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// world is what `wkg oci push` wrote into the configuration of the artifact.
// wkg lists a WIT package in random order; here it is sorted.
func world(t *testing.T, name string) (imports, exports []string) {
	t.Helper()
	var config struct {
		Component struct{ Imports, Exports []string }
	}
	if err := json.Unmarshal(load(t, name+".config.json"), &config); err != nil {
		t.Fatal(err)
	}
	return config.Component.Imports, config.Component.Exports
}

func TestSameWorldAsWkg(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		witPackage bool
	}{
		{"greeter", false},
		{"options", false},
		{"package", true},
		{"package2023", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			imports, exports := world(t, tc.name)
			if tc.witPackage {
				slices.Sort(exports)
			}
			want := &wasm.World{Imports: imports, Exports: exports, WITPackage: tc.witPackage}
			if got := inspect(t, tc.name).World; !reflect.DeepEqual(got, want) {
				t.Errorf("got %s, want %s", indented(t, got), indented(t, want))
			}
		})
	}
}

// TestNoWorldOfAModule differs from wkg, which takes every module for a
// component that neither imports nor exports anything.
func TestNoWorldOfAModule(t *testing.T) {
	t.Parallel()
	if got := inspect(t, "kinds").World; got != nil {
		t.Errorf("got %+v, want none", got)
	}
}

// TestComponentExterns holds the sorts of imports and exports against the text
// that the components were made from.
func TestComponentExterns(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file, name string
		imported   bool
		kind       wasm.ExternKind
		options    wasm.NameOptions
	}{
		{"greeter", "example:greeter/names@1.2.0", true, wasm.ExternInstance, wasm.NameOptions{}},
		{"greeter", "clock", true, wasm.ExternInstance, wasm.NameOptions{}},
		{"greeter", "person", true, wasm.ExternType, wasm.NameOptions{}},
		{"greeter", "log", true, wasm.ExternFunc, wasm.NameOptions{}},
		{"greeter", "run", false, wasm.ExternFunc, wasm.NameOptions{}},
		{"greeter", "example:greeter/greet@1.2.0", false, wasm.ExternInstance, wasm.NameOptions{}},
		{"async", "example:waits/streams@0.1.0", true, wasm.ExternInstance, wasm.NameOptions{}},
		{"async", "now", true, wasm.ExternFunc, wasm.NameOptions{}},
		{"async", "run", false, wasm.ExternFunc, wasm.NameOptions{}},
		{"async", "example:waits/streams@0.1.0", false, wasm.ExternInstance, wasm.NameOptions{}},
		{"nested", "wasi:cli/environment@0.2.0", true, wasm.ExternInstance, wasm.NameOptions{}},
		{"nested", "logger", true, wasm.ExternComponent, wasm.NameOptions{}},
		{"nested", "engine", true, wasm.ExternCoreModule, wasm.NameOptions{}},
		{"nested", "token", true, wasm.ExternType, wasm.NameOptions{}},
		{"nested", "plain", false, wasm.ExternCoreModule, wasm.NameOptions{}},
		{"nested", "inner", false, wasm.ExternComponent, wasm.NameOptions{}},
		{"nested", "made", false, wasm.ExternInstance, wasm.NameOptions{}},
		{"package", "greeter", false, wasm.ExternType, wasm.NameOptions{}},
		{"options", "logs", true, wasm.ExternInstance, wasm.NameOptions{Implements: "wasi:logging/logging@0.1.0"}},
		{"options", "a:b/c@1", true, wasm.ExternInstance, wasm.NameOptions{VersionSuffix: ".2.3"}},
		{"options", "ext", true, wasm.ExternFunc, wasm.NameOptions{ExternalID: "some id"}},
	} {
		t.Run(tc.file+" "+tc.name, func(t *testing.T) {
			t.Parallel()
			info := inspect(t, tc.file)
			found := false
			if tc.imported {
				found = slices.Contains(info.Imports, wasm.Import{Name: tc.name, Kind: tc.kind, NameOptions: tc.options})
			} else {
				found = slices.Contains(info.Exports, wasm.Export{Name: tc.name, Kind: tc.kind, NameOptions: tc.options})
			}
			if !found {
				t.Errorf("no such %s in %s", tc.kind, indented(t, info))
			}
		})
	}
}

// TestExternsWithoutAWorld lists what wkg refuses to push: exports that are
// neither functions nor instances, and imports that a world has no words for.
func TestExternsWithoutAWorld(t *testing.T) {
	t.Parallel()
	want := &wasm.World{Imports: []string{"wasi:cli/environment@0.2.0", "token"}, Exports: []string{"made"}}
	if got := inspect(t, "nested").World; !reflect.DeepEqual(got, want) {
		t.Errorf("got %s, want %s", indented(t, got), indented(t, want))
	}
}

// TestBigComponent reads a component that is too big to be kept here; the script
// testdata/src/python.sh makes it.
func TestBigComponent(t *testing.T) {
	t.Parallel()
	path := os.Getenv("WASM2OCI_BIG_COMPONENT")
	if path == "" {
		t.Skip("WASM2OCI_BIG_COMPONENT names no component made by testdata/src/python.sh")
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	stat, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	counting := &counter{source: file}
	info, err := wasm.Inspect(counting, stat.Size())
	if err != nil || len(info.Warnings) > 0 {
		t.Fatalf("got %v, %q", err, info.Warnings)
	}
	t.Logf("%d bytes in %d reads", stat.Size(), counting.reads)
	if counting.reads > 200 || counting.problem != "" {
		t.Errorf("%d reads %s, want at most 200", counting.reads, counting.problem)
	}
	imports, exports := world(t, "python")
	if want := (&wasm.World{Imports: imports, Exports: exports}); !reflect.DeepEqual(info.World, want) {
		t.Errorf("got %s, want %s", indented(t, info.World), indented(t, want))
	}
	if want := customSections(t, "python"); !slices.Equal(info.CustomSections, want) {
		t.Errorf("got the custom sections %v, want %v", info.CustomSections, want)
	}
	var want shown
	if err := json.Unmarshal(load(t, "python.metadata.json"), &want); err != nil {
		t.Fatal(err)
	}
	sameChild(t, wasm.Child{
		Kind: info.Kind, Name: info.Name, Size: stat.Size(),
		Producers: info.Producers, Metadata: info.Metadata, Children: info.Children,
	}, want)
}
