package layout_test

import (
	"slices"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/layout"
)

// Who remembers the index loses nothing that others write into it meanwhile.
func TestARememberedIndexIsTheOneThatIsThere(t *testing.T) {
	t.Parallel()
	one := newLayout(t)
	other := layout.Layout{Dir: one.Dir}
	one.Memory = &layout.Memory{}
	var want []string
	for i, by := range []layout.Layout{one, one, other, one, other, other, one} {
		tag := string(rune('a' + i))
		mustStore(t, by, tag, tag)
		want = append(want, tag)
		for _, reader := range []layout.Layout{one, other} {
			if tags, err := reader.Tags(); err != nil || !slices.Equal(tags, want) {
				t.Fatalf("after %q there are the tags %q, not %q, %v", tag, tags, want, err)
			}
		}
	}
	if _, err := other.Untag(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	mustStore(t, one, "z", "z")
	if tags, err := one.Tags(); err != nil || !slices.Equal(tags, append(want[1:], "z")) {
		t.Errorf("there are the tags %q, %v", tags, err)
	}
}
