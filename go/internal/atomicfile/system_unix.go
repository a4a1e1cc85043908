//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"syscall"
)

// noFollow is the flag by which a symbolic link is not followed.
const noFollow = syscall.O_NOFOLLOW

// hold locks a file until it and all its duplicates are closed, by the end of the
// process at the latest. On a file system without locks nothing is held, and
// nothing is ever taken for left over either.
func hold(file *os.File) {
	for errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_EX), syscall.EINTR) {
		continue
	}
}

// duplicate returns a second handle that keeps a file held after the first is closed.
func duplicate(file *os.File) *os.File {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	descriptor, err := syscall.Dup(int(file.Fd()))
	if err != nil {
		return nil
	}
	syscall.CloseOnExec(descriptor)
	return os.NewFile(uintptr(descriptor), file.Name())
}

// release lets a file go that was held. Closing it would do that only once a child is
// gone that was forked meanwhile, and has the file open as well.
func release(file *os.File) {
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
	_ = file.Close()
}

// removeLeftover removes a file that no writer holds, and reports whether it did.
func removeLeftover(name string) bool {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return false
	}
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return false
	}
	// Its writer may have put it into place since.
	return isAt(file, name) && os.Remove(name) == nil
}

// isHeld reports whether a writer holds a file.
func isHeld(name string) bool {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return errors.Is(err, syscall.EWOULDBLOCK)
	}
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
	return false
}

// SyncDir makes what changed in a directory last: renames, and new entries.
func SyncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := file.Sync(); err != nil && !cannotSync(err) {
		return err
	}
	return nil
}
