// Package atomicfile writes a file under a temporary name beside its final one
// and renames it into place when it is complete: the final name always leads to
// the old file or to the whole new one, never to a part. What a writer that was
// killed left behind is removed by the next one of the same name.
package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// Prefix begins all temporary names.
const Prefix = ".wasm2oci-"

// Options say how a file comes into place. The zero value replaces what is there,
// without waiting for the disk.
type Options struct {
	// Exclusive refuses to replace: fs.ErrExist.
	Exclusive bool
	// Durable syncs the file and its directory.
	Durable bool
	// Unsynced is called with the error where the file system cannot sync a file,
	// as some mounts cannot; the file still comes into place. Where it is
	// nil, that is an error of Commit.
	Unsynced func(error)
}

// File is a file that is being written. Write to it, then Commit or Abort.
type File struct {
	*os.File
	path    string // as the user knows it
	place   string // the same, whatever becomes of the working directory
	options Options
	held    *os.File // keeps the file held between its close and its rename
	ended   bool     // in place, or removed
}

// Special returns the fault of a path that names a directory, a device or the like.
func Special(path string, mode fs.FileMode) error {
	what, errno := "is not a regular file", syscall.EINVAL
	if mode.IsDir() {
		what, errno = "is a directory", syscall.EISDIR
	}
	special := fault.New(fault.Filesystem, "%s %s", fault.Quote(path), what).WithPath(path)
	special.Detail.Errno = int(errno)
	return special
}

// Check reports, before anything is written, whether a file could come into place.
// A symbolic link would be replaced, not followed; a device never, nor what names
// an open file of the process, as /dev/stdout does.
func Check(path string, options Options) error {
	link, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		folder := filepath.Dir(path)
		_, err := os.Stat(folder)
		return unwritable(folder, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ELOOP):
		return unwritable(filepath.Dir(path), err)
	case err != nil:
		return err
	case options.Exclusive:
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	if target, err := os.Readlink(path); err == nil && strings.HasPrefix(target, "/proc/") {
		return Special(path, link.Mode())
	}
	info, err := os.Stat(path)
	if err != nil {
		info = link // a link that leads nowhere
	}
	if mode := info.Mode(); !mode.IsRegular() && mode.Type() != fs.ModeSymlink {
		return Special(path, mode)
	}
	return nil
}

// Create opens the temporary file. Its mode follows the umask, or is that of the
// regular file it will replace.
func Create(path string, options Options) (*File, error) {
	if err := Check(path, options); err != nil {
		return nil, err
	}
	place := Rooted(path)
	file, err := create(place)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
			return nil, unwritable(filepath.Dir(path), err)
		}
		return nil, errorNaming(path, err)
	}
	if old, err := os.Lstat(path); err == nil && old.Mode().IsRegular() {
		// Where the mode cannot be kept, such as on a file system without
		// modes, the content still matters more.
		_ = file.Chmod(old.Mode().Perm())
	}
	return &File{File: file, path: path, place: place, options: options}, nil
}

// Rooted returns a path that does not depend on the working directory, which another
// part of the process may change before the file is complete. It cleans nothing:
// "link/.." is not ".".
func Rooted(path string) string {
	if filepath.IsAbs(path) || filepath.VolumeName(path) != "" {
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	return dir + string(filepath.Separator) + path
}

// Write writes to the temporary file; an error names the final path, which is the
// one that the user knows.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, f.named(err)
}

// WriteAt is Write at an offset.
func (f *File) WriteAt(p []byte, offset int64) (int, error) {
	n, err := f.File.WriteAt(p, offset)
	return n, f.named(err)
}

// ReadFrom writes at the file's position all that a source has, by the system where
// that can.
func (f *File) ReadFrom(source io.Reader) (int64, error) {
	n, err := f.File.ReadFrom(source)
	return n, f.named(err)
}

// Truncate sets the size of the temporary file.
func (f *File) Truncate(size int64) error { return f.named(f.File.Truncate(size)) }

// Allocate makes room for a file of this size, where the file system can do that
// without writing.
func (f *File) Allocate(size int64) error { return f.named(allocate(f.File, size)) }

func (f *File) named(err error) error { return errorNaming(f.path, err) }

func errorNaming(path string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return &fs.PathError{Op: pathErr.Op, Path: path, Err: pathErr.Err}
	}
	var linkErr *os.LinkError
	if errors.As(err, &linkErr) {
		return &os.LinkError{Op: linkErr.Op, Old: linkErr.Old, New: path, Err: linkErr.Err}
	}
	return err
}

// Commit puts the file into place. On failure nothing stays behind.
func (f *File) Commit() error {
	err := f.commit()
	f.Abort()
	return err
}

func (f *File) commit() error {
	if f.options.Durable {
		err := f.named(syncFile(f.File))
		switch {
		case err == nil:
		case f.options.Unsynced != nil && cannotSync(err):
			f.options.Unsynced(err)
		default:
			return err
		}
	}
	// Errors of writing may come with the close, so it goes first; the file stays
	// held until it is in place.
	f.held = duplicate(f.File)
	if err := f.File.Close(); err != nil {
		return f.named(err)
	}
	if err := f.named(f.settle()); err != nil {
		return err
	}
	f.ended = true
	if f.held != nil {
		release(f.held)
	}
	if f.options.Durable {
		return SyncDir(filepath.Dir(f.place))
	}
	return nil
}

// syncFile is replaced by tests.
var syncFile = (*os.File).Sync

// cannotSync reports whether a file system refuses to sync at all, which says
// nothing of the content.
func cannotSync(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported)
}

func (f *File) settle() error {
	if !f.options.Exclusive {
		return os.Rename(f.Name(), f.place)
	}
	// A hard link fails where the name is taken; a rename would not.
	switch err := os.Link(f.Name(), f.place); {
	case err == nil:
		return os.Remove(f.Name())
	case errors.Is(err, fs.ErrExist):
		return &fs.PathError{Op: "create", Path: f.path, Err: fs.ErrExist}
	}
	// A file system without hard links: as close as it gets.
	if err := Check(f.place, f.options); err != nil {
		return err
	}
	return os.Rename(f.Name(), f.place)
}

// Abort removes the temporary file. It may be called after Commit, and does
// nothing then.
func (f *File) Abort() {
	if f.ended {
		return
	}
	f.ended = true
	// While the file is held its name is its own; once it is free, another writer
	// may use the name.
	err := os.Remove(f.Name())
	_ = f.File.Close()
	if f.held != nil {
		_ = f.held.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = os.Remove(f.Name()) // where an open file cannot be removed
	}
}

// Write puts content into place in one call.
func Write(path string, content []byte, options Options) error {
	file, err := Create(path, options)
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		file.Abort()
		return err
	}
	return file.Commit()
}
