//go:build !unix

package layout

import (
	"context"
	"os"
)

// lock does nothing where the standard library has no file locks: there, the
// last of several writers decides which tags an index has.
func lock(context.Context, *os.File) error { return nil }

func unlock(*os.File) {}

// letGo closes a file that is about to be replaced, which Windows refuses while it is
// open.
func letGo(file *os.File) {
	if file != nil {
		_ = file.Close()
	}
}
