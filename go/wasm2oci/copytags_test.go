package wasm2oci_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// many is how many tags show whether the time grows with their square.
const many = 4000

// notLong is what the disk and a slow machine may take for so many; with an index read
// and written for each it is a quarter of an hour.
const notLong = 2 * time.Minute

// crowded makes a layout in which one module has many tags.
func crowded(t *testing.T, client *wasm2oci.Client, count int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "crowded")
	pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(module("content")), "oci:"+dir+":t0", wasm2oci.PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	index := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex}
	index.SchemaVersion = 2
	for i := range count {
		one := ocispec.Descriptor{MediaType: pushed.MediaType, Digest: digest.Digest(pushed.Digest), Size: pushed.Size, Annotations: map[string]string{ocispec.AnnotationRefName: fmt.Sprintf("t%d", i)}}
		index.Manifests = append(index.Manifests, one)
	}
	raw, err := json.Marshal(index)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "index.json"), raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return "oci:" + dir
}

func countTags(t *testing.T, client *wasm2oci.Client, place string) int {
	t.Helper()
	listed, err := client.Tags(t.Context(), place, wasm2oci.TagsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return len(listed.Tags)
}

func wantSoon(t *testing.T, what string, began time.Time) {
	t.Helper()
	if elapsed := time.Since(began); elapsed > notLong {
		t.Errorf("%s took %s", what, elapsed)
	}
}

func TestCopyOfVeryManyTags(t *testing.T) {
	t.Parallel()
	client, dir := newClient(t, wasm2oci.ClientOptions{}, nil), t.TempDir()
	from := crowded(t, client, many)
	for _, to := range []string{"oci:" + filepath.Join(dir, "layout"), "oci-archive:" + filepath.Join(dir, "x.tar"), "oci:" + filepath.Join(dir, "other")} {
		began := time.Now()
		copied, err := client.Copy(t.Context(), from, to, wasm2oci.CopyOptions{AllTags: true})
		if err != nil {
			t.Fatal(err)
		}
		if count := countTags(t, client, to); len(copied.Tags) != many || count != many || copied.Sent != 3 {
			t.Errorf("%s has %d tags, %d blobs and manifests were sent", to, count, copied.Sent)
		}
		wantSoon(t, "the copy from "+from+" to "+to, began)
		from = to
	}
	from = crowded(t, client, many/5)
	registry := testregistry.New(t)
	began := time.Now()
	copied, err := client.Copy(t.Context(), from, registry.Host+"/org/mod", wasm2oci.CopyOptions{AllTags: true})
	if err != nil || len(copied.Tags) != many/5 {
		t.Errorf("copied %d tags, %v", len(copied.Tags), err)
	}
	wantSoon(t, "the copy to a registry", began)
}

func TestVeryManyTagsAtOnce(t *testing.T) {
	t.Parallel()
	client, dir := newClient(t, wasm2oci.ClientOptions{}, nil), t.TempDir()
	var tags []string
	for i := range many / 2 {
		tags = append(tags, fmt.Sprintf("n%d", i))
	}
	for _, place := range []string{"oci:" + filepath.Join(dir, "layout"), "oci-archive:" + filepath.Join(dir, "x.tar")} {
		began := time.Now()
		pushed, err := client.Push(t.Context(), wasm2oci.BytesSource(module("content")), place+":"+strings.Join(tags, ","), wasm2oci.PushOptions{})
		if err != nil || len(pushed.Tags) != len(tags) {
			t.Fatalf("pushed %+v, %v", pushed, err)
		}
		if _, err := client.Push(t.Context(), wasm2oci.BytesSource(module("other")), place+":other", wasm2oci.PushOptions{}); err != nil {
			t.Fatal(err)
		}
		tagged, err := client.Tag(t.Context(), place+":other", tags, wasm2oci.TagOptions{})
		if err != nil {
			t.Fatal(err)
		}
		found, err := client.Resolve(t.Context(), place+":"+tags[7], wasm2oci.ResolveOptions{})
		if err != nil || found.Digest != tagged.Digest || countTags(t, client, place) != len(tags)+1 {
			t.Errorf("%s:%s is %+v, %v", place, tags[7], found, err)
		}
		wantSoon(t, "tags in "+place, began)
	}
}

func TestCopyOfManyTagsKeepsWhatOthersAdd(t *testing.T) {
	t.Parallel()
	client, other := newClient(t, wasm2oci.ClientOptions{}, nil), newClient(t, wasm2oci.ClientOptions{}, nil)
	from, to := crowded(t, client, 1000), "oci:"+filepath.Join(t.TempDir(), "layout")
	if _, err := other.Push(t.Context(), wasm2oci.BytesSource(module("other")), to+":first", wasm2oci.PushOptions{}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := client.Copy(t.Context(), from, to, wasm2oci.CopyOptions{AllTags: true})
		ended <- err
	}()
	added := 0
	for err := error(nil); ; added++ {
		select {
		case err = <-ended:
			if err != nil {
				t.Fatal(err)
			}
			if count := countTags(t, client, to); count != 1000+added+1 {
				t.Errorf("there are %d tags, not 1000, the first and %d more", count, added)
			}
			return
		default:
		}
		if _, err = other.Tag(t.Context(), to+":first", []string{fmt.Sprintf("other%d", added)}, wasm2oci.TagOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCopyOfManyTagsThatIsBrokenOffKeepsWhatArrived(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"cancelled", "failed"} {
		client, source := newClient(t, quick(), nil), testregistry.New(t)
		for i := range 60 {
			source.AddArtifact(fmt.Sprintf("org/mod:v%d", i), source.AddBlob("application/wasm", module("content")))
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var asked atomic.Int64
		source.Break(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/manifests/v") || asked.Add(1) <= 50 {
				return false
			}
			if end == "cancelled" {
				cancel()
				<-r.Context().Done()
			} else {
				testregistry.Refuse(w, http.StatusForbidden, "DENIED", "no more")
			}
			return true
		})
		to := "oci:" + filepath.Join(t.TempDir(), "layout")
		if _, err := client.Copy(ctx, source.Host+"/org/mod", to, wasm2oci.CopyOptions{AllTags: true}); err == nil {
			t.Fatal("the copy did not end early")
		}
		// Those that were on their way are as many as are copied at a time.
		if count := countTags(t, client, to); count < 40 || count > 50 {
			t.Errorf("%s: %d tags arrived", end, count)
		}
	}
}

// What is named waits no longer than a moment: a process may be killed.
func TestNamesOfALayoutArriveWhileACopyGoesOn(t *testing.T) {
	t.Parallel()
	client, source := newClient(t, wasm2oci.ClientOptions{}, nil), testregistry.New(t)
	for i := range 12 {
		source.AddArtifact(fmt.Sprintf("org/mod:v%d", i), source.AddBlob("application/wasm", module("content")))
	}
	var asked atomic.Int64
	release := make(chan struct{})
	source.Break(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/v") && asked.Add(1) > 6 {
			<-release
		}
		return false
	})
	to := "oci:" + filepath.Join(t.TempDir(), "layout")
	ended := make(chan error)
	go func() {
		_, err := client.Copy(t.Context(), source.Host+"/org/mod", to, wasm2oci.CopyOptions{AllTags: true})
		ended <- err
	}()
	for began := time.Now(); time.Since(began) < notLong; {
		if listed, err := client.Tags(t.Context(), to, wasm2oci.TagsOptions{}); err == nil && len(listed.Tags) == 6 {
			break
		}
	}
	if count := countTags(t, client, to); count != 6 {
		t.Errorf("%d tags arrived", count)
	}
	close(release)
	if err := <-ended; err != nil || countTags(t, client, to) != 12 {
		t.Error(err)
	}
}
