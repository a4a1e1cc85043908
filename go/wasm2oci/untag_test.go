package wasm2oci_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// several stores org/mod under v1, v2 and v3, the last with another manifest.
func several(t *testing.T) (registry *testregistry.Registry, place string) {
	t.Helper()
	registry = newRegistryWith(t, []string{"v1", "v2"}, nil)
	registry.AddArtifact("org/mod:v3", registry.AddBlob("application/wasm", module("other")))
	return registry, registry.Host + "/org/mod"
}

// tagsOf lists the tags of a place.
func tagsOf(t *testing.T, client *wasm2oci.Client, place string) string {
	t.Helper()
	found, err := client.Tags(t.Context(), place, wasm2oci.TagsOptions{Sort: "name"})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(found.Tags)
}

// byDigest is a registry that deletes by digest alone.
func byDigest(status int, code string) testregistry.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodDelete && !strings.Contains(r.URL.Path, ":") && refusing(status, code, "not so")(w, r)
	}
}

// wholly is a registry that deletes the manifest where a tag is to go.
func wholly(digest string) testregistry.Fault {
	return func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete && !strings.Contains(r.URL.Path, ":") {
			r.URL.Path = "/v2/org/mod/manifests/" + digest
		}
		return false
	}
}

func TestUntagRemovesOneTag(t *testing.T) {
	t.Parallel()
	registry, place := several(t)
	client := newClient(t, quick(), nil)
	before := len(registry.Lines())
	found, err := client.Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{})
	if err != nil || found.Deleted || found.Reference != place+":v1" {
		t.Fatalf("got %+v, %v", found, err)
	}
	want := []string{
		"GET /v2/org/mod/manifests/v1", "GET /v2/org/mod/tags/list?n=1000",
		"DELETE /v2/org/mod/manifests/v1", "HEAD /v2/org/mod/manifests/" + found.Digest,
	}
	if lines := registry.Lines()[before:]; !slices.Equal(lines, want) {
		t.Errorf("the registry saw %q", lines)
	}
	if tags := tagsOf(t, client, place); tags != "[v2 v3]" {
		t.Errorf("the tags are %s", tags)
	}
	one, err := client.Resolve(t.Context(), place+"@"+found.Digest, wasm2oci.ResolveOptions{})
	if err != nil || one.Size != found.Size {
		t.Errorf("the manifest is %+v, %v", one, err)
	}
	_, err = client.Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{})
	wantError(t, err, wasm2oci.NotFound, "v2", "v3")
}

func TestUntagTakesAnyGoodAnswer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 202, 204} {
		registry, place := several(t)
		registry.Break(only("DELETE", "/manifests/v1", answering(status, "")))
		if _, err := newClient(t, quick(), nil).Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{}); err != nil {
			t.Errorf("%d gave %v", status, err)
		}
	}
}

func TestUntagWhereTagsCannotBeRemoved(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		code   string
		says   string
	}{
		{400, "DIGEST_INVALID", "force deletes"},
		{400, "UNSUPPORTED", "force deletes"},
		{404, "MANIFEST_UNKNOWN", "force deletes"},
		{405, "UNSUPPORTED", "force deletes"},
		{501, "UNKNOWN", "force deletes"},
	} {
		t.Run(fmt.Sprint(test.status, test.code), func(t *testing.T) {
			t.Parallel()
			registry, place := several(t)
			registry.Break(byDigest(test.status, test.code))
			client := newClient(t, quick(), nil)
			_, err := client.Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{})
			refused := wantError(t, err, wasm2oci.Unsupported, "tag alone", test.says, "also v2", test.code)
			without(t, err, "v3")
			if fmt.Sprint(refused.Detail.Candidates) != "[v2]" || tagsOf(t, client, place) != "[v1 v2 v3]" {
				t.Errorf("the others are %q; left are %s", refused.Detail.Candidates, tagsOf(t, client, place))
			}
			found, err := client.Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{Force: true})
			if err != nil || !found.Deleted || tagsOf(t, client, place) != "[v3]" {
				t.Errorf("with force: %+v, %v", found, err)
			}
		})
	}
	registry, place := several(t)
	registry.Break(only("DELETE", "", refusing(405, "UNSUPPORTED", "off")))
	for force, says := range map[bool]string{true: "does not delete", false: "tag alone"} {
		_, err := newClient(t, quick(), nil).Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{Force: force})
		wantError(t, err, wasm2oci.Unsupported, says, "REGISTRY_STORAGE_DELETE_ENABLED=true")
		without(t, err, "force")
	}
}

