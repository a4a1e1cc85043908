package wasm_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

const (
	moduleHead    = "\x00asm\x01\x00\x00\x00"
	componentHead = "\x00asm\x0d\x00\x01\x00"
)

// leb encodes an unsigned LEB128 number.
func leb(n int) string {
	var out []byte
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return string(append(out, byte(n)))
}

// text encodes a name.
func text(s string) string { return leb(len(s)) + s }

// section encodes a section.
func section(id byte, content string) string { return string([]byte{id}) + text(content) }

// custom encodes a custom section.
func custom(name, content string) string { return section(0, text(name)+content) }

// both inspects a binary in both ways, which must agree.
func both(t *testing.T, binary string) (*wasm.Info, error) {
	t.Helper()
	info, err := wasm.Inspect(strings.NewReader(binary), int64(len(binary)))
	if _, streamErr := wasm.InspectReader(strings.NewReader(binary)); (err == nil) != (streamErr == nil) {
		t.Errorf("Inspect ends with %v, InspectReader with %v", err, streamErr)
	}
	return info, err
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, binary string
		offset       int64
	}{
		{"section without a size", moduleHead + "\x01", 9},
		{"section longer than the binary", moduleHead + "\x01\x05\x00", 10},
		{"size of more than 32 bits", moduleHead + "\x01\xff\xff\xff\xff\x1f", 9},
		{"size of more than five bytes", moduleHead + "\x01\x80\x80\x80\x80\x80\x00", 9},
		{"count higher than entries", moduleHead + section(1, "\x02\x60\x00\x00"), 14},
		{"lying count", moduleHead + section(2, "\xff\xff\xff\xff\x0f"), 15},
		{"bytes left in a section", moduleHead + section(1, "\x00\x00"), 11},
		{"section twice", moduleHead + section(1, "\x00") + section(1, "\x00"), 13},
		{"sections out of order", moduleHead + section(7, "\x00") + section(1, "\x00"), 13},
		{"custom section without a name", moduleHead + section(0, ""), 10},
		{"custom section with a name that is too long", moduleHead + section(0, "\x05ab"), 10},
		{"custom section with a name that is not UTF-8", moduleHead + custom("\xff", ""), 10},
		{"import name that is not UTF-8", moduleHead + section(2, "\x01"+text("\xc0\xaf")+text("n")+"\x00\x00"), 11},
		{"import of an unknown kind", moduleHead + section(2, "\x01"+text("m")+text("n")+"\x09"), 16},
		{"import of a function of no type", moduleHead + section(2, "\x01"+text("m")+text("n")+"\x00\x07"), 16},
		{"function of a type that is no function", moduleHead + section(1, "\x01\x5f\x00") + section(2, "\x01"+text("m")+text("n")+"\x00\x00"), 21},
		{"export of nothing", moduleHead + section(7, "\x01"+text("e")+"\x03\x00"), 14},
		{"page size beyond all bounds", moduleHead + section(5, "\x01\x08\x00\x40"), 13},
		{"module in a component that is none", componentHead + section(1, "\x00as"), 10},
		{"component where a module is announced", componentHead + section(1, componentHead), 10},
		{"child longer than its section", componentHead + section(1, moduleHead+"\x01\x05\x00"), 20},
		{"component import of an unknown sort", componentHead + section(10, "\x01\x00"+text("n")+"\x09\x00"), 14},
		{"component export of a core function", componentHead + section(11, "\x01\x00"+text("n")+"\x00\x00\x00\x00"), 14},
		{"component name of an unknown form", componentHead + section(10, "\x01\x07"+text("n")+"\x01\x00"), 11},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			info, err := both(t, tc.binary)
			if info != nil || !errors.Is(err, wasm.ErrMalformed) {
				t.Fatalf("got %v, %v; want %v", info, err, wasm.ErrMalformed)
			}
			if !strings.HasSuffix(err.Error(), fmt.Sprintf(" (at byte %d)", tc.offset)) || fault.KindOf(err) != fault.NotWasm {
				t.Errorf("got %v, want it at byte %d", err, tc.offset)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q has more than one line", err)
			}
		})
	}
}

