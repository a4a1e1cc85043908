package layout

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// lockExisting opens the archive and locks it until release is called, or returns
// nil where there is none, and locks its folder: of several that make an archive one
// is the first, and the others add to it.
//
// A new archive is locked from its first byte on, since its temporary file is held
// (package atomicfile), so that the lock is never lost between the old file of a
// name and the new one.
func (a *Archive) lockExisting(ctx context.Context) (old *os.File, release func(), err error) {
	for {
		file, err := a.openExisting(ctx)
		if err != nil {
			return nil, nil, err
		}
		if file == nil {
			release, err := a.lockFolder(ctx)
			if err != nil {
				return nil, nil, err
			}
			if file, err = a.openExisting(ctx); err == nil && file == nil {
				return nil, release, nil
			}
			release()
			if err != nil {
				return nil, nil, err
			}
		}
		if err := atomicfile.Lock(ctx, file); err != nil {
			_ = file.Close()
			return nil, nil, err
		}
		release := func() {
			atomicfile.Unlock(file)
			_ = file.Close()
		}
		if a.isAt(file) {
			return file, release, nil
		}
		release() // another writer replaced it meanwhile
	}
}

// isAt reports whether an open file is the one that the path leads to.
func (a *Archive) isAt(file *os.File) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(a.at)
	return err == nil && os.SameFile(open, named)
}

// lockFolder locks the folder of the archive, if it can be.
func (a *Archive) lockFolder(ctx context.Context) (release func(), err error) {
	at, err := a.place()
	if err != nil {
		return nil, err
	}
	folder, err := os.Open(filepath.Dir(at))
	switch {
	case errors.Is(err, fs.ErrPermission):
		return func() {}, nil
	case err != nil:
		return nil, err
	}
	if err := atomicfile.Lock(ctx, folder); err != nil {
		_ = folder.Close()
		return nil, err
	}
	return func() {
		atomicfile.Unlock(folder)
		_ = folder.Close()
	}, nil
}

// tooLarge returns the fault of an index that nobody could read.
func tooLarge(path string) *fault.Error {
	return invalid("index.json of %q would be larger than %d bytes", path, maxIndex)
}
