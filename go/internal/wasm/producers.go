package wasm

// producers reads a producers section: fields, each with the languages or tools
// and their versions. A field, or a tool within one, that comes twice counts as
// it appears last.
func (c cursor) producers() Producers {
	made := Producers{}
	c.each(func() {
		field := c.name()
		tools := []Producer{}
		seen := map[string]int{}
		c.each(func() {
			tool := Producer{Name: c.name(), Version: c.name()}
			if !c.keep(costEntry) {
				return
			}
			if at, ok := seen[tool.Name]; ok {
				tools[at] = tool
				return
			}
			seen[tool.Name] = len(tools)
			tools = append(tools, tool)
		})
		if c.ok() && c.keep(costEntry) {
			made[field] = tools
		}
	})
	c.done("the producers section")
	if !c.ok() {
		return nil
	}
	return made
}

// features reads a target_features section: a prefix ("+" for used, "-" for
// forbidden) and a name each.
func (c cursor) features() []string {
	var features []string
	c.each(func() {
		at := c.pos
		prefix := c.u8()
		if prefix != '+' && prefix != '-' && prefix != '=' {
			c.malformed(at, "a feature's prefix is %#02x", prefix)
		}
		name := c.name()
		if c.keep(costValue) {
			features = append(features, string(rune(prefix))+name)
		}
	})
	c.done("the target_features section")
	if !c.ok() {
		return nil
	}
	return features
}

// AllProducers merges the producers of a binary with those of the modules and
// components inside it; where versions differ, the outer one counts.
func (info *Info) AllProducers() Producers {
	all := Producers{}
	all.merge(info.Producers)
	mergeChildren(all, info.Children)
	return all
}

func mergeChildren(all Producers, children []Child) {
	for _, child := range children {
		all.merge(child.Producers)
		mergeChildren(all, child.Children)
	}
}

// merge adds what p does not have yet.
func (p Producers) merge(other Producers) {
	for field, tools := range other {
		seen := make(map[string]bool, len(p[field]))
		for _, tool := range p[field] {
			seen[tool.Name] = true
		}
		for _, tool := range tools {
			if !seen[tool.Name] {
				p[field] = append(p[field], tool)
			}
		}
	}
}
