package wasm

// Sections of a component, by their number in the binary. The others (core
// instances, core types, instances, canonical functions, start, values) say
// nothing about what it looks like from outside.
const (
	componentModule    = 1
	componentComponent = 4
	componentAlias     = 6
	componentType      = 7
	componentImport    = 10
	componentExport    = 11
)

// component reads a component and what is inside it.
func (w *walker) component(c cursor, about *description) {
	w.componentAt(c, about, 0)
}

func (w *walker) componentAt(c cursor, about *description, depth int) {
	about.kind = KindComponent
	w.sections(c, about, func(id byte, section cursor) {
		switch id {
		case componentModule:
			w.child(section, about, KindModule, depth+1)
		case componentComponent:
			w.child(section, about, KindComponent, depth+1)
		default:
			if about.top != nil {
				w.outside(id, section, about.top)
			}
		}
	})
}

// child reads a module or component inside a component: a whole binary.
func (w *walker) child(c cursor, about *description, want Kind, depth int) {
	at := c.pos
	if w.children++; w.children > maxChildren {
		w.fail(beyond(at, "modules and components inside a component", maxChildren))
		return
	}
	if depth > maxNesting {
		w.fail(beyond(at, "components inside each other", maxNesting))
		return
	}
	kind, err := Sniff(c.head())
	if c.ok() && (err != nil || kind != want) {
		c.malformed(at, "there is no %s where one is announced", want)
	}
	inner := &description{}
	if want == KindModule {
		w.module(c, inner)
	} else {
		w.componentAt(c, inner, depth)
	}
	about.children = append(about.children, Child{
		Kind: want, Name: inner.name, Offset: at, Size: c.end - at,
		Producers: inner.producers(), Metadata: inner.metadata, Children: inner.children,
	})
}

// outside reads a section that says what the outermost component looks like.
func (w *walker) outside(id byte, section cursor, info *Info) {
	switch id {
	case componentImport:
		section.each(func() {
			imported := section.imported()
			if section.keep(costEntry) {
				info.Imports = append(info.Imports, imported)
				w.world.noPackage()
			}
		})
		section.done("the import section")
	case componentExport:
		section.each(func() {
			exported, index := section.exported()
			if section.keep(costEntry) {
				info.Exports = append(info.Exports, exported)
				w.world.exported(exported, index)
			}
		})
		section.done("the export section")
	case componentAlias, componentType:
		w.world.define(id, section)
	}
}
