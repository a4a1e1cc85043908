package wasm2oci

import (
	"errors"
	"syscall"
)

// errnoOf finds the system's error number, or 0.
func errnoOf(err error) int {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return int(errno)
	}
	return 0
}
