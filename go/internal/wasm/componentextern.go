package wasm

// imported reads one import of a component.
func (c cursor) imported() Import {
	name, options := c.externName()
	kind, _ := c.externType()
	return Import{Name: name, Kind: kind, NameOptions: options}
}

// exported reads one export of a component, and the index of what it exports.
func (c cursor) exported() (Export, uint32) {
	const noType, hasType = 0, 1
	name, options := c.externName()
	kind := c.sort()
	index := c.u32()
	at := c.pos
	switch b := c.u8(); b {
	case noType:
	case hasType:
		c.externType()
	default:
		c.malformed(at, "an export's type starts with %#02x", b)
	}
	return Export{Name: name, Kind: kind, NameOptions: options}, index
}

// externName reads the name of an import or export with its options.
func (c cursor) externName() (string, NameOptions) {
	// Binaries of 2023 mark interface names, later ones do not.
	const plain, marked, withOptions = 0, 1, 2
	const implements, versionSuffix, externalID = 0, 1, 2
	at := c.pos
	form := c.u8()
	name := c.name()
	var options NameOptions
	switch form {
	case plain, marked:
	case withOptions:
		c.each(func() {
			at := c.pos
			switch option := c.u8(); option {
			case implements:
				options.Implements = c.name()
			case versionSuffix:
				options.VersionSuffix = c.name()
			case externalID:
				options.ExternalID = c.name()
			default:
				c.malformed(at, "option %#02x of a name is not known", option)
			}
		})
	default:
		c.malformed(at, "a name starts with %#02x", form)
	}
	return name, options
}

// First bytes of sorts; core ones have a second byte.
const (
	sortCore      = 0x00
	sortFunc      = 0x01
	sortValue     = 0x02
	sortType      = 0x03
	sortComponent = 0x04
	sortInstance  = 0x05

	sortCoreModule = 0x11
)

var sorts = map[byte]ExternKind{
	sortFunc: ExternFunc, sortValue: ExternValue, sortType: ExternType, sortComponent: ExternComponent, sortInstance: ExternInstance,
}

// sort reads what an export is.
func (c cursor) sort() ExternKind {
	at := c.pos
	b := c.u8()
	if b == sortCore {
		if second := c.u8(); second != sortCoreModule {
			c.malformed(at, "core sort %#02x where a core module may stand", second)
		}
		return ExternCoreModule
	}
	kind, ok := sorts[b]
	if !ok {
		c.malformed(at, "sort %#02x is not known", b)
	}
	return kind
}

// externType reads what an import is, and the index of its type (0 where the
// type is none that an index leads to).
func (c cursor) externType() (kind ExternKind, index uint32) {
	const equal, resource = 0, 1
	kind = c.sort()
	switch kind {
	case ExternType:
		at := c.pos
		switch bound := c.u8(); bound {
		case equal:
			index = c.u32()
		case resource:
		default:
			c.malformed(at, "bound %#02x of a type is not known", bound)
		}
	case ExternValue:
		c.signed(33) // a primitive type or an index
	default:
		index = c.u32()
	}
	return kind, index
}
