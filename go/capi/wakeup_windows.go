package main

import (
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

var (
	kernel32    = syscall.NewLazyDLL("kernel32.dll")
	createEvent = kernel32.NewProc("CreateEventW")
	setEvent    = kernel32.NewProc("SetEvent")
	resetEvent  = kernel32.NewProc("ResetEvent")
)

// wakeup is what a loop of events waits for: an event that is signalled while raised.
type wakeup struct{ event syscall.Handle }

func newWakeup() (*wakeup, error) {
	const manualReset, initially = 1, 0
	event, _, err := createEvent.Call(0, manualReset, initially, 0)
	if event == 0 {
		return nil, fault.New(fault.Filesystem, "no event can be made to wait with: %w", err)
	}
	return &wakeup{syscall.Handle(event)}, nil
}

func (w *wakeup) raise() { _, _, _ = setEvent.Call(uintptr(w.event)) }

func (w *wakeup) lower() { _, _, _ = resetEvent.Call(uintptr(w.event)) }

func (w *wakeup) close() { _ = syscall.CloseHandle(w.event) }

func (w *wakeup) descriptor() uintptr { return uintptr(w.event) }
