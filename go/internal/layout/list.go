package layout

import (
	"context"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Tags lists all names in the index, in order and each once, those that are whole
// references as well.
func (l Layout) Tags() ([]string, error) { return listed(l.readIndex, (*index).tags) }

// Manifests lists what index.json lists, in its order.
func (l Layout) Manifests() ([]ocispec.Descriptor, error) {
	return listed(l.readIndex, (*index).manifests)
}

// Tags lists all names in the index, as Layout.Tags does.
func (a *Archive) Tags(ctx context.Context) ([]string, error) {
	return listed(func() (*index, error) { return a.readIndex(ctx) }, (*index).tags)
}

// Manifests lists what index.json lists, as Layout.Manifests does.
func (a *Archive) Manifests(ctx context.Context) ([]ocispec.Descriptor, error) {
	return listed(func() (*index, error) { return a.readIndex(ctx) }, (*index).manifests)
}

func (a *Archive) readIndex(ctx context.Context) (*index, error) {
	file, held, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	_ = file.Close()
	return held.index, nil
}

func listed[One any](read func() (*index, error), list func(*index) []One) ([]One, error) {
	found, err := read()
	if err != nil {
		return nil, err
	}
	return list(found), nil
}

// tags lists all names in order, each once.
func (i *index) tags() []string {
	var tags []string
	for _, one := range i.entries {
		if tag := one.name(); tag != "" {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// manifests lists all entries.
func (i *index) manifests() []ocispec.Descriptor {
	var all []ocispec.Descriptor
	for _, one := range i.entries {
		all = append(all, one.Descriptor)
	}
	return all
}
