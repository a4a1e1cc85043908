package layout

import (
	"context"
	"io"
	"io/fs"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Untag takes a tag from what it names, which stays listed, and returns that. It
// commits what was put as well.
func (a *Archive) Untag(ctx context.Context, tag string) (desc ocispec.Descriptor, err error) {
	err = a.change(ctx, func(_ *session, list *index, _ opener) error {
		desc, err = list.untag(tag)
		return err
	})
	return desc, err
}

// Listed returns a manifest that can be deleted, and its tags, as Layout.Listed does.
func (a *Archive) Listed(ctx context.Context, dgst digest.Digest) (desc ocispec.Descriptor, tags []string, err error) {
	file, held, err := a.open(ctx)
	if err != nil {
		return desc, nil, err
	}
	defer func() { _ = file.Close() }()
	return held.index.deletable(ctx, dgst, held.opener(file))
}

// Delete takes a manifest out of the index, with all its tags, and leaves out its blob
// unless another manifest that is listed refers to it. All other blobs stay. It
// commits what was put as well.
func (a *Archive) Delete(ctx context.Context, dgst digest.Digest) error {
	return a.change(ctx, func(s *session, list *index, open opener) error {
		orphaned, err := list.remove(ctx, dgst, open)
		s.dropped[dgst] = orphaned
		return err
	})
}

// change changes the index of an archive that is there, and writes it.
func (a *Archive) change(ctx context.Context, change func(s *session, list *index, open opener) error) error {
	file, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	_ = file.Close()
	s, err := a.begin(ctx)
	if err != nil {
		return err
	}
	s.edit(func(list *index, open opener) (bool, error) {
		err := change(s, list, open)
		return err == nil, err
	})
	return a.Commit(ctx)
}

// opener opens blobs in the file that the table belongs to; nil has none.
func (t *table) opener(file io.ReaderAt) opener {
	return func(dgst digest.Digest) (io.ReadCloser, error) {
		if t == nil {
			return nil, fs.ErrNotExist
		}
		at, found := t.blobs[dgst]
		if !found {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(io.NewSectionReader(file, at.start, at.size)), nil
	}
}