func TestNotWasm(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, binary string
		want         error
	}{
		{"nothing", "", wasm.ErrNotWasm},
		{"an HTML page", "<!doctype html>", wasm.ErrNotWasm},
		{"header cut short", moduleHead[:6], wasm.ErrVersion},
		{"version to come", "\x00asm\x02\x00\x00\x00", wasm.ErrVersion},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if _, err := both(t, tc.binary); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// TestCutAnywhere cuts every binary at every byte: that is never a crash, and
// only good where a section ends.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	for _, name := range binaries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := string(load(t, name+".wasm"))
			bad := 0
			for n := range len(whole) {
				if _, err := both(t, whole[:n]); err != nil {
					bad++
				}
			}
			if bad < len(whole)*3/4 {
				t.Errorf("only %d of %d cuts were noticed", bad, len(whole))
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	imports := func(n int, one string) string { return section(2, leb(n)+strings.Repeat(one, n)) }
	nested := componentHead
	for range 40 {
		nested = componentHead + section(4, nested)
	}
	manyTypes := section(1, "\x01\x60"+leb(1000)+strings.Repeat("\x7f", 1000)+"\x00")
	for _, tc := range []struct{ name, binary, what string }{
		{"a name", moduleHead + imports(1, text("m")+text(strings.Repeat("n", 100_001))+"\x02\x00\x00"), "bytes in a name"},
		{"many imports", moduleHead + imports(300_000, "\x00\x00\x02\x00\x00"), "bytes of names and types"},
		{"a big signature many times", moduleHead + manyTypes + imports(5000, "\x00\x00\x00\x00"), "bytes of names and types"},
		{"one type for many imports", moduleHead + manyTypes + section(2, "\x01\x01m\x00\x7e\x00\x00"+leb(5000)+strings.Repeat("\x01n", 5000)), "bytes of names and types"},
		{"many custom sections", moduleHead + strings.Repeat(custom("", ""), 300_000), "bytes of names and types"},
		{"nested components", nested, "components inside each other"},
		{"many children", componentHead + strings.Repeat(section(1, moduleHead), 1001), "modules and components inside a component"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := both(t, tc.binary)
			if !errors.Is(err, wasm.ErrLimit) || fault.KindOf(err) != fault.NotWasm || !strings.Contains(err.Error(), " "+tc.what+" (at byte ") {
				t.Errorf("got %v, want the limit of %s", err, tc.what)
			}
		})
	}
}

// TestWarnings shows what is left out, and that the rest is there.
func TestWarnings(t *testing.T) {
	t.Parallel()
	good := custom("version", "1.0")
	exportGlobal := section(7, "\x01"+text("g")+"\x03\x00")
	for _, tc := range []struct{ name, binary, warning string }{
		{"producers cut short", moduleHead + custom("producers", "\x05") + good, `custom section "producers"`},
		{"producers with more behind", moduleHead + custom("producers", "\x00\x00") + good, `custom section "producers"`},
		{"producers beyond the limit", moduleHead + custom("producers", strings.Repeat("\x00", 300_000)) + good, "more than 262144"},
		{"module name that is not UTF-8", moduleHead + custom("name", "\x00\x02\x01\xff") + good, `custom section "name"`},
		{"description that is not UTF-8", moduleHead + custom("description", "\xff") + good, `custom section "description"`},
		{"description beyond the limit", moduleHead + custom("description", strings.Repeat("x", 70_000)) + good, "more than 65536"},
		{"unknown section", moduleHead + section(200, "x") + good, "section 200"},
		{"unknown instruction", moduleHead + section(6, "\x01\x7f\x00\xff") + exportGlobal + good, "global section"},
		{"unknown value type", moduleHead + section(6, "\x01\x01\x00\x0b") + exportGlobal + good, "global section"},
		{"unknown type", moduleHead + section(1, "\x01\x33") + good, "type section"},
		{"component of unknown types", componentHead + section(7, "\x01\x01") + section(11, "\x01\x00"+text("n")+"\x03\x00\x00") + good, "WIT package"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			info, err := both(t, tc.binary)
			if err != nil {
				t.Fatal(err)
			}
			if len(info.Warnings) != 1 || !strings.Contains(info.Warnings[0], tc.warning) {
				t.Errorf("the warnings are %q, want one with %q", info.Warnings, tc.warning)
			}
			if info.Metadata != (wasm.Metadata{Version: "1.0"}) || len(info.Producers) != 0 || info.Name != "" {
				t.Errorf("got %+v, %v and the name %q, want the version alone", info.Metadata, info.Producers, info.Name)
			}
		})
	}
}

