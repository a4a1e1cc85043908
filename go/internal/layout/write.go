package layout

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

// durable: a layout may be the only copy, so that its blobs have reached the disk
// before the index names them.
var durable = atomicfile.Options{Durable: true}

// lockFile is locked while the index changes. It stays: to remove a lock file is
// to take the lock from somebody who waits for it.
const lockFile = ".wasm2oci.lock"

// Create makes the directory a layout if it is none yet. A directory that holds
// other things is refused, so that nothing is written among somebody's files.
func (l Layout) Create(ctx context.Context) error {
	err := l.checkMarker()
	var missing *NotFoundError
	if !errors.As(err, &missing) {
		return err
	}
	entries, err := os.ReadDir(l.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if slices.ContainsFunc(entries, isForeign) {
		return &ShapeError{Reason: "the directory is not empty and is no OCI layout; name another one"}
	}
	if err := os.MkdirAll(filepath.Join(l.Dir, ocispec.ImageBlobsDir, "sha256"), 0o777); err != nil {
		return err
	}
	marker, err := json.Marshal(ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion})
	if err != nil {
		return err
	}
	return l.locked(ctx, func() error {
		if err := l.checkMarker(); !errors.As(err, &missing) {
			return err // somebody else was faster
		}
		if _, err := os.Stat(l.path(ocispec.ImageIndexFile)); errors.Is(err, fs.ErrNotExist) {
			if err := l.writeIndex(&ocispec.Index{}); err != nil {
				return err
			}
		}
		// The marker comes last: with it the layout is complete.
		return atomicfile.Write(l.path(ocispec.ImageLayoutFile), marker, durable)
	})
}

// isForeign tells whether a file in a directory without the marker is none of
// those of a layout that somebody else is making right now, or could not finish.
func isForeign(entry fs.DirEntry) bool {
	switch entry.Name() {
	case ocispec.ImageBlobsDir, ocispec.ImageIndexFile, ocispec.ImageLayoutFile:
		return false
	}
	return !strings.HasPrefix(entry.Name(), atomicfile.Prefix) && entry.Name() != lockFile
}

// Put stores a blob. The source must end with an error unless the content is
// that of the descriptor; then nothing stays behind.
func (l Layout) Put(desc ocispec.Descriptor, source io.Reader) error {
	path := l.blobPath(desc.Digest)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	file, err := atomicfile.Create(path, durable)
	if err != nil {
		return err
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{file}, source, make([]byte, 1<<20)); err != nil {
		file.Abort()
		return err
	}
	return file.Commit()
}

// Tag lets a tag stand at a manifest whose blobs are all stored, and at no other.
// An empty tag only lists the manifest.
func (l Layout) Tag(ctx context.Context, desc ocispec.Descriptor, tag string) error {
	return l.locked(ctx, func() error {
		index, err := l.readIndex()
		if err != nil {
			return err
		}
		var kept []ocispec.Descriptor
		for _, other := range index.Manifests {
			name := other.Annotations[ocispec.AnnotationRefName]
			switch {
			case tag == "" && other.Digest == desc.Digest:
				return nil
			case tag != "" && name == tag:
				continue
			case tag != "" && name == "" && other.Digest == desc.Digest:
				continue
			}
			kept = append(kept, other)
		}
		if tag != "" {
			desc.Annotations = maps.Clone(desc.Annotations)
			if desc.Annotations == nil {
				desc.Annotations = map[string]string{}
			}
			desc.Annotations[ocispec.AnnotationRefName] = tag
		}
		index.Manifests = append(kept, desc)
		return l.writeIndex(index)
	})
}

// locked runs change while no other process changes the index.
func (l Layout) locked(ctx context.Context, change func() error) error {
	file, err := os.OpenFile(l.path(lockFile), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := lock(ctx, file); err != nil {
		return err
	}
	defer unlock(file)
	return change()
}

func (l Layout) writeIndex(index *ocispec.Index) error {
	index.Versioned = specs.Versioned{SchemaVersion: 2}
	index.MediaType = ocispec.MediaTypeImageIndex
	if index.Manifests == nil {
		index.Manifests = []ocispec.Descriptor{}
	}
	raw, err := json.Marshal(index)
	if err != nil {
		return err
	}
	return atomicfile.Write(l.path(ocispec.ImageIndexFile), raw, durable)
}

func (l Layout) path(name string) string { return filepath.Join(l.Dir, name) }
