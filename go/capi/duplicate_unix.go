//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// duplicate returns a file of our own for a descriptor of the caller's, which does
// not survive an exec.
func duplicate(fd int) (*os.File, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	own, err := syscall.Dup(fd)
	if err != nil {
		unusable := fault.New(fault.Filesystem, "descriptor %d: %w", fd, err)
		unusable.Detail.Errno = errno(err)
		return nil, unusable
	}
	syscall.CloseOnExec(own)
	return os.NewFile(uintptr(own), fmt.Sprintf("descriptor %d", fd)), nil
}

func errno(err error) int {
	number, _ := err.(syscall.Errno) //nolint:errorlint // system calls do not wrap
	return int(number)
}
