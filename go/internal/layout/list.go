package layout

import ocispec "github.com/opencontainers/image-spec/specs-go/v1"

// Manifests lists the entries of index.json in their order. One manifest may have
// several, one for each of its tags.
func (l Layout) Manifests() ([]ocispec.Descriptor, error) {
	list, err := l.readIndex()
	if err != nil {
		return nil, err
	}
	listed := make([]ocispec.Descriptor, 0, len(list.entries))
	for _, one := range list.entries {
		listed = append(listed, one.Descriptor)
	}
	return listed, nil
}
