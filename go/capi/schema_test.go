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
		Options: map[string]map[string]string{}, Results: map[string][]string{},
		Types: map[string]any{}, Statuses: map[string]int{"OK": 0},
	}
	for name, options := range map[string]any{
		"client": wasm2oci.ClientOptions{}, "push": wasm2oci.PushOptions{}, "pull": wasm2oci.PullOptions{},
		"fetch": wasm2oci.FetchOptions{}, "open": wasm2oci.OpenOptions{}, "resolve": wasm2oci.ResolveOptions{},
		"inspect": wasm2oci.InspectOptions{}, "convert": wasm2oci.ConvertOptions{}, "runtime": guest.Options{},
	} {
		current.Options[name] = map[string]string{}
		addOptions(current.Options[name], reflect.TypeOf(options))
	}
	for name, result := range map[string]any{
		"push": wasm2oci.PushResult{}, "pull": wasm2oci.PullResult{}, "fetch": wasm2oci.FetchResult{},
		"resolve": wasm2oci.ResolveResult{}, "inspect": wasm2oci.Artifact{}, "descriptor": wasm2oci.Descriptor{},
		"detail": wasm2oci.Detail{}, "runtime": runtimeInfo{},
	} {
		current.Results[name] = members(reflect.TypeOf(result))
		describe(current.Types, reflect.TypeOf(result))
	}
	for kind, name := range wasm2oci.Kinds() {
		current.Statuses[name] = int(kind)
	}
	return current
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
