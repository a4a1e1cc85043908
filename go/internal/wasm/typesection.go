package wasm

// First bytes of an entry of the type section.
const (
	typeRec       = 0x4e
	typeSubFinal  = 0x4f
	typeSub       = 0x50
	typeCont      = 0x5d
	typeArray     = 0x5e
	typeStruct    = 0x5f
	typeFunc      = 0x60
	typeDescribes = 0x4c
	typeDescribed = 0x4d
)

// entry reads one entry of a type section, which is one type or a group of types
// that refer to each other, and hands each type to define: nil for what is no
// function.
func (t types) entry(define func(*FuncType)) {
	if t.peek() != typeRec {
		t.sub(define)
		return
	}
	t.u8()
	t.each(func() { t.sub(define) })
}

// sub reads a type that may say what it is a subtype of.
func (t types) sub(define func(*FuncType)) {
	b := t.u8()
	if b == typeSub || b == typeSubFinal {
		t.each(func() { t.u32() })
		b = t.u8()
	}
	function := t.composite(b)
	if t.going() && t.keep(costType) {
		define(function)
	}
}

// composite reads a function, struct, array or continuation type that starts
// with b. Only functions are kept.
func (t types) composite(b byte) *FuncType {
	if b == shared {
		b = t.u8()
	}
	for _, prefix := range []byte{typeDescribes, typeDescribed} {
		if b == prefix {
			t.u32()
			b = t.u8()
		}
	}
	switch b {
	case typeFunc:
		return t.function()
	case typeStruct:
		t.each(t.field)
	case typeArray:
		t.field()
	case typeCont:
		t.heap()
	default:
		t.giveUp()
	}
	return nil
}

// field reads the type of a struct field or array element.
func (t types) field() {
	const packed16, packed8 = 0x77, 0x78
	if b := t.peek(); b == packed8 || b == packed16 {
		t.u8()
	} else {
		t.value()
	}
	t.u8() // mutable or not
}
