//go:build !linux

package atomicfile

import "os"

func allocate(*os.File, int64) error { return nil }

// Reopen returns nil: a second handle with a position of its own is not available
// on these systems.
func Reopen(*os.File) *os.File { return nil }
