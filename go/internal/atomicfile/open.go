package atomicfile

import (
	"os"
	"syscall"
)

// OpenRegular opens a regular file for reading. Anything else is a SpecialError,
// at once: a plain open of a pipe would wait for somebody to write to it, and
// neither a deadline nor a signal ends that wait.
func OpenRegular(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &SpecialError{path, info.Mode()}
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}
