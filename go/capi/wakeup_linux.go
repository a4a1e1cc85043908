package main

import (
	"encoding/binary"
	"syscall"
)

// wakeup is what a loop of events polls: a descriptor that is readable while raised.
// Here it is an eventfd, a counter in the kernel.
type wakeup struct{ fd int }

func newWakeup() (*wakeup, error) {
	// EFD_CLOEXEC and EFD_NONBLOCK have the values of these.
	fd, _, number := syscall.Syscall(syscall.SYS_EVENTFD2, 0, syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if number != 0 {
		return nil, noWakeup(number)
	}
	return &wakeup{int(fd)}, nil
}

// raise adds one. That cannot fail: the sum never comes near the largest number.
func (w *wakeup) raise() { _, _ = syscall.Write(w.fd, binary.NativeEndian.AppendUint64(nil, 1)) }

func (w *wakeup) lower() { _, _ = syscall.Read(w.fd, make([]byte, 8)) }

func (w *wakeup) close() { _ = syscall.Close(w.fd) }

func (w *wakeup) descriptor() uintptr { return uintptr(w.fd) }
