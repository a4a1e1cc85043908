package format

import "github.com/wasm2oci/wasm2oci/go/internal/unpack"

// Stack is the modules of layers that lie on each other. The zero value has none.
type Stack struct {
	// Below has those that the next layer may hide.
	Below unpack.Below

	modules []Found
	gone    []bool
	// at has the place of a module by its path.
	at map[string]int
	// left is how many modules of a layer are not hidden.
	left map[int]int
}

// Lay puts the listing of a layer on those below it, and returns the layers that have
// no module any more.
func (s *Stack) Lay(layer int, listing *unpack.Listing) (empty []int) {
	if s.at == nil {
		s.at, s.left = map[string]int{}, map[int]int{}
	}
	for path := range listing.Hidden {
		at := s.at[path]
		below := s.modules[at].Layer
		s.gone[at] = true
		delete(s.at, path)
		if s.left[below]--; s.left[below] == 0 {
			empty = append(empty, below)
		}
	}
	for _, member := range listing.Members {
		s.at[member.Path] = len(s.modules)
		s.modules, s.gone = append(s.modules, Found{layer, member}), append(s.gone, false)
		s.Below.Add(member.Path)
	}
	if s.left[layer] = len(listing.Members); s.left[layer] == 0 {
		empty = append(empty, layer)
	}
	return empty
}

// Found returns the modules that are not hidden, from the lowest.
func (s *Stack) Found() []Found {
	var found []Found
	for at, one := range s.modules {
		if !s.gone[at] {
			found = append(found, one)
		}
	}
	return found
}
