package layout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// Archive is a layout whose files lie in a tar, which need not exist. It is read
// where it is, by the table of its headers. What is put into it comes into place
// with Commit, all at once.
type Archive struct {
	// file is its path as the user knows it; at is the same, whatever becomes of the
	// working directory.
	file, at string

	// known is what the file held when it was last looked at.
	known struct {
		sync.Mutex
		info  fs.FileInfo
		table *table
	}
	session struct {
		sync.Mutex
		*session
	}
}

// NewArchive returns the archive in a file.
func NewArchive(path string) *Archive { return &Archive{file: path, at: atomicfile.Rooted(path)} }

// Resolve finds a manifest, as Layout.Resolve does.
func (a *Archive) Resolve(ctx context.Context, name string, dgst digest.Digest) (ocispec.Descriptor, error) {
	file, held, err := a.open(ctx)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	defer func() { _ = file.Close() }()
	return held.index.resolve(name, dgst, func(dgst digest.Digest) (int64, error) {
		at, found := held.blobs[dgst]
		if !found {
			return 0, fs.ErrNotExist
		}
		return at.size, nil
	})
}

// Tags lists all names in the index, in order and each once.
func (a *Archive) Tags(ctx context.Context) ([]string, error) {
	file, held, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	return held.index.tags(), file.Close()
}

// Manifests lists the entries of index.json in their order. One manifest may have
// several, one for each of its tags.
func (a *Archive) Manifests(ctx context.Context) ([]ocispec.Descriptor, error) {
	file, held, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	return held.index.manifests(), file.Close()
}

// Open opens a blob. The content is not verified.
func (a *Archive) Open(ctx context.Context, desc ocispec.Descriptor) (io.ReadCloser, error) {
	file, held, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	at, found := held.blobs[desc.Digest]
	if !found {
		_ = file.Close()
		return nil, missing("blob " + desc.Digest.String())
	}
	return stored{io.NewSectionReader(file, at.start, at.size), file}, nil
}

// stored is a blob in an archive.
type stored struct {
	*io.SectionReader
	io.Closer
}

// Has reports whether a blob of that digest and size is there.
func (a *Archive) Has(ctx context.Context, desc ocispec.Descriptor) bool {
	file, held, err := a.open(ctx)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	return held.has(desc.Digest, desc.Size)
}

// Parts reads parts of a blob without verifying them.
func (a *Archive) Parts(ctx context.Context, desc ocispec.Descriptor) io.ReaderAt {
	return parts{ctx, a, desc}
}

// parts opens the archive for each part, so that nothing needs to be closed.
type parts struct {
	ctx     context.Context //nolint:containedctx // io.ReaderAt takes none
	archive *Archive
	desc    ocispec.Descriptor
}

func (p parts) ReadAt(into []byte, offset int64) (int, error) {
	blob, err := p.archive.Open(p.ctx, p.desc)
	if err != nil {
		return 0, err
	}
	defer func() { _ = blob.Close() }()
	return blob.(stored).ReadAt(into, offset) //nolint:forcetypeassert // what Open gives
}

// open opens the file with the table that belongs to it: others may replace it at
// any time.
func (a *Archive) open(ctx context.Context) (*os.File, *table, error) {
	file, info, err := a.openFile()
	if err != nil {
		return nil, nil, err
	}
	held, err := a.tableOf(ctx, file, info)
	if err != nil {
		_ = file.Close()
		return nil, nil, err
	}
	return file, held, nil
}

func (a *Archive) openFile() (*os.File, fs.FileInfo, error) {
	file, err := atomicfile.OpenRegular(a.at)
	if err != nil {
		return nil, nil, a.explain(err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, nil, a.explain(err)
	}
	return file, info, nil
}

// explain names the path that the user knows.
func (a *Archive) explain(err error) error {
	info, statErr := os.Stat(a.at)
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return missing(fmt.Sprintf("archive %q", a.file))
	case statErr == nil && info.IsDir():
		special := atomicfile.Special(a.file, info.Mode())
		var folder *fault.Error
		if errors.As(special, &folder) {
			folder.WithHint("write oci: before the path of a layout")
		}
		return special
	case statErr == nil && !info.Mode().IsRegular():
		return atomicfile.Special(a.file, info.Mode())
	case errors.As(err, &path):
		return &fs.PathError{Op: path.Op, Path: a.file, Err: path.Err}
	}
	return err
}

// tableOf returns the table of an open file, which is read once.
func (a *Archive) tableOf(ctx context.Context, file *os.File, info fs.FileInfo) (*table, error) {
	a.known.Lock()
	defer a.known.Unlock()
	if a.known.table != nil && isSame(a.known.info, info) {
		return a.known.table, nil
	}
	held, err := readTable(ctx, a.file, file, info.Size())
	if err != nil {
		return nil, err
	}
	a.known.info, a.known.table = info, held
	return held, nil
}

// State returns the state of the archive; of one that is not there, such as is never the
// same.
func (a *Archive) State() State {
	info, err := os.Stat(a.at)
	if err != nil {
		return State{}
	}
	return State{a.at, info}
}

// State is what the index of a layout or an archive was at a moment.
type State struct {
	path string
	info fs.FileInfo
}

// IsSame reports whether nobody has changed the index between two states.
func (s State) IsSame(other State) bool {
	return s.info != nil && other.info != nil && s.path == other.path && isSame(s.info, other.info)
}

// isSame reports whether a file is the one that was seen before, unchanged.
func isSame(before, now fs.FileInfo) bool {
	return os.SameFile(before, now) && before.Size() == now.Size() && before.ModTime().Equal(now.ModTime())
}
