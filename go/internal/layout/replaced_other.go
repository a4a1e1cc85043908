//go:build !unix

package layout

import "os"

// letGo closes a file that is about to be replaced, which Windows refuses while it is
// open.
func letGo(file *os.File) {
	if file != nil {
		_ = file.Close()
	}
}
