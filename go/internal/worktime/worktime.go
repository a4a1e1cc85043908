// Package worktime measures how much work a call is, for tests of what must not grow
// faster than its input.
package worktime

import (
	"runtime"
	"time"
)

// Of returns the processor time that a call takes in its own goroutine, which does
// not depend on what else the machine does, or the time that passes where the
// system does not count for each thread.
func Of(call func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := now()
	call()
	return now() - began
}
