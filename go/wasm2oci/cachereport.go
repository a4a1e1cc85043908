package wasm2oci

import (
	"context"
	"math"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/cache"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// CacheOptions say what is to be removed from a cache. The zero value removes nothing.
type CacheOptions struct {
	// OlderThan removes what was not used for so long, in seconds.
	OlderThan *int64 `json:"older_than,omitempty"`
	// MaxSize removes what was used longest ago until the rest takes no more bytes.
	MaxSize *int64 `json:"max_size,omitempty"`
	// Verify reads all of it, and removes what is damaged.
	Verify bool `json:"verify,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
}

// CacheResult says what is in a cache, after what was asked for was done.
type CacheResult struct {
	// Size is what all blobs take, in bytes, and Blobs how many there are.
	Size  int64 `json:"size"`
	Blobs int   `json:"blobs"`
	// Limit is the bound of the size.
	Limit int64 `json:"limit"`
	// Artifacts are what tags are known to name, in the order of the references.
	Artifacts []CachedArtifact `json:"artifacts"`
	// Unnamed are the digests of whole artifacts that were read by digest, which no tag is known
	// to name.
	Unnamed []string `json:"unnamed"`
	// Removed are the digests of what was removed, and Freed its bytes.
	Removed []string `json:"removed"`
	Freed   int64    `json:"freed"`
	// Dir is kept out of the JSON, which cannot hold every path.
	Dir string `json:"-"`
}

// CachedArtifact is what a tag named when its registry was asked last.
type CachedArtifact struct {
	Reference string `json:"reference"`
	// Digest is that of the manifest or index.
	Digest string `json:"digest"`
	// Size is what it takes with all that belongs to it and is there, in bytes.
	Size int64 `json:"size"`
	// Age is how many seconds ago the registry was asked.
	Age int64 `json:"age"`
}

// Cache says what is in the cache of the client, and removes what is asked for. What a
// process reads at that moment stays.
//
// Errors: InvalidArgument where the client has no cache; Filesystem, also where the place of
// a blob is that of a directory which is not empty, after all else was done.
func (c *Client) Cache(ctx context.Context, options CacheOptions) (*CacheResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, nil)
	defer end()
	result, err := c.reportCache(ctx, options)
	return result, fail(ctx, "cache", "", err)
}

func (c *Client) reportCache(ctx context.Context, options CacheOptions) (*CacheResult, error) {
	switch {
	case c.cache == nil:
		return nil, errNoCache()
	case orDefault(options.OlderThan, 0) < 0:
		return nil, fault.New(InvalidArgument, "{older_than} is negative")
	case orDefault(options.MaxSize, 0) < 0:
		return nil, fault.New(InvalidArgument, "{max_size} is negative")
	}
	if err := c.cache.Check(); err != nil {
		return nil, err
	}
	removed, err := c.cache.tidy(ctx, options)
	if err != nil {
		return nil, err
	}
	result := &CacheResult{Dir: c.cache.Dir(), Limit: orDefault(c.options.CacheSize, defaultCacheSize), Artifacts: []CachedArtifact{}, Unnamed: []string{}, Removed: []string{}}
	for _, blob := range removed {
		result.Removed = append(result.Removed, blob.Digest.String())
	}
	result.Freed = cache.Total(removed)
	return result, c.cache.describe(result)
}

// tidy removes what is asked for.
func (k *keeper) tidy(ctx context.Context, options CacheOptions) (removed []cache.Blob, err error) {
	var left error // what stands in the way of verifying does not stand in the way of pruning
	if options.Verify {
		removed, left = k.Verify(ctx)
	}
	if options.OlderThan == nil && options.MaxSize == nil || ctx.Err() != nil {
		return removed, left
	}
	var before time.Time
	if options.OlderThan != nil {
		before = time.Now().Add(-duration(min(*options.OlderThan, math.MaxInt64/1000) * 1000))
	}
	pruned, err := k.Prune(ctx, before, orDefault(options.MaxSize, -1))
	if err == nil {
		err = left
	}
	return append(removed, pruned...), err
}

// describe says what there is.
func (k *keeper) describe(result *CacheResult) error {
	blobs, err := k.Blobs()
	if err != nil {
		return err
	}
	result.Size, result.Blobs = cache.Total(blobs), len(blobs)
	names, err := k.Names()
	if err != nil {
		return err
	}
	var manifests []digest.Digest
	for _, name := range names {
		manifests = append(manifests, name.Descriptor.Digest)
	}
	sizes := k.Sizes(blobs, manifests)
	for _, dgst := range k.Unnamed(blobs, names) {
		result.Unnamed = append(result.Unnamed, dgst.String())
	}
	for _, name := range names {
		result.Artifacts = append(result.Artifacts, CachedArtifact{
			Reference: name.Reference, Digest: name.Descriptor.Digest.String(), Size: sizes[name.Descriptor.Digest], Age: ageOf(name.Asked),
		})
	}
	return nil
}

// ageOf is how many seconds ago something was.
func ageOf(when time.Time) int64 { return max(int64(time.Since(when)/time.Second), 0) }

// errNoCache is the fault of what needs a cache.
func errNoCache() error {
	return fault.New(InvalidArgument, "there is no cache").WithHint("name one with {cache_dir}")
}
