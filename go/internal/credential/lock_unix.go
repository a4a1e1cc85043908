//go:build unix

package credential

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// pause is how long a lock that another process has is left alone.
const pause = 10 * time.Millisecond

// lock waits for the lock of a folder, which leaves no file there. Where there are no
// locks, the last of several writers decides.
func lock(ctx context.Context, dir string) (unlock func(), err error) {
	folder, err := os.Open(dir)
	if err != nil {
		return func() {}, nil //nolint:nilerr // it may be written to all the same
	}
	for {
		err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return func() {
				_ = syscall.Flock(int(folder.Fd()), syscall.LOCK_UN)
				_ = folder.Close()
			}, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			_ = folder.Close()
			return func() {}, nil
		}
		select {
		case <-ctx.Done():
			_ = folder.Close()
			return nil, context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}
