package wasm

import "strconv"

// Value types are encoded in one byte each, but for references, where a prefix
// says whether they may be null and a heap type follows.
const (
	refNull   = 0x63
	refNotNil = 0x64
	shared    = 0x65
	exact     = 0x62
)

var numberTypes = map[byte]ValType{
	0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64", 0x7b: "v128",
}

// heapTypes are the abstract ones: as a heap type, and as the short form of a
// reference to it that may be null.
var heapTypes = map[byte]struct{ heap, ref ValType }{
	0x75: {"nocont", "nullcontref"},
	0x74: {"noexn", "nullexnref"},
	0x73: {"nofunc", "nullfuncref"},
	0x72: {"noextern", "nullexternref"},
	0x71: {"none", "nullref"},
	0x70: {"func", "funcref"},
	0x6f: {"extern", "externref"},
	0x6e: {"any", "anyref"},
	0x6d: {"eq", "eqref"},
	0x6c: {"i31", "i31ref"},
	0x6b: {"struct", "structref"},
	0x6a: {"array", "arrayref"},
	0x69: {"exn", "exnref"},
	0x68: {"cont", "contref"},
}

// types reads the encodings of core types. An encoding that is not known is no
// error: unknown is set, and the caller leaves the section.
type types struct {
	cursor
	unknown *bool
}

// giveUp notes that what follows can't be understood.
func (t types) giveUp() { *t.unknown = true }

// going reports whether reading makes sense still.
func (t types) going() bool { return t.ok() && !*t.unknown }

// each is cursor.each that also ends with an unknown encoding.
func (t types) each(entry func()) {
	for n := t.u32(); n > 0 && t.going(); n-- {
		entry()
	}
}

// value reads a value type.
func (t types) value() ValType {
	b := t.u8()
	if number, ok := numberTypes[b]; ok {
		return number
	}
	return t.reference(b)
}

// reference reads a reference type that starts with b.
func (t types) reference(b byte) ValType {
	switch b {
	case refNull:
		return "(ref null " + t.heap() + ")"
	case refNotNil:
		return "(ref " + t.heap() + ")"
	case shared:
		if short, ok := heapTypes[t.u8()]; ok {
			return "(ref null (shared " + short.heap + "))"
		}
	default:
		if short, ok := heapTypes[b]; ok {
			return short.ref
		}
	}
	t.giveUp()
	return ""
}

// heap reads a heap type: an abstract one, or the index of a defined type.
func (t types) heap() ValType {
	switch first := t.peek(); {
	case first == shared:
		t.u8()
		if abstract, ok := heapTypes[t.u8()]; ok {
			return "(shared " + abstract.heap + ")"
		}
	case first == exact:
		t.u8()
		return "(exact " + ValType(strconv.FormatUint(uint64(t.u32()), 10)) + ")"
	default:
		if index := t.signed(33); index >= 0 {
			return ValType(strconv.FormatInt(index, 10))
		}
		if abstract, ok := heapTypes[first]; ok {
			return abstract.heap
		}
	}
	t.giveUp()
	return ""
}

// values reads a list of value types.
func (t types) values() []ValType {
	list := []ValType{}
	t.each(func() {
		if t.keep(costValue) {
			list = append(list, t.value())
		}
	})
	return list
}

// function reads the parameters and results of a function type.
func (t types) function() *FuncType {
	return &FuncType{Params: t.values(), Results: t.values()}
}

// Flags of limits. The page size is for memories alone.
const (
	limitsMax    = 1 << 0
	limitsShared = 1 << 1
	limits64     = 1 << 2
	limitsPage   = 1 << 3
)

// limits reads limits; flags says what else follows.
func (t types) limits() (limits Limits, flags byte) {
	flags = t.u8()
	if flags&^(limitsMax|limitsShared|limits64|limitsPage) != 0 {
		t.giveUp()
		return limits, flags
	}
	limits = Limits{Shared: flags&limitsShared != 0, Index64: flags&limits64 != 0}
	limits.Min = t.size(limits.Index64)
	if flags&limitsMax != 0 {
		most := t.size(limits.Index64)
		limits.Max = &most
	}
	return limits, flags
}

func (t types) size(index64 bool) uint64 {
	if index64 {
		return t.u64()
	}
	return uint64(t.u32())
}

// table reads a table type.
func (t types) table() *TableType {
	element := t.reference(t.u8())
	if !t.going() {
		return nil
	}
	limits, flags := t.limits()
	if flags&limitsPage != 0 {
		t.giveUp()
	}
	return &TableType{Element: element, Limits: limits}
}

// memory reads a memory type.
func (t types) memory() *MemoryType {
	const defaultPage, maxPage = 16, 63
	limits, flags := t.limits()
	page := uint32(defaultPage)
	if t.going() && flags&limitsPage != 0 {
		at := t.pos
		if page = t.u32(); page > maxPage {
			t.malformed(at, "a page size of 2 to the power of %d", page)
		}
	}
	return &MemoryType{Limits: limits, PageSize: 1 << page}
}

// global reads a global type.
func (t types) global() *GlobalType {
	const mutable, sharedGlobal = 1 << 0, 1 << 1
	value := t.value()
	if !t.going() {
		return nil
	}
	flags := t.u8()
	if flags&^(mutable|sharedGlobal) != 0 {
		t.giveUp()
	}
	return &GlobalType{Value: value, Mutable: flags&mutable != 0, Shared: flags&sharedGlobal != 0}
}
