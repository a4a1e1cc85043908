//go:build unix

package wasm2oci_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// endless are files that block, or have no end.
func endless(t *testing.T) []string {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{pipe, "/dev/zero", t.TempDir()}
}

// returns fails where a call does not return.
func returns(t *testing.T, what string, call func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		call()
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s is still being read", what)
	}
}

func TestFilesWithoutAnEndAreRefused(t *testing.T) {
	t.Parallel()
	certificate, key := identity(t)
	for _, path := range endless(t) {
		for option, o := range map[string]wasm2oci.ClientOptions{
			"ca_file": {CAFile: path}, "client_cert": {ClientCert: path, ClientKey: key}, "client_key": {ClientCert: certificate, ClientKey: path},
		} {
			returns(t, path, func() {
				_, err := wasm2oci.NewClient(o, nil)
				wantError(t, err, wasm2oci.Filesystem, option, path)
			})
		}
	}
}

func TestCredentialFilesWithoutAnEndAreRefused(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	registry.Break(demanding(basicOf("user", "s3cret")))
	for _, path := range endless(t) {
		for _, client := range []*wasm2oci.Client{
			newClient(t, wasm2oci.ClientOptions{AuthFile: path, Retries: ptr(0)}, nil),
			newClient(t, quick(), wasm2oci.Environment{"REGISTRY_AUTH_FILE": path}),
		} {
			returns(t, path, func() {
				_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
				wantError(t, err, wasm2oci.Unauthenticated, path)
			})
		}
	}
	// The usual way to say that there are none.
	client := newClient(t, wasm2oci.ClientOptions{AuthFile: os.DevNull, Retries: ptr(0)}, nil)
	_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.Unauthenticated, "there are none")
}

func TestAuthoritiesOfTheEnvironmentWithoutAnEndAreLeftOut(t *testing.T) {
	t.Parallel()
	registry := testregistry.NewTLS(t)
	reference, _ := addModule(registry, module("content"))
	o := quick()
	o.PlainHTTP = ptr(false)
	for _, path := range endless(t) {
		dir := t.TempDir()
		if err := os.Symlink(path, filepath.Join(dir, "0.pem")); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "1.pem"), read(t, authority(t, registry)))
		client := newClient(t, o, wasm2oci.Environment{"SSL_CERT_FILE": path, "SSL_CERT_DIR": path + ":" + dir})
		returns(t, path, func() {
			if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		})
	}
}

func TestSourcesWithoutAnEndAreRefused(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	for _, path := range endless(t) {
		returns(t, path, func() {
			_, err := client.Push(t.Context(), wasm2oci.FileSource(path), "h.io/a", wasm2oci.PushOptions{})
			wantError(t, err, wasm2oci.Filesystem, path)
			_, err = client.InspectFile(t.Context(), path, wasm2oci.InspectOptions{})
			wantError(t, err, wasm2oci.Filesystem, path)
		})
	}
}
