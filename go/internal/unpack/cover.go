package unpack

import (
	"path"
	"strings"
)

// Below is the modules of the layers below one, by their places: what a layer hides
// of them is found out while it is scanned (OCI image specification, layer.md,
// "Representing Changes"). It grows with those modules, and the work with what is
// hidden, whatever a layer has otherwise. The zero value has none.
type Below struct {
	root   place
	size   int
	hidden map[string]bool
}

// place is a folder, or a module, or both where one layer has put one in the place of
// the other.
type place struct {
	below map[string]*place
	// module is its path; "" where there is none.
	module string
}

// Add puts a module into its place. One without a path is a layer without members; it
// has no place that something could take.
func (b *Below) Add(name string) {
	if name == "" {
		return
	}
	at := &b.root
	for part := range strings.SplitSeq(name, "/") {
		next := at.below[part]
		if next == nil {
			if at.below == nil {
				at.below = map[string]*place{}
			}
			next = &place{}
			at.below[part] = next
		}
		at = next
	}
	if at.module == "" {
		b.size++
	}
	at.module = name
}

// take returns what was hidden since it was last called.
func (b *Below) take() map[string]bool {
	hidden := b.hidden
	b.hidden = nil
	return hidden
}

// whiteout obeys the file if it is one that says what is gone.
func (b *Below) whiteout(name string) bool {
	folder, base := path.Split(name)
	hidden, ok := strings.CutPrefix(base, ".wh.")
	switch {
	case base == ".wh..wh..opq":
		b.hideIn(b.find(path.Clean(folder)))
	case ok:
		b.entry(folder+hidden, false)
	}
	return ok
}

// entry puts something else in the place of what is below.
func (b *Below) entry(name string, isFolder bool) {
	at := b.find(name)
	b.hide(at)
	if !isFolder {
		b.hideIn(at)
	}
}

// find returns a place, or nil where there is none. The root is ".".
func (b *Below) find(name string) *place {
	at := &b.root
	if name == "." {
		return at
	}
	for part := range strings.SplitSeq(name, "/") {
		if at = at.below[part]; at == nil {
			return nil
		}
	}
	return at
}

func (b *Below) hide(at *place) {
	if at == nil || at.module == "" {
		return
	}
	if b.hidden == nil {
		b.hidden = map[string]bool{}
	}
	b.hidden[at.module] = true
	at.module = ""
	b.size--
}

// hideIn empties a folder. What is gone is not looked at again; a folder may be deeper
// than a stack.
func (b *Below) hideIn(folder *place) {
	if folder == nil {
		return
	}
	open := []*place{folder}
	for len(open) > 0 {
		at := open[len(open)-1]
		open = open[:len(open)-1]
		for _, next := range at.below {
			b.hide(next)
			open = append(open, next)
		}
		at.below = nil
	}
}
