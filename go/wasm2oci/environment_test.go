package wasm2oci_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestParseEnvironment(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		entries []string
		want    wasm2oci.Environment
	}{
		{"nothing", nil, wasm2oci.Environment{}},
		{"usual", []string{"A=1", "B=2"}, wasm2oci.Environment{"A": "1", "B": "2"}},
		{"value with equals signs", []string{"A=b=c="}, wasm2oci.Environment{"A": "b=c="}},
		{"empty value", []string{"A="}, wasm2oci.Environment{"A": ""}},
		{"no equals sign", []string{"A"}, wasm2oci.Environment{}},
		{"no name, as on Windows", []string{"=C:=C:\\dir", "A=1"}, wasm2oci.Environment{"A": "1"}},
		{"a name twice", []string{"A=1", "A=2"}, wasm2oci.Environment{"A": "2"}},
	} {
		if got := wasm2oci.ParseEnvironment(test.entries); !maps.Equal(got, test.want) {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

// The variables belong to the whole process, hence no t.Parallel.
func TestOnlyTheSnapshotCounts(t *testing.T) {
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	registry.Break(demanding(basicOf("user", "s3cret")))
	dir := t.TempDir()
	write(t, filepath.Join(dir, "config.json"), fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, registry.Host, auth("user", "s3cret")))
	before := newClient(t, quick(), wasm2oci.ProcessEnvironment())
	t.Setenv("DOCKER_CONFIG", dir)
	t.Setenv("SOURCE_DATE_EPOCH", "nonsense")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("SSL_CERT_FILE", "/nonexistent")

	for name, client := range map[string]*wasm2oci.Client{"made before": before, "given none": newClient(t, quick(), nil)} {
		_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
		wantError(t, err, wasm2oci.Unauthenticated)
		if secrets := told(registry); len(secrets) > 0 {
			t.Errorf("%s: the registry was told %q", name, secrets)
		}
		if _, err := client.Push(t.Context(), wasm2oci.BytesSource(module("x")), "oci:"+filepath.Join(t.TempDir(), "layout"), wasm2oci.PushOptions{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	after := newClient(t, quick(), wasm2oci.ProcessEnvironment())
	if _, err := after.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
		t.Errorf("a client made after that: %v", err)
	}
}
