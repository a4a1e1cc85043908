package atomicfile

import (
	"fmt"
	"os"
	"syscall"
)

// Reopen gives another handle of an open file, with a position of its own, or nil
// where that cannot be had.
func Reopen(file *os.File) *os.File {
	own, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", file.Fd()), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	return own
}
