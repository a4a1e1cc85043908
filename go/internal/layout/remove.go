package layout

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Untag takes a tag from what it names, which stays listed, and returns that.
func (l Layout) Untag(ctx context.Context, tag string) (desc ocispec.Descriptor, err error) {
	err = l.change(ctx, func(list *index) error {
		desc, err = list.untag(tag)
		return err
	})
	return desc, err
}

// Listed returns a manifest that the index lists, and its tags. One that is a part of
// a listed index only can be deleted with that alone.
func (l Layout) Listed(ctx context.Context, dgst digest.Digest) (desc ocispec.Descriptor, tags []string, err error) {
	list, err := l.readIndex()
	if err != nil {
		return desc, nil, err
	}
	return list.deletable(ctx, dgst, l.openBlob)
}

// Delete takes a manifest out of the index, with all its tags, and removes its blob
// unless another manifest that is listed refers to it. All other blobs stay: whoever
// pushes at this moment may count on them.
func (l Layout) Delete(ctx context.Context, dgst digest.Digest) error {
	orphaned := false
	err := l.change(ctx, func(list *index) (err error) {
		orphaned, err = list.remove(ctx, dgst, l.openBlob)
		return err
	}, func() error {
		if !orphaned {
			return nil
		}
		err := l.inside(func(root *os.Root) error { return root.Remove(blobName(dgst)) })
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return err
}

func (l Layout) openBlob(dgst digest.Digest) (io.ReadCloser, error) {
	file, err := l.openRegular(blobName(dgst))
	if err != nil {
		return nil, err // not a nil *os.File, which would be a reader
	}
	return file, nil
}

// change changes the index, and does what comes after that before anybody else can
// change it.
func (l Layout) change(ctx context.Context, change func(list *index) error, after ...func() error) error {
	// A lock is not laid into what is no layout.
	if _, err := l.readIndex(); err != nil {
		return err
	}
	return l.locked(ctx, func() error {
		list, err := l.readIndex()
		if err != nil {
			return err
		}
		if err := change(list); err != nil {
			return err
		}
		if err := l.saveIndex(ctx, list); err != nil {
			return err
		}
		for _, do := range after {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unlist takes manifests out of the index, all that are picked; their blobs stay. Only
// for who has the lock.
func (l Layout) Unlist(picked func(ocispec.Descriptor) bool) error {
	list, err := l.readIndex()
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(slices.Clone(list.entries), func(one entry) bool { return picked(one.Descriptor) })
	if len(kept) == len(list.entries) {
		return nil
	}
	list.entries = kept
	return l.writeIndex(list, l.options())
}

// Locked runs change while no other process changes the index.
func (l Layout) Locked(ctx context.Context, change func() error) error { return l.locked(ctx, change) }
