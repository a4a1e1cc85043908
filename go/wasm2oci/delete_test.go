package wasm2oci_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestDeleteTellsTheTags(t *testing.T) {
	t.Parallel()
	_, place := several(t)
	client := newClient(t, quick(), nil)
	found, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	reference := place + "@" + found.Digest
	looked, err := client.Delete(t.Context(), reference, wasm2oci.DeleteOptions{DryRun: true})
	if err != nil || fmt.Sprint(looked.Tags) != "[v1 v2]" || looked.MoreTags || looked.Size != found.Size || looked.Reference != reference {
		t.Errorf("got %+v, %v", looked, err)
	}
	if tags := tagsOf(t, client, place); tags != "[v1 v2 v3]" {
		t.Errorf("a dry run left %s", tags)
	}
	deleted, err := client.Delete(t.Context(), place+":v3@"+found.Digest, wasm2oci.DeleteOptions{})
	if err != nil || fmt.Sprint(deleted.Tags) != "[v1 v2]" || tagsOf(t, client, place) != "[v3]" {
		t.Errorf("got %+v, %v; left are %s", deleted, err, tagsOf(t, client, place))
	}
	_, err = client.Delete(t.Context(), reference, wasm2oci.DeleteOptions{})
	wantError(t, err, wasm2oci.NotFound)
}

func TestDeleteLooksAtSomeTags(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 1010 {
		names = append(names, fmt.Sprintf("t%04d", i))
	}
	registry := newRegistryWith(t, names, nil)
	client, place := newClient(t, quick(), nil), registry.Host+"/org/mod"
	found, err := client.Resolve(t.Context(), place+":t0000", wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	before := len(registry.Lines())
	looked, err := client.Delete(t.Context(), place+"@"+found.Digest, wasm2oci.DeleteOptions{DryRun: true})
	if err != nil || len(looked.Tags) != 1000 || !looked.MoreTags {
		t.Errorf("got %d, %t, %v", len(looked.Tags), looked.MoreTags, err)
	}
	if asked := len(registry.Lines()) - before; asked != 1002 {
		t.Errorf("the registry was asked %d times", asked)
	}
}

func TestDeleteWhereTagsAreNotListed(t *testing.T) {
	t.Parallel()
	registry, place := several(t)
	registry.Break(only("GET", "/tags/list", refusing(404, "NOT_FOUND", "no such thing")))
	client := newClient(t, quick(), nil)
	found, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	deleted, err := client.Delete(t.Context(), place+"@"+found.Digest, wasm2oci.DeleteOptions{})
	if err != nil || len(deleted.Tags) > 0 || !deleted.MoreTags {
		t.Errorf("got %+v, %v", deleted, err)
	}
}

func TestDeleteIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		code   string
		kind   wasm2oci.Kind
		says   string
	}{
		{405, "UNSUPPORTED", wasm2oci.Unsupported, "REGISTRY_STORAGE_DELETE_ENABLED=true"},
		{400, "UNSUPPORTED", wasm2oci.Unsupported, "REGISTRY_STORAGE_DELETE_ENABLED=true"},
		{401, "UNAUTHORIZED", wasm2oci.Unauthenticated, "UNAUTHORIZED"},
		{403, "DENIED", wasm2oci.PermissionDenied, "DENIED"},
		{500, "UNKNOWN", wasm2oci.Registry, "500"},
	} {
		registry, place := several(t)
		registry.Break(only("DELETE", "", refusing(test.status, test.code, "no")))
		err := deleting.call(t.Context(), newClient(t, quick(), nil), place+":v1", "")
		wantError(t, err, test.kind, test.says)
	}
}

// go-containerregistry's registry keeps a manifest for each name of it.
func TestDeleteTakesTagsThatAreLeft(t *testing.T) {
	t.Parallel()
	registry, place := several(t)
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		name := strings.TrimPrefix(r.URL.Path, "/v2/org/mod/manifests/")
		if r.Method != http.MethodDelete || !strings.Contains(name, ":") {
			return false
		}
		registry.Remove(name)
		w.WriteHeader(http.StatusAccepted)
		return true
	})
	client := newClient(t, quick(), nil)
	if err := deleting.call(t.Context(), client, place+":v1", ""); err != nil {
		t.Fatal(err)
	}
	if tags := tagsOf(t, client, place); tags != "[v3]" {
		t.Errorf("left are %s", tags)
	}
}

