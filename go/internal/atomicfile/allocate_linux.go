package atomicfile

import (
	"errors"
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
