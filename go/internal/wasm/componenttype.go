package wasm

// componentShape is the little that is kept of a component type: what it
// exports.
type componentShape struct {
	exports []shapeExport
}

// items is fine on nil.
func (s *componentShape) items() []shapeExport {
	if s == nil {
		return nil
	}
	return s.exports
}

type shapeExport struct {
	name  string
	kind  ExternKind
	shape *componentShape // of a component whose type is known
}

// scope is the types that can be named by index at one place: its own, and those
// of the component types around it. A type that is not a component type is nil.
type scope struct {
	types  []*componentShape
	outer  *scope
	levels int
}

// add assigns the next index to a type.
func (s *scope) add(t types, shape *componentShape) {
	if t.going() && t.keep(costIndex) {
		s.types = append(s.types, shape)
	}
}

// up is the scope count levels outside.
func (s *scope) up(count uint32) *scope {
	for ; s != nil && count > 0; count-- {
		s = s.outer
	}
	return s
}

func shapeAt(list []*componentShape, index uint32) *componentShape {
	if int64(index) < int64(len(list)) {
		return list[index]
	}
	return nil
}

// First bytes of a component's types. Those above are value types.
const (
	componentTypeResource  = 0x3f
	componentTypeFunc      = 0x40
	componentTypeComponent = 0x41
	componentTypeInstance  = 0x42
	componentTypeAsyncFunc = 0x43
)

// componentEntry reads a type; only the shape of a component type is kept.
func (t types) componentEntry(in *scope) *componentShape {
	switch b := t.u8(); b {
	case componentTypeResource:
		t.value()
		t.optional(func() { t.u32() })
	case componentTypeFunc, componentTypeAsyncFunc:
		t.each(t.labelled)
		t.componentResult()
	case componentTypeComponent:
		return t.declarations(in)
	case componentTypeInstance:
		t.declarations(in)
	default:
		t.defined(b)
	}
	return nil
}

// declarations reads what a component or instance type declares.
func (t types) declarations(in *scope) *componentShape {
	const coreType, component, alias, imports, exports = 0, 1, 2, 3, 4
	inner := &scope{outer: in, levels: in.levels + 1}
	if inner.levels > maxTypeNesting {
		t.giveUp()
		return nil
	}
	shape := &componentShape{}
	t.each(func() {
		switch t.u8() {
		case coreType:
			t.coreEntry()
		case component:
			inner.add(t, t.componentEntry(inner))
		case alias:
			t.alias(inner)
		case imports:
			t.externName()
			t.declared(inner)
		case exports:
			name, options := t.externName()
			kind, exported := t.declared(inner)
			if t.going() && t.keep(costEntry) {
				shape.exports = append(shape.exports, shapeExport{worldName(name, options), kind, exported})
			}
		default:
			t.giveUp()
		}
	})
	return shape
}

// declared reads the type of an import or export within a type. One of a type
// makes a new index for it.
func (t types) declared(in *scope) (ExternKind, *componentShape) {
	kind, index := t.externType()
	shape := shapeAt(in.types, index)
	switch kind {
	case ExternType:
		in.add(t, nil)
		return kind, nil
	case ExternComponent:
		return kind, shape
	}
	return kind, nil
}

// alias reads an alias. One to a type makes a new index for it.
func (t types) alias(in *scope) {
	const instanceExport, coreInstanceExport, outer = 0, 1, 2
	sort := t.u8()
	if sort == sortCore {
		t.u8()
	}
	var shape *componentShape
	switch t.u8() {
	case instanceExport, coreInstanceExport:
		t.u32()
		t.skipName()
	case outer:
		count, index := t.u32(), t.u32()
		if from := in.up(count); from != nil && sort == sortType {
			shape = shapeAt(from.types, index)
		}
	default:
		t.giveUp()
	}
	if sort == sortType {
		in.add(t, shape)
	}
}

// coreEntry moves on past a core type: of a module, or one that a module's type
// section may hold. A subtype that is not final is marked, since it starts as a
// module type does.
func (t types) coreEntry() {
	const moduleType, marked = 0x50, 0x00
	switch t.peek() {
	case marked:
		t.u8()
		t.entry(func(*FuncType) {})
	case moduleType:
		t.u8()
		t.each(t.moduleDeclaration)
	default:
		t.entry(func(*FuncType) {})
	}
}

// moduleDeclaration moves on past a part of a core module's type.
func (t types) moduleDeclaration() {
	const imports, defined, alias, exports = 0, 1, 2, 3
	switch t.u8() {
	case imports:
		t.skipName()
		t.skipName()
		t.coreExtern()
	case defined:
		t.entry(func(*FuncType) {})
	case alias:
		t.u8() // sort: a type
		t.u8() // target: outer
		t.u32()
		t.u32()
	case exports:
		t.skipName()
		t.coreExtern()
	default:
		t.giveUp()
	}
}

// coreExtern moves on past the type of a core import or export.
func (t types) coreExtern() {
	switch t.u8() {
	case kindFunc, kindFuncExact:
		t.u32()
	case kindTable:
		t.table()
	case kindMemory:
		t.memory()
	case kindGlobal:
		t.global()
	case kindTag:
		t.tag()
	default:
		t.giveUp()
	}
}
