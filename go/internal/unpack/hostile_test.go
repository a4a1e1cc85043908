package unpack_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
	"github.com/wasm2oci/wasm2oci/go/internal/worktime"
)

// within fails where a call takes more than linear time.
func within(t *testing.T, limit time.Duration, call func()) {
	t.Helper()
	if took := worktime.Of(call); took > limit {
		t.Errorf("it took %s", took)
	}
}

func TestWhatIsBelowMayBeDeep(t *testing.T) {
	t.Parallel()
	const depth = 200_000
	deep := strings.Repeat("a/", depth) + "m.wasm"
	for _, over := range []entry{{name: "a", content: "x"}, {name: ".wh.a"}, {name: ".wh..wh..opq"}, {name: deep, content: "x"}} {
		within(t, 10*time.Second, func() {
			listing, err := unpack.Scan(t.Context(), strings.NewReader(tarOf(t, over)), limit, lying(deep))
			if err != nil || !listing.Hidden[deep] {
				t.Errorf("%.20s: %d are hidden, %v", over.name, len(listing.Hidden), err)
			}
		})
	}
}

func TestManyFoldersMayBeHidden(t *testing.T) {
	t.Parallel()
	const many = 20_000
	below := &unpack.Below{}
	var layer []entry
	for i := range many {
		below.Add(fmt.Sprintf("folder%05d/m.wasm", i))
		layer = append(layer, entry{name: fmt.Sprintf(".wh.folder%05d", i)})
	}
	within(t, 10*time.Second, func() {
		listing, err := unpack.Scan(t.Context(), strings.NewReader(tarOf(t, layer...)), 1<<30, below)
		if err != nil || len(listing.Hidden) != many {
			t.Errorf("%d are hidden, %v", len(listing.Hidden), err)
		}
	})
}

func TestModulesOfAllLayersAreBounded(t *testing.T) {
	t.Parallel()
	below := &unpack.Below{}
	for i := range 10_000 {
		below.Add(fmt.Sprintf("%d.wasm", i))
	}
	_, err := unpack.Scan(t.Context(), strings.NewReader(tarOf(t, entry{name: "one.wasm", content: module("x")})), limit, below)
	if err == nil || !strings.Contains(err.Error(), "more than 10000 modules") {
		t.Errorf("got %v", err)
	}
}

func TestScanEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	layer := tarOf(t, entry{name: "a.wasm", content: module("x")})
	for _, packed := range []string{layer, gzipOf(t, layer), zstdOf(t, layer), module("x")} {
		if _, err := unpack.Scan(ctx, strings.NewReader(packed), limit, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}
