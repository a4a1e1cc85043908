package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

func allocate(file *os.File, size int64) error {
	for {
		err := syscall.Fallocate(int(file.Fd()), 0, 0, size)
		switch {
		case err == nil, errors.Is(err, syscall.EOPNOTSUPP), errors.Is(err, syscall.ENOSYS):
			return nil
		case !errors.Is(err, syscall.EINTR):
			return &os.PathError{Op: "write", Path: file.Name(), Err: err}
		}
	}
}

// Reopen returns a second handle of an open file, with a position of its own, or
// nil where there is none to be had.
func Reopen(file *os.File) *os.File {
	own, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", file.Fd()), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	return own
}
