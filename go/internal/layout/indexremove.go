package layout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/strictjson"
)

// What is taken out of an index, be it a layout's or an archive's.

// maxManifest is how much of a listed manifest is read, in bytes, to see what it
// refers to.
const maxManifest = 4 << 20

// opener opens a blob; what is not there is fs.ErrNotExist.
type opener func(digest.Digest) (io.ReadCloser, error)

// deletable returns what is listed under a digest, and its tags. What is a part of a
// listed index only is refused.
func (i *index) deletable(ctx context.Context, dgst digest.Digest, open opener) (desc ocispec.Descriptor, tags []string, err error) {
	if desc, tags = i.listed(dgst); desc.Digest != "" {
		return desc, tags, nil
	}
	parent, err := referrer(ctx, i.entries, dgst, open, func(error) bool { return false })
	if err != nil {
		return desc, nil, err
	}
	if parent != "" {
		return desc, nil, fault.New(fault.Unsupported, "the %s has it as a part of %s only", i.place, parent).WithHint("delete that one")
	}
	return desc, nil, missingIn(i, "manifest "+dgst.String())
}

// remove takes a manifest out, with all its tags, and reports whether nothing that
// stays listed refers to its blob.
func (i *index) remove(ctx context.Context, dgst digest.Digest, open opener) (orphaned bool, err error) {
	rest := slices.DeleteFunc(slices.Clone(i.entries), func(one entry) bool { return one.Digest == dgst })
	if len(rest) == len(i.entries) {
		return false, missingIn(i, "manifest "+dgst.String())
	}
	parent, err := referrer(ctx, rest, dgst, open, func(error) bool { return true })
	if err != nil {
		return false, err
	}
	i.entries = rest
	return parent == "", nil
}

// referrer returns the digest of a manifest that is listed, itself or within an
// index, and has a blob as one of its parts; or "". Whether one that cannot be read
// may have it, mayHave decides.
func referrer(ctx context.Context, entries []entry, dgst digest.Digest, open opener, mayHave func(error) bool) (digest.Digest, error) {
	seen := map[digest.Digest]bool{}
	var queue []digest.Digest
	add := func(one digest.Digest) {
		if !seen[one] && one.Validate() == nil {
			seen[one] = true
			queue = append(queue, one)
		}
	}
	for _, one := range entries {
		add(one.Digest)
	}
	for len(queue) > 0 {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		one := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		parts, children, err := partsOf(one, open)
		if err != nil && mayHave(err) || slices.Contains(parts, dgst) || slices.Contains(children, dgst) {
			return one, nil
		}
		for _, child := range children {
			add(child)
		}
	}
	return "", nil
}

// partsOf returns the blobs and the manifests that a manifest refers to. One that
// is not there refers to nothing: a layout may lack blobs.
func partsOf(dgst digest.Digest, open opener) (blobs, manifests []digest.Digest, err error) {
	file, err := open(dgst)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, maxManifest+1))
	if err == nil && len(raw) > maxManifest {
		err = errors.New("too large")
	}
	if err != nil {
		return nil, nil, err
	}
	type part struct {
		Digest digest.Digest `json:"digest"`
	}
	var document struct {
		Config    part   `json:"config"`
		Layers    []part `json:"layers"`
		Blobs     []part `json:"blobs"`
		Manifests []part `json:"manifests"`
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, nil, err
	}
	for _, one := range slices.Concat([]part{document.Config}, document.Layers, document.Blobs) {
		blobs = append(blobs, one.Digest)
	}
	for _, one := range document.Manifests {
		manifests = append(manifests, one.Digest)
	}
	return blobs, manifests, nil
}

// listed returns what is listed under a digest, and its tags.
func (i *index) listed(dgst digest.Digest) (desc ocispec.Descriptor, tags []string) {
	for _, one := range i.entries {
		if one.Digest != dgst {
			continue
		}
		if desc.Digest == "" {
			desc = one.Descriptor
		}
		if tag := one.name(); tag != "" {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return desc, slices.Compact(tags)
}

// untag takes a tag from all that has it, and returns the first. An entry goes where
// another one lists the same manifest, else it only loses its name.
func (i *index) untag(tag string) (desc ocispec.Descriptor, err error) {
	listed := map[digest.Digest]bool{}
	for _, one := range i.entries {
		listed[one.Digest] = listed[one.Digest] || one.name() != tag
	}
	var kept []entry
	for _, one := range i.entries {
		if one.name() != tag {
			kept = append(kept, one)
			continue
		}
		if desc.Digest == "" {
			desc = one.Descriptor
		}
		if listed[one.Digest] {
			continue
		}
		listed[one.Digest] = true
		if one, err = one.unnamed(); err != nil {
			return desc, err
		}
		kept = append(kept, one)
	}
	if desc.Digest == "" {
		return desc, missingIn(i, fmt.Sprintf("tag %q", tag))
	}
	i.entries = kept
	return desc, nil
}

// unnamed returns the entry without a tag.
func (e entry) unnamed() (entry, error) {
	members, err := strictjson.Members(e.raw)
	if err != nil {
		return e, err
	}
	annotations, err := strictjson.Members(strictjson.Get(members, "annotations"))
	if err != nil {
		return e, err
	}
	isName := func(one strictjson.Member) bool { return one.Name == ocispec.AnnotationRefName }
	if annotations = slices.DeleteFunc(annotations, isName); len(annotations) > 0 {
		members = strictjson.Set(members, "annotations", strictjson.Object(annotations))
	} else {
		members = slices.DeleteFunc(members, func(one strictjson.Member) bool { return one.Name == "annotations" })
	}
	e.raw = strictjson.Object(members)
	e.Descriptor = ocispec.Descriptor{}
	return e, json.Unmarshal(e.raw, &e.Descriptor)
}
