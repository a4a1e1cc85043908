package layout

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// options say how files are written: a layout may be the only copy, so that its
// blobs have reached the disk before the index names them. Where the file system
// cannot sync, it is Tag that says so, once.
func (l Layout) options() atomicfile.Options {
	return atomicfile.Options{Durable: !l.Volatile, Unsynced: func(error) {}}
}

// durableIn says so in the log.
func durableIn(ctx context.Context, what string) atomicfile.Options {
	return atomicfile.Options{Durable: true, Unsynced: func(err error) {
		monitor.From(ctx).Log(monitor.Warning, "the %s may not survive a crash of the system: %v", what, err)
	}}
}

// lockFile is locked while the index changes. It stays: to remove a lock file is
// to take the lock from somebody who waits for it.
const lockFile = ".wasm2oci.lock"

// Create makes the directory a layout if it is none yet. A directory that holds
// other things is refused, so that nothing is written among somebody's files.
func (l Layout) Create(ctx context.Context) error {
	err := l.checkMarker()
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	entries, err := os.ReadDir(l.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if slices.ContainsFunc(entries, isForeign) {
		if err := l.checkMarker(); fault.KindOf(err) != fault.NotFound {
			return err // Somebody else was faster, and has put more into it.
		}
		return invalid("the directory is not empty and not an OCI layout").WithHint("name another one")
	}
	if err := l.makeFolders("sha256"); err != nil {
		return err
	}
	marker, err := newMarker()
	if err != nil {
		return err
	}
	return l.locked(ctx, func() error {
		if err := l.checkMarker(); fault.KindOf(err) != fault.NotFound {
			return err // somebody else was faster
		}
		if _, err := l.stat(ocispec.ImageIndexFile); errors.Is(err, fs.ErrNotExist) {
			if err := l.writeIndex(newIndex(), l.options()); err != nil {
				return err
			}
		}
		// The marker comes last: with it the layout is complete.
		return atomicfile.Write(l.path(ocispec.ImageLayoutFile), marker, l.options())
	})
}

// newMarker returns the oci-layout file.
func newMarker() ([]byte, error) {
	return json.Marshal(ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion})
}

// isForeign reports whether a file in a directory without the marker is none of
// those of a layout that somebody else is making right now, or could not finish.
func isForeign(entry fs.DirEntry) bool {
	switch entry.Name() {
	case ocispec.ImageBlobsDir, ocispec.ImageIndexFile, ocispec.ImageLayoutFile:
		return false
	}
	return !strings.HasPrefix(entry.Name(), atomicfile.Prefix) && entry.Name() != lockFile
}

// makeFolders makes the folder of the blobs of an algorithm, and all above it, and
// has them reach the disk.
func (l Layout) makeFolders(algorithm string) error {
	var made []string // folders that get an entry
	for dir := filepath.Clean(l.Dir); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		made = append(made, filepath.Dir(dir))
	}
	if err := os.MkdirAll(l.Dir, 0o777); err != nil {
		return err
	}
	if _, err := l.stat(filepath.Join(ocispec.ImageBlobsDir, algorithm)); err != nil {
		made = append(made, l.Dir, l.path(ocispec.ImageBlobsDir))
	}
	err := l.inside(func(root *os.Root) error {
		return root.MkdirAll(filepath.Join(ocispec.ImageBlobsDir, algorithm), 0o777)
	})
	if err != nil {
		return err
	}
	if l.Volatile {
		return nil
	}
	for _, dir := range made {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// syncDir is replaced by tests.
var syncDir = atomicfile.SyncDir

// Put stores a blob. The source must end with an error unless the content is
// that of the descriptor; then nothing stays behind.
func (l Layout) Put(desc ocispec.Descriptor, source io.Reader) error {
	return l.Write(desc, func(file *atomicfile.File) error {
		_, err := io.CopyBuffer(struct{ io.Writer }{file}, source, make([]byte, 1<<20))
		return err
	})
}

// Write stores a blob that write writes to the file and verifies. Where that fails
// nothing stays behind.
func (l Layout) Write(desc ocispec.Descriptor, write func(*atomicfile.File) error) error {
	if err := l.makeFolders(desc.Digest.Algorithm().String()); err != nil {
		return err
	}
	file, err := atomicfile.Create(l.BlobPath(desc.Digest), l.options())
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		file.Abort()
		return err
	}
	return file.Commit()
}

// BlobPath returns where a blob is, or would be.
func (l Layout) BlobPath(dgst digest.Digest) string { return l.path(blobName(dgst)) }

// Named is a manifest and the tag that it gets.
type Named struct {
	Desc ocispec.Descriptor
	Tag  string
}

// Tag assigns a tag to a manifest whose blobs are all stored, and takes it from any
// other. An empty tag only lists the manifest.
func (l Layout) Tag(ctx context.Context, desc ocispec.Descriptor, tag string) error {
	return l.TagIf(ctx, desc, tag, func() bool { return true })
}

// TagIf is Tag where a condition holds at that moment: nobody else changes the index
// meanwhile.
func (l Layout) TagIf(ctx context.Context, desc ocispec.Descriptor, tag string, condition func() bool) error {
	return l.locked(ctx, func() error {
		if !condition() {
			return nil
		}
		return l.nameAll(ctx, []Named{{desc, tag}})
	})
}

// TagAll assigns tags in their order, and writes the index once. Where the blob of a
// manifest is gone by then, restore stores it again: nobody deletes it meanwhile.
func (l Layout) TagAll(ctx context.Context, names []Named, restore func(ocispec.Descriptor) error) error {
	return l.locked(ctx, func() error {
		seen := map[digest.Digest]bool{}
		for _, one := range names {
			if seen[one.Desc.Digest] {
				continue
			}
			seen[one.Desc.Digest] = true
			if l.Has(one.Desc) {
				continue
			}
			if err := restore(one.Desc); err != nil {
				return err
			}
		}
		return l.nameAll(ctx, names)
	})
}

// nameAll changes the index. Only for who has the lock.
func (l Layout) nameAll(ctx context.Context, names []Named) error {
	list, err := l.readIndex()
	if err != nil {
		return err
	}
	naming := newNaming(list)
	for _, one := range names {
		if err := naming.tag(one.Desc, one.Tag); err != nil {
			return err
		}
	}
	naming.end()
	return l.saveIndex(ctx, list)
}

// saveIndex writes an index that was changed.
func (l Layout) saveIndex(ctx context.Context, list *index) error {
	options := l.options()
	if options.Durable {
		options = durableIn(ctx, "layout")
	}
	return l.writeIndex(list, options)
}

// locked runs change while no other process changes the index.
func (l Layout) locked(ctx context.Context, change func() error) error {
	var file *os.File
	err := l.inside(func(root *os.Root) (err error) {
		file, err = root.OpenFile(lockFile, os.O_CREATE|os.O_RDWR, 0o666)
		return err
	})
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := atomicfile.Lock(ctx, file); err != nil {
		return err
	}
	defer atomicfile.Unlock(file)
	return change()
}

func (l Layout) writeIndex(list *index, options atomicfile.Options) error {
	raw := list.encode()
	if len(raw) > maxIndex {
		return tooLarge(l.Dir).WithHint("use another layout")
	}
	if err := atomicfile.Write(l.path(ocispec.ImageIndexFile), raw, options); err != nil {
		return err
	}
	l.Memory.keep(l, list, len(raw))
	return nil
}

func (l Layout) path(name string) string { return filepath.Join(l.Dir, name) }