func TestDeleteInALayout(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "layout")
	client, place := newClient(t, quick(), nil), "oci:"+dir
	tagged(t, client, place)
	found, err := client.Tag(t.Context(), place+":v1", []string{"v2"}, wasm2oci.TagOptions{})
	if err != nil {
		t.Fatal(err)
	}
	blob := func(dgst string) string {
		return filepath.Join(dir, "blobs", "sha256", digest.Digest(dgst).Encoded())
	}
	looked, err := client.Delete(t.Context(), place+"@"+found.Digest, wasm2oci.DeleteOptions{DryRun: true})
	if err != nil || fmt.Sprint(looked.Tags) != "[v1 v2]" || tagsOf(t, client, place) != "[v1 v2]" {
		t.Errorf("got %+v, %v", looked, err)
	}
	blobs := len(names(t, filepath.Join(dir, "blobs", "sha256")))
	if _, err := client.Delete(t.Context(), place+"@"+found.Digest, wasm2oci.DeleteOptions{}); err != nil || tagsOf(t, client, place) != "[]" {
		t.Errorf("left are %s, %v", tagsOf(t, client, place), err)
	}
	if _, err := os.Stat(blob(found.Digest)); !os.IsNotExist(err) || len(names(t, filepath.Join(dir, "blobs", "sha256"))) != blobs-1 {
		t.Errorf("the blob of the manifest: %v", err)
	}
	_, err = client.Delete(t.Context(), place+"@"+found.Digest, wasm2oci.DeleteOptions{})
	wantError(t, err, wasm2oci.NotFound)
	tagged(t, client, place)
	if _, _, err := client.Fetch(t.Context(), place+":v1", nil, wasm2oci.FetchOptions{}); err != nil {
		t.Error(err)
	}
}

func TestDeleteInAnArchive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.tar")
	client, place := newClient(t, quick(), nil), "oci-archive:"+path
	tagged(t, client, place)
	found, err := client.Tag(t.Context(), place+":v1", []string{"v2"}, wasm2oci.TagOptions{})
	if err != nil {
		t.Fatal(err)
	}
	before := read(t, path)
	blob := "blobs/sha256/" + digest.Digest(found.Digest).Encoded()
	looked, err := client.Delete(t.Context(), place+"@"+found.Digest, wasm2oci.DeleteOptions{DryRun: true})
	if err != nil || fmt.Sprint(looked.Tags) != "[v1 v2]" || read(t, path) != before || !strings.Contains(before, blob) {
		t.Errorf("got %+v, %v", looked, err)
	}
	if _, err := client.Delete(t.Context(), place+"@"+found.Digest, wasm2oci.DeleteOptions{}); err != nil || tagsOf(t, client, place) != "[]" || strings.Contains(read(t, path), blob) {
		t.Errorf("left are %s, %v", tagsOf(t, client, place), err)
	}
	_, err = client.Delete(t.Context(), place+"@"+found.Digest, wasm2oci.DeleteOptions{})
	wantError(t, err, wasm2oci.NotFound)
	tagged(t, client, place)
	if _, _, err := client.Fetch(t.Context(), place+":v1", nil, wasm2oci.FetchOptions{}); err != nil {
		t.Error(err)
	}
}

func TestDeleteBesidePushesLeavesALayoutWhole(t *testing.T) {
	t.Parallel()
	client, place := newClient(t, quick(), nil), "oci:"+filepath.Join(t.TempDir(), "layout")
	tagged(t, client, place)
	found, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for worker := range 6 {
		group.Go(func() {
			for range 20 {
				var err error
				if worker%2 == 0 {
					_, err = client.Push(t.Context(), wasm2oci.BytesSource(module("one")), place+":v1", wasm2oci.PushOptions{})
				} else if _, err = client.Delete(t.Context(), place+"@"+found.Digest, wasm2oci.DeleteOptions{}); wasm2oci.KindOf(err) == wasm2oci.NotFound {
					err = nil
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if tagsOf(t, client, place) == "[]" {
		return
	}
	if _, _, err := client.Fetch(t.Context(), place+":v1", nil, wasm2oci.FetchOptions{}); err != nil {
		t.Error(err)
	}
}

func TestDeleteRefuses(t *testing.T) {
	t.Parallel()
	registry, place := several(t)
	client := newClient(t, quick(), nil)
	for reference, says := range map[string]string{
		place + ":v1": "untag", place: "@DIGEST", "oci:dir:v1": "@DIGEST", place + "@sha256:x": "invalid digest", "x": "no registry",
	} {
		_, err := client.Delete(t.Context(), reference, wasm2oci.DeleteOptions{})
		wantError(t, err, wasm2oci.InvalidReference, says)
		wantError(t, wasm2oci.CheckPinned(reference), wasm2oci.InvalidReference)
	}
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
}
