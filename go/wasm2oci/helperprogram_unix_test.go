//go:build unix

package wasm2oci_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/subprocess"
	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// Docker Desktop names a helper of Windows in the configuration of WSL.
func TestHelperThatCannotBeRunIsNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, content string
		mode          os.FileMode
	}{
		{"a program of Windows", "MZ\x90\x00\x03\x00\x00\x00", 0o755},
		{"without the right to be run", "#!/bin/sh\necho '{}'\n", 0o644},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bin := t.TempDir()
			program := filepath.Join(bin, "docker-credential-desktop.exe")
			subprocess.WriteProgram(t, program, []byte(test.content))
			if err := os.Chmod(program, test.mode); err != nil {
				t.Fatal(err)
			}
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			env := configured(t, registry, `{"credsStore":"desktop.exe"}`)
			env["PATH"] = bin
			client := newClient(t, quick(), env)
			if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
				t.Errorf("what is public: %v", err)
			}
			registry.Break(demanding(basicOf("user", "s3cret")))
			_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
			wantError(t, err, wasm2oci.Unauthenticated, "docker-credential-desktop.exe", program, "is not executable", "config.json")
			without(t, err, "not on PATH")
		})
	}
}
