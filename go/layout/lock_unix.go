//go:build unix

package layout

import (
	"errors"
	"os"
	"syscall"
)

// lock waits for the lock of a file.
func lock(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.ENOLCK):
			// A file system without locks: the rename still is atomic.
			return nil
		}
		return err
	}
}

// unlock gives the lock back. Closing the file would do that only once a child is
// gone that was forked meanwhile, and has the file open as well.
func unlock(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }
