//go:build unix

package atomicfile

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// How long to wait before a lock is tried again: from the first to the last.
const (
	firstPause = time.Millisecond
	lastPause  = 50 * time.Millisecond
)

// Lock waits for the lock of an open file or directory, until the context ends. It asks
// again and again, since a wait inside the system could not be ended.
func Lock(ctx context.Context, file *os.File) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.EBADF):
			// A file system without locks, or without locks for what is only read, such as NFS: the
			// rename still is atomic.
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// Unlock releases the lock. Closing the file would do that only once a child is
// gone that was forked meanwhile, and has the file open as well.
func Unlock(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }
