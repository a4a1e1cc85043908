package cache

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

// Blob is a blob of the cache.
type Blob struct {
	Digest digest.Digest
	Size   int64
	// Used is when it, or a manifest that lists it, was used last, to the minute.
	Used time.Time
}

// Blobs lists what there is. Files that are being written are not among them; those that
// a writer left behind are removed.
func (c *Cache) Blobs() (blobs []Blob, err error) {
	err = c.walk(func(dgst digest.Digest, info fs.FileInfo) {
		if info.Mode().IsRegular() {
			blobs = append(blobs, Blob{dgst, info.Size(), info.ModTime()})
		}
	})
	if err != nil {
		return nil, err
	}
	return blobs, nil
}

const (
	// sharers is how many processes may fill the room that each of them has found.
	sharers = 32
	// lookAgain is how long that is believed.
	lookAgain = 10 * time.Second
)

// room is how much may be stored before all blobs are counted again, which takes time
// for each of them.
type room struct {
	left  int64
	found time.Time
}

// take reports whether there is room for a blob.
func (r *room) take(size int64) bool {
	r.left -= size
	return r.left > 0 && time.Since(r.found) < lookAgain
}

// evict removes what was used longest ago until all blobs fit, but for one that was just
// stored.
func (c *Cache) evict(ctx context.Context, kept ocispec.Descriptor) error {
	if c.limit <= 0 || c.hasRoom(kept.Size) {
		return nil
	}
	found := time.Now()
	blobs, err := c.Blobs()
	if err != nil {
		return unusable(err)
	}
	if left := c.limit - Total(blobs); left >= 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.room = room{left / sharers, found}
		return nil
	}
	_, err = c.remove(ctx, false, func(left int64, blob Blob) bool { return left > c.limit && blob.Digest != kept.Digest })
	return unusable(err)
}

func (c *Cache) hasRoom(size int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.room.take(size)
}

// Total is what blobs take, in bytes.
func Total(blobs []Blob) (sum int64) {
	for _, blob := range blobs {
		sum += blob.Size
	}
	return sum
}

// Prune removes what was last used before a moment, and what was used longest ago until
// the rest takes at most limit bytes; negative is no limit. It removes as well what has the
// place of a blob and is no file, and returns what it removed.
//
// Errors: a fault that names what has such a place and cannot be removed, after all else was.
func (c *Cache) Prune(ctx context.Context, before time.Time, limit int64) ([]Blob, error) {
	return c.remove(ctx, true, func(left int64, blob Blob) bool {
		return blob.Used.Before(before) || limit >= 0 && left > limit
	})
}

// remove removes blobs that are picked, the one that was used longest ago first, and all
// that names them. What a process holds stays. One process does that at a time. With
// obstacles it begins with what has the place of a blob and is no file; of those that
// cannot be removed it tells once all else is done.
func (c *Cache) remove(ctx context.Context, obstacles bool, picked func(left int64, blob Blob) bool) (removed []Blob, err error) {
	if _, err := os.Stat(c.layout.Dir); os.IsNotExist(err) {
		return nil, nil
	}
	gone := map[digest.Digest]bool{}
	var stays error
	err = c.layout.Locked(ctx, func() error {
		var cleared []digest.Digest
		if obstacles {
			cleared, stays = c.clearObstacles(ctx)
		}
		for _, dgst := range cleared {
			gone[dgst] = true
			removed = append(removed, Blob{Digest: dgst})
		}
		blobs, err := c.Blobs()
		if err != nil {
			return err
		}
		lists := c.lists(blobs)
		left := Total(blobs)
		slices.SortFunc(blobs, func(a, b Blob) int { return a.Used.Compare(b.Used) })
		var chosen []Blob
		for _, blob := range blobs {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if !picked(left, blob) {
				continue
			}
			if c.claimed(blob.Digest, nil) {
				gone[blob.Digest] = true
				chosen = append(chosen, blob)
				left -= blob.Size
			}
		}
		if len(gone) == 0 {
			return nil
		}
		// First what leads to them: whoever is killed here leaves blobs that nothing names.
		if err := c.forget(gone, lists); err != nil {
			return err
		}
		for _, blob := range chosen {
			var failed error
			if c.claimed(blob.Digest, func() { failed = os.Remove(c.Path(blob.Digest)) }) {
				removed = append(removed, blob)
			}
			if failed != nil && !os.IsNotExist(failed) {
				return failed
			}
		}
		return nil
	})
	if err == nil {
		err = stays
	}
	return removed, err
}

