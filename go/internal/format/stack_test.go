package format_test

import (
	"slices"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
)

func TestLayersLieOnEachOther(t *testing.T) {
	t.Parallel()
	var stack format.Stack
	for layer, step := range []struct {
		hidden  []string
		members []string
		empty   []int
		found   []string
	}{
		{nil, []string{"a", "b"}, nil, []string{"a", "b"}},
		{nil, nil, []int{1}, []string{"a", "b"}},
		{nil, []string{""}, nil, []string{"a", "b", ""}},
		{[]string{"a"}, []string{"a"}, nil, []string{"b", "", "a"}},
		{[]string{"b"}, []string{""}, []int{0}, []string{"", "a", ""}},
		{[]string{"a"}, nil, []int{3, 5}, []string{"", ""}},
	} {
		listing := &unpack.Listing{Hidden: map[string]bool{}}
		for _, path := range step.hidden {
			listing.Hidden[path] = true
		}
		for _, path := range step.members {
			listing.Members = append(listing.Members, unpack.Member{Path: path})
		}
		if empty := stack.Lay(layer, listing); !slices.Equal(empty, step.empty) {
			t.Errorf("after layer %d these are empty: %v", layer, empty)
		}
		var found []string
		for _, one := range stack.Found() {
			found = append(found, one.Member.Path)
		}
		if !slices.Equal(found, step.found) {
			t.Errorf("after layer %d there is %q", layer, found)
		}
	}
}
