package wasm2oci_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// apiLists answers for the referrers API.
func apiLists(body string, headers ...string) testregistry.Fault {
	headers = append(headers, "Content-Type: "+ocispec.MediaTypeImageIndex)
	return only(http.MethodGet, "/referrers/", answering(200, body, headers...))
}

func indexOf(descriptors ...ocispec.Descriptor) string {
	var entries []string
	for _, one := range descriptors {
		entries = append(entries, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, one.MediaType, one.Digest, one.Size))
	}
	return `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[` + strings.Join(entries, ",") + `]}`
}

func pointingAt(subject, artifactType string) []byte {
	return []byte(fmt.Sprintf(`{"schemaVersion":2,"artifactType":%q,"subject":{"digest":%q}}`, artifactType, subject))
}

// A list that names what is not there, what points elsewhere or at nothing, or the subject
// itself, is believed in the rest alone.
func TestOnlyWhatPointsAtTheSubjectIsListed(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	registry := testregistry.New(t)
	place := tagged(t, client, registry.Host+"/org/mod")
	subject, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	add := func(raw []byte) ocispec.Descriptor {
		return registry.AddManifest("org/mod:x", ocispec.MediaTypeImageManifest, raw)
	}
	good := add(pointingAt(subject.Digest, "x/a"))
	other := add(pointingAt(subject.Digest, "x/b"))
	elsewhere := add(pointingAt(digest.FromString("other").String(), "x/a"))
	nowhere := add([]byte(`{"schemaVersion":2}`))
	long := good
	long.Digest, long.Size = other.Digest, other.Size+1
	itself := ocispec.Descriptor{MediaType: subject.MediaType, Digest: digest.Digest(subject.Digest), Size: subject.Size}
	gone := ocispec.Descriptor{MediaType: subject.MediaType, Digest: digest.FromString("gone"), Size: 4}
	for _, test := range []struct {
		name, artifactType, want string
		fault                    testregistry.Fault
	}{
		{"by the API", "", good.Digest.String(), apiLists(indexOf(elsewhere, nowhere, itself, gone, good, long))},
		{"a filter that the registry does not know", "x/b", other.Digest.String(), apiLists(indexOf(good, other))},
		{"a filter that it says it applied", "x/b", other.Digest.String(), apiLists(indexOf(good, other), "OCI-Filters-Applied: artifactType")},
	} {
		registry.Break(test.fault)
		found, err := client.Referrers(t.Context(), place+":v1", wasm2oci.ReferrersOptions{ArtifactType: test.artifactType})
		if err != nil || len(found.Referrers) != 1 || found.Referrers[0].Digest != test.want || found.Digest != subject.Digest {
			t.Errorf("%s: %+v, %v", test.name, found, err)
		}
	}
	registry.Break(func(http.ResponseWriter, *http.Request) bool { return false })
	registry.AddManifest("org/mod:sha256-"+itself.Digest.Encoded(), ocispec.MediaTypeImageIndex, []byte(indexOf(elsewhere, gone, other)))
	found, err := client.Referrers(t.Context(), place+"@"+subject.Digest, wasm2oci.ReferrersOptions{})
	if err != nil || len(found.Referrers) != 1 || found.Referrers[0].Digest != other.Digest.String() || found.Referrers[0].ArtifactType != "x/b" {
		t.Errorf("by the fallback tag: %+v, %v", found, err)
	}
	// A manifest that may be a referrer and cannot be had is not passed over.
	registry.Break(only(http.MethodGet, other.Digest.String(), refusing(403, "DENIED", "no")))
	_, err = client.Referrers(t.Context(), place+"@"+subject.Digest, wasm2oci.ReferrersOptions{})
	wantError(t, err, wasm2oci.PermissionDenied, "DENIED")
}

// The other verbs ask for no referrers, whatever a registry says of them (REG-21).
func TestOtherVerbsDoNotAskForReferrers(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 405, 406, 500} {
		registry := testregistry.New(t)
		registry.Break(only(http.MethodGet, "/referrers/", answering(status, "")))
		reference, _ := addModule(registry, module("content"))
		for _, one := range every {
			if err := one.call(t.Context(), newClient(t, quick(), nil), reference, t.TempDir()); err != nil {
				t.Errorf("%s: %v", one.name, err)
			}
		}
		for _, line := range registry.Lines() {
			if strings.Contains(line, "/referrers/") || strings.Contains(line, "sha256-") {
				t.Errorf("it was asked %s", line)
			}
		}
	}
}

// Referrers of a layout are found wherever they are listed, and damage in one does not hide
// the others.
func TestReferrersOfALayout(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	dir := filepath.Join(t.TempDir(), "layout")
	place := tagged(t, client, "oci:"+dir)
	listed := attach(t, client, place+":v1", "listed")
	damaged := attach(t, client, place+":v1", "damaged")
	write(t, blobPath(dir, damaged.Digest), strings.Repeat("x", int(damaged.Size)))
	nested := pointingAt(listed.Subject.Digest, "x/nested")
	inner := indexOf(descriptorOf(nested), ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromString("gone"), Size: 4})
	for _, raw := range []string{string(nested), inner} {
		write(t, blobPath(dir, digest.FromString(raw).String()), raw)
	}
	index := filepath.Join(dir, "index.json")
	fallback := fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.index.v1+json","digest":%q,"size":%d,"annotations":{"org.opencontainers.image.ref.name":"sha256-%s"}}`,
		digest.FromString(inner), len(inner), digest.Digest(listed.Subject.Digest).Encoded())
	write(t, index, strings.Replace(read(t, index), `"manifests":[`, `"manifests":[`+fallback+`,`, 1))
	found, err := client.Referrers(t.Context(), place+":v1", wasm2oci.ReferrersOptions{})
	if err != nil || len(found.Referrers) != 2 || found.Referrers[0].Digest != listed.Digest || found.Referrers[1].ArtifactType != "x/nested" {
		t.Errorf("found %+v, %v", found, err)
	}
	if _, err := client.Referrers(t.Context(), "oci:"+dir+"x@"+listed.Digest, wasm2oci.ReferrersOptions{}); wasm2oci.KindOf(err) != wasm2oci.NotFound {
		t.Errorf("a layout that is not there: %v", err)
	}
}

func descriptorOf(raw []byte) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
}

func blobPath(dir, dgst string) string {
	return filepath.Join(dir, "blobs", "sha256", strings.TrimPrefix(dgst, "sha256:"))
}

// A long list is read several manifests at a time, and stays in its order.
func TestLongListStaysInOrder(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	registry := testregistry.New(t)
	place := tagged(t, client, registry.Host+"/org/mod")
	subject, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var all []ocispec.Descriptor
	for i := range 100 {
		all = append(all, registry.AddManifest("org/mod:x", ocispec.MediaTypeImageManifest, pointingAt(subject.Digest, fmt.Sprintf("x/%d", i))))
	}
	registry.Break(apiLists(indexOf(all...)))
	found, err := client.Referrers(t.Context(), place+":v1", wasm2oci.ReferrersOptions{})
	if err != nil || len(found.Referrers) != len(all) {
		t.Fatalf("found %d, %v", len(found.Referrers), err)
	}
	for i, one := range found.Referrers {
		if one.ArtifactType != fmt.Sprintf("x/%d", i) {
			t.Errorf("%s is at %d", one.ArtifactType, i)
		}
	}
}
