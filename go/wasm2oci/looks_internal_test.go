package wasm2oci

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/layout"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// counted counts how often manifests and blobs are opened.
type counted struct {
	layoutFiles
	opened *atomic.Int64
}

func (c counted) Open(ctx context.Context, desc ocispec.Descriptor) (io.ReadCloser, error) {
	c.opened.Add(1)
	return c.layoutFiles.Open(ctx, desc)
}

// signed makes a layout of manifests with a tag and a signature each, and returns them.
func signed(t *testing.T, client *Client, dir string, count int) []ocispec.Descriptor {
	t.Helper()
	reference := Reference{Scheme: ref.Layout, Path: dir}
	ctx, end := client.begin(t.Context(), 0, nil)
	defer end()
	to, err := client.open(ctx, reference, false)
	if err != nil {
		t.Fatal(err)
	}
	config := []byte("{}")
	blob := ocispec.Descriptor{MediaType: ocispec.MediaTypeEmptyJSON, Digest: digest.FromBytes(config), Size: int64(len(config))}
	if err := to.putBlob(t.Context(), blob, inMemory(config)); err != nil {
		t.Fatal(err)
	}
	put := func(tag, rest string) ocispec.Descriptor {
		t.Helper()
		raw := fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":%q,"digest":%q,"size":2},"layers":[]%s}`,
			ocispec.MediaTypeImageManifest, blob.MediaType, blob.Digest, rest)
		desc := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromBytes(raw), Size: int64(len(raw))}
		if err := to.under(tag).putManifest(t.Context(), desc, raw); err != nil {
			t.Fatal(err)
		}
		return desc
	}
	var subjects []ocispec.Descriptor
	for i := range count {
		subject := put(fmt.Sprintf("v%d", i), fmt.Sprintf(`,"annotations":{"number":"%d"}`, i))
		put("", fmt.Sprintf(`,"artifactType":"x/signature","subject":{"mediaType":%q,"digest":%q,"size":%d}`, subject.MediaType, subject.Digest, subject.Size))
		subjects = append(subjects, subject)
	}
	if err := to.close(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return subjects
}

func lookingClient(t *testing.T) *Client {
	t.Helper()
	client, err := NewClient(ClientOptions{}, Environment{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// However many subjects one operation asks for, each manifest of a layout is read once;
// the next operation reads none, unless the layout has changed.
func TestManifestsOfALayoutAreLookedAtOnce(t *testing.T) {
	t.Parallel()
	const count = 20
	client := lookingClient(t)
	dir := filepath.Join(t.TempDir(), "layout")
	subjects := signed(t, client, dir, count)
	var opened atomic.Int64
	ask := func() {
		t.Helper()
		opened.Store(0)
		files := counted{directory{layout.NewReader(layout.Layout{Dir: dir})}, &opened}
		from := &layoutReader{files: files, looked: newLooks(&client.looked)}
		for _, subject := range subjects {
			found, err := from.referrers(t.Context(), subject, "")
			if err != nil || len(found) != 1 {
				t.Fatalf("%s has %v, %v", subject.Digest, found, err)
			}
		}
	}
	for _, want := range []int64{2 * count, 0} {
		if ask(); opened.Load() != want {
			t.Errorf("%d manifests were read, not %d", opened.Load(), want)
		}
	}
	if _, err := client.Tag(t.Context(), "oci:"+dir+":v0", []string{"more"}, TagOptions{}); err != nil {
		t.Fatal(err)
	}
	if ask(); opened.Load() != 2*count {
		t.Errorf("%d manifests of the changed layout were read, not %d", opened.Load(), 2*count)
	}
}

// A manifest that is missing may come without a change of the index: each operation looks
// for it.
func TestALookThatLacksAManifestIsNotKept(t *testing.T) {
	t.Parallel()
	client := lookingClient(t)
	dir := filepath.Join(t.TempDir(), "layout")
	subject := signed(t, client, dir, 1)[0]
	ask := func(client *Client) []Descriptor {
		t.Helper()
		found, err := client.Referrers(t.Context(), "oci:"+dir+"@"+subject.Digest.String(), ReferrersOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return found.Referrers
	}
	signature := layout.Layout{Dir: dir}.BlobPath(digest.Digest(ask(lookingClient(t))[0].Digest))
	for _, step := range []struct {
		from, to string
		want     int
	}{{signature, signature + ".away", 0}, {signature + ".away", signature, 1}} {
		if err := os.Rename(step.from, step.to); err != nil {
			t.Fatal(err)
		}
		if found := ask(client); len(found) != step.want {
			t.Errorf("found %v, not %d", found, step.want)
		}
	}
}
