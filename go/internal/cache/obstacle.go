package cache

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// readDir lists a directory, or nothing where there is none. A plain open of a pipe would
// wait for somebody to write to it.
func readDir(path string) ([]fs.DirEntry, error) {
	dir, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	return dir.ReadDir(-1)
}

// walk visits all that is called as a blob is, and removes what writers left behind.
func (c *Cache) walk(visit func(dgst digest.Digest, info fs.FileInfo)) error {
	root := filepath.Join(c.layout.Dir, ocispec.ImageBlobsDir)
	algorithms, err := readDir(root)
	if err != nil {
		return err
	}
	for _, algorithm := range algorithms {
		if !digest.Algorithm(algorithm.Name()).Available() {
			continue // somebody else's
		}
		entries, err := readDir(filepath.Join(root, algorithm.Name()))
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if atomicfile.IsTemporary(entry.Name()) {
				atomicfile.RemoveLeftover(filepath.Join(root, algorithm.Name(), entry.Name()))
				continue
			}
			dgst := digest.NewDigestFromEncoded(digest.Algorithm(algorithm.Name()), entry.Name())
			if dgst.Validate() != nil {
				continue
			}
			if info, err := entry.Info(); err == nil { // else evicted meanwhile
				visit(dgst, info)
			}
		}
	}
	return nil
}

// clearObstacles removes what is no file and has the place of a blob, and returns whose
// places those were.
//
// Errors: a fault that names what cannot be removed, after all else was.
func (c *Cache) clearObstacles(ctx context.Context) (cleared []digest.Digest, err error) {
	var found []digest.Digest
	if err := c.walk(func(dgst digest.Digest, info fs.FileInfo) {
		if !info.Mode().IsRegular() {
			found = append(found, dgst)
		}
	}); err != nil {
		return nil, err
	}
	for _, dgst := range found {
		if ctx.Err() != nil {
			return cleared, context.Cause(ctx)
		}
		if left := clearPlace(c.Path(dgst)); left == nil {
			cleared = append(cleared, dgst)
		} else if err == nil {
			err = left
		}
	}
	return cleared, err
}

// clearPlace removes what has the place of a file and can hold nothing that somebody might miss:
// an empty directory, a pipe, a socket, a link. A file stays.
//
// Errors: a fault that names what stays, such as a directory that is not empty.
func clearPlace(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().IsRegular() {
		return nil //nolint:nilerr // nothing is there, or whoever writes says better what is wrong
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		what := "is not a file"
		if info.IsDir() {
			what = "is a directory that is not empty"
		}
		return fault.New(fault.Filesystem, "%s %s, and has the place of one: %w", fault.Quote(path), what, err).
			WithPath(path).WithHint("move it out of the cache")
	}
	return nil
}
