package wasm2oci_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// caching returns a client with a cache in a new directory.
func caching(t *testing.T, change func(*wasm2oci.ClientOptions)) (*wasm2oci.Client, string) {
	t.Helper()
	options := quick()
	options.CacheDir = filepath.Join(t.TempDir(), "cache")
	if change != nil {
		change(&options)
	}
	return newClient(t, options, nil), options.CacheDir
}

// sawSince returns the requests that came after the first ones.
func sawSince(registry *testregistry.Registry, count int) []string { return registry.Lines()[count:] }

func wantFetch(t *testing.T, client *wasm2oci.Client, reference string, options wasm2oci.FetchOptions, content string, source string) *wasm2oci.FetchResult {
	t.Helper()
	result, got, err := client.Fetch(t.Context(), reference, nil, options)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != content || result.Source != source {
		t.Errorf("got %d bytes from %q", len(got), result.Source)
	}
	return result
}

func policy(policy wasm2oci.PullPolicy) wasm2oci.FetchOptions {
	return wasm2oci.FetchOptions{Selection: wasm2oci.Selection{PullPolicy: policy}}
}

func TestCacheAsksForWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := string(module("content"))
	reference, layer := addModule(registry, []byte(content))
	client, dir := caching(t, nil)
	first := wantFetch(t, client, reference, wasm2oci.FetchOptions{}, content, "registry")
	if first.Age != nil {
		t.Errorf("an age of %d", *first.Age)
	}
	count := len(registry.Lines())
	wantFetch(t, client, reference, wasm2oci.FetchOptions{}, content, "cache")
	if got := sawSince(registry, count); !slices.Equal(got, []string{"HEAD /v2/org/mod/manifests/v1"}) {
		t.Errorf("a tag costs %q", got)
	}
	count = len(registry.Lines())
	byDigest := wantFetch(t, client, registry.Host+"/org/mod@"+first.Digest, wasm2oci.FetchOptions{}, content, "cache")
	if byDigest.MediaType != first.MediaType || byDigest.Size != first.Size {
		t.Errorf("%+v is not %+v", byDigest.Descriptor, first.Descriptor)
	}
	missing := wantFetch(t, client, reference, policy(wasm2oci.PullMissing), content, "cache")
	if missing.Age == nil || *missing.Age > 60 {
		t.Errorf("the age is %v", missing.Age)
	}
	registry.Close()
	wantFetch(t, client, reference, policy(wasm2oci.PullNever), content, "cache")
	if got := sawSince(registry, count); len(got) != 0 {
		t.Errorf("the registry saw %q", got)
	}
	// Another process, and every other tool: it is a layout.
	again := newClient(t, wasm2oci.ClientOptions{CacheDir: dir, PullPolicy: wasm2oci.PullNever}, nil)
	wantFetch(t, again, reference, wasm2oci.FetchOptions{}, content, "cache")
	wantFetch(t, newClient(t, quick(), nil), "oci:"+dir+"@"+first.Digest, wasm2oci.FetchOptions{}, content, "")
	if info, err := os.Stat(filepath.Join(dir, "blobs", "sha256", layer.Digest.Encoded())); err != nil || info.Mode().Perm() != 0o444 {
		t.Errorf("the blob is %v, %v", info, err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory is %v, %v", info, err)
	}
	if index := read(t, filepath.Join(dir, "index.json")); !strings.Contains(index, reference) {
		t.Errorf("%q does not name %s", index, reference)
	}
}

func TestCacheFollowsATagThatMoves(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client, _ := caching(t, nil)
	for _, content := range []string{"one", "two", "one"} {
		reference, _ := addModule(registry, module(content))
		result, got, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{})
		if err != nil || string(got) != string(module(content)) {
			t.Fatalf("%q: %+v, %v", got, result, err)
		}
	}
}

func TestCacheRefusesWhatIsNotThereOffline(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	client, _ := caching(t, nil)
	_, _, err := client.Fetch(t.Context(), reference, nil, policy(wasm2oci.PullNever))
	wantError(t, err, wasm2oci.NotFound, "is not in the cache")
	_, err = client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{PullPolicy: wasm2oci.PullNever})
	wantError(t, err, wasm2oci.NotFound, "is not in the cache")
	_, _, err = newClient(t, quick(), nil).Fetch(t.Context(), reference, nil, policy(wasm2oci.PullNever))
	wantError(t, err, wasm2oci.InvalidArgument, "there is no cache")
	_, _, err = client.Fetch(t.Context(), reference, nil, policy("sometimes"))
	wantError(t, err, wasm2oci.InvalidArgument, "sometimes")
	if got := registry.Lines(); len(got) != 0 {
		t.Errorf("the registry saw %q", got)
	}
}

