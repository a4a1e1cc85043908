package wasm

import (
	"math/bits"
	"unicode/utf8"
)

// cursor reads the part of an input that ends at end. Cursors of one input share
// its position: a parent goes on where a child has stopped.
type cursor struct {
	*input
	end int64
}

// ok reports whether nothing has gone wrong.
func (c cursor) ok() bool { return c.err == nil }

// more reports whether nothing has gone wrong and bytes remain.
func (c cursor) more() bool {
	if c.end == unknownSize {
		return len(c.window()) > 0
	}
	return c.ok() && c.pos < c.end
}

// section returns a cursor for the next n bytes.
func (c cursor) section(n uint32, what string) cursor {
	if c.ok() && int64(n) > c.end-c.pos {
		c.malformed(c.pos, "%s of %d bytes where %d remain", what, n, max(c.end-c.pos, 0))
	}
	return cursor{c.input, c.pos + int64(n)}
}

// skip moves on by n bytes.
func (c cursor) skip(n int64, what string) {
	if !c.ok() {
		return
	}
	if n > c.end-c.pos {
		c.malformed(c.pos, "%s of %d bytes where %d remain", what, n, max(c.end-c.pos, 0))
		return
	}
	c.pos += n
}

// finish skips what a section has left.
func (c cursor) finish() {
	if c.ok() {
		c.pos = c.end
	}
}

// done checks that a section was read to its end.
func (c cursor) done(what string) {
	if c.ok() && c.pos != c.end {
		c.malformed(c.pos, "%d bytes too many in %s", c.end-c.pos, what)
	}
}

// u8 reads one byte.
func (c cursor) u8() byte {
	if c.ok() && c.pos >= c.end {
		c.malformed(c.pos, "a section ends in the middle of an entry")
	}
	window := c.window()
	if len(window) == 0 {
		if c.ok() {
			c.malformed(c.pos, "the binary ends in the middle of a section")
		}
		return 0
	}
	c.pos++
	return window[0]
}

// peek is the next byte, or 0 at the end.
func (c cursor) peek() byte {
	if c.pos >= c.end {
		return 0
	}
	if window := c.window(); len(window) > 0 {
		return window[0]
	}
	return 0
}

// bytes reads exactly n bytes, which the caller has bounded.
func (c cursor) bytes(n int) []byte {
	if c.ok() && int64(n) > c.end-c.pos {
		c.malformed(c.pos, "%d bytes where %d remain", n, max(c.end-c.pos, 0))
	}
	if !c.ok() {
		return nil
	}
	out := make([]byte, 0, n)
	for len(out) < n {
		window := c.window()
		if len(window) == 0 {
			if c.ok() {
				c.malformed(c.pos, "the binary ends in the middle of a section")
			}
			return nil
		}
		part := window[:min(len(window), n-len(out))]
		out = append(out, part...)
		c.pos += int64(len(part))
	}
	return out
}

// u32 reads an unsigned LEB128 number of at most 32 bits.
func (c cursor) u32() uint32 { return uint32(c.unsigned(32)) }

// u64 reads an unsigned LEB128 number of at most 64 bits.
func (c cursor) u64() uint64 { return c.unsigned(64) }

func (c cursor) unsigned(width int) uint64 {
	at := c.pos
	var value uint64
	for shift := 0; shift < width; shift += 7 {
		b := c.u8()
		group := uint64(b & 0x7f)
		if shift+bits.Len64(group) > width {
			c.malformed(at, "a number does not fit into %d bits", width)
			return 0
		}
		value |= group << shift
		if b&0x80 == 0 {
			return value
		}
	}
	c.malformed(at, "a number of %d bits takes too many bytes", width)
	return 0
}

// signed reads a signed LEB128 number of at most width bits (33 or 64 here).
func (c cursor) signed(width int) int64 {
	at := c.pos
	var value int64
	for shift := 0; shift < width; shift += 7 {
		b := c.u8()
		value |= int64(b&0x7f) << shift
		if b&0x80 != 0 {
			continue
		}
		if free := 64 - shift - 7; free > 0 {
			value = value << free >> free
		} else if top := b & 0x7f; top != 0 && top != 0x7f {
			// Of the tenth group only the sign has room in 64 bits.
			c.malformed(at, "a number does not fit into %d bits", width)
		}
		if limit := int64(1) << (width - 1); width < 64 && (value < -limit || value >= limit) {
			c.malformed(at, "a number does not fit into %d bits", width)
		}
		return value
	}
	c.malformed(at, "a number of %d bits takes too many bytes", width)
	return 0
}

// name reads a name: a length, then that much UTF-8.
func (c cursor) name() string {
	at := c.pos
	n := int64(c.u32())
	if c.ok() && n > c.end-c.pos {
		c.malformed(at, "a name of %d bytes where %d remain", n, c.end-c.pos)
	}
	if c.ok() && n > maxName {
		c.fail(beyond(at, "bytes in a name", maxName))
	}
	if !c.ok() || !c.keep(n) {
		return ""
	}
	text := c.bytes(int(n))
	if !utf8.Valid(text) {
		c.malformed(at, "a name is not UTF-8")
		return ""
	}
	return string(text)
}

// skipName moves on past a name that is of no interest.
func (c cursor) skipName() { c.skip(int64(c.u32()), "a name") }

// each calls entry as often as a leading count says, while all goes well. Every
// entry takes at least one byte, so a lying count ends with the section.
func (c cursor) each(entry func()) {
	for n := c.u32(); n > 0 && c.ok(); n-- {
		entry()
	}
}
