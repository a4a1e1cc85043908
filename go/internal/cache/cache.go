// Package cache keeps what was read from registries in a directory that many
// processes may share. The directory is an OCI layout (OCI image specification,
// v1.1, image-layout.md), so that other tools can read what is whole in it, with one
// more folder that remembers which manifest a tag named, and when that was asked.
//
// Nothing in it is trusted: whoever reads a blob verifies it, and drops it where it is
// damaged. So nobody waits for the disk, and no lock is held while content comes.
package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
)

const (
	// freshness is how long a use of a blob need not be noted again.
	freshness = time.Minute
	// tries is how often a blob is opened that somebody holds for himself: its writer,
	// for a moment after it came into place, or who evicts it.
	tries = 20
)

// Cache is one directory, which need not exist. Its methods may be called from many
// goroutines.
type Cache struct {
	layout layout.Layout
	// limit is how many bytes all blobs may take; 0 is no limit.
	limit int64

	mu      sync.Mutex
	flights map[digest.Digest]*flight
	room    room
}

// New returns the cache in a directory.
func New(dir string, limit int64) *Cache {
	return &Cache{layout: layout.Layout{Dir: atomicfile.Rooted(dir), Volatile: true, Memory: &layout.Memory{}}, limit: limit, flights: map[digest.Digest]*flight{}}
}

// Dir is the directory.
func (c *Cache) Dir() string { return c.layout.Dir }

// Path is where a blob is, or would be.
func (c *Cache) Path(dgst digest.Digest) string { return c.layout.BlobPath(dgst) }

// Check refuses what is no directory, and one of somebody else, who could decide there what a tag
// names.
func (c *Cache) Check() error {
	info, err := os.Stat(c.layout.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "open", Path: c.layout.Dir, Err: syscall.ENOTDIR}
	}
	if !isOurs(info) {
		return fault.New(fault.Filesystem, "the cache %s belongs to another user", fault.Quote(c.layout.Dir)).WithPath(c.layout.Dir)
	}
	return nil
}

// Held is an open blob that nobody evicts until it is closed.
type Held struct{ *os.File }

// Close lets it go.
func (h Held) Close() error {
	unhold(h.File)
	return h.File.Close()
}

// open opens a blob by its path: the directory is ours, and the digest decides, so that it
// need not be reached step by step, which would be most of what a small blob takes.
func (c *Cache) open(dgst digest.Digest) (*os.File, error) {
	return atomicfile.OpenRegularItself(c.Path(dgst))
}

// Open opens a blob and holds it. Where it is not there, whole as far as its size
// says, that is false.
func (c *Cache) Open(desc ocispec.Descriptor) (Held, bool) {
	for range tries {
		file, err := c.open(desc.Digest)
		if err != nil {
			return Held{}, false
		}
		info, err := file.Stat()
		if err != nil || info.Size() != desc.Size {
			_ = file.Close()
			return Held{}, false
		}
		if hold(file) {
			// It may have been evicted between the two steps.
			if named, err := os.Stat(c.Path(desc.Digest)); err == nil && os.SameFile(info, named) {
				c.used(desc.Digest, info)
				return Held{file}, true
			}
			unhold(file)
		}
		_ = file.Close()
		time.Sleep(time.Millisecond)
	}
	return Held{}, false
}

// used notes that a blob is in use, for the eviction.
func (c *Cache) used(dgst digest.Digest, info fs.FileInfo) {
	// One that is to come is of a clock that was wrong.
	if now := time.Now(); now.Sub(info.ModTime()).Abs() > freshness {
		_ = os.Chtimes(c.Path(dgst), now, now) // of a directory that is only read, nothing is evicted
	}
}

// Read reads a small blob whole, up to limit bytes, by digest alone. Where it is not
// there, or damaged, that is false.
func (c *Cache) Read(dgst digest.Digest, limit int64) ([]byte, bool) {
	file, err := c.open(dgst)
	if err != nil {
		return nil, false
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil || int64(len(raw)) > limit {
		return nil, false
	}
	if dgst.Algorithm().FromBytes(raw) != dgst {
		c.Drop(dgst)
		return nil, false
	}
	if info, err := file.Stat(); err == nil {
		c.used(dgst, info)
	}
	return raw, true
}

// Has reports whether a blob is there, whole as far as its size says.
func (c *Cache) Has(desc ocispec.Descriptor) bool { return c.layout.Has(desc) }

// IsThere reports whether anything is where a blob belongs, whole or damaged.
func (c *Cache) IsThere(dgst digest.Digest) bool {
	_, err := os.Lstat(c.Path(dgst))
	return err == nil
}

// Drop removes a blob that is damaged.
func (c *Cache) Drop(dgst digest.Digest) { _ = os.Remove(c.Path(dgst)) }

// create makes the directory, for its owner alone.
func (c *Cache) create(ctx context.Context) error {
	if err := c.Check(); err != nil {
		return err
	}
	if err := os.MkdirAll(c.layout.Dir, 0o700); err != nil {
		return err
	}
	return c.layout.Create(ctx)
}

// UnusableError says that the cache cannot take what is given to it: its disk is full,
// or nothing may be written there.
type UnusableError struct{ err error }

// Error implements error.
func (e *UnusableError) Error() string { return fmt.Sprintf("the cache cannot be written: %v", e.err) }

// Unwrap returns what happened.
func (e *UnusableError) Unwrap() error { return e.err }

func unusable(err error) error {
	if err == nil {
		return nil
	}
	return &UnusableError{err}
}
