package layout

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// inside does something in the directory of the layout. Symbolic links that lead
// out of it are not followed: whoever made the layout would decide which files
// of its reader are read and written. The directory itself may be reached by one.
func (l Layout) inside(do func(root *os.Root) error) error {
	// What is no directory is refused by its dot, where a pipe would wait for a writer.
	root, err := os.OpenRoot(l.Dir + string(filepath.Separator) + ".")
	if err != nil {
		info, statErr := os.Stat(l.Dir)
		if statErr != nil || info.IsDir() {
			var pathErr *fs.PathError
			if errors.As(err, &pathErr) {
				return &fs.PathError{Op: pathErr.Op, Path: l.Dir, Err: pathErr.Err}
			}
			return err
		}
		file := fault.New(fault.Filesystem, "%s is not a directory", fault.Quote(l.Dir)).WithPath(l.Dir)
		file.Detail.Errno = int(syscall.ENOTDIR)
		if info.Mode().IsRegular() {
			return file.WithHint("write oci-archive: before the path of an archive")
		}
		return file
	}
	defer func() { _ = root.Close() }()
	return l.explain(do(root))
}

// explain names the whole path in an error of os.Root, and says what it has no
// type for: that a link leads out.
func (l Layout) explain(err error) error {
	var pathErr *fs.PathError
	if !errors.As(err, &pathErr) || filepath.IsAbs(pathErr.Path) {
		return err
	}
	path := filepath.Join(l.Dir, pathErr.Path)
	var errno syscall.Errno
	if !errors.As(pathErr.Err, &errno) && !errors.Is(pathErr.Err, fs.ErrNotExist) {
		return invalid("%q leads out of the layout", path)
	}
	return &fs.PathError{Op: "open", Path: path, Err: pathErr.Err}
}

func (l Layout) openRegular(name string) (file *os.File, err error) {
	err = l.inside(func(root *os.Root) (err error) {
		file, err = atomicfile.OpenRegularIn(root, name)
		return err
	})
	return file, err
}

func (l Layout) stat(name string) (info fs.FileInfo, err error) {
	err = l.inside(func(root *os.Root) (err error) {
		info, err = root.Stat(name)
		return err
	})
	return info, err
}
