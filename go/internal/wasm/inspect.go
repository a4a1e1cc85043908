package wasm

import (
	"fmt"
	"io"
)

// Inspect says what is in the binary of size bytes that r holds.
//
// It reads forwards, at most 64 KiB at a time, never a byte twice, and only what
// it looks at and a little beyond: code and data are passed over. A module of
// any size takes a handful of reads, so r may well fetch ranges from far away.
//
// Errors: ErrNotWasm and ErrVersion as Sniff; ErrMalformed and ErrLimit with the
// offset; what r answers, wrapped; io.ErrUnexpectedEOF if r ends before size.
func Inspect(r io.ReaderAt, size int64) (*Info, error) {
	return inspect(newInput(r, max(size, 0)))
}

// InspectReader is Inspect for what can only be read once and forwards. It reads
// r to its end unless it fails, and keeps nothing of what it passes over.
func InspectReader(r io.Reader) (*Info, error) {
	return inspect(newInput(&stream{source: r}, unknownSize))
}

func inspect(in *input) (*Info, error) {
	all := cursor{in, in.size}
	kind, err := Sniff(all.head())
	if in.err != nil {
		return nil, in.err
	}
	if err != nil {
		return nil, err
	}
	w := &walker{input: in}
	info := &Info{Kind: kind, Imports: []Import{}, Exports: []Export{}, CustomSections: []CustomSection{}}
	about := &description{top: info}
	if kind == KindModule {
		w.module(all, about)
	} else {
		w.component(all, about)
		info.World = w.world.names(info)
	}
	if in.err != nil {
		return nil, in.err
	}
	if w.world.unclear(info) {
		w.warn("types of an encoding that is not known: whether this is a WIT package was not found out")
	}
	info.Name, info.Producers, info.Metadata = about.name, about.producers(), about.metadata
	info.Children, info.Warnings = about.children, w.warnings
	return info, nil
}

// head reads the header, or less where the binary is shorter.
func (c cursor) head() []byte {
	head := make([]byte, 0, HeaderSize)
	for len(head) < HeaderSize && c.more() {
		head = append(head, c.u8())
	}
	return head
}

// walker goes through the sections of a binary and of those inside it.
type walker struct {
	*input
	world    world
	children int
	warnings []string
}

// warn adds a warning, unless there are plenty.
func (w *walker) warn(format string, args ...any) {
	if len(w.warnings) < maxWarnings {
		w.warnings = append(w.warnings, fmt.Sprintf(format, args...))
	}
}

// sections visits the sections of one binary. Custom ones go into about; of the
// others visit may read as much as it likes.
func (w *walker) sections(c cursor, about *description, visit func(id byte, section cursor)) {
	const custom = 0
	for c.more() {
		id := c.u8()
		section := c.section(c.u32(), "a section")
		if !c.ok() {
			return
		}
		if id == custom {
			w.custom(section, about)
		} else {
			visit(id, section)
		}
		section.finish()
	}
}
