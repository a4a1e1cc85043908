package cache

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

// Names lists what tags are known to name, in the order of their references.
func (c *Cache) Names() ([]Name, error) {
	found, err := c.names()
	if err != nil {
		return nil, err
	}
	var names []Name
	for _, name := range found {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b Name) int { return strings.Compare(a.Reference, b.Reference) })
	return names, nil
}

// Unnamed lists the whole manifests that no tag is known to name, in the order of their digests:
// those that were read by digest. What belongs to an index that has a name has that name.
func (c *Cache) Unnamed(blobs []Blob, names []Name) []digest.Digest {
	manifests, err := c.layout.Manifests()
	if err != nil {
		return nil // As far as it can be read, nothing is listed.
	}
	there := map[digest.Digest]Blob{}
	for _, blob := range blobs {
		there[blob.Digest] = blob
	}
	seen := map[digest.Digest]bool{}
	for _, name := range names {
		c.sizeOf(there, name.Descriptor.Digest, seen)
	}
	var unnamed []digest.Digest
	for _, desc := range manifests {
		if _, found := there[desc.Digest]; found && !seen[desc.Digest] {
			seen[desc.Digest] = true
			unnamed = append(unnamed, desc.Digest)
		}
	}
	slices.Sort(unnamed)
	return unnamed
}

// Sizes returns how many bytes each of some manifests takes with all that it lists and
// that is there.
func (c *Cache) Sizes(blobs []Blob, manifests []digest.Digest) map[digest.Digest]int64 {
	there := map[digest.Digest]Blob{}
	for _, blob := range blobs {
		there[blob.Digest] = blob
	}
	whole := map[digest.Digest]int64{}
	for _, manifest := range manifests {
		if _, done := whole[manifest]; !done {
			whole[manifest] = c.sizeOf(there, manifest, map[digest.Digest]bool{})
		}
	}
	return whole
}

// sizeOf counts what is reached from a manifest, each blob once.
func (c *Cache) sizeOf(there map[digest.Digest]Blob, dgst digest.Digest, seen map[digest.Digest]bool) int64 {
	blob, found := there[dgst]
	if !found || seen[dgst] {
		return 0
	}
	seen[dgst] = true
	sum := blob.Size
	listed := c.listed(blob)
	for _, desc := range append(slices.Concat(listed.Layers, listed.Blobs), listed.Config) {
		if !seen[desc.Digest] {
			seen[desc.Digest] = true
			sum += there[desc.Digest].Size
		}
	}
	for _, desc := range listed.Manifests {
		sum += c.sizeOf(there, desc.Digest, seen)
	}
	return sum
}

// Verify reads all blobs, and removes those that are damaged, with all that names them.
// What has the place of a blob and is no file is damaged. It returns what it removed.
//
// Errors: a fault that names what has such a place and cannot be removed, after all else was.
func (c *Cache) Verify(ctx context.Context) ([]Blob, error) {
	blobs, err := c.Blobs()
	if err != nil {
		return nil, err
	}
	damaged := map[digest.Digest]bool{}
	for _, blob := range blobs {
		whole, err := c.isWhole(ctx, blob)
		if err != nil {
			return nil, err
		}
		if !whole {
			damaged[blob.Digest] = true
		}
	}
	return c.remove(ctx, true, func(_ int64, blob Blob) bool { return damaged[blob.Digest] })
}

func (c *Cache) isWhole(ctx context.Context, blob Blob) (bool, error) {
	file, err := atomicfile.OpenRegular(c.Path(blob.Digest))
	if err != nil {
		return true, nil //nolint:nilerr // evicted meanwhile
	}
	defer func() { _ = file.Close() }()
	verifier := blob.Digest.Verifier()
	for {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		_, err := io.CopyN(verifier, file, 16<<20)
		if err == io.EOF {
			return verifier.Verified(), nil
		}
		if err != nil {
			return false, err
		}
	}
}
