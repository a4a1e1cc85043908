package cache

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

// look is how often a file is looked at that another process writes.
const look = 20 * time.Millisecond

// standstill is how long that may be as long as it was before it is written by this
// process as well. Tests have less patience.
var standstill = 2 * time.Second

// flight is a blob on its way into the cache.
type flight struct {
	done chan struct{}
	err  error
	// ended is set where the context of the one who did it ended.
	ended bool
}

// Fill stores a blob that save writes to the file and verifies, once for all who ask
// at a time: the others wait. Where another process writes it already that is waited
// for, as long as it goes on.
//
// Errors: those of save; an UnusableError where the file could not be written.
func (c *Cache) Fill(ctx context.Context, desc ocispec.Descriptor, save func(file File) error) error {
	for {
		one, first := c.join(desc.Digest)
		if first {
			defer c.land(ctx, desc.Digest, one)
			one.err = c.fill(ctx, desc, save)
			return one.err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-one.done:
		}
		if !one.ended {
			return one.err
		}
	}
}

func (c *Cache) join(dgst digest.Digest) (one *flight, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if one = c.flights[dgst]; one != nil {
		return one, false
	}
	one = &flight{done: make(chan struct{})}
	c.flights[dgst] = one
	return one, true
}

func (c *Cache) land(ctx context.Context, dgst digest.Digest, one *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one.ended = one.err != nil && ctx.Err() != nil
	delete(c.flights, dgst)
	close(one.done)
}

func (c *Cache) fill(ctx context.Context, desc ocispec.Descriptor, save func(file File) error) error {
	if err := c.create(ctx); err != nil {
		return unusable(err)
	}
	if c.awaitOthers(ctx, desc) {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := clearPlace(c.Path(desc.Digest)); err != nil {
		return unusable(err)
	}
	var saving error
	err := c.layout.Write(desc, func(file *atomicfile.File) error {
		noted := &noting{File: file}
		if saving = save(noted); noted.err != nil {
			saving = nil
			return noted.err
		}
		if saving != nil {
			return saving
		}
		// A hard link to it shares its content.
		return file.Chmod(0o444)
	})
	if saving != nil {
		return saving
	}
	if err != nil {
		return unusable(err)
	}
	return c.evict(ctx, desc)
}

// awaitOthers waits for a process that writes a blob already, and reports whether it
// came.
func (c *Cache) awaitOthers(ctx context.Context, desc ocispec.Descriptor) bool {
	path := c.Path(desc.Digest)
	last, since := int64(-1), time.Now()
	for {
		size, writing := atomicfile.Written(path)
		if !writing {
			return c.Has(desc)
		}
		if size != last {
			last, since = size, time.Now()
		}
		if time.Since(since) > standstill {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(look):
		}
	}
}

// Put stores a document that is verified already.
func (c *Cache) Put(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	if c.Has(desc) {
		return nil
	}
	return c.Fill(ctx, desc, func(file File) error {
		_, err := io.Copy(io.NewOffsetWriter(file, 0), bytes.NewReader(raw))
		return err
	})
}

// File is what a blob is written to.
type File interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Allocate(size int64) error
}

// noting remembers that the file itself is what failed.
type noting struct {
	*atomicfile.File
	err error
}

func (n *noting) note(err error) error {
	if err != nil && n.err == nil {
		n.err = err
	}
	return err
}

// WriteAt implements File.
func (n *noting) WriteAt(p []byte, offset int64) (int, error) {
	count, err := n.File.WriteAt(p, offset)
	return count, n.note(err)
}

// Truncate implements File.
func (n *noting) Truncate(size int64) error { return n.note(n.File.Truncate(size)) }

// Allocate implements File.
func (n *noting) Allocate(size int64) error { return n.note(n.File.Allocate(size)) }
