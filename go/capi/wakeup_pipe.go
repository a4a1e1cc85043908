//go:build unix && !linux

package main

import "syscall"

// wakeup is what a loop of events polls: a descriptor that is readable while raised.
// Here it is a pipe with a byte in it.
type wakeup struct{ reading, writing int }

func newWakeup() (*wakeup, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		return nil, noWakeup(err)
	}
	for _, end := range ends {
		syscall.CloseOnExec(end)
		if err := syscall.SetNonblock(end, true); err != nil {
			_, _ = syscall.Close(ends[0]), syscall.Close(ends[1])
			return nil, noWakeup(err)
		}
	}
	return &wakeup{ends[0], ends[1]}, nil
}

// raise does nothing where the pipe is full: it is readable then.
func (w *wakeup) raise() { _, _ = syscall.Write(w.writing, []byte{1}) }

func (w *wakeup) lower() {
	for bytes := make([]byte, 64); ; {
		if n, err := syscall.Read(w.reading, bytes); n <= 0 || err != nil {
			return
		}
	}
}

func (w *wakeup) close() { _, _ = syscall.Close(w.reading), syscall.Close(w.writing) }

func (w *wakeup) descriptor() uintptr { return uintptr(w.reading) }
