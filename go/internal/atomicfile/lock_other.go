//go:build !unix

package atomicfile

import (
	"context"
	"os"
)

// Lock does nothing where the standard library has no file locks: there, the last of
// several writers decides.
func Lock(context.Context, *os.File) error { return nil }

// Unlock does nothing either.
func Unlock(*os.File) {}
