package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

// namesDir is the folder that remembers tags: one file each, by the hash of the whole
// reference. When it was changed is when the registry was asked.
const namesDir = "references"

// maxName is the largest such file, in bytes.
const maxName = 64 << 10

// Name is what a tag named when the registry was asked last.
type Name struct {
	Reference  string             `json:"reference"`
	Descriptor ocispec.Descriptor `json:"descriptor"`
	Asked      time.Time          `json:"-"`
}

func (c *Cache) namePath(reference string) string {
	sum := sha256.Sum256([]byte(reference))
	return filepath.Join(c.layout.Dir, namesDir, hex.EncodeToString(sum[:])+".json")
}

// Named returns what a tag is known to name.
func (c *Cache) Named(reference string) (Name, bool) {
	name, ok := readName(c.namePath(reference))
	return name, ok && name.Reference == reference
}

func readName(path string) (name Name, ok bool) {
	file, err := atomicfile.OpenRegular(path)
	if err != nil {
		return name, false
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, maxName))
	if err != nil || json.Unmarshal(raw, &name) != nil || name.Descriptor.Digest.Validate() != nil {
		return Name{}, false
	}
	info, err := file.Stat()
	if err != nil {
		return Name{}, false
	}
	name.Asked = info.ModTime()
	return name, true
}

// Remember notes what the registry said a tag names, now.
//
// Errors: an UnusableError.
func (c *Cache) Remember(ctx context.Context, reference string, desc ocispec.Descriptor) error {
	if err := c.create(ctx); err != nil {
		return unusable(err)
	}
	path := c.namePath(reference)
	if known, ok := c.Named(reference); ok && known.Descriptor.Digest == desc.Digest {
		now := time.Now()
		if err := os.Chtimes(path, now, now); !os.IsNotExist(err) { // else evicted meanwhile
			return unusable(err)
		}
	}
	raw, err := json.Marshal(Name{Reference: reference, Descriptor: ocispec.Descriptor{MediaType: desc.MediaType, Digest: desc.Digest, Size: desc.Size}})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unusable(err)
	}
	if err := clearPlace(path); err != nil {
		return unusable(err)
	}
	return unusable(atomicfile.Write(path, raw, atomicfile.Options{}))
}

// names lists all that is remembered, and its files.
func (c *Cache) names() (map[string]Name, error) {
	dir := filepath.Join(c.layout.Dir, namesDir)
	entries, err := readDir(dir)
	if err != nil {
		return nil, err
	}
	names := map[string]Name{}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		// One that is being written is whole before it has its name.
		if atomicfile.IsTemporary(entry.Name()) {
			atomicfile.RemoveLeftover(path)
			continue
		}
		if name, ok := readName(path); ok {
			names[path] = name
		}
	}
	return names, nil
}