func TestUntagOfARegistryThatRefuses(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]wasm2oci.Kind{401: wasm2oci.Unauthenticated, 403: wasm2oci.PermissionDenied, 429: wasm2oci.RateLimited, 500: wasm2oci.Registry} {
		registry, place := several(t)
		registry.Break(only("DELETE", "", refusing(status, "X", "no")))
		for _, force := range []bool{false, true} {
			_, err := newClient(t, quick(), nil).Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{Force: force})
			wantError(t, err, kind)
		}
	}
}

func TestUntagPutsBackWhatWasNotMeant(t *testing.T) {
	t.Parallel()
	registry, place := several(t)
	client := newClient(t, quick(), nil)
	before, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	registry.Break(wholly(before.Digest))
	_, err = client.Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{})
	said := wantError(t, err, wasm2oci.Registry, "deleted the manifest", "as v2", "the tag is gone", before.Digest)
	if fmt.Sprint(said.Detail.Candidates) != "[v2]" || tagsOf(t, client, place) != "[v2 v3]" {
		t.Errorf("back are %q; there are %s", said.Detail.Candidates, tagsOf(t, client, place))
	}
	for _, reference := range []string{place + ":v2", place + "@" + before.Digest} {
		if _, _, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{}); err != nil {
			t.Errorf("%s: %v", reference, err)
		}
	}

	// Where it was the only tag, no other was lost.
	m := &wasm2oci.Monitor{}
	if _, err := client.Untag(wasm2oci.WithMonitor(t.Context(), m), place+":v2", wasm2oci.UntagOptions{}); err != nil {
		t.Error(err)
	}
	if records := fmt.Sprint(m.TakeRecords()); !strings.Contains(records, "was put back") {
		t.Errorf("it said %s", records)
	}
	if _, err := client.Resolve(t.Context(), place+"@"+before.Digest, wasm2oci.ResolveOptions{}); err != nil || tagsOf(t, client, place) != "[v3]" {
		t.Errorf("there are %s, %v", tagsOf(t, client, place), err)
	}
}

func TestUntagPutsBackThoughCancelled(t *testing.T) {
	t.Parallel()
	registry, place := several(t)
	client := newClient(t, quick(), nil)
	before, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodHead && strings.Contains(r.URL.Path, before.Digest) {
			cancel()
		}
		return wholly(before.Digest)(w, r)
	})
	_, err = client.Untag(ctx, place+":v1", wasm2oci.UntagOptions{})
	wantError(t, err, wasm2oci.Registry, "was put back")
	if tags := tagsOf(t, client, place); tags != "[v2 v3]" {
		t.Errorf("the tags are %s", tags)
	}
}

func TestUntagSaysWhatItCouldNotPutBack(t *testing.T) {
	t.Parallel()
	for part, says := range map[string]string{"/manifests/sha256:": "does not take it back", "/manifests/v2": "not all of the tags are"} {
		registry, place := several(t)
		client := newClient(t, quick(), nil)
		before, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
			return only("PUT", part, refusing(403, "DENIED", "no"))(w, r) || wholly(before.Digest)(w, r)
		})
		_, err = client.Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{})
		wantError(t, err, wasm2oci.PermissionDenied, says, before.Digest)
	}
}

func TestUntagOfAnAnswerThatWasLost(t *testing.T) {
	t.Parallel()
	registry, place := several(t)
	asked := 0
	registry.Break(only("DELETE", "/manifests/v1", func(w http.ResponseWriter, _ *http.Request) bool {
		if asked++; asked == 1 {
			registry.Remove("org/mod:v1")
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
		return false
	}))
	if _, err := newClient(t, wasm2oci.ClientOptions{}, nil).Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{}); err != nil || asked != 2 {
		t.Errorf("after %d requests: %v", asked, err)
	}
}

