package main

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/guest"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

var update = flag.Bool("update", false, "write testdata/options.json anew")

// schema is what the layers above are held against.
type schema struct {
	// Options gives, for the client and each verb, the keys and their types.
	Options map[string]map[string]string `json:"options"`
	// Verbs has the type of each verb's result.
	Verbs map[string]string `json:"verbs"`
	// Results returns the members of the JSON results.
	Results map[string][]string `json:"results"`
	// Types returns the shapes of the results, down to their leaves, by the names of
	// the Go types. An object's members are spelled as in TypeScript: "name?" may
	// be absent; "T[]", "Record<string, T>" and "T | null". A type of text that
	// has a name lists its values.
	Types map[string]any `json:"types"`
	// Statuses returns the numbers of the statuses.
	Statuses map[string]int `json:"statuses"`
}

func currentSchema() schema {
	current := schema{
		Options: map[string]map[string]string{}, Verbs: map[string]string{}, Results: map[string][]string{},
		Types: map[string]any{}, Statuses: map[string]int{"OK": 0},
	}
	options := map[string]reflect.Type{
		"client": reflect.TypeFor[wasm2oci.ClientOptions](), "runtime": reflect.TypeFor[guest.Options](),
	}
	results := map[string]reflect.Type{
		"descriptor": reflect.TypeFor[wasm2oci.Descriptor](), "detail": reflect.TypeFor[wasm2oci.Detail](),
		"runtime": reflect.TypeFor[runtimeInfo](),
	}
	for name, verb := range verbs() {
		options[name], results[name], current.Verbs[name] = verb.options, verb.result, verb.result.Name()
	}
	for name, given := range options {
		current.Options[name] = map[string]string{}
		addOptions(current.Options[name], given)
	}
	for name, result := range results {
		current.Results[name] = members(result)
		describe(current.Types, result)
	}
	for kind, name := range wasm2oci.Kinds() {
		current.Statuses[name] = int(kind)
	}
	return current
}

// verb is what a verb takes and returns.
type verb struct{ options, result reflect.Type }

// verbs finds the verbs: the methods of Client that take options, by the names of
// their options. A stream describes itself by its Result.
func verbs() map[string]verb {
	found := map[string]verb{}
	for method := range reflect.TypeFor[*wasm2oci.Client]().Methods() {
		inputs := method.Type.NumIn()
		options := method.Type.In(inputs - 1)
		if name, ok := strings.CutSuffix(options.Name(), "Options"); ok {
			result := method.Type.Out(0).Elem()
			if described, ok := result.FieldByName("Result"); ok {
				result = described.Type
			}
			found[strings.ToLower(name)] = verb{options, result}
		}
	}
	return found
}

func addOptions(into map[string]string, options reflect.Type) {
	for field := range options.Fields() {
		if field.Anonymous {
			addOptions(into, field.Type)
		} else {
			into[jsonName(field)] = jsonType(field.Type)
		}
	}
}

func members(result reflect.Type) []string {
	if result.Kind() == reflect.Pointer {
		result = result.Elem()
	}
	var names []string
	for field := range result.Fields() {
		inner := []string{jsonName(field)}
		if field.Anonymous {
			inner = members(field.Type)
		}
		for _, name := range inner {
			if name != "-" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

func jsonType(goType reflect.Type) string {
	switch goType.Kind() {
	case reflect.Pointer:
		return jsonType(goType.Elem())
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "integer"
	case reflect.Map:
		return "object"
	case reflect.Slice:
		return "array"
	}
	return goType.String()
}

func TestSchemaIsWrittenDown(t *testing.T) {
	t.Parallel()
	const path = "testdata/options.json"
	current, err := json.MarshalIndent(currentSchema(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	current = append(current, '\n')
	if *update {
		if err := os.WriteFile(path, current, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != string(current) {
		t.Errorf("%s is out of date; run: go test ./capi -run Schema -update, and bring the C header, C++, Python and the command line up to date", path)
	}
}

func TestEveryKindHasAStatusName(t *testing.T) {
	t.Parallel()
	for kind, name := range wasm2oci.Kinds() {
		if got := statusName(int32(kind)); got != name {
			t.Errorf("status %d is %q in C and %q in Go", kind, got, name)
		}
	}
}
