//go:build unix

package cache_test

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/cache"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// obstacles are what can have the place of a file, and how it comes there.
var obstacles = map[string]func(path string) error{
	"a directory": func(path string) error { return os.Mkdir(path, 0o700) },
	"a pipe":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
	"a socket": func(path string) error {
		return bound(path)
	},
	"a link that leads nowhere": func(path string) error { return os.Symlink(path+"x", path) },
	"a link to itself":          func(path string) error { return os.Symlink(filepath.Base(path), path) },
	"a link to a device":        func(path string) error { return os.Symlink("/dev/zero", path) },
}

// bound leaves a socket at a path, which may be longer than a socket's own can be.
func bound(path string) error {
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: dir + "/s", Net: "unix"})
	if err != nil {
		return err
	}
	listener.SetUnlinkOnClose(false)
	defer func() { _ = listener.Close() }()
	return os.Rename(dir+"/s", path)
}

// obstruct puts something in the place of a file.
func obstruct(t *testing.T, path string, put func(path string) error) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := put(path); err != nil {
		t.Fatal(err)
	}
}

func TestWhatHasThePlaceOfABlobIsRemoved(t *testing.T) {
	t.Parallel()
	for what, put := range obstacles {
		for how, tidy := range map[string]func(c *cache.Cache) ([]cache.Blob, error){
			"verify": func(c *cache.Cache) ([]cache.Blob, error) { return c.Verify(t.Context()) },
			"prune":  func(c *cache.Cache) ([]cache.Blob, error) { return c.Prune(t.Context(), time.Time{}, -1) },
		} {
			t.Run(what+", "+how, func(t *testing.T) {
				t.Parallel()
				c := newCache(t, 0)
				manifest, layer := putArtifact(t, c, "h.io/r:v1", "module")
				other, _ := putArtifact(t, c, "h.io/r:v2", "another")
				obstruct(t, c.Path(manifest.Digest), put)
				removed, err := tidy(c)
				if err != nil || len(removed) != 1 || removed[0].Digest != manifest.Digest {
					t.Errorf("it removed %v, %v", removed, err)
				}
				if _, err := os.Lstat(c.Path(manifest.Digest)); !os.IsNotExist(err) {
					t.Errorf("it is still there: %v", err)
				}
				wantThere(t, c, []ocispec.Descriptor{manifest, layer, other}, 1, 2)
				if _, known := c.Named("h.io/r:v1"); known {
					t.Error("its name is still known")
				}
				if removed, err := tidy(c); err != nil || len(removed) != 0 {
					t.Errorf("and then %v, %v", removed, err)
				}
			})
		}
	}
}

func TestWhatHasThePlaceOfAFileIsReplaced(t *testing.T) {
	t.Parallel()
	for what, put := range obstacles {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := newCache(t, 0)
			manifest, layer := putArtifact(t, c, "h.io/r:v1", "module")
			names, err := os.ReadDir(filepath.Join(c.Dir(), "references"))
			if err != nil || len(names) != 1 {
				t.Fatal(names, err)
			}
			for _, path := range []string{c.Path(manifest.Digest), c.Path(layer.Digest), filepath.Join(c.Dir(), "references", names[0].Name())} {
				obstruct(t, path, put)
			}
			if _, found := c.Open(manifest); found {
				t.Error("it was opened")
			}
			if _, known := c.Named("h.io/r:v1"); known {
				t.Error("its name is known")
			}
			putArtifact(t, c, "h.io/r:v1", "module")
			wantThere(t, c, []ocispec.Descriptor{manifest, layer}, 0, 1)
			if name, known := c.Named("h.io/r:v1"); !known || name.Descriptor.Digest != manifest.Digest {
				t.Errorf("the name is %v, %v", name, known)
			}
			if removed, err := c.Verify(t.Context()); err != nil || len(removed) != 0 {
				t.Errorf("it removed %v, %v", removed, err)
			}
		})
	}
}

func TestADirectoryThatHoldsSomethingIsLeft(t *testing.T) {
	t.Parallel()
	c := newCache(t, 0)
	manifest, layer := putArtifact(t, c, "h.io/r:v1", "module")
	damaged := put(t, c, "damaged")
	damage(t, c, damaged)
	obstruct(t, c.Path(layer.Digest), func(path string) error { return os.MkdirAll(filepath.Join(path, "mine"), 0o700) })
	obstruct(t, c.Path(manifest.Digest), obstacles["a pipe"])
	removed, err := c.Verify(t.Context())
	if fault.KindOf(err) != fault.Filesystem || !strings.Contains(err.Error(), "not empty") || !strings.Contains(err.Error(), layer.Digest.Encoded()) {
		t.Errorf("it said %v", err)
	}
	if len(removed) != 2 || !slices.ContainsFunc(removed, func(blob cache.Blob) bool { return blob.Digest == damaged.Digest }) {
		t.Errorf("it removed %v", removed)
	}
	if _, err := os.Stat(filepath.Join(c.Path(layer.Digest), "mine")); err != nil {
		t.Error(err)
	}
	if _, err := c.Prune(t.Context(), time.Now().Add(time.Hour), 0); fault.KindOf(err) != fault.Filesystem {
		t.Errorf("prune said %v", err)
	}
	if blobs, err := c.Blobs(); err != nil || len(blobs) != 0 {
		t.Errorf("there is %v, %v", blobs, err)
	}
	if err := c.Put(t.Context(), layer, []byte("module")); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("to put it said %v", err)
	}
}

func TestAPipeInPlaceOfADirectoryBlocksNobody(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "blobs", "blobs/sha256", "references"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCache(t, 0)
			manifest, _ := putArtifact(t, c, "h.io/r:v1", "module")
			path := filepath.Join(c.Dir(), name)
			if err := os.Rename(path, path+"-elsewhere"); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, blobs := c.Blobs()
				_, names := c.Names()
				_, verified := c.Verify(t.Context())
				if blobs == nil && names == nil && verified == nil {
					t.Error("nobody said that it is no directory")
				}
				_, _ = c.Open(manifest)
				_ = c.Put(t.Context(), describe("more"), []byte("more"))
				_ = c.Remember(t.Context(), "h.io/r:v2", manifest)
			}()
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				t.Fatal("it blocks")
			}
		})
	}
}
