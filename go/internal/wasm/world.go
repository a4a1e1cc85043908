package wasm

import (
	"slices"
	"strings"
)

// world finds out what a component looks like from outside. There are two sorts
// of component, and only the types of what is exported tell them apart: those
// that run, and WIT packages, which export nothing but component types, one for
// each interface and world.
type world struct {
	// ruledOut says that the component is no WIT package, so that its types are
	// of no interest.
	ruledOut bool
	// unknown says that the types could not be understood.
	unknown bool
	types   []*componentShape
	// packed are the component types exported so far.
	packed []*componentShape
}

// noPackage says that the component is no WIT package.
func (w *world) noPackage() { w.ruledOut, w.types, w.packed = true, nil, nil }

// exported notes an export. One of a type makes a new index for it.
func (w *world) exported(export Export, index uint32) {
	switch {
	case w.ruledOut:
	case export.Kind != ExternType:
		w.noPackage()
	case !w.unknown:
		shape := shapeAt(w.types, index)
		if shape == nil || !isPackagePart(export.Name) {
			w.noPackage()
			return
		}
		w.types = append(w.types, shape)
		w.packed = append(w.packed, shape)
	}
}

// define reads a section of types or aliases, which add to the types that an
// export may point to.
func (w *world) define(id byte, section cursor) {
	if w.ruledOut || w.unknown {
		return
	}
	t := types{section, &w.unknown}
	scope := &scope{types: w.types}
	if id == componentType {
		t.each(func() { scope.add(t, t.componentEntry(scope)) })
	} else {
		t.each(func() { t.alias(scope) })
	}
	if w.types = scope.types; !w.unknown {
		section.done("a section of types")
	}
}

// unclear reports whether it matters that the types could not be understood.
func (w *world) unclear(info *Info) bool {
	return w.unknown && !w.ruledOut && len(info.Exports) > 0
}

// names derives the names that the reference tools list.
func (w *world) names(info *Info) *World {
	if !w.ruledOut && len(w.packed) > 0 {
		return &World{Imports: []string{}, Exports: packageNames(w.packed), WITPackage: true}
	}
	names := &World{Imports: []string{}, Exports: []string{}}
	for _, imported := range info.Imports {
		switch imported.Kind {
		case ExternFunc, ExternInstance, ExternType:
			names.Imports = append(names.Imports, worldName(imported.Name, imported.NameOptions))
		}
	}
	for _, exported := range info.Exports {
		switch exported.Kind {
		case ExternFunc, ExternInstance:
			names.Exports = append(names.Exports, worldName(exported.Name, exported.NameOptions))
		}
	}
	return names
}

// packageNames lists the interfaces and the worlds of a WIT package, and what
// the worlds export, each once.
func packageNames(packed []*componentShape) []string {
	names := []string{}
	// One type may be exported under many names.
	seen := map[*componentShape]bool{}
	for _, part := range packed {
		for _, item := range part.exports {
			switch item.kind {
			case ExternInstance:
				names = append(names, item.name)
			case ExternComponent:
				names = append(names, item.name)
				if seen[item.shape] {
					continue
				}
				seen[item.shape] = true
				for _, export := range item.shape.items() {
					names = append(names, export.name)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// worldName is the name under which an import or export is listed. An interface
// whose version was shortened has its full version there.
func worldName(name string, options NameOptions) string {
	if options.VersionSuffix != "" && options.Implements == "" && isInterface(name) {
		return name + options.VersionSuffix
	}
	return name
}

// isInterface distinguishes "wasi:http/types@0.2.0" from "log".
func isInterface(name string) bool {
	_, path, ok := strings.Cut(name, ":")
	return ok && strings.Contains(path, "/")
}

// isPackagePart knows the names that WIT packages use for what they export: a
// plain word, or "namespace:package/wit" in packages of 2023.
func isPackagePart(name string) bool {
	if !isInterface(name) {
		return !strings.ContainsAny(name, ":/[]=<>@#")
	}
	name, _, _ = strings.Cut(name, "@")
	return strings.HasSuffix(name, "/wit")
}
