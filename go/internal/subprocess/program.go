package subprocess

import (
	"os"
	"syscall"
	"testing"
)

// WriteProgram writes a file that can be run at once. A test beside this one that forks
// meanwhile would hold it open for writing until its child is another program, and what
// is open for writing cannot be run ("text file busy", https://go.dev/issue/22315).
func WriteProgram(t *testing.T, path string, content []byte) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, content, 0o755); err != nil { //nolint:gosec // others run it, too
		t.Fatal(err)
	}
}
