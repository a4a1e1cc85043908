package wasm2oci_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// tagged pushes a module as v1 to a registry or a layout, and returns the place
// without its tag.
func tagged(t *testing.T, client *wasm2oci.Client, place string) string {
	t.Helper()
	if _, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), place+":v1", wasm2oci.PushOptions{}); err != nil {
		t.Fatal(err)
	}
	return place
}

func TestTagGivesMoreNames(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	for name, place := range map[string]string{
		"registry": registry.Host + "/org/mod", "layout": "oci:" + filepath.Join(t.TempDir(), "layout"),
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, wasm2oci.ClientOptions{}, nil)
			tagged(t, client, place)
			before := len(registry.Lines())
			found, err := client.Tag(t.Context(), place+":v1", []string{"v1.2", "latest", "v1.2"}, wasm2oci.TagOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if name == "registry" {
				want := []string{"GET /v2/org/mod/manifests/v1", "PUT /v2/org/mod/manifests/v1.2", "PUT /v2/org/mod/manifests/latest"}
				if lines := registry.Lines()[before:]; !slices.Equal(lines, want) {
					t.Errorf("the registry saw %q", lines)
				}
			}
			if found.Reference != place+":v1" {
				t.Errorf("the reference is %q", found.Reference)
			}
			for _, tag := range []string{"v1", "v1.2", "latest"} {
				one, err := client.Resolve(t.Context(), place+":"+tag, wasm2oci.ResolveOptions{})
				if err != nil || one.Digest != found.Digest || one.MediaType != found.MediaType || one.Size != found.Size {
					t.Errorf("%s is %+v, %v", tag, one, err)
				}
			}
			// By digest, and a tag that moves.
			if _, err := client.Push(t.Context(), wasm2oci.BytesSource(module("two")), place+":v2", wasm2oci.PushOptions{}); err != nil {
				t.Fatal(err)
			}
			if _, err := client.Tag(t.Context(), place+"@"+found.Digest, []string{"v2"}, wasm2oci.TagOptions{}); err != nil {
				t.Fatal(err)
			}
			if one, err := client.Resolve(t.Context(), place+":v2", wasm2oci.ResolveOptions{}); err != nil || one.Digest != found.Digest {
				t.Errorf("v2 is %+v, %v", one, err)
			}
		})
	}
}

func TestTagRefuses(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	place := tagged(t, client, registry.Host+"/org/mod")
	before := len(registry.Lines())
	for _, test := range []struct {
		reference string
		tags      []string
		kind      wasm2oci.Kind
	}{
		{place + ":v1", nil, wasm2oci.InvalidArgument},
		{place + ":v1", []string{""}, wasm2oci.InvalidReference},
		{place + ":v1", []string{"v2", "a b"}, wasm2oci.InvalidReference},
		{place + ":v1", []string{"sha256:abc"}, wasm2oci.InvalidReference},
		{"hello", []string{"v2"}, wasm2oci.InvalidReference},
	} {
		if _, err := client.Tag(t.Context(), test.reference, test.tags, wasm2oci.TagOptions{}); wasm2oci.KindOf(err) != test.kind {
			t.Errorf("%s as %q gave %v", test.reference, test.tags, err)
		}
	}
	if lines := registry.Lines()[before:]; len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
	if _, err := client.Tag(t.Context(), place+":nope", []string{"v2"}, wasm2oci.TagOptions{}); wasm2oci.KindOf(err) != wasm2oci.NotFound {
		t.Errorf("a tag that is not there gave %v", err)
	}
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusForbidden)
		}
		return r.Method == http.MethodPut
	})
	if _, err := client.Tag(t.Context(), place+":v1", []string{"v2"}, wasm2oci.TagOptions{}); wasm2oci.KindOf(err) != wasm2oci.PermissionDenied {
		t.Errorf("a registry that refuses gave %v", err)
	}
}

func TestParseTags(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"v1": "[v1]", "v1,v1.2,latest": "[v1 v1.2 latest]", "a,b,a": "[a b]"} {
		if tags, err := wasm2oci.ParseTags(text); err != nil || fmt.Sprint(tags) != want {
			t.Errorf("%q gave %q, %v", text, tags, err)
		}
	}
	for _, text := range []string{"", ",", "v1,", "v1, v2", "v1;v2"} {
		if tags, err := wasm2oci.ParseTags(text); err == nil {
			t.Errorf("%q gave %q", text, tags)
		}
	}
}

func TestNamesReportTheirPhase(t *testing.T) {
	t.Parallel()
	for _, verb := range []struct {
		verb
		method, path string
		phase        monitor.Phase
	}{
		{tagging, "PUT", "/manifests/v2", monitor.Finishing},
		{listing, "GET", "/tags/list", monitor.Resolving},
		{untagging, "DELETE", "/manifests/v1", monitor.Finishing},
		{deleting, "DELETE", "/manifests/sha256:", monitor.Finishing},
	} {
		t.Run(verb.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			m, phase := &wasm2oci.Monitor{}, monitor.Phase(-1)
			registry.Break(only(verb.method, verb.path, func(http.ResponseWriter, *http.Request) bool {
				phase = m.Snapshot().Phase
				return false
			}))
			if err := verb.call(wasm2oci.WithMonitor(t.Context(), m), newClient(t, quick(), nil), reference, ""); err != nil {
				t.Fatal(err)
			}
			if progress := m.Snapshot(); phase != verb.phase || progress.Done != progress.Total {
				t.Errorf("the phase was %d; it ended with %+v", phase, progress)
			}
		})
	}
}
