//go:build unix

package cache_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/cache"
)

func TestWhatIsHeldStays(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	other := cache.New(c.Dir(), 10) // as that of another process
	held, found := c.Open(put(t, c, "0123456789"))
	if !found {
		t.Fatal("it is not there")
	}
	unused(t, c, describe("0123456789"), 9)
	descs := []ocispec.Descriptor{describe("0123456789"), put(t, other, "1234567890")}
	wantThere(t, c, descs, 0, 1)
	if removed, err := other.Prune(t.Context(), time.Now().Add(time.Hour), 0); err != nil || len(removed) != 1 {
		t.Errorf("removed %v, %v", removed, err)
	}
	wantThere(t, c, descs, 0)
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Prune(t.Context(), time.Now().Add(time.Hour), 0); err != nil {
		t.Fatal(err)
	}
	wantThere(t, c, descs)
}

// A process may have few files open; how many blobs are removed does not depend on that.
func TestManyAreRemovedWithFewFiles(t *testing.T) {
	const count = 300
	c := newCache(t, 0)
	for i := range count {
		put(t, c, fmt.Sprintf("content %d", i))
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	few := before
	few.Cur = 100
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	removed, err := c.Prune(t.Context(), time.Time{}, 0)
	if failed := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); failed != nil {
		t.Fatal(failed)
	}
	if err != nil || len(removed) != count {
		t.Errorf("%d of %d were removed, %v", len(removed), count, err)
	}
}

func TestManyWhoAskAtATimeFillOnce(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	desc := describe("content")
	var calls atomic.Int32
	begun := make(chan struct{})
	release := make(chan struct{})
	var group sync.WaitGroup
	fill := func(ctx context.Context) error {
		return c.Fill(ctx, desc, func(file cache.File) error {
			if calls.Add(1) == 1 {
				close(begun)
				<-release
			}
			_, err := file.WriteAt([]byte("content"), 0)
			return err
		})
	}
	group.Go(func() {
		if err := fill(t.Context()); err != nil {
			t.Error(err)
		}
	})
	<-begun
	for range 8 {
		group.Go(func() {
			if err := fill(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	// Who gives up does not wait for the others.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := fill(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	group.Wait()
	if calls.Load() != 1 || !c.Has(desc) {
		t.Errorf("%d calls", calls.Load())
	}
}

func TestWhoWaitsTakesOverFromWhoGivesUp(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	desc := describe("content")
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		err := c.Fill(ctx, desc, func(cache.File) error {
			close(begun)
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	<-begun
	group.Go(func() {
		if err := c.Put(t.Context(), desc, []byte("content")); err != nil {
			t.Error(err)
		}
	})
	cancel()
	group.Wait()
	wantThere(t, c, []ocispec.Descriptor{desc}, 0)
}

// begun begins to write a blob as another process would.
func begun(t *testing.T, c *cache.Cache, desc ocispec.Descriptor) *atomicfile.File {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(c.Path(desc.Digest)), 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := atomicfile.Create(c.Path(desc.Digest), atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWhatAnotherProcessBringsIsWaitedFor(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	desc := describe("content")
	file := begun(t, c, desc)
	done := make(chan error)
	go func() {
		done <- c.Fill(t.Context(), desc, func(cache.File) error { return errors.New("it was fetched as well") })
	}()
	if _, err := file.WriteString("content"); err != nil {
		t.Fatal(err)
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// The patience belongs to all, hence no t.Parallel.
func TestAProcessThatDoesNotGoOnIsNotWaitedFor(t *testing.T) {
	defer cache.SetStandstill(time.Millisecond)()
	c := newCache(t, 0)
	desc := describe("content")
	defer begun(t, c, desc).Abort()
	put(t, c, "content")
	wantThere(t, c, []ocispec.Descriptor{desc}, 0)
}

func TestWhatAKilledWriterLeftIsRemoved(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	put(t, c, "content")
	file := begun(t, c, describe("other"))
	left := file.Name()
	if _, err := c.Blobs(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err != nil {
		t.Errorf("who lives was robbed: %v", err)
	}
	if err := file.File.Close(); err != nil { // as its death would
		t.Fatal(err)
	}
	if blobs, err := c.Blobs(); err != nil || len(blobs) != 1 {
		t.Errorf("%v, %v", blobs, err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("it stayed: %v", err)
	}
}

// Each cache stands for a process: locks are those of open files.
func TestManyEvictWhileOthersRead(t *testing.T) {
	t.Parallel()
	const artifacts, size, limit = 8, 1000, 4 * 1500
	dir := filepath.Join(t.TempDir(), "cache")
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			c := cache.New(dir, limit)
			for range 60 {
				number := rand.IntN(artifacts)
				content := strings.Repeat(string(rune('a'+number)), size)
				putOne(t, c, fmt.Sprintf("example.test/mod%d:v1", number), content)
				held, found := c.Open(describe(content))
				if !found {
					continue // evicted by another one
				}
				if got, err := io.ReadAll(held); err != nil || string(got) != content {
					t.Errorf("%d bytes, %v", len(got), err)
				}
				if !c.Has(describe(content)) {
					t.Error("what was held is gone")
				}
				if err := held.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	c := cache.New(dir, limit)
	if _, err := c.Prune(t.Context(), time.Time{}, limit); err != nil {
		t.Fatal(err)
	}
	if removed, err := c.Verify(t.Context()); err != nil || len(removed) != 0 {
		t.Errorf("damaged: %v, %v", removed, err)
	}
	if _, err := c.Prune(t.Context(), time.Time{}, 0); err != nil {
		t.Fatal(err)
	}
	wantNothingListed(t, c)
}

// putOne is putArtifact where others evict meanwhile.
func putOne(t *testing.T, c *cache.Cache, reference, content string) {
	layer, config := describe(content), describe("{}")
	raw := []byte(fmt.Sprintf(`{"config":{"digest":%q,"size":2},"layers":[{"digest":%q,"size":%d}]}`, config.Digest, layer.Digest, layer.Size))
	manifest := describe(string(raw))
	for _, err := range []error{
		c.Put(t.Context(), layer, []byte(content)), c.Put(t.Context(), config, []byte("{}")), c.Put(t.Context(), manifest, raw),
		c.Remember(t.Context(), reference, manifest), c.List(t.Context(), manifest, raw, reference),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}

// A name that somebody writes at this moment is not one yet, and theirs to put into place.
func TestANameThatIsBeingWrittenStays(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	manifest, _ := putArtifact(t, c, "example.test/a:v1", "layer")
	folder := filepath.Join(c.Dir(), "references")
	raw, err := json.Marshal(cache.Name{Reference: "example.test/b:v1", Descriptor: manifest})
	if err != nil {
		t.Fatal(err)
	}
	written, left := filepath.Join(folder, atomicfile.Prefix+"0123-0.tmp"), filepath.Join(folder, atomicfile.Prefix+"0123-1.tmp")
	for _, path := range []string{written, left} {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(written)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Prune(t.Context(), time.Now(), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(written); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("what nobody writes is still there: %v", err)
	}
	wantNothingListed(t, c)
}
