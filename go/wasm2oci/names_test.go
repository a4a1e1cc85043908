package wasm2oci_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// puts returns the requests that stored something, without the numbers of uploads.
func puts(lines []string) []string {
	var found []string
	for _, line := range lines {
		if method, target, _ := strings.Cut(line, " "); method == http.MethodPut || method == http.MethodPost {
			target, _, _ = strings.Cut(target, "?")
			found = append(found, method+" "+target)
		}
	}
	return found
}

func TestPushGivesSeveralNames(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	for name, place := range map[string]string{
		"registry": registry.Host + "/org/mod", "layout": "oci:" + filepath.Join(t.TempDir(), "layout"),
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, quick(), nil)
			result, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), place+":v1,v1.2,latest,v1", wasm2oci.PushOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if result.Reference != place+":v1" || !slices.Equal(result.Tags, []string{"v1", "v1.2", "latest"}) {
				t.Errorf("the result is %+v", result)
			}
			if name == "registry" {
				var manifests []string
				blobs := 0
				for _, line := range puts(registry.Lines()) {
					if strings.Contains(line, "/manifests/") {
						manifests = append(manifests, line)
					} else if strings.HasPrefix(line, http.MethodPost) {
						blobs++
					}
				}
				want := []string{"PUT /v2/org/mod/manifests/v1", "PUT /v2/org/mod/manifests/v1.2", "PUT /v2/org/mod/manifests/latest"}
				if blobs != 2 || !slices.Equal(manifests, want) {
					t.Errorf("%d blobs were sent, and %q", blobs, manifests)
				}
			}
			for _, tag := range result.Tags {
				if one, err := client.Resolve(t.Context(), place+":"+tag, wasm2oci.ResolveOptions{}); err != nil || one.Digest != result.Digest {
					t.Errorf("%s is %+v, %v", tag, one, err)
				}
			}
			converted, err := client.Convert(t.Context(), place+":v1", place+":image,both", wasm2oci.ConvertOptions{Packaging: wasm2oci.Packaging{Format: "image"}})
			if err != nil || converted.Reference != place+":image" || !slices.Equal(converted.Tags, []string{"image", "both"}) {
				t.Fatalf("the conversion is %+v, %v", converted, err)
			}
			if one, err := client.Resolve(t.Context(), place+":both", wasm2oci.ResolveOptions{}); err != nil || one.Digest != converted.Digest {
				t.Errorf("both is %+v, %v", one, err)
			}
			// A digest holds for all of them, and alone sets none.
			pinned, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), place+":a,b@"+result.Digest, wasm2oci.PushOptions{})
			if err != nil || pinned.Reference != place+":a@"+result.Digest || !slices.Equal(pinned.Tags, []string{"a", "b"}) {
				t.Errorf("with its digest it is %+v, %v", pinned, err)
			}
			if one, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), place+"@"+result.Digest, wasm2oci.PushOptions{}); err != nil || one.Tags == nil || len(one.Tags) > 0 {
				t.Errorf("by its digest it is %+v, %v", one, err)
			}
			_, err = client.Push(t.Context(), wasm2oci.BytesSource(module("one")), place+":c,d@"+digest.FromString("x").String(), wasm2oci.PushOptions{})
			wantError(t, err, wasm2oci.DigestMismatch)
		})
	}
}

func TestPushRefusesABadName(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client := newClient(t, quick(), nil)
	layout := filepath.Join(t.TempDir(), "layout")
	for _, place := range []string{registry.Host + "/org/mod", "oci:" + layout} {
		for list, says := range map[string]string{"v1,a b": `invalid tag "a b"`, "v1,,v2": `"v1,,v2" is empty`, "v1,": `"v1," is empty`} {
			_, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), place+":"+list, wasm2oci.PushOptions{})
			wantError(t, err, wasm2oci.InvalidReference, says)
			_, err = client.Convert(t.Context(), place+":v1", place+":"+list, wasm2oci.ConvertOptions{})
			wantError(t, err, wasm2oci.InvalidReference, says)
		}
		_, err := client.Resolve(t.Context(), place+":v1,v2", wasm2oci.ResolveOptions{})
		wantError(t, err, wasm2oci.InvalidReference, "only one is allowed here")
		_, err = client.Convert(t.Context(), place+":v1,v2", place+":v3", wasm2oci.ConvertOptions{})
		wantError(t, err, wasm2oci.InvalidReference, "only one is allowed here")
	}
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
	if _, err := os.Stat(layout); err == nil {
		t.Error("the layout was made")
	}
}

func TestAnErrorSaysWhichNamesAreSet(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		refused := r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/locked")
		if refused {
			testregistry.Refuse(w, http.StatusConflict, "TAG_LOCKED", "it is locked")
		}
		return refused
	})
	client := newClient(t, quick(), nil)
	place := registry.Host + "/org/mod"
	_, err := client.Push(t.Context(), wasm2oci.BytesSource(module("one")), place+":v1,v1.2,locked,latest", wasm2oci.PushOptions{})
	failed := wantError(t, err, wasm2oci.Registry, "tagged as v1, v1.2, but not as locked", "it is locked")
	if failed.Detail.HTTPStatus != http.StatusConflict || failed.Detail.Op != "push" {
		t.Errorf("the detail is %+v", failed.Detail)
	}
	_, err = client.Tag(t.Context(), place+":v1", []string{"v2", "locked"}, wasm2oci.TagOptions{})
	wantError(t, err, wasm2oci.Registry, "tagged as v2, but not as locked", "it is locked")
	_, err = client.Tag(t.Context(), place+":v1", []string{"locked", "v3"}, wasm2oci.TagOptions{})
	if failed := wantError(t, err, wasm2oci.Registry, "it is locked"); strings.Contains(failed.Error(), "tagged as") {
		t.Errorf("%v names tags that are not set", failed)
	}
	for tag, there := range map[string]bool{"v1": true, "v1.2": true, "v2": true, "locked": false, "latest": false, "v3": false} {
		if found := registry.Manifest("org/mod:"+tag) != nil; found != there {
			t.Errorf("%s: %v", tag, found)
		}
	}
}
