//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// duplicate gives a file of our own for a descriptor of the caller's, which does
// not survive an exec.
func duplicate(fd int) (*os.File, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	own, err := syscall.Dup(fd)
	if err != nil {
		return nil, &wasm2oci.Error{Kind: wasm2oci.Filesystem, Err: fmt.Errorf("descriptor %d: %w", fd, err), Detail: wasm2oci.Detail{Errno: errno(err)}}
	}
	syscall.CloseOnExec(own)
	return os.NewFile(uintptr(own), fmt.Sprintf("descriptor %d", fd)), nil
}

func errno(err error) int {
	number, _ := err.(syscall.Errno) //nolint:errorlint // system calls do not wrap
	return int(number)
}
