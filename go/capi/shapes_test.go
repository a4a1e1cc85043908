package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

const binaries = "../internal/wasm"

// describe adds a type to the shapes, if it is one with a shape of its own, and
// returns how it is spelled.
func describe(shapes map[string]any, goType reflect.Type) string {
	switch goType.Kind() {
	case reflect.Pointer:
		return describe(shapes, goType.Elem())
	case reflect.Slice:
		if goType == reflect.TypeFor[json.RawMessage]() {
			return "any"
		}
		return describe(shapes, goType.Elem()) + "[]"
	case reflect.Map:
		return "Record<string, " + describe(shapes, goType.Elem()) + ">"
	case reflect.String:
		if values := constants[goType.Name()]; len(values) > 0 {
			shapes[goType.Name()] = values
			return goType.Name()
		}
	case reflect.Struct:
		if _, known := shapes[goType.Name()]; !known {
			shape := map[string]string{}
			shapes[goType.Name()] = shape // before its members, which may be of its own type
			addShape(shapes, shape, goType, "")
		}
		return goType.Name()
	}
	return jsonType(goType)
}

// addShape adds the members of a struct. As encoding/json does it, a member of an
// embedded struct gives way to the outer one of the same name; where the pointer to
// the embedded struct is nil, all its members are absent.
func addShape(shapes map[string]any, shape map[string]string, goType reflect.Type, absent string) {
	for field := range goType.Fields() {
		if field.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		spelled := describe(shapes, field.Type)
		switch {
		case options == "omitempty":
			name += "?"
		case field.Type.Kind() == reflect.Pointer, spelled == "any":
			name, spelled = name+absent, spelled+" | null"
		default:
			name += absent
		}
		if shape[strings.TrimSuffix(name, "?")] == "" && shape[strings.TrimSuffix(name, "?")+"?"] == "" {
			shape[name] = spelled
		}
	}
	for field := range goType.Fields() {
		switch {
		case !field.Anonymous:
		case field.Type.Kind() == reflect.Pointer:
			addShape(shapes, shape, field.Type.Elem(), "?")
		default:
			addShape(shapes, shape, field.Type, absent)
		}
	}
}

// constants are the values of the text types of package wasm, by the type's name,
// in the order of the source. Reflection does not know them.
var constants = func() map[string][]string {
	found := map[string][]string{}
	files, err := filepath.Glob(filepath.Join(binaries, "*.go"))
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			panic(err)
		}
		ast.Inspect(source, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			name, typed := spec.Type.(*ast.Ident)
			value, literal := spec.Values[0].(*ast.BasicLit)
			if typed && literal && value.Kind == token.STRING {
				text, err := strconv.Unquote(value.Value)
				if err != nil {
					panic(err)
				}
				found[name.Name] = append(found[name.Name], text)
			}
			return true
		})
	}
	return found
}()

// TestBinariesHaveTheirShapes holds the JSON of real binaries against the shapes:
// what they say is never absent or null is not.
func TestBinariesHaveTheirShapes(t *testing.T) {
	t.Parallel()
	shapes := currentSchema().Types
	files, err := filepath.Glob(filepath.Join(binaries, "testdata", "*.wasm"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	malformed := filepath.Join(t.TempDir(), "malformed.wasm")
	if err := os.WriteFile(malformed, []byte("\x00asm\x01\x00\x00\x00\x01"), 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := wasm2oci.NewClient(wasm2oci.ClientOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	reference := "oci:" + filepath.Join(t.TempDir(), "layout") + ":v1"
	for _, file := range append(files, malformed) {
		options := wasm2oci.PushOptions{AllowAny: true}
		if _, err := client.Push(t.Context(), wasm2oci.FileSource(file), reference, options); err != nil {
			t.Fatal(err)
		}
		for _, what := range []string{file, reference} {
			artifact, err := client.Inspect(t.Context(), what, wasm2oci.InspectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			text, err := marshal(artifact)
			if err != nil {
				t.Fatal(err)
			}
			var value any
			if err := json.Unmarshal(text, &value); err != nil {
				t.Fatal(err)
			}
			hasShape(t, shapes, filepath.Base(file), value, "Artifact")
		}
	}
}

// hasShape fails where a value of JSON is not of a type that schema spells so.
func hasShape(t *testing.T, shapes map[string]any, at string, value any, spelled string) {
	t.Helper()
	spelled, nullable := strings.CutSuffix(spelled, " | null")
	if value == nil && nullable {
		return
	}
	if element, ok := strings.CutSuffix(spelled, "[]"); ok {
		items, ok := value.([]any)
		if !ok {
			t.Errorf("%s is %v, not an array", at, value)
		}
		for i, item := range items {
			hasShape(t, shapes, at+"["+strconv.Itoa(i)+"]", item, element)
		}
		return
	}
	if element, ok := strings.CutPrefix(spelled, "Record<string, "); ok {
		members, ok := value.(map[string]any)
		if !ok {
			t.Errorf("%s is %v, not an object", at, value)
		}
		for name, member := range members {
			hasShape(t, shapes, at+"."+name, member, strings.TrimSuffix(element, ">"))
		}
		return
	}
	switch shape := shapes[spelled].(type) {
	case []string:
		if text, ok := value.(string); !ok || !slices.Contains(shape, text) {
			t.Errorf("%s is %v, not one of %q", at, value, shape)
		}
	case map[string]string:
		hasMembers(t, shapes, at, value, shape)
	default:
		hasPlainType(t, at, value, spelled)
	}
}

func hasMembers(t *testing.T, shapes map[string]any, at string, value any, shape map[string]string) {
	t.Helper()
	object, ok := value.(map[string]any)
	if !ok {
		t.Errorf("%s is %v, not an object", at, value)
		return
	}
	unknown := maps.Clone(object)
	for key, spelled := range shape {
		name, optional := strings.CutSuffix(key, "?")
		delete(unknown, name)
		if member, present := object[name]; present {
			hasShape(t, shapes, at+"."+name, member, spelled)
		} else if !optional {
			t.Errorf("%s has no %s", at, name)
		}
	}
	if len(unknown) > 0 {
		t.Errorf("%s has the members %v besides", at, unknown)
	}
}

func hasPlainType(t *testing.T, at string, value any, spelled string) {
	t.Helper()
	is := map[string]string{"string": "string", "bool": "boolean", "float64": "integer"}
	if value == nil || spelled != "any" && is[reflect.TypeOf(value).String()] != spelled {
		t.Errorf("%s is %v, not %s", at, value, spelled)
	}
}
