// Package layout reads and writes OCI layout directories (OCI image
// specification, v1.1, image-layout.md).
//
// oras-go has a store for them, which we do not use: it truncates index.json in
// place (a crash there loses every tag), writes its entries in random order,
// reads every manifest of the layout to open it, and knows no other process. A
// layout may be the only copy of an artifact. Here blobs and index are written to
// temporary names, synced and renamed, and the index is changed under a lock.
package layout

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	_ "crypto/sha256" // a digest is checked by linked-in hashes only
	_ "crypto/sha512"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// maxIndex is the largest index.json that is read or written, in bytes.
const maxIndex = 32 << 20

// Layout is one layout directory, which need not exist.
type Layout struct {
	// Dir is its path.
	Dir string
	// Volatile means that nobody waits until what is written has reached the disk: what
	// a crash of the system takes away can be had again.
	Volatile bool
	// Memory spares who changes the index often reading it again each time. Default: none.
	Memory *Memory
}

// missing returns the fault of a layout, or something in it, that does not exist.
func missing(what string) *fault.Error { return fault.New(fault.NotFound, "%s not found", what) }

// invalid returns the fault of a directory that is not an OCI layout, or a broken
// one; the reason is formatted as by fault.Textf.
func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.InvalidManifest, format, args...)
}

// Resolve finds a manifest by digest, or where that is empty by name. Where both are
// empty it is the one called "latest", else the only one that there is. A digest
// need not be in the index: any manifest among the blobs will do, its media type
// is empty then.
func (l Layout) Resolve(name string, dgst digest.Digest) (ocispec.Descriptor, error) {
	list, err := l.readIndex()
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	return l.resolveIn(list, name, dgst)
}

func (l Layout) resolveIn(list *index, name string, dgst digest.Digest) (ocispec.Descriptor, error) {
	return list.resolve(name, dgst, func(dgst digest.Digest) (int64, error) {
		info, err := l.stat(blobName(dgst))
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	})
}

// Open opens a blob. The content is not verified.
func (l Layout) Open(desc ocispec.Descriptor) (*os.File, error) {
	file, err := l.openRegular(blobName(desc.Digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing("blob " + desc.Digest.String())
	}
	return file, err
}

// Has reports whether a blob of that digest and size is there.
func (l Layout) Has(desc ocispec.Descriptor) bool {
	info, err := l.stat(blobName(desc.Digest))
	return err == nil && info.Mode().IsRegular() && info.Size() == desc.Size
}

// blobName is the path of a blob in the layout.
func blobName(dgst digest.Digest) string {
	return filepath.Join(ocispec.ImageBlobsDir, dgst.Algorithm().String(), dgst.Encoded())
}

// readIndex reads index.json after a look at the oci-layout file.
func (l Layout) readIndex() (*index, error) {
	if err := l.checkMarker(); err != nil {
		return nil, err
	}
	if known := l.Memory.take(l); known != nil {
		return known, nil
	}
	raw, err := l.readBounded(ocispec.ImageIndexFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, invalid("%q has no index.json", l.Dir)
	}
	if err != nil {
		return nil, err
	}
	parsed, err := parseIndex(raw)
	if err != nil {
		return nil, invalid("index.json of %q is invalid: %w", l.Dir, err)
	}
	return parsed, nil
}

// checkMarker distinguishes a layout from any other directory.
func (l Layout) checkMarker() error {
	raw, err := l.readBounded(ocispec.ImageLayoutFile)
	if errors.Is(err, fs.ErrNotExist) {
		if info, statErr := os.Stat(l.Dir); statErr == nil && info.IsDir() {
			return fault.New(fault.NotFound, "%q is not an OCI layout", l.Dir)
		}
		return missing(fmt.Sprintf("OCI layout %q", l.Dir))
	}
	if err != nil {
		return err
	}
	return parseMarker(l.Dir, raw)
}

// parseMarker reads the oci-layout file.
func parseMarker(path string, raw []byte) error {
	var marker ocispec.ImageLayout
	if err := json.Unmarshal(raw, &marker); err != nil {
		return invalid("the oci-layout file of %q is invalid: %w", path, err)
	}
	if marker.Version != ocispec.ImageLayoutVersion {
		return invalid("the layout %q has version %q; %q is known", path, marker.Version, ocispec.ImageLayoutVersion)
	}
	return nil
}

func (l Layout) readBounded(name string) ([]byte, error) {
	file, err := l.openRegular(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, maxIndex+1))
	if err == nil && len(raw) > maxIndex {
		return nil, invalid("%q is larger than %d bytes", l.path(name), maxIndex)
	}
	return raw, err
}
