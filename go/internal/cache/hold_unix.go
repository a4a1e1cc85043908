//go:build unix

package cache

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// hold keeps an open blob from being evicted; false where it is being evicted.
func hold(file *os.File) bool { return lock(file, syscall.LOCK_SH) }

// claim takes a blob that nobody holds, to remove it.
func claim(file *os.File) bool { return lock(file, syscall.LOCK_EX) }

func lock(file *os.File, how int) bool {
	for {
		err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			// Without locks, as some mounts are, what is open can still be read.
			return !errors.Is(err, syscall.EWOULDBLOCK)
		}
	}
}

// unhold lets it go. Closing the file would do that only once a child is gone that was
// forked meanwhile.
func unhold(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }

// isOurs reports whether a file belongs to the user of this process.
func isOurs(info fs.FileInfo) bool {
	system, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(system.Uid) == os.Geteuid()
}
