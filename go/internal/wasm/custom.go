package wasm

import (
	"errors"
	"unicode/utf8"
)

// description is what the custom sections of one binary say about it.
type description struct {
	top      *Info // only of the outermost binary
	kind     Kind
	name     string
	made     Producers
	metadata Metadata
	children []Child
}

// producers is never nil, so that its JSON form is an object.
func (d *description) producers() Producers {
	if d.made == nil {
		return Producers{}
	}
	return d.made
}

// custom reads a custom section. A broken name makes the binary malformed, but
// the specification says that broken content does not: it becomes a warning.
func (w *walker) custom(section cursor, about *description) {
	name := section.name()
	size := section.end - section.pos
	if !section.ok() {
		return
	}
	if about.top != nil && w.keep(costEntry) {
		about.top.CustomSections = append(about.top.CustomSections, CustomSection{name, size})
	}
	var read func(cursor)
	most := int64(maxProducers)
	switch text := about.metadata.member(name); {
	case text != nil:
		most = maxMetadata
		read = func(c cursor) { *text = c.text() }
	case name == "producers":
		read = func(c cursor) { about.made = c.producers() }
	case name == "target_features" && about.top != nil:
		read = func(c cursor) { about.top.TargetFeatures = c.features() }
	case name == nameSection[about.kind]:
		most = size // of which only the start is read
		read = func(c cursor) { about.name = c.ownName() }
	default:
		return
	}
	if size > most {
		w.warn("custom section %q is left out: it has %d bytes, more than %d", name, size, most)
		return
	}
	read(section)
	w.forgive(name)
}

// forgive turns what is wrong with the content of a custom section into a
// warning. A source that can't be read, or an answer that has become too big,
// stays an error.
func (w *walker) forgive(name string) {
	if w.kept > maxKept {
		return
	}
	if errors.Is(w.err, ErrMalformed) || errors.Is(w.err, ErrLimit) {
		w.warn("custom section %q: %v", name, w.err)
		w.err = nil
	}
}

// nameSection holds the name of the section that holds the name of a binary.
var nameSection = map[Kind]string{KindModule: "name", KindComponent: "component-name"}

// ownName reads the name of a binary from its name section: subsection 0, which
// comes first if it is there.
func (c cursor) ownName() string {
	const own = 0
	if !c.more() || c.u8() != own {
		return ""
	}
	subsection := c.section(c.u32(), "a subsection")
	name := subsection.name()
	subsection.done("the name subsection")
	if !c.ok() {
		return ""
	}
	return name
}

// member returns where the text of a metadata section belongs, or nil.
func (m *Metadata) member(section string) *string {
	switch section {
	case "authors":
		return &m.Authors
	case "description":
		return &m.Description
	case "homepage":
		return &m.Homepage
	case "licenses":
		return &m.Licenses
	case "revision":
		return &m.Revision
	case "source":
		return &m.Source
	case "version":
		return &m.Version
	}
	return nil
}

// text reads all that a section has left, which must be UTF-8.
func (c cursor) text() string {
	at := c.pos
	size := c.end - c.pos
	if !c.keep(size) {
		return ""
	}
	text := c.bytes(int(size))
	if !utf8.Valid(text) {
		c.malformed(at, "the text is not UTF-8")
		return ""
	}
	return string(text)
}
