package wasm

// constant moves on past a constant expression, the start value of a global or
// table. An instruction that is not known makes t give up.
func (t types) constant() {
	for t.going() {
		switch op := t.u8(); op {
		case 0x0b: // end
			return
		case 0x23, 0xd2: // global.get, ref.func
			t.u32()
		case 0x41: // i32.const
			t.signed(32)
		case 0x42: // i64.const
			t.signed(64)
		case 0x43: // f32.const
			t.skip(4, "a constant")
		case 0x44: // f64.const
			t.skip(8, "a constant")
		case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e: // add, sub, mul of i32 and i64
		case 0xd0: // ref.null
			t.heap()
		case 0xfb:
			t.constantGC()
		case 0xfd:
			t.constantVector()
		case 0xfe:
			t.constantShared()
		default:
			t.giveUp()
		}
	}
}

// constantGC moves on past an instruction that makes a struct, array or i31, or
// converts a reference.
func (t types) constantGC() {
	switch t.u32() {
	case 0, 1, 6, 7, 32, 33: // struct.new and array.new, with and without values or descriptor
		t.u32()
	case 8: // array.new_fixed
		t.u32()
		t.u32()
	case 26, 27, 28: // any.convert_extern, extern.convert_any, ref.i31
	default:
		t.giveUp()
	}
}

// constantVector moves on past v128.const.
func (t types) constantVector() {
	if t.u32() != 12 {
		t.giveUp()
		return
	}
	t.skip(16, "a constant")
}

// constantShared moves on past ref.i31_shared.
func (t types) constantShared() {
	if t.u32() != 0x72 {
		t.giveUp()
	}
}
