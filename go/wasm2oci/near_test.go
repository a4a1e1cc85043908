package wasm2oci_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestTagsThatAreNearAreOffered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, answer string
		says         []string
		never        []string
	}{
		{"a version of it", `{"tags":["nightly","1.0","v1.0","v1.0.1","v2.0","stable"]}`, []string{"1.0", "v1.0.1"}, []string{"nightly", "stable"}},
		{"few", `{"tags":["nightly","stable"]}`, []string{"nightly", "stable"}, nil},
		{"none", `{"tags":null}`, []string{"check the repository and the tag"}, nil},
		{"none that is near", `{"tags":["aaaa","bbbb","cccc","dddd"]}`, []string{"check the repository and the tag"}, []string{"aaaa"}},
		{"names that are not tags", `{"tags":["v1\u001b[31m","v1 0"]}`, []string{"check the repository and the tag"}, []string{"[31m"}},
		{"not JSON", `<html>`, []string{"check the repository and the tag"}, nil},
		{"too many", `{"tags":["` + strings.Repeat("v", 2<<20) + `"]}`, []string{"check the repository and the tag"}, nil},
	} {
		for _, verb := range reading {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				registry.Break(only("GET", "/tags/list", answering(200, test.answer)))
				err := verb.call(t.Context(), newClient(t, quick(), nil), registry.Host+"/org/mod:v1", t.TempDir())
				wantError(t, err, wasm2oci.NotFound, append(test.says, "MANIFEST_UNKNOWN")...)
				without(t, err, test.never...)
				if lines := strings.Join(registry.Lines(), "\n"); strings.Count(lines, "/tags/list") != 1 {
					t.Errorf("the registry was asked %s", lines)
				}
			})
		}
	}
}

func TestTagsAreNotAskedForInVain(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		return strings.Contains(r.URL.Path, "/none/") && refusing(404, "NAME_UNKNOWN", "no such repository")(w, r)
	})
	client := newClient(t, quick(), nil)
	for _, reference := range []string{"/org/mod@sha256:" + strings.Repeat("0", 64), "/none/mod:v1"} {
		_, err := client.Resolve(t.Context(), registry.Host+reference, wasm2oci.ResolveOptions{})
		wantError(t, err, wasm2oci.NotFound)
	}
	if lines := strings.Join(registry.Lines(), "\n"); strings.Contains(lines, "/tags/list") {
		t.Errorf("the registry was asked %s", lines)
	}
}
