package wasm2oci_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// referrersTag is one of the referrers tag schema (distribution specification, v1.1).
var referrersTag = "sha256-" + strings.Repeat("0", 64)

func TestTagsThatAreNearAreOffered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, answer string
		says         []string
		never        []string
	}{
		{"a version of it", `{"tags":["nightly","1.0","v1.0","v1.0.1","v2.0","stable"]}`, []string{"1.0", "v1.0.1"}, []string{"nightly", "stable"}},
		{"few", `{"tags":["nightly","stable"]}`, []string{"nightly", "stable"}, nil},
		{"none", `{"name":"org/mod","tags":null}`, []string{"check the repository and the tag: no tags are listed there"}, nil},
		{"none that is near", `{"tags":["aaaa","bbbb","cccc","dddd"]}`, []string{"check the tag; the repository has 4 tags, such as aaaa, bbbb, cccc"}, []string{"check the repository"}},
		{"versions, none near", `{"tags":["nightly","2.9.0","2.10.0","2.10.0-rc1","2.8.0"]}`, []string{"the repository has 5 tags, such as 2.10.0, 2.10.0-rc1, 2.9.0"}, []string{"check the repository"}},
		{"as many as are looked at", `{"tags":["` + strings.Join(slices.Repeat([]string{"other"}, 500), `","`) + `"]}`, []string{"the repository has 500 tags, such as"}, []string{"check the repository"}},
		{"more than are looked at", `{"tags":["` + strings.Join(slices.Repeat([]string{"other"}, 501), `","`) + `"]}`, []string{"the repository has more than 500 tags, such as"}, []string{"check the repository"}},
		{"few, and those of referrers", `{"tags":["` + strings.Repeat(referrersTag+`","`, 5) + `nightly","stable"]}`, []string{"check the tag; the repository has stable, nightly"}, []string{"sha256-"}},
		{"those of referrers alone", `{"tags":["` + referrersTag + `"]}`, []string{"check the tag; the repository has none that names an artifact"}, []string{"sha256-", "check the repository"}},
		{"names that are not tags", `{"tags":["v1\u001b[31m","v1 0"]}`, []string{"check the tag; the repository has none that names an artifact"}, []string{"[31m", "check the repository"}},
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

func TestWhoGaveNoTagIsToldThatItMeansLatest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, answer, says string }{
		{"few", `{"tags":["v1","v2"]}`, "; no tag was given, which means latest; the repository has v1, v2"},
		{"many", `{"tags":["v1","v2","v3","v4"]}`, "; no tag was given, which means latest; the repository has 4 tags, such as v4, v3, v2"},
		{"near", `{"tags":["v1","v2","v3","latest-1"]}`, "; no tag was given, which means latest; the repository has latest-1"},
		{"none", `{"name":"org/mod","tags":[]}`, "; no tag was given, which means latest; check the repository and the tag: no tags are listed there"},
		{"no list", `<html>`, "; no tag was given, which means latest; check the repository and the tag"},
	} {
		for _, verb := range reading {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				registry.Break(only("GET", "/tags/list", answering(200, test.answer)))
				err := verb.call(t.Context(), newClient(t, quick(), nil), registry.Host+"/org/mod", t.TempDir())
				wantError(t, err, wasm2oci.NotFound, "MANIFEST_UNKNOWN")
				if !strings.HasSuffix(err.Error(), test.says) {
					t.Errorf("%q does not end with %q", err, test.says)
				}
			})
		}
	}
}

func TestTheRequestForTagsIsLogged(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	m := &wasm2oci.Monitor{}
	_, err := newClient(t, quick(), nil).Resolve(wasm2oci.WithMonitor(t.Context(), m), registry.Host+"/org/mod:v1", wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.NotFound)
	for _, record := range m.TakeRecords() {
		if strings.Contains(record.Message, "GET http://"+registry.Host+"/v2/org/mod/tags/list") {
			return
		}
	}
	t.Error("nothing was logged of it")
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
