package wasm_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// binaries are those of testdata, each with the answers of other tools beside it.
var binaries = []string{"kinds", "memories", "gc", "shared", "empty", "nested", "options", "greeter", "async", "package", "package2023"}

func load(t testing.TB, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func inspect(t *testing.T, name string) *wasm.Info {
	t.Helper()
	content := load(t, name+".wasm")
	info, err := wasm.Inspect(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatalf("inspecting %s: %v", name, err)
	}
	if len(info.Warnings) > 0 {
		t.Errorf("inspecting %s warns: %q", name, info.Warnings)
	}
	return info
}

// TestSameAsWasmToolsMetadata holds name, producers, metadata and children
// against `wasm-tools metadata show --json`.
func TestSameAsWasmToolsMetadata(t *testing.T) {
	t.Parallel()
	for _, name := range binaries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want shown
			if err := json.Unmarshal(load(t, name+".metadata.json"), &want); err != nil {
				t.Fatal(err)
			}
			info := inspect(t, name)
			got := wasm.Child{
				Kind: info.Kind, Name: info.Name, Size: int64(len(load(t, name+".wasm"))),
				Producers: info.Producers, Metadata: info.Metadata, Children: info.Children,
			}
			sameChild(t, got, want)
		})
	}
}

// shown is one binary as wasm-tools shows it.
type shown struct {
	Module    *details `json:"module"`
	Component *struct {
		Metadata details `json:"metadata"`
		Children []shown `json:"children"`
	} `json:"component"`
}

type details struct {
	Name      string              `json:"name"`
	Producers [][]json.RawMessage `json:"producers"`
	wasm.Metadata
	Range struct{ Start, End int64 } `json:"range"`
}

func sameChild(t *testing.T, got wasm.Child, want shown) {
	t.Helper()
	kind, about, inside := wasm.KindModule, want.Module, []shown{}
	if want.Component != nil {
		kind, about, inside = wasm.KindComponent, &want.Component.Metadata, want.Component.Children
	}
	if got.Kind != kind || got.Name != about.Name {
		t.Errorf("got the %s %q, want the %s %q", got.Kind, got.Name, kind, about.Name)
	}
	if got.Offset != about.Range.Start || got.Offset+got.Size != about.Range.End {
		t.Errorf("%q lies at %d with %d bytes, want %+v", got.Name, got.Offset, got.Size, about.Range)
	}
	if got.Metadata != about.Metadata {
		t.Errorf("%q has the metadata %+v, want %+v", got.Name, got.Metadata, about.Metadata)
	}
	if producers := about.producers(t); !sameProducers(got.Producers, producers) {
		t.Errorf("%q has the producers %v, want %v", got.Name, got.Producers, producers)
	}
	if len(got.Children) != len(inside) {
		t.Fatalf("%q has %d children, want %d", got.Name, len(got.Children), len(inside))
	}
	for i, child := range inside {
		sameChild(t, got.Children[i], child)
	}
}

// producers are by field and tool; wasm-tools has pairs of a field and an object.
func (d *details) producers(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for _, pair := range d.Producers {
		var field string
		var tools map[string]string
		if err := json.Unmarshal(pair[0], &field); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(pair[1], &tools); err != nil {
			t.Fatal(err)
		}
		all[field] = tools
	}
	return all
}

func sameProducers(got wasm.Producers, want map[string]map[string]string) bool {
	return maps.EqualFunc(got, want, func(tools []wasm.Producer, versions map[string]string) bool {
		if len(tools) != len(versions) {
			return false
		}
		return !slices.ContainsFunc(tools, func(tool wasm.Producer) bool {
			version, ok := versions[tool.Name]
			return !ok || version != tool.Version
		})
	})
}

// A custom section of the outermost binary, as `wasm-tools objdump` lists it;
// those of the binaries inside are indented further.
var objdumpCustom = regexp.MustCompile(`(?m)^  custom "([^"]*)" .*\| +(\d+) bytes`)

// customSections reads what `wasm-tools objdump` says of a binary.
func customSections(t *testing.T, name string) []wasm.CustomSection {
	t.Helper()
	sections := []wasm.CustomSection{}
	for _, match := range objdumpCustom.FindAllStringSubmatch(string(load(t, name+".objdump.txt")), -1) {
		size, err := strconv.ParseInt(match[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sections = append(sections, wasm.CustomSection{Name: match[1], Size: size})
	}
	return sections
}

func TestSameAsWasmToolsCustomSections(t *testing.T) {
	t.Parallel()
	for _, name := range binaries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := customSections(t, name)
			if got := inspect(t, name).CustomSections; !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestStreamGivesTheSame reads forwards only, from a source that gives one byte
// at a time.
func TestStreamGivesTheSame(t *testing.T) {
	t.Parallel()
	for _, name := range binaries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := bytes.NewReader(load(t, name+".wasm"))
			got, err := wasm.InspectReader(iotest.OneByteReader(source))
			if err != nil {
				t.Fatal(err)
			}
			if want := inspect(t, name); !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if source.Len() != 0 {
				t.Errorf("%d bytes are left in the stream", source.Len())
			}
		})
	}
}

func TestAllProducersMergesWhatIsInside(t *testing.T) {
	t.Parallel()
	got := inspect(t, "greeter").AllProducers()
	want := map[string]map[string]string{
		"language": {"Rust": "1.95.0"}, "sdk": {"made up": "0.1"},
		"processed-by": {"wit-component": "0.263.0", "rustc": "1.95.0"},
	}
	if !sameProducers(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestJSONNames holds the names that programs read by.
func TestJSONNames(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, name := range binaries {
		text, err := json.Marshal(inspect(t, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`"([^"]*)":`).FindAllStringSubmatch(string(text), -1) {
			names[match[1]] = true
		}
	}
	want := strings.Fields(`
		authors children custom_sections description element exports external_id func global homepage implements imports index64 kind
		language licenses max memory metadata min module mutable name offset page_size params processed-by producers results
		revision sdk shared size source table tag target_features value version version_suffix wit_package world`)
	if got := slices.Sorted(maps.Keys(names)); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