// claimed does something with a blob while nobody can hold it; false where somebody does.
// One after the other is claimed: a process may open few files at a time, and a cache may
// have many.
func (c *Cache) claimed(dgst digest.Digest, do func()) bool {
	file, err := c.open(dgst)
	if err != nil {
		return false
	}
	one := Held{file}
	defer func() { _ = one.Close() }()
	if !claim(file) {
		return false
	}
	if do != nil {
		do()
	}
	return true
}

// forget takes what is gone, and what lists it, out of the index and of the names.
func (c *Cache) forget(gone map[digest.Digest]bool, lists map[digest.Digest][]digest.Digest) error {
	broken := func(desc ocispec.Descriptor) bool {
		return gone[desc.Digest] || slices.ContainsFunc(lists[desc.Digest], func(dgst digest.Digest) bool { return gone[dgst] })
	}
	if err := c.layout.Unlist(broken); err != nil {
		return err
	}
	names, err := c.names()
	if err != nil {
		return err
	}
	for path, name := range names {
		// A manifest may have gone before its name came.
		if gone[name.Descriptor.Digest] || !c.Has(name.Descriptor) {
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	return nil
}

// maxDocument is the largest blob that may be a manifest, in bytes.
const maxDocument = 4 << 20

// listing is what manifests and indexes list.
type listing struct {
	Config    ocispec.Descriptor   `json:"config"`
	Layers    []ocispec.Descriptor `json:"layers"`
	Blobs     []ocispec.Descriptor `json:"blobs"`
	Manifests []ocispec.Descriptor `json:"manifests"`
}

// parseListing returns what a document lists; nothing where it is no manifest.
func parseListing(raw []byte) (all listing) {
	if json.Unmarshal(raw, &all) != nil {
		return listing{}
	}
	return all
}

// listed returns what a blob lists; nothing where it can be no manifest.
func (c *Cache) listed(blob Blob) listing {
	if blob.Size > maxDocument {
		return listing{}
	}
	raw, err := atomicfile.ReadRegular(c.Path(blob.Digest), maxDocument)
	if err != nil {
		return listing{}
	}
	return parseListing(raw)
}

// others are all but the config.
func (l listing) others() []ocispec.Descriptor { return slices.Concat(l.Layers, l.Blobs, l.Manifests) }

// lists reads what each manifest among the blobs lists, and gives what it lists the time
// of its own last use.
func (c *Cache) lists(blobs []Blob) map[digest.Digest][]digest.Digest {
	lists := map[digest.Digest][]digest.Digest{}
	place := map[digest.Digest]*Blob{}
	for i := range blobs {
		place[blobs[i].Digest] = &blobs[i]
	}
	manifests := map[digest.Digest]bool{}
	if index, err := c.layout.Manifests(); err == nil {
		for _, desc := range index {
			manifests[desc.Digest] = true
		}
	}
	if names, err := c.names(); err == nil {
		for _, name := range names {
			manifests[name.Descriptor.Digest] = true
		}
	}
	for dgst := range manifests {
		manifest, found := place[dgst]
		if !found {
			continue
		}
		listed := c.listed(*manifest)
		for _, desc := range append(listed.others(), listed.Config) {
			lists[dgst] = append(lists[dgst], desc.Digest)
			if blob, found := place[desc.Digest]; found && blob.Used.Before(manifest.Used) {
				blob.Used = manifest.Used
			}
		}
	}
	return lists
}

// Missing looks for what a manifest lists: whether its config is not there, and whether
// anything else is not.
func (c *Cache) Missing(raw []byte) (config *ocispec.Descriptor, others bool) {
	listed := parseListing(raw)
	for _, desc := range listed.others() {
		if desc.Digest.Validate() != nil || !c.Has(desc) {
			return nil, true
		}
	}
	if listed.Config.Digest.Validate() == nil && !c.Has(listed.Config) {
		config = &listed.Config
	}
	return config, false
}

// List lets other tools find a manifest in the layout, under a name where that is not
// empty, if all of it is there: it may have been evicted meanwhile.
//
// Errors: an UnusableError.
func (c *Cache) List(ctx context.Context, desc ocispec.Descriptor, raw []byte, reference string) error {
	return unusable(c.layout.TagIf(ctx, desc, reference, func() bool {
		config, others := c.Missing(raw)
		return c.Has(desc) && config == nil && !others
	}))
}