func TestCacheFetchesDamagedEntriesAnew(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := string(module("content"))
	reference, layer := addModule(registry, []byte(content))
	client, dir := caching(t, nil)
	manifest := wantFetch(t, client, reference, wasm2oci.FetchOptions{}, content, "registry").Digest
	for _, name := range []string{layer.Digest.Encoded(), strings.TrimPrefix(manifest, "sha256:")} {
		path := filepath.Join(dir, "blobs", "sha256", name)
		whole := read(t, path)
		for _, damaged := range []string{"", whole[:len(whole)-1], whole[:len(whole)-1] + "x", whole + "x"} {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			write(t, path, damaged)
			for _, verb := range loading {
				if err := verb.call(t.Context(), client, reference, t.TempDir()); err != nil {
					t.Errorf("%s: %v", verb.name, err)
				}
			}
			if read(t, path) != whole {
				t.Errorf("%q stayed", read(t, path))
			}
		}
	}
}

func TestCacheDownloadsOnceForManyThreads(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := string(module(strings.Repeat("content", 100_000)))
	reference, layer := addModule(registry, []byte(content))
	entered := make(chan struct{}, 100)
	registry.Break(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, layer.Digest.String()) {
			entered <- struct{}{}
		}
		return false
	})
	client, _ := caching(t, nil)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if _, got, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{}); err != nil || string(got) != content {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	group.Wait()
	if len(entered) != 1 {
		t.Errorf("the blob was asked for %d times", len(entered))
	}
}

func TestCacheWithoutPlaceIsNoMatter(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := string(module("content"))
	reference, _ := addModule(registry, []byte(content))
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "a file")
	foreign := filepath.Join(t.TempDir(), "foreign")
	write(t, filepath.Join(foreign, "mine.txt"), "mine")
	for _, dir := range []string{file, filepath.Join(file, "below"), foreign} {
		client := newClient(t, wasm2oci.ClientOptions{CacheDir: dir}, nil)
		m := &wasm2oci.Monitor{}
		for range 2 {
			_, got, err := client.Fetch(wasm2oci.WithMonitor(t.Context(), m), reference, nil, wasm2oci.FetchOptions{})
			if err != nil || string(got) != content {
				t.Errorf("%s: %v", dir, err)
			}
		}
		var warnings []string
		for _, record := range m.TakeRecords() {
			if record.Level == "warning" {
				warnings = append(warnings, record.Message)
			}
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0], "going on without it") {
			t.Errorf("warned %q", warnings)
		}
	}
	if got := names(t, foreign); !slices.Equal(got, []string{"mine.txt"}) {
		t.Errorf("somebody's folder holds %q", got)
	}
}

