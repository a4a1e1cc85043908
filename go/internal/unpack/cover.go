package unpack

import (
	"path"
	"strings"
)

// cover finds out which modules of the layers below a layer hides (OCI image
// specification, layer.md, "Representing Changes"). What it remembers grows with
// those modules, not with the layer.
type cover struct {
	// below are the paths of modules that are not hidden yet.
	below map[string]bool
	// folders are the folders they are in, all the way up.
	folders map[string]bool
	// hidden are those that are.
	hidden map[string]bool
}

func newCover(below []string) *cover {
	c := &cover{below: map[string]bool{}, folders: map[string]bool{}, hidden: map[string]bool{}}
	for _, name := range below {
		if name == "" {
			continue // a layer without members has no place that something could take
		}
		c.below[name] = true
		for folder := path.Dir(name); !c.folders[folder]; folder = path.Dir(folder) {
			c.folders[folder] = true
		}
	}
	return c
}

// whiteout obeys the file if it is one that says what is gone.
func (c *cover) whiteout(name string) bool {
	folder, base := path.Split(name)
	hidden, ok := strings.CutPrefix(base, ".wh.")
	switch {
	case base == ".wh..wh..opq":
		c.hideIn(path.Clean(folder))
	case ok:
		c.hide(folder + hidden)
		c.hideIn(folder + hidden)
	}
	return ok
}

// entry puts something else in the place of what is below.
func (c *cover) entry(name string, isFolder bool) {
	c.hide(name)
	if !isFolder {
		c.hideIn(name)
	}
}

func (c *cover) hide(name string) {
	if c.below[name] {
		delete(c.below, name)
		c.hidden[name] = true
	}
}

func (c *cover) hideIn(folder string) {
	if !c.folders[folder] {
		return
	}
	delete(c.folders, folder) // nothing is left in it
	for name := range c.below {
		if folder == "." || strings.HasPrefix(name, folder+"/") {
			c.hide(name)
		}
	}
}
