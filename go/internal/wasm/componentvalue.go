package wasm

// First bytes of the value types that components define. One that is not listed
// here or among the primitive ones is not known.
const (
	valueRecord    = 0x72
	valueVariant   = 0x71
	valueList      = 0x70
	valueTuple     = 0x6f
	valueFlags     = 0x6e
	valueEnum      = 0x6d
	valueOption    = 0x6b
	valueResult    = 0x6a
	valueOwn       = 0x69
	valueBorrow    = 0x68
	valueFixedList = 0x67
	valueStream    = 0x66
	valueFuture    = 0x65
	valueMap       = 0x63

	valueErrorContext   = 0x64
	valueFirstPrimitive = 0x73 // string
	valueLastPrimitive  = 0x7f // bool
)

// defined moves on past a value type that starts with b.
func (t types) defined(b byte) {
	switch b {
	case valueRecord:
		t.each(t.labelled)
	case valueVariant:
		t.each(t.variantCase)
	case valueTuple:
		t.each(t.componentValue)
	case valueFlags, valueEnum:
		t.each(t.skipName)
	case valueList, valueOption:
		t.componentValue()
	case valueMap:
		t.componentValue()
		t.componentValue()
	case valueResult:
		t.optional(t.componentValue)
		t.optional(t.componentValue)
	case valueOwn, valueBorrow:
		t.u32()
	case valueFixedList:
		t.componentValue()
		t.u32()
	case valueStream, valueFuture:
		t.optional(t.componentValue)
	case valueErrorContext:
	default:
		if b < valueFirstPrimitive || b > valueLastPrimitive {
			t.giveUp()
		}
	}
}

// componentValue moves on past a primitive type or the index of a type, which
// are told apart by their sign.
func (t types) componentValue() { t.signed(33) }

// labelled moves on past a parameter or field.
func (t types) labelled() {
	t.skipName()
	t.componentValue()
}

// variantCase moves on past a case of a variant, which ends in an unused byte.
func (t types) variantCase() {
	t.skipName()
	t.optional(t.componentValue)
	t.u8()
}

// optional moves on past what one byte says is there or not.
func (t types) optional(read func()) {
	switch t.u8() {
	case 0:
	case 1:
		read()
	default:
		t.giveUp()
	}
}

// componentResult moves on past what a function returns: one value, or nothing.
func (t types) componentResult() {
	const value, none = 0, 1
	switch t.u8() {
	case value:
		t.componentValue()
	case none:
		t.u8()
	default:
		t.giveUp()
	}
}
