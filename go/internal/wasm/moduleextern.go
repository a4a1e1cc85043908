package wasm

// Kinds of imports and exports of a core module.
const (
	kindFunc      = 0x00
	kindTable     = 0x01
	kindMemory    = 0x02
	kindGlobal    = 0x03
	kindTag       = 0x04
	kindFuncExact = 0x20
)

// An import without a name may mean several of one module: with a type
// each, or with one type for all.
const (
	manyTypes = 0x7f
	oneType   = 0x7e
)

// imports reads one entry of the import section.
func (m *module) imports(t types) {
	from, name := t.name(), t.name()
	switch kind := t.u8(); {
	case name == "" && kind == manyTypes:
		t.each(func() {
			name := t.name()
			m.add(from, name, m.extern(t, t.u8()))
		})
	case name == "" && kind == oneType:
		extern := m.extern(t, t.u8())
		t.each(func() { m.add(from, t.name(), extern) })
	default:
		m.add(from, name, m.extern(t, kind))
	}
}

// extern is the type of something imported; of functions and tags also the index
// of the type.
type extern struct {
	kind  ExternKind
	index uint32
	Type
}

// extern reads the type of an import of this kind.
func (m *module) extern(t types, kind byte) extern {
	switch kind {
	case kindFunc, kindFuncExact:
		at := t.pos
		index := t.u32()
		return extern{ExternFunc, index, Type{Func: m.function(t, at, index)}}
	case kindTable:
		return extern{ExternTable, 0, Type{Table: t.table()}}
	case kindMemory:
		return extern{ExternMemory, 0, Type{Memory: t.memory()}}
	case kindGlobal:
		return extern{ExternGlobal, 0, Type{Global: t.global()}}
	case kindTag:
		at := t.pos
		index := t.tag()
		return extern{ExternTag, index, Type{Tag: m.function(t, at, index)}}
	default:
		t.giveUp()
		return extern{}
	}
}

// add notes an import and assigns its index.
func (m *module) add(from, name string, e extern) {
	unknown := false
	t := types{cursor{m.input, m.pos}, &unknown}
	if !t.keep(costEntry + e.cost()) {
		return
	}
	switch e.kind {
	case ExternFunc:
		define(t, &m.funcs, costIndex, e.index)
	case ExternTable:
		define(t, &m.tables, costIndex, e.Table)
	case ExternMemory:
		define(t, &m.memories, costIndex, e.Memory)
	case ExternGlobal:
		define(t, &m.globals, costIndex, e.Global)
	case ExternTag:
		define(t, &m.tags, costIndex, e.index)
	}
	m.info.Imports = append(m.info.Imports, Import{Module: &from, Name: name, Kind: e.kind, Type: e.Type})
}

// export reads one entry of the export section.
func (m *module) export(t types) {
	name, kind := t.name(), t.u8()
	at := t.pos
	index := t.u32()
	e := extern{}
	switch kind {
	case kindFunc:
		e.kind, e.Func = ExternFunc, m.functionOf(t, at, &m.funcs, index)
	case kindTable:
		e.kind, e.Table = ExternTable, lookup(t, at, &m.tables, index)
	case kindMemory:
		e.kind, e.Memory = ExternMemory, lookup(t, at, &m.memories, index)
	case kindGlobal:
		e.kind, e.Global = ExternGlobal, lookup(t, at, &m.globals, index)
	case kindTag:
		e.kind, e.Tag = ExternTag, m.functionOf(t, at, &m.tags, index)
	default:
		t.giveUp()
		return
	}
	if t.keep(costEntry + e.cost()) {
		m.info.Exports = append(m.info.Exports, Export{Name: name, Kind: e.kind, Type: e.Type})
	}
}

// lookup returns an item by its index: the zero value where a part that was not
// understood may have held it.
func lookup[T any](t types, at int64, s *space[T], index uint32) (item T) {
	if int64(index) < int64(len(s.items)) {
		return s.items[index]
	}
	if !s.partial {
		t.malformed(at, "index %d where there are %d", index, len(s.items))
	}
	return item
}

// functionOf returns the type of a function or tag.
func (m *module) functionOf(t types, at int64, s *space[uint32], index uint32) *FuncType {
	if int64(index) >= int64(len(s.items)) && s.partial {
		return nil
	}
	return m.function(t, at, lookup(t, at, s, index))
}

// function returns a function type by its index.
func (m *module) function(t types, at int64, index uint32) *FuncType {
	function := lookup(t, at, &m.types, index)
	if function == nil && !m.types.partial {
		t.malformed(at, "type %d is not a function", index)
	}
	return function
}

// cost is what the signature adds to the answer; types are shared in memory, but
// not in JSON.
func (e extern) cost() int64 {
	cost := 0
	for _, function := range []*FuncType{e.Func, e.Tag} {
		if function != nil {
			cost += len(function.Params) + len(function.Results)
		}
	}
	return int64(cost) * costValue
}
