package ref_test

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

func TestParseRepository(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ghcr.io/me/hello":       "ghcr.io/me/hello",
		"localhost:5000/hello":   "localhost:5000/hello",
		"docker.io/hello":        "docker.io/library/hello",
		"oci:dir":                "oci:dir",
		"oci:latest":             "oci:latest",
		"oci:/a/latest":          "oci:/a/latest",
		"oci-archive:latest.tar": "oci-archive:latest.tar",
	} {
		if got, err := ref.ParseRepository(text); err != nil || got.String() != want {
			t.Errorf("%s is %q, %v", text, got, err)
		}
	}
	dgst := digest.FromString("").String()
	for _, text := range []string{
		"", "hello", "ghcr.io/me/hello:v1", "ghcr.io/me/hello:latest", "oci:dir:latest", "oci:latest:latest",
		"ghcr.io/me/hello@" + dgst, "oci:dir:v1@" + dgst, "ghcr.io/me/hello:", "user:s3cret@ghcr.io/me/hello",
	} {
		_, err := ref.ParseRepository(text)
		if fault.KindOf(err) != fault.InvalidReference || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
