package layout

import (
	"io/fs"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Reader is a layout whose index is read once, and again after each change of it. It
// is for who asks for many manifests.
type Reader struct {
	Layout

	known struct {
		sync.Mutex
		info  fs.FileInfo
		index *index
	}
}

// NewReader returns the reader of a layout.
func NewReader(of Layout) *Reader { return &Reader{Layout: of} }

// index returns the index as it is now. Nobody may change it.
func (r *Reader) index() (*index, error) {
	r.known.Lock()
	defer r.known.Unlock()
	// What comes between the two looks is seen at the next call.
	info, err := r.stat(ocispec.ImageIndexFile)
	if err == nil && r.known.index != nil && isSame(r.known.info, info) {
		return r.known.index, nil
	}
	list, readErr := r.readIndex()
	if readErr != nil {
		return nil, readErr
	}
	if err == nil {
		r.known.info, r.known.index = info, list
	}
	return list, nil
}

// Resolve finds a manifest, as Layout.Resolve does.
func (r *Reader) Resolve(name string, dgst digest.Digest) (ocispec.Descriptor, error) {
	list, err := r.index()
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	return r.resolveIn(list, name, dgst)
}

// Tags lists all names, as Layout.Tags does.
func (r *Reader) Tags() ([]string, error) {
	list, err := r.index()
	if err != nil {
		return nil, err
	}
	return list.tags(), nil
}

// State returns the state of the layout; of one that is not there, such as is never the
// same.
func (r *Reader) State() State {
	info, err := r.stat(ocispec.ImageIndexFile)
	if err != nil {
		return State{}
	}
	return State{r.Dir, info}
}

// Manifests lists the entries of index.json, as Layout.Manifests does.
func (r *Reader) Manifests() ([]ocispec.Descriptor, error) {
	list, err := r.index()
	if err != nil {
		return nil, err
	}
	return list.manifests(), nil
}
