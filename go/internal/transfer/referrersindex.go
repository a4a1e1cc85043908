package transfer

import (
	"encoding/json"
	"errors"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/strictjson"
)

// referrersIndex is a list of referrers. What is not read here stays as others wrote
// it, byte by byte.
type referrersIndex struct {
	members []strictjson.Member
	entries []listedReferrer
	size    int64
}

// listedReferrer is an entry; its descriptor is empty where it is none.
type listedReferrer struct {
	ocispec.Descriptor
	raw json.RawMessage
}

func newReferrersIndex() *referrersIndex {
	return &referrersIndex{members: []strictjson.Member{
		{Name: "schemaVersion", Value: json.RawMessage("2")},
		{Name: "mediaType", Value: strictjson.Text(ocispec.MediaTypeImageIndex)},
	}}
}

func parseReferrersIndex(raw []byte) (*referrersIndex, error) {
	members, err := strictjson.Members(raw)
	if err != nil {
		return nil, err
	}
	if named := strictjson.Get(members, "mediaType"); named != nil && string(named) != string(strictjson.Text(ocispec.MediaTypeImageIndex)) {
		return nil, errors.New("it calls itself something else")
	}
	manifests := strictjson.Get(members, "manifests")
	if manifests == nil {
		return nil, errors.New("it has no manifests")
	}
	var listed []json.RawMessage
	if err := json.Unmarshal(manifests, &listed); err != nil {
		return nil, err
	}
	index := &referrersIndex{members: members, size: int64(len(raw))}
	for _, raw := range listed {
		one := listedReferrer{raw: raw}
		if json.Unmarshal(raw, &one.Descriptor) != nil || CheckDescriptor(one.Descriptor) != nil {
			one.Descriptor = ocispec.Descriptor{}
		}
		index.entries = append(index.entries, one)
	}
	return index, nil
}

// referrers returns the entries that are descriptors, each once.
func (i *referrersIndex) referrers() []ocispec.Descriptor {
	var listed []ocispec.Descriptor
	seen := map[digest.Digest]bool{}
	for _, one := range i.entries {
		if one.Digest != "" && !seen[one.Digest] {
			seen[one.Digest] = true
			listed = append(listed, one.Descriptor)
		}
	}
	return listed
}

func (i *referrersIndex) has(dgst digest.Digest) bool { return lists(i.referrers(), dgst) }

// with returns the list with one more entry.
func (i *referrersIndex) with(desc ocispec.Descriptor) (*referrersIndex, error) {
	raw, err := json.Marshal(desc)
	if err != nil {
		return nil, err
	}
	longer := *i
	longer.entries = append(append([]listedReferrer{}, i.entries...), listedReferrer{desc, raw})
	return &longer, nil
}

// without returns the list without a manifest.
func (i *referrersIndex) without(dgst digest.Digest) *referrersIndex {
	shorter := *i
	shorter.entries = nil
	for _, one := range i.entries {
		if one.Digest != dgst {
			shorter.entries = append(shorter.entries, one)
		}
	}
	return &shorter
}

// encode returns the document and its descriptor.
func (i *referrersIndex) encode() (ocispec.Descriptor, []byte) {
	list := []byte{'['}
	for n, one := range i.entries {
		if n > 0 {
			list = append(list, ',')
		}
		list = append(list, one.raw...)
	}
	raw := strictjson.Object(strictjson.Set(i.members, "manifests", append(list, ']')))
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageIndex, Digest: digest.FromBytes(raw), Size: int64(len(raw))}, raw
}
