//go:build unix

package main

import "github.com/wasm2oci/wasm2oci/go/internal/fault"

// noWakeup is for a process that has as many descriptors as it may.
func noWakeup(err error) error {
	failed := fault.New(fault.Filesystem, "no descriptor can be opened to wait with: %w", err)
	failed.Detail.Errno = errno(err)
	return failed
}
