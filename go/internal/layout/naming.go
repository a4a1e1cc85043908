package layout

import (
	"encoding/json"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// naming gives manifests of an index their tags: as many as there are in the time that
// one pass over the index takes.
type naming struct {
	index *index
	// entries are those of the index; where one was taken out, nil.
	entries []*entry
	// named are where the entries of a tag are, and unnamed those of a manifest without one.
	named   map[string][]int
	unnamed map[digest.Digest][]int
	// listed is how many entries a manifest has.
	listed map[digest.Digest]int
}

func newNaming(list *index) *naming {
	n := &naming{index: list, named: map[string][]int{}, unnamed: map[digest.Digest][]int{}, listed: map[digest.Digest]int{}}
	for _, one := range list.entries {
		n.add(one)
	}
	return n
}

func (n *naming) add(one entry) {
	at := len(n.entries)
	n.entries = append(n.entries, &one)
	n.listed[one.Digest]++
	if name := one.name(); name != "" {
		n.named[name] = append(n.named[name], at)
	} else {
		n.unnamed[one.Digest] = append(n.unnamed[one.Digest], at)
	}
}

// has reports whether a manifest alone has a tag, or is listed where that is empty.
func (n *naming) has(desc ocispec.Descriptor, tag string) bool {
	if tag == "" {
		return n.listed[desc.Digest] > 0
	}
	isOther := func(at int) bool { return n.entries[at].Digest != desc.Digest }
	return len(n.named[tag]) > 0 && !slices.ContainsFunc(n.named[tag], isOther)
}

// tag assigns a tag to a manifest, and takes it from any other. An empty tag only
// lists the manifest.
func (n *naming) tag(desc ocispec.Descriptor, tag string) error {
	if tag == "" && n.has(desc, tag) {
		return nil
	}
	raw, err := json.Marshal(desc)
	if err != nil {
		return err
	}
	tagged := entry{desc, raw}
	if tag != "" {
		replaced := slices.Concat(n.named[tag], n.unnamed[desc.Digest])
		slices.Sort(replaced)
		for _, at := range replaced {
			if one := n.entries[at]; one.Digest == desc.Digest {
				tagged = *one // with all that others wrote there
			}
			n.listed[n.entries[at].Digest]--
			n.entries[at] = nil
		}
		delete(n.named, tag)
		delete(n.unnamed, desc.Digest)
		if tagged.name() != tag {
			if tagged, err = tagged.named(tag); err != nil {
				return err
			}
		}
	}
	n.add(tagged)
	return nil
}

// end brings the index up to date.
func (n *naming) end() {
	kept := make([]entry, 0, len(n.entries))
	for _, one := range n.entries {
		if one != nil {
			kept = append(kept, *one)
		}
	}
	n.index.entries = kept
}
