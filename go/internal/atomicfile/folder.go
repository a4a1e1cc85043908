package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ToFolder is the Op of a *fs.PathError that names a folder in which no file can be made.
const ToFolder = "write to the folder"

// unwritable returns an error of that kind; nil where there is no error.
func unwritable(folder string, err error) error {
	var pathErr *fs.PathError
	if !errors.As(err, &pathErr) {
		return err
	}
	return &fs.PathError{Op: ToFolder, Path: folder, Err: pathErr.Err}
}

// CheckFolder reports, before anything is written, whether a folder is there or could
// be made: what it would be in is a folder.
func CheckFolder(path string) error {
	for {
		info, err := os.Stat(path)
		switch {
		case err == nil && info.IsDir():
			return nil
		case err == nil:
			return &fs.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
		case !errors.Is(err, fs.ErrNotExist):
			return unwritable(path, err)
		}
		parent := filepath.Dir(filepath.Clean(path))
		if parent == path {
			return unwritable(path, err)
		}
		path = parent
	}
}

// MakeFolder makes a folder and those that it would be in. What it returns removes
// again those of them that are still empty, unless they were there before.
func MakeFolder(path string) (undo func(), err error) {
	path = filepath.Clean(Rooted(path))
	var made []string
	undo = func() {
		for _, one := range made {
			_ = os.Remove(one)
		}
	}
	for at := path; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		made = append(made, at) // the innermost first
	}
	if err := os.MkdirAll(path, 0o777); err != nil { //nolint:gosec // the umask decides
		undo()
		return nil, err
	}
	return undo, nil
}