// unanswered is a registry that breaks the connection off once it has deleted what it
// was to, or more.
func unanswered(registry *testregistry.Registry, names ...string) testregistry.Fault {
	return only("DELETE", "/manifests/", func(http.ResponseWriter, *http.Request) bool {
		for _, name := range names {
			registry.Remove(name)
		}
		panic(http.ErrAbortHandler)
	})
}

func TestUntagWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for _, force := range []bool{false, true} {
		registry, place := several(t)
		client := newClient(t, quick(), nil)
		registry.Break(unanswered(registry, "org/mod:v1"))
		found, err := client.Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{Force: force})
		if err != nil || found.Deleted || tagsOf(t, client, place) != "[v2 v3]" {
			t.Errorf("force %t: %+v, %v; left are %s", force, found, err, tagsOf(t, client, place))
		}
	}
}

func TestUntagWithoutAnAnswerThatDidNothing(t *testing.T) {
	t.Parallel()
	registry, place := several(t)
	client := newClient(t, quick(), nil)
	registry.Break(unanswered(registry))
	_, err := client.Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{})
	wantError(t, err, wasm2oci.Network)
	if tags := tagsOf(t, client, place); tags != "[v1 v2 v3]" {
		t.Errorf("the tags are %s", tags)
	}
}

func TestUntagWithoutAnAnswerPutsBackWhatWasNotMeant(t *testing.T) {
	t.Parallel()
	for _, cancelled := range []bool{false, true} {
		registry, place := several(t)
		client := newClient(t, quick(), nil)
		before, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		deletes := unanswered(registry, "org/mod:v1", "org/mod:v2", before.Digest)
		registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodDelete && cancelled {
				defer cancel()
			}
			return deletes(w, r)
		})
		_, err = client.Untag(ctx, place+":v1", wasm2oci.UntagOptions{})
		wantError(t, err, wasm2oci.Registry, "deleted the manifest", "as v2", "the tag is gone", before.Digest)
		if tags := tagsOf(t, client, place); tags != "[v2 v3]" {
			t.Errorf("the tags are %s", tags)
		}
	}
}

func TestUntagInALayout(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"oci:", "oci-archive:"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			untagAll(t, scheme+filepath.Join(t.TempDir(), "layout"))
		})
	}
}

func untagAll(t *testing.T, place string) {
	t.Helper()
	client := newClient(t, quick(), nil)
	tagged(t, client, place)
	if _, err := client.Tag(t.Context(), place+":v1", []string{"v2"}, wasm2oci.TagOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"v2", "v1"} {
		found, err := client.Untag(t.Context(), place+":"+tag, wasm2oci.UntagOptions{Force: true})
		if err != nil || found.Deleted {
			t.Fatalf("got %+v, %v", found, err)
		}
		if _, _, err := client.Fetch(t.Context(), place+"@"+found.Digest, nil, wasm2oci.FetchOptions{}); err != nil {
			t.Error(err)
		}
	}
	if tags := tagsOf(t, client, place); tags != "[]" {
		t.Errorf("the tags are %s", tags)
	}
	_, err := client.Untag(t.Context(), place+":v1", wasm2oci.UntagOptions{})
	wantError(t, err, wasm2oci.NotFound, "v1")
}

func TestUntagRefuses(t *testing.T) {
	t.Parallel()
	registry, place := several(t)
	client := newClient(t, quick(), nil)
	digest := "@sha256:" + strings.Repeat("0", 64)
	for reference, says := range map[string]string{
		place: "no tag", place + digest: "delete the manifest by its digest", place + ":v1" + digest: "without a digest", "oci:dir": "no tag", "x": "no registry",
	} {
		_, err := client.Untag(t.Context(), reference, wasm2oci.UntagOptions{})
		wantError(t, err, wasm2oci.InvalidReference, says)
		wantError(t, wasm2oci.CheckTagged(reference), wasm2oci.InvalidReference)
	}
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
}
