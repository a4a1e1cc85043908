package layout

import ocispec "github.com/opencontainers/image-spec/specs-go/v1"

// Tags lists all names in the index, in order and each once, those that are whole
// references as well.
func (l Layout) Tags() ([]string, error) {
	list, err := l.readIndex()
	if err != nil {
		return nil, err
	}
	return list.tags(), nil
}

// Manifests lists the entries of index.json in their order. One manifest may have
// several, one for each of its tags.
func (l Layout) Manifests() ([]ocispec.Descriptor, error) {
	list, err := l.readIndex()
	if err != nil {
		return nil, err
	}
	return list.manifests(), nil
}

// manifests lists the entries in their order.
func (i *index) manifests() []ocispec.Descriptor {
	listed := make([]ocispec.Descriptor, 0, len(i.entries))
	for _, one := range i.entries {
		listed = append(listed, one.Descriptor)
	}
	return listed
}
