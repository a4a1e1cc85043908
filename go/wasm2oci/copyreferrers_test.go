package wasm2oci_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// pointers returns the digests of what points at a manifest.
func pointers(t *testing.T, client *wasm2oci.Client, reference string) []string {
	t.Helper()
	result, err := client.Referrers(t.Context(), reference, wasm2oci.ReferrersOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, one := range result.Referrers {
		found = append(found, one.Digest)
	}
	slices.Sort(found)
	return found
}

func wantListing(t *testing.T, client *wasm2oci.Client, reference string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if found := pointers(t, client, reference); !slices.Equal(found, want) {
		t.Errorf("%s has the referrers %q, not %q", reference, found, want)
	}
}

// withReferrers copies one reference with what points at it.
func withReferrers(t *testing.T, client *wasm2oci.Client, from, to string) *wasm2oci.CopyResult {
	t.Helper()
	copied, err := client.Copy(t.Context(), from, to, wasm2oci.CopyOptions{Referrers: true})
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

func TestCopyOfReferrersOfReferrers(t *testing.T) {
	t.Parallel()
	client, dir := newClient(t, quick(), nil), t.TempDir()
	source, destination := testregistry.New(t), testregistry.New(t)
	place := tagged(t, client, source.Host+"/org/mod")
	sbom := attach(t, client, place+":v1", "sbom")
	signature := attach(t, client, sbom.Reference, "signature")
	places := []string{place, "oci:" + filepath.Join(dir, "layout"), "oci-archive:" + filepath.Join(dir, "x.tar"), destination.Host + "/new/mod"}
	for i, to := range places[1:] {
		copied := withReferrers(t, client, places[i]+":v1", to+":v1")
		// Three manifests, a layer for each, and the two configs: the module's and an empty one.
		if copied.Digest != sbom.Subject.Digest || copied.Sent != 8 {
			t.Errorf("to %s: %+v", to, copied)
		}
		wantListing(t, client, to+":v1", sbom.Digest)
		wantListing(t, client, to+"@"+sbom.Digest, signature.Digest)
		if again := withReferrers(t, client, places[i]+":v1", to+":v1"); again.Sent != 0 {
			t.Errorf("again to %s: %+v", to, again)
		}
	}
	lines := puts(destination.Lines())
	ending := func(end string) int {
		return slices.IndexFunc(lines, func(line string) bool { return strings.HasSuffix(line, "/manifests/"+end) })
	}
	if put := ending(sbom.Digest); put < 0 || ending("v1") < put {
		t.Errorf("the name was not set after what points at it: %q", lines)
	}
}

func TestCopyReadsAReferrerOnce(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	source, destination := testregistry.New(t), testregistry.New(t)
	place := tagged(t, client, source.Host+"/org/mod")
	sbom := attach(t, client, place+":v1", "sbom")
	signature := attach(t, client, sbom.Reference, "signature")
	before := len(source.Lines())
	withReferrers(t, client, place+":v1", destination.Host+"/new/mod:v1")
	for _, one := range []string{sbom.Digest, signature.Digest} {
		lines := slices.DeleteFunc(source.Lines()[before:], func(line string) bool { return line != "GET /v2/org/mod/manifests/"+one })
		if len(lines) != 1 {
			t.Errorf("%s was asked for %d times", one, len(lines))
		}
	}
}

func TestCopyWithoutReferrersTakesNone(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	source, destination := testregistry.New(t), testregistry.New(t)
	place := tagged(t, client, source.Host+"/org/mod")
	attach(t, client, place+":v1", "sbom")
	if _, err := client.Copy(t.Context(), place+":v1", destination.Host+"/new/mod:v1", wasm2oci.CopyOptions{}); err != nil {
		t.Fatal(err)
	}
	wantListing(t, client, destination.Host+"/new/mod:v1")
}

func TestCopyOfReferrersOfChildren(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	source, destination := testregistry.New(t), testregistry.New(t)
	child := source.AddArtifact("org/mod:child", source.AddBlob("application/wasm", module("child")))
	inner := addIndex(t, source, "org/mod:inner", child)
	addIndex(t, source, "org/mod:v1", inner)
	place := source.Host + "/org/mod"
	want := map[string]string{}
	for _, dgst := range []string{child.Digest.String(), inner.Digest.String()} {
		want[dgst] = attach(t, client, place+"@"+dgst, "of "+dgst).Digest
	}
	top := attach(t, client, place+":v1", "of all")
	withReferrers(t, client, place+":v1", destination.Host+"/new/mod:v1")
	for dgst, referrer := range want {
		wantListing(t, client, destination.Host+"/new/mod@"+dgst, referrer)
	}
	wantListing(t, client, destination.Host+"/new/mod:v1", top.Digest)
}

func TestCopyOfReferrersKeepsThoseOfTheDestination(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	source, destination := testregistry.New(t), testregistry.New(t)
	from, to := tagged(t, client, source.Host+"/org/mod"), tagged(t, client, destination.Host+"/org/mod")
	ours, theirs := attach(t, client, from+":v1", "ours"), attach(t, client, to+":v1", "theirs")
	withReferrers(t, client, from+":v1", to+":v1")
	wantListing(t, client, to+":v1", ours.Digest, theirs.Digest)
	wantListing(t, client, from+":v1", ours.Digest)
}

// A copy that broke off has stored what it could not list any more.
func TestCopyListsAReferrerThatIsThere(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	source, destination := testregistry.New(t), testregistry.New(t)
	place := tagged(t, client, source.Host+"/org/mod")
	sbom := attach(t, client, place+":v1", "sbom")
	destination.AddManifest("new/mod:unlisted", ocispec.MediaTypeImageManifest, source.Manifest(sbom.Digest))
	withReferrers(t, client, place+":v1", destination.Host+"/new/mod:v1")
	wantListing(t, client, destination.Host+"/new/mod:v1", sbom.Digest)
}

func TestCopyOfAllTagsLeavesOutListsOfReferrers(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	source := testregistry.New(t)
	place := tagged(t, client, source.Host+"/org/mod")
	sbom := attach(t, client, place+":v1", "sbom")
	for _, test := range []struct {
		referrers bool
		want      int
	}{{true, 1}, {false, 2}} {
		destination := testregistry.New(t)
		to := destination.Host + "/new/mod"
		copied, err := client.Copy(t.Context(), place, to, wasm2oci.CopyOptions{AllTags: true, Referrers: test.referrers})
		if err != nil || len(copied.Tags) != test.want || copied.Tags["v1"] != sbom.Subject.Digest {
			t.Fatalf("copied %+v, %v", copied, err)
		}
		for tag := range copied.Tags {
			if test.referrers && transfer.IsReferrersTag(tag) {
				t.Errorf("the list %s was copied", tag)
			}
		}
		// Either way they are found: the list was copied, or made anew.
		wantListing(t, client, to+":v1", sbom.Digest)
	}
}

func TestCopyOfReferrersThatGoOnAndOn(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	source, destination := testregistry.New(t), testregistry.New(t)
	reference := tagged(t, client, source.Host+"/org/mod") + ":v1"
	for depth := range 17 {
		if depth == 16 {
			// As deep as `referrers --tree` goes.
			withReferrers(t, client, source.Host+"/org/mod:v1", testregistry.New(t).Host+"/new/mod:v1")
		}
		reference = attach(t, client, reference, fmt.Sprint(depth)).Reference
	}
	_, err := client.Copy(t.Context(), source.Host+"/org/mod:v1", destination.Host+"/new/mod:v1", wasm2oci.CopyOptions{Referrers: true})
	wantError(t, err, wasm2oci.SizeExceeded, "over more than 16 levels")
	if lines := puts(destination.Lines()); len(lines) > 0 {
		t.Errorf("the destination saw %q", lines)
	}
}

func TestCopyOfReferrersThatAreRefused(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	source, destination := testregistry.New(t), testregistry.New(t)
	place := tagged(t, client, source.Host+"/org/mod")
	sbom := attach(t, client, place+":v1", "sbom")
	destination.Break(only("PUT", "/manifests/"+sbom.Digest, refusing(400, "MANIFEST_INVALID", "no subjects here")))
	_, err := client.Copy(t.Context(), place+":v1", destination.Host+"/new/mod:v1", wasm2oci.CopyOptions{Referrers: true})
	failed := wantError(t, err, wasm2oci.Registry, "no subjects here")
	if failed.Detail.Reference != destination.Host+"/new/mod:v1" || destination.Manifest("new/mod:v1") != nil {
		t.Errorf("the detail is %+v", failed.Detail)
	}
}