func TestCacheKeepsToItsSize(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	const size = 10_000
	client, dir := caching(t, func(o *wasm2oci.ClientOptions) { o.CacheSize = ptr[int64](3*size + 6000) })
	reference := func(i int) string { return registry.Host + "/org/mod:" + string(rune('a'+i)) }
	fetch := func(i int) string {
		result, _, err := client.Fetch(t.Context(), reference(i), nil, wasm2oci.FetchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return result.Layer.Digest
	}
	var layers []string
	path := func(dgst string) string {
		return filepath.Join(dir, "blobs", "sha256", strings.TrimPrefix(dgst, "sha256:"))
	}
	for i := range 6 {
		registry.AddArtifact("org/mod:"+string(rune('a'+i)), registry.AddBlob("application/wasm", module(strings.Repeat(string(rune('a'+i)), size))))
		layers = append(layers, fetch(i))
		// As if time had passed.
		entries, err := filepath.Glob(filepath.Join(dir, "blobs", "sha256", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			info, err := os.Stat(entry)
			if err != nil {
				t.Fatal(err)
			}
			earlier := info.ModTime().Add(-time.Hour)
			if err := os.Chtimes(entry, earlier, earlier); err != nil {
				t.Fatal(err)
			}
		}
		fetch(0) // stays in use
	}
	var there []int
	for i, layer := range layers {
		if _, err := os.Stat(path(layer)); err == nil {
			there = append(there, i)
		}
	}
	if !slices.Equal(there, []int{0, 4, 5}) {
		t.Errorf("there is %v", there)
	}
	index := read(t, filepath.Join(dir, "index.json"))
	for i := range 6 {
		if slices.Contains(there, i) != strings.Contains(index, reference(i)) {
			t.Errorf("%d: the index is %s", i, index)
		}
	}
	if got := names(t, filepath.Join(dir, "references")); len(got) != 3 {
		t.Errorf("%d names", len(got))
	}
}

func TestCacheIsWhereTheEnvironmentSays(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	home := t.TempDir()
	environment := wasm2oci.Environment{"HOME": home, "WASM2OCI_CACHE": filepath.Join(home, "named")}
	for _, test := range []struct {
		cache *bool
		want  string
	}{{nil, "named"}, {ptr(true), filepath.Join(".cache", "wasm2oci")}, {ptr(false), ""}} {
		options := quick()
		options.Cache = test.cache
		result, _, err := newClient(t, options, environment).Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if test.want == "" {
			if result.Source != "" {
				t.Errorf("came from %q", result.Source)
			}
			continue
		}
		if _, err := os.Stat(filepath.Join(home, test.want, "oci-layout")); err != nil {
			t.Error(err)
		}
	}
}

func TestCacheIsOfferedWhileTheRegistryIsDown(t *testing.T) {
	t.Parallel()
	const offer = "use pull_policy missing: the cache has what the tag named last"
	for name, test := range map[string]struct {
		fault testregistry.Fault
		kind  wasm2oci.Kind
		says  string
	}{
		"closed":       {nil, wasm2oci.Network, "check the host and the port, or " + offer},
		"overloaded":   {answering(503, ""), wasm2oci.Registry, "; " + offer},
		"rate limited": {answering(429, ""), wasm2oci.RateLimited, "try again later, or " + offer},
	} {
		for _, verb := range reading {
			t.Run(name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, layer := addModule(registry, module("content"))
				client, dir := caching(t, nil)
				wantFetch(t, client, reference, wasm2oci.FetchOptions{}, string(module("content")), "registry")
				if registry.Break(test.fault); test.fault == nil {
					registry.Close()
				}
				wantError(t, verb.call(t.Context(), client, reference, t.TempDir()), test.kind, test.says)
				err := verb.call(t.Context(), client, registry.Host+"/org/mod:other", t.TempDir())
				wantError(t, err, test.kind)
				without(t, err, offer)
				if verb.name == "resolve" {
					return
				}
				// Without the module, the registry would have to be asked.
				if err := os.Remove(filepath.Join(dir, "blobs", "sha256", layer.Digest.Encoded())); err != nil {
					t.Fatal(err)
				}
				err = verb.call(t.Context(), client, reference, t.TempDir())
				wantError(t, err, test.kind)
				without(t, err, offer)
			})
		}
	}
}

func TestCacheIsNotOfferedInPlaceOfARefusal(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]wasm2oci.Kind{401: wasm2oci.Unauthenticated, 403: wasm2oci.PermissionDenied, 404: wasm2oci.NotFound} {
		registry := testregistry.New(t)
		reference, _ := addModule(registry, module("content"))
		client, _ := caching(t, nil)
		wantFetch(t, client, reference, wasm2oci.FetchOptions{}, string(module("content")), "registry")
		registry.Break(answering(status, ""))
		_, _, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{})
		wantError(t, err, kind)
		without(t, err, "the cache has")
	}
}

func TestCacheSaysOfflineWhatIsDamaged(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	content := string(module("content"))
	reference, layer := addModule(registry, []byte(content))
	client, dir := caching(t, nil)
	manifest := wantFetch(t, client, reference, wasm2oci.FetchOptions{}, content, "registry").Digest
	byDigest := registry.Host + "/org/mod@" + manifest
	for _, test := range []struct{ reference, blob, names string }{
		{reference, strings.TrimPrefix(manifest, "sha256:"), reference},
		{byDigest, strings.TrimPrefix(manifest, "sha256:"), manifest},
		{reference, layer.Digest.Encoded(), layer.Digest.String()},
	} {
		path := filepath.Join(dir, "blobs", "sha256", test.blob)
		whole := read(t, path)
		for _, damaged := range []string{"", whole[:len(whole)-1] + "x", whole + "x"} {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			write(t, path, damaged)
			_, _, err := client.Fetch(t.Context(), test.reference, nil, policy(wasm2oci.PullNever))
			wantError(t, err, wasm2oci.NotFound, test.names, "is damaged in the cache, and pull_policy is never", "fetch it once with pull_policy missing; cache verify")
			without(t, err, "not in the cache")
			wantFetch(t, client, test.reference, policy(wasm2oci.PullMissing), content, "registry")
		}
	}
}
