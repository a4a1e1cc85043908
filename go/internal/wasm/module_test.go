package wasm_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// TestSameAsWasmtime holds imports and exports with their types against what
// wasmtime says of the module; testdata/README.md says how it was asked.
func TestSameAsWasmtime(t *testing.T) {
	t.Parallel()
	var want struct {
		Imports []wasm.Import `json:"imports"`
		Exports []wasm.Export `json:"exports"`
	}
	if err := json.Unmarshal(load(t, "kinds.types.json"), &want); err != nil {
		t.Fatal(err)
	}
	got := inspect(t, "kinds")
	for i := range got.Exports {
		got.Exports[i].Tag = nil // wasmtime does not say more than that it is one
	}
	if !reflect.DeepEqual(got.Imports, want.Imports) {
		t.Errorf("got the imports %s, want %s", indented(t, got.Imports), indented(t, want.Imports))
	}
	if !reflect.DeepEqual(got.Exports, want.Exports) {
		t.Errorf("got the exports %s, want %s", indented(t, got.Exports), indented(t, want.Exports))
	}
}

// TestAnEmptyModuleNameIsKept: it is a name like any other, and not the absence of
// one that a component's imports have.
func TestAnEmptyModuleNameIsKept(t *testing.T) {
	t.Parallel()
	content, err := hex.DecodeString("0061736d010000000104016000000206010001300000")
	if err != nil {
		t.Fatal(err)
	}
	info, err := wasm.Inspect(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(info.Imports)
	if want := `[{"module":"","name":"0","kind":"func","func":{"params":[],"results":[]}}]`; err != nil || string(text) != want {
		t.Errorf("got the imports %s (%v), want %s", text, err, want)
	}
	if text, err := json.Marshal(inspect(t, "greeter").Imports); err != nil || strings.Contains(string(text), "module") {
		t.Errorf("a component has the imports %s (%v)", text, err)
	}
}

func indented(t *testing.T, value any) string {
	t.Helper()
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTypesOfTheText holds types against the text that the modules were made
// from, where wasmtime's interface has no words for them.
func TestTypesOfTheText(t *testing.T) {
	t.Parallel()
	global := func(value wasm.ValType, mutable bool) wasm.Type {
		return wasm.Type{Global: &wasm.GlobalType{Value: value, Mutable: mutable}}
	}
	two, wide := uint64(2), uint64(1<<32)
	visit := wasm.Type{Func: &wasm.FuncType{Params: []wasm.ValType{"(ref 0)"}, Results: []wasm.ValType{"(ref null 1)"}}}
	const page = 65536
	for _, tc := range []struct {
		file, name string
		want       wasm.Type
	}{
		{"kinds", "failed", wasm.Type{Tag: &wasm.FuncType{Params: []wasm.ValType{"i32"}, Results: []wasm.ValType{}}}},
		{"memories", "import shared", wasm.Type{Memory: &wasm.MemoryType{Limits: wasm.Limits{Min: 1, Max: &two, Shared: true}, PageSize: page}}},
		{"memories", "import wide", wasm.Type{Memory: &wasm.MemoryType{Limits: wasm.Limits{Min: 1, Index64: true}, PageSize: page}}},
		{"memories", "wide", wasm.Type{Memory: &wasm.MemoryType{Limits: wasm.Limits{Min: 5, Max: &wide, Index64: true}, PageSize: page}}},
		{"memories", "bytes", wasm.Type{Memory: &wasm.MemoryType{Limits: wasm.Limits{Min: 100}, PageSize: 1}}},
		{"memories", "wide_table", wasm.Type{Table: &wasm.TableType{Element: "funcref", Limits: wasm.Limits{Min: 1, Max: &two, Index64: true}}}},
		{"shared", "import log", wasm.Type{Func: &wasm.FuncType{Params: []wasm.ValType{"i32"}, Results: []wasm.ValType{}}}},
		{"shared", "import zero", global("i32", false)},
		{"shared", "import a", wasm.Type{Func: &wasm.FuncType{Params: []wasm.ValType{}, Results: []wasm.ValType{"i64"}}}},
		{"shared", "import b", wasm.Type{Func: &wasm.FuncType{Params: []wasm.ValType{}, Results: []wasm.ValType{"i64"}}}},
		{"shared", "counter", wasm.Type{Global: &wasm.GlobalType{Value: "i32", Mutable: true, Shared: true}}},
		{"shared", "small", global("(ref (shared i31))", false)},
		{"gc", "import visit", visit},
		{"gc", "visit", visit},
		{"gc", "walk", wasm.Type{Func: &wasm.FuncType{
			Params: []wasm.ValType{"anyref", "structref", "arrayref", "i31ref"}, Results: []wasm.ValType{"nullref"},
		}}},
		{"gc", "nodes", wasm.Type{Table: &wasm.TableType{Element: "(ref null 0)", Limits: wasm.Limits{Min: 1}}}},
		{"gc", "filled", wasm.Type{Table: &wasm.TableType{Element: "i31ref", Limits: wasm.Limits{Min: 2}}}},
		{"gc", "one", global("(ref 3)", false)},
		{"gc", "node", global("(ref 0)", false)},
		{"gc", "any", global("anyref", false)},
		{"gc", "last", global("eqref", true)},
		{"gc", "vector", global("v128", false)},
	} {
		t.Run(tc.file+" "+tc.name, func(t *testing.T) {
			t.Parallel()
			info := inspect(t, tc.file)
			found := map[string]wasm.Type{}
			for _, imported := range info.Imports {
				found["import "+imported.Name] = imported.Type
			}
			for _, exported := range info.Exports {
				found[exported.Name] = exported.Type
			}
			if got := found[tc.name]; !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %s, want %s", indented(t, got), indented(t, tc.want))
			}
		})
	}
}

func TestTargetFeatures(t *testing.T) {
	t.Parallel()
	want := []string{"+mutable-globals", "+sign-ext"}
	if got := inspect(t, "kinds").TargetFeatures; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEmptyModule(t *testing.T) {
	t.Parallel()
	got := indented(t, inspect(t, "empty"))
	want := `{
 "kind": "module",
 "imports": [],
 "exports": [],
 "producers": {},
 "metadata": {},
 "custom_sections": []
}`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