// TestWarningsEnd holds that warnings do not grow with the binary.
func TestWarningsEnd(t *testing.T) {
	t.Parallel()
	info, err := both(t, moduleHead+strings.Repeat(section(200, ""), 1000))
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Warnings) != 20 {
		t.Errorf("got %d warnings, want 20", len(info.Warnings))
	}
}

// TestSourceFails holds that an error of the source comes out as it is.
func TestSourceFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the network is down")
	binary := moduleHead + section(11, strings.Repeat("x", 200_000)) + custom("name", "")
	if _, err := wasm.Inspect(&source{binary, 100_000, broken}, int64(len(binary))); !errors.Is(err, broken) {
		t.Errorf("Inspect ends with %v, want %v", err, broken)
	}
	reader := io.MultiReader(strings.NewReader(binary[:100]), &source{"", 0, broken})
	if _, err := wasm.InspectReader(reader); !errors.Is(err, broken) {
		t.Errorf("InspectReader ends with %v, want %v", err, broken)
	}
	if _, err := wasm.Inspect(strings.NewReader(moduleHead), 100); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a source shorter than announced ends with %v, want %v", err, io.ErrUnexpectedEOF)
	}
}

// source fails when bytes from good on are asked for.
type source struct {
	binary string
	good   int64
	err    error
}

func (s *source) ReadAt(p []byte, offset int64) (int, error) {
	if offset >= s.good {
		return 0, s.err
	}
	return strings.NewReader(s.binary).ReadAt(p, offset)
}

func (s *source) Read([]byte) (int, error) { return 0, s.err }

// TestReadsLittle counts what is read of a module with much code and data.
func TestReadsLittle(t *testing.T) {
	t.Parallel()
	code := strings.Repeat("\x00", 10<<20)
	binary := moduleHead + section(1, "\x00") + section(10, code) + section(11, code) + custom("name", "\x00\x02\x01m") + custom("version", "7")
	counting := &counter{source: strings.NewReader(binary)}
	info, err := wasm.Inspect(counting, int64(len(binary)))
	if err != nil || info.Name != "m" || info.Metadata.Version != "7" {
		t.Fatalf("got %+v, %v", info, err)
	}
	if counting.reads > 3 || counting.biggest > 64<<10 || counting.problem != "" {
		t.Errorf("%d reads of up to %d bytes %s, want at most 3 of 64 KiB", counting.reads, counting.biggest, counting.problem)
	}
}

// counter counts reads, and checks that they go forwards.
type counter struct {
	source  io.ReaderAt
	reads   int
	biggest int
	end     int64
	problem string
}

func (c *counter) ReadAt(p []byte, offset int64) (int, error) {
	if offset < c.end {
		c.problem = fmt.Sprintf("(byte %d again after %d)", offset, c.end)
	}
	c.reads++
	c.biggest = max(c.biggest, len(p))
	c.end = offset + int64(len(p))
	return c.source.ReadAt(p, offset)
}

func FuzzInspect(f *testing.F) {
	for _, name := range binaries {
		f.Add(load(f, name+".wasm"))
	}
	f.Add([]byte(componentHead + section(4, componentHead+section(1, moduleHead)) + custom("producers", "\x01\x03sdk\x01\x01a\x011")))
	f.Add([]byte(moduleHead + section(1, "\x01\x60\x00\x00") + section(2, "\x01\x01m\x00\x7f\x02\x01a\x00\x00\x01b\x03\x7f\x00")))
	f.Fuzz(func(t *testing.T, binary []byte) {
		info, err := wasm.Inspect(bytes.NewReader(binary), int64(len(binary)))
		again, streamErr := wasm.InspectReader(bytes.NewReader(binary))
		if (err == nil) != (streamErr == nil) || (info == nil) != (err != nil) || (again == nil) != (streamErr != nil) {
			t.Fatalf("Inspect gives %v, %v; InspectReader %v, %v", info, err, again, streamErr)
		}
		if err != nil {
			for _, known := range []error{wasm.ErrNotWasm, wasm.ErrVersion, wasm.ErrMalformed, wasm.ErrLimit} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("an error of no kind: %v", err)
		}
		if (info.World != nil) != (info.Kind == wasm.KindComponent) {
			t.Fatalf("a %s with the world %v", info.Kind, info.World)
		}
		if cost := len(info.Imports) + len(info.Exports) + len(info.CustomSections); cost > len(binary) {
			t.Fatalf("%d entries from %d bytes", cost, len(binary))
		}
	})
}
