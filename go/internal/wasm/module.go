package wasm

// Sections of a core module, by their number in the binary.
const (
	moduleType     = 1
	moduleImport   = 2
	moduleFunction = 3
	moduleTable    = 4
	moduleMemory   = 5
	moduleGlobal   = 6
	moduleExport   = 7
	moduleTag      = 13
)

// moduleSections names the sections by their number, and says at which place
// each must come: later than the one before, so at most once.
var moduleSections = map[byte]struct {
	name  string
	place int
}{
	moduleType:     {"type", 1},
	moduleImport:   {"import", 2},
	moduleFunction: {"function", 3},
	moduleTable:    {"table", 4},
	moduleMemory:   {"memory", 5},
	moduleTag:      {"tag", 6},
	moduleGlobal:   {"global", 7},
	moduleExport:   {"export", 8},
	8:              {"start", 9},
	9:              {"element", 10},
	12:             {"data count", 11},
	10:             {"code", 12},
	11:             {"data", 13},
}

// module reads a core module. Of one inside a component only the custom sections
// are of interest.
func (w *walker) module(c cursor, about *description) {
	about.kind = KindModule
	if about.top == nil {
		w.sections(c, about, func(byte, cursor) {})
		return
	}
	m := &module{walker: w, info: about.top}
	last := 0
	w.sections(c, about, func(id byte, section cursor) {
		known, ok := moduleSections[id]
		switch {
		case !ok:
			w.warn("section %d at byte %d is not known", id, section.pos)
		case known.place <= last:
			w.malformed(section.pos, "the %s section comes twice or too late", known.name)
		default:
			last = known.place
			m.section(id, known.name, section)
		}
	})
}

// module collects the index spaces of a core module, which exports point into.
// Functions and tags are kept as the indexes of their types.
type module struct {
	*walker
	info *Info

	types    space[*FuncType]
	funcs    space[uint32]
	tables   space[*TableType]
	memories space[*MemoryType]
	globals  space[*GlobalType]
	tags     space[uint32]
}

// space is an index space. It is partial if a section could not be understood to
// its end, so that some indexes lead nowhere without being wrong.
type space[T any] struct {
	items   []T
	partial bool
}

// define adds an item to a space, unless reading it has failed.
func define[T any](t types, s *space[T], cost int64, item T) {
	if t.going() && t.keep(cost) {
		s.items = append(s.items, item)
	}
}

// section reads a section if it says something about imports and exports. Where
// an encoding is not known, types that exports point to may stay unknown, but
// the list of imports or exports itself must be complete.
func (m *module) section(id byte, name string, section cursor) {
	unknown := false
	t := types{section, &unknown}
	var partial *bool
	var entry func()
	switch id {
	case moduleType:
		partial = &m.types.partial
		entry = func() { t.entry(func(f *FuncType) { define(t, &m.types, costType, f) }) }
	case moduleImport:
		entry = func() { m.imports(t) }
	case moduleFunction:
		entry = func() { define(t, &m.funcs, costIndex, t.u32()) }
	case moduleTable:
		partial = &m.tables.partial
		entry = func() { define(t, &m.tables, costEntry, t.tableWithStart()) }
	case moduleMemory:
		partial = &m.memories.partial
		entry = func() { define(t, &m.memories, costEntry, t.memory()) }
	case moduleTag:
		partial = &m.tags.partial
		entry = func() { define(t, &m.tags, costIndex, t.tag()) }
	case moduleGlobal:
		partial = &m.globals.partial
		entry = func() { define(t, &m.globals, costType, t.globalWithStart()) }
	case moduleExport:
		entry = func() { m.export(t) }
	default:
		return
	}
	t.each(entry)
	switch {
	case !unknown:
		section.done("the " + name + " section")
	case partial == nil:
		m.malformed(section.pos, "the %s section has a kind or type that is not known", name)
	case section.ok():
		*partial = true
		m.warn("the %s section has an encoding that is not known at byte %d: types of exports may be missing", name, section.pos)
	}
}

// tableWithStart reads an entry of the table section: a type, where marked with
// the value its elements start with.
func (t types) tableWithStart() *TableType {
	const marked = 0x40
	if t.peek() != marked {
		return t.table()
	}
	t.u8()
	if t.u8() != 0 {
		t.giveUp()
		return nil
	}
	table := t.table()
	t.constant()
	return table
}

// globalWithStart reads an entry of the global section.
func (t types) globalWithStart() *GlobalType {
	global := t.global()
	t.constant()
	return global
}

// tag reads a tag type, and returns the index of its function type.
func (t types) tag() uint32 {
	const exception = 0
	if t.u8() != exception {
		t.giveUp()
	}
	return t.u32()
}
