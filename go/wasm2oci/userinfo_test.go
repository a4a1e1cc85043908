package wasm2oci_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

const sha256Text = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

var schemes = []string{"", "https://", "http://", "docker://", "oci://", "//"}

func TestReferencesWithASecretAreNotRepeated(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	for _, text := range []string{
		"user:s3cret@h.io/a", "u:p@ss3cret@host/a/b", "u:pa/ss3cret@host/a", "u:s3cret@[::1]:5/a", "user:s3cret@host", "u:s3cret@host/a/b",
		"ghp_s3cret@host/a/b", "ghp_s3cret@h.io", "u:s3cret@h.io:5000/a:v1", "u:s3cret@h.io/a@" + sha256Text, "u:s3cret@h.io/a:v1@" + sha256Text,
		"u:s3cret@h.io/a@sha256:abc", "u:s3@cret/s3cret@h.io/a@sha256:abc", "u:s3cret/@host/a", "u:s3cret/x@h.io", "u:12/s3cret@h.io",
		"u:s3cret@", ":s3cret@h.io/a", "u:s3cret@/a", "eyJh.s3cret.x@h.io/a", "u:s3cret@127.0.0.1", "u:s3cret@localhost/mod.wasm", "u:s3cret@HOST/A",
	} {
		for _, scheme := range schemes {
			_, parseErr := wasm2oci.ParseReference(scheme + text)
			_, pullErr := client.Pull(t.Context(), scheme+text, "", wasm2oci.PullOptions{})
			_, inspectErr := client.Inspect(t.Context(), scheme+text, wasm2oci.InspectOptions{})
			for _, err := range []error{parseErr, pullErr, inspectErr} {
				var e *wasm2oci.Error
				if !errors.As(err, &e) || e.Kind != wasm2oci.InvalidReference {
					t.Errorf("%q: %v", scheme+text, err)
					continue
				}
				detail, _ := json.Marshal(e.Detail)
				if said := e.Error() + string(detail); strings.Contains(said, "s3") || !strings.Contains(said, "***@") || !strings.Contains(said, "username") {
					t.Errorf("%q: %s", scheme+text, said)
				}
			}
		}
	}
}

func TestReferencesWithASecretAsAPathAreNotRepeated(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	for _, text := range []string{"user:s3cret@h.io/a", "u:p@ss3cret@host/a/b", "u:pa/ss3cret@host/a", "//u:s3cret@host/a/b", "https://u:s3cret@h.io/a"} {
		_, err := client.Push(t.Context(), wasm2oci.FileSource(text), "h.io/a", wasm2oci.PushOptions{})
		var e *wasm2oci.Error
		if !errors.As(err, &e) || e.Kind != wasm2oci.Filesystem {
			t.Fatalf("%q: %v", text, err)
		}
		if said := e.Error() + e.Detail.Path; strings.Contains(said, "s3cret") {
			t.Errorf("%q: %s", text, said)
		}
	}
}

// What is no secret is said as it was written.
func TestReferencesWithoutASecretAreRepeated(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"ghcr.io/o/m@v1", "ghcr.io/o/m:v1@v2", "localhost:5000/a/b@v1.2", "ghcr.io/@acme/mod:v1", "@acme/mod", "alpine@latest", "h.io/r@", "h.io/r:t@",
		"h.io/r@sha256:abc", "a@sha256:abc", "a:1@" + sha256Text, "h.io/r@SHA256:ABC", "h.io/r@md5:abc", "h.io/R@" + sha256Text, "h.io/r@abc",
		"oci:dir@2/x:a b", "oci:job@2:v 1", "oci:/ws/job@2/lay:v 1", "oci:node_modules/@acme/mod/lay:v 1",
	} {
		_, err := wasm2oci.ParseReference(text)
		var e *wasm2oci.Error
		if !errors.As(err, &e) || e.Reference != text {
			t.Errorf("%q: %v", text, err)
		}
	}
	if reference, err := wasm2oci.ParseReference("h.io/r@" + sha256Text); err != nil {
		t.Errorf("%+v, %v", reference, err)
	}
}

func TestPathsWithAnAtAreRepeated(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	for _, text := range []string{"/no/such@v1/m.wasm", "no-such@v1/m.wasm", "./a:b@c/m.wasm", "no/such/@acme/mod.wasm"} {
		_, err := client.Push(t.Context(), wasm2oci.FileSource(text), "h.io/a", wasm2oci.PushOptions{})
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
