package wasm2oci_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// component is the smallest component.
const component = "\x00asm\x0d\x00\x01\x00"

func ptr[T any](value T) *T { return &value }

// quick are the options of a client that does not try again.
func quick() wasm2oci.ClientOptions { return wasm2oci.ClientOptions{Retries: ptr(0)} }

// addModule stores an artifact with a module as org/mod:v1 and gives its
// reference and the descriptor of the module.
func addModule(registry *testregistry.Registry, content []byte) (string, ocispec.Descriptor) {
	layer := registry.AddBlob("application/wasm", content)
	registry.AddArtifact("org/mod:v1", layer)
	return registry.Host + "/org/mod:v1", layer
}

// names returns what a folder holds.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := []string{}
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return found
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// wantError checks the kind of an error, that its message is one line which names
// these parts, and that it holds no secret.
func wantError(t *testing.T, err error, kind wasm2oci.Kind, parts ...string) *wasm2oci.Error {
	t.Helper()
	var e *wasm2oci.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %T: %v", err, err)
	}
	if e.Kind != kind {
		t.Errorf("%s, not %s: %v", e.Kind, kind, err)
	}
	text := err.Error()
	if strings.ContainsAny(text, "\n\r\x1b") || strings.Contains(text, "s3cret") || len(text) > 2000 {
		t.Errorf("more than one short line, or a secret: %q", text)
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
	return e
}

// verb is a verb of a client, called with what it needs. dir is where it may
// write to.
type verb struct {
	name string
	call func(ctx context.Context, client *wasm2oci.Client, reference, dir string) error
}

// reading verbs need an artifact; loading ones among them read its module.
var (
	loading = []verb{
		{"pull", func(ctx context.Context, client *wasm2oci.Client, reference, dir string) error {
			_, err := client.Pull(ctx, reference, filepath.Join(dir, "out.wasm"), wasm2oci.PullOptions{})
			return err
		}},
		{"fetch", func(ctx context.Context, client *wasm2oci.Client, reference, _ string) error {
			_, _, err := client.Fetch(ctx, reference, nil, wasm2oci.FetchOptions{})
			return err
		}},
		{"open", func(ctx context.Context, client *wasm2oci.Client, reference, _ string) error {
			stream, err := client.Open(ctx, reference, wasm2oci.OpenOptions{})
			if err != nil {
				return err
			}
			defer func() { _ = stream.Close() }()
			_, err = io.Copy(io.Discard, stream)
			return err
		}},
	}
	inspecting = verb{"inspect", func(ctx context.Context, client *wasm2oci.Client, reference, _ string) error {
		_, err := client.Inspect(ctx, reference, wasm2oci.InspectOptions{})
		return err
	}}
	resolving = verb{"resolve", func(ctx context.Context, client *wasm2oci.Client, reference, _ string) error {
		_, err := client.Resolve(ctx, reference, wasm2oci.ResolveOptions{})
		return err
	}}
	pushing = verb{"push", func(ctx context.Context, client *wasm2oci.Client, reference, _ string) error {
		_, err := client.Push(ctx, wasm2oci.BytesSource(module("pushed")), reference, wasm2oci.PushOptions{})
		return err
	}}
	tagging = verb{"tag", func(ctx context.Context, client *wasm2oci.Client, reference, _ string) error {
		_, err := client.Tag(ctx, reference, []string{"v2"}, wasm2oci.TagOptions{})
		return err
	}}
	listing = verb{"tags", func(ctx context.Context, client *wasm2oci.Client, reference, _ string) error {
		_, err := client.Tags(ctx, strings.TrimSuffix(reference, ":v1"), wasm2oci.TagsOptions{})
		return err
	}}
	untagging = verb{"untag", func(ctx context.Context, client *wasm2oci.Client, reference, _ string) error {
		_, err := client.Untag(ctx, reference, wasm2oci.UntagOptions{})
		return err
	}}
	deleting = verb{"delete", func(ctx context.Context, client *wasm2oci.Client, reference, _ string) error {
		found, err := client.Resolve(ctx, reference, wasm2oci.ResolveOptions{})
		if err == nil {
			_, err = client.Delete(ctx, strings.TrimSuffix(reference, ":v1")+"@"+found.Digest, wasm2oci.DeleteOptions{})
		}
		return err
	}}
	parsing = append(append([]verb{}, loading...), inspecting)
	reading = append(append([]verb{}, parsing...), resolving)
	every   = append(append([]verb{}, reading...), pushing)
)
