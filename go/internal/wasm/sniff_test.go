package wasm_test

import (
	"errors"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

func TestSniff(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		head string
		kind wasm.Kind
		err  error
	}{
		{"core module", "\x00asm\x01\x00\x00\x00", wasm.KindModule, nil},
		{"component", "\x00asm\x0d\x00\x01\x00", wasm.KindComponent, nil},
		{"module with more bytes", "\x00asm\x01\x00\x00\x00\x01\x04", wasm.KindModule, nil},
		{"component of an older draft", "\x00asm\x0c\x00\x01\x00", "", wasm.ErrVersion},
		{"module of a version to come", "\x00asm\x02\x00\x00\x00", "", wasm.ErrVersion},
		{"magic alone", "\x00asm", "", wasm.ErrVersion},
		{"cut in the version", "\x00asm\x01\x00\x00", "", wasm.ErrVersion},
		{"cut in the magic", "\x00as", "", wasm.ErrNotWasm},
		{"nothing", "", "", wasm.ErrNotWasm},
		{"text format", "(module)", "", wasm.ErrNotWasm},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00", "", wasm.ErrNotWasm},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			kind, err := wasm.Sniff([]byte(tc.head))
			if kind != tc.kind || !errors.Is(err, tc.err) {
				t.Fatalf("Sniff(%q) = %q, %v; want %q, %v", tc.head, kind, err, tc.kind, tc.err)
			}
		})
	}
}

func TestVersionErrorNamesTheBytes(t *testing.T) {
	t.Parallel()
	head := []byte("\x00asm\x0c\x00\x01\x00")
	_, err := wasm.Sniff(head)
	clear(head) // the error must not look into the caller's buffer
	if fault.KindOf(err) != fault.NotWasm {
		t.Fatalf("Sniff gave the kind %s", fault.KindOf(err))
	}
	want := `unknown WebAssembly version "0c 00 01 00": a module has "01 00 00 00", a component "0d 00 01 00"`
	if err.Error() != want {
		t.Fatalf("the message is %q, want %q", err, want)
	}
}

func TestHasMagic(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]bool{"\x00asm": true, "\x00asm\x0c": true, "\x00as": false, "": false, "asm\x00": false} {
		if got := wasm.HasMagic([]byte(head)); got != want {
			t.Errorf("HasMagic(%q) = %v, want %v", head, got, want)
		}
	}
}

func FuzzSniff(f *testing.F) {
	for _, seed := range []string{"", "\x00asm", "\x00asm\x01\x00\x00\x00", "\x00asm\x0d\x00\x01\x00", "\x00asm\x0c\x00\x01\x00tail"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		kind, err := wasm.Sniff(head)
		known := kind == wasm.KindModule || kind == wasm.KindComponent
		if known != (err == nil) {
			t.Fatalf("kind %q with error %v", kind, err)
		}
		if wasm.HasMagic(head) == errors.Is(err, wasm.ErrNotWasm) {
			t.Fatalf("HasMagic is %v but the error is %v", wasm.HasMagic(head), err)
		}
	})
}
