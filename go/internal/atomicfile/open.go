package atomicfile

import (
	"os"
	"path/filepath"
	"syscall"
)

// OpenRegular opens a regular file for reading. Anything else is
// refused at once: a plain open of a pipe would wait for somebody to write to it, and
// neither a deadline nor a signal ends that wait.
func OpenRegular(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	return regular(path, file, err)
}

// OpenRegularItself is OpenRegular where a symbolic link is no file either.
func OpenRegularItself(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|noFollow, 0)
	return regular(path, file, err)
}

// OpenRegularIn is OpenRegular for a file below a directory; symbolic links that
// lead out of it are not followed.
func OpenRegularIn(root *os.Root, name string) (*os.File, error) {
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	return regular(filepath.Join(root.Name(), name), file, err)
}

func regular(path string, file *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = Special(path, info.Mode())
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}
