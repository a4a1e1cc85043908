package layout

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/strictjson"
)

// index is an index.json. What is not read here stays as others wrote it, byte by
// byte.
type index struct {
	// place is what it belongs to, in messages: a layout, or an archive.
	place   string
	members []strictjson.Member
	entries []entry

	// found are where in an index that nobody changes the manifests are.
	found struct {
		sync.Once
		names   map[string][]int
		digests map[digest.Digest]int
	}
}

// entry is a manifest that an index lists.
type entry struct {
	ocispec.Descriptor
	raw json.RawMessage
}

// keys are those that are read of an index.
var keys = []string{"schemaVersion", "mediaType", "manifests", "digest", "size", "annotations", "artifactType", "platform"}

// newIndex returns the index of a layout without a manifest.
func newIndex() *index {
	return &index{place: "layout", members: []strictjson.Member{
		{Name: "schemaVersion", Value: json.RawMessage("2")},
		{Name: "mediaType", Value: strictjson.Text(ocispec.MediaTypeImageIndex)},
	}}
}

func parseIndex(raw []byte) (*index, error) {
	if err := strictjson.Check(raw, keys, "annotations"); err != nil {
		return nil, err
	}
	members, err := strictjson.Members(raw)
	if err != nil {
		return nil, err
	}
	var listed []json.RawMessage
	if manifests := strictjson.Get(members, "manifests"); manifests != nil {
		if err := json.Unmarshal(manifests, &listed); err != nil {
			return nil, err
		}
	}
	parsed := &index{place: "layout", members: members}
	for _, raw := range listed {
		one := entry{raw: raw}
		if err := json.Unmarshal(raw, &one.Descriptor); err != nil {
			return nil, err
		}
		// An algorithm that we do not know does not matter unless that very
		// manifest is wanted.
		if err := one.Digest.Validate(); err != nil && !errors.Is(err, digest.ErrDigestUnsupported) {
			return nil, fmt.Errorf("the digest %q: %w", one.Digest, err)
		}
		parsed.entries = append(parsed.entries, one)
	}
	return parsed, nil
}

// clone returns an index that can be changed for itself.
func (i *index) clone() *index {
	return &index{place: i.place, members: i.members, entries: slices.Clone(i.entries)}
}

func (i *index) encode() []byte {
	size := 2
	for _, one := range i.entries {
		size += len(one.raw) + 1
	}
	list := append(make([]byte, 0, size), '[')
	for n, one := range i.entries {
		if n > 0 {
			list = append(list, ',')
		}
		list = append(list, one.raw...)
	}
	return strictjson.Object(strictjson.Set(i.members, "manifests", append(list, ']')))
}

// tags lists all tags in order.
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

func (e entry) name() string { return e.Annotations[ocispec.AnnotationRefName] }

// named returns the entry with a tag.
func (e entry) named(tag string) (entry, error) {
	members, err := strictjson.Members(e.raw)
	if err != nil {
		return e, err
	}
	var annotations []strictjson.Member
	if len(e.Annotations) > 0 {
		if annotations, err = strictjson.Members(strictjson.Get(members, "annotations")); err != nil {
			return e, err
		}
	}
	annotations = strictjson.Set(annotations, ocispec.AnnotationRefName, strictjson.Text(tag))
	e.raw = strictjson.Object(strictjson.Set(members, "annotations", strictjson.Object(annotations)))
	e.Descriptor = ocispec.Descriptor{}
	return e, json.Unmarshal(e.raw, &e.Descriptor)
}
