package wasm2oci_test

import (
	"path/filepath"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestFormsOfWebAssemblyAreNamed(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	for _, test := range []struct {
		name, content, says string
		named               bool
	}{
		{"text", "(module)", "WebAssembly text", true},
		{"text of a component", "\n\t( component $c (core module))", "WebAssembly text", true},
		{"text after comments", ";; a (module)\n(; more\n;)  (module $m\n)", "WebAssembly text", true},
		{"text after a byte order mark", "\ufeff(module)", "WebAssembly text", true},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00", "gzip", true},
		{"zstd", "\x28\xb5\x2f\xfd\x00\x00", "zstd", true},
		{"prose", "(modules are nice)", "not WebAssembly", false},
		{"another program", "\x7fELF\x02\x01\x01\x00", "not WebAssembly", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "file.wasm")
			write(t, path, test.content)
			_, err := client.Push(t.Context(), wasm2oci.FileSource(path), "oci:"+filepath.Join(dir, "layout")+":v1", wasm2oci.PushOptions{})
			if test.named {
				wantError(t, err, wasm2oci.NotWasm, test.says, path, " first, such as ")
				without(t, err, "allow_any")
			} else {
				wantError(t, err, wasm2oci.NotWasm, path, "allow_any")
			}
			_, err = client.Inspect(t.Context(), path, wasm2oci.InspectOptions{})
			if test.named {
				wantError(t, err, wasm2oci.NotWasm, test.says)
			} else {
				wantError(t, err, wasm2oci.NotWasm)
			}
		})
	}
}
