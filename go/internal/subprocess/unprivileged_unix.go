//go:build unix

package subprocess

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// nobody is a user without rights on every Unix.
const nobody = 65534

// Unprivileged takes root's rights from a command, since root is stopped by no
// file mode. The folders it works in must be open to others.
func Unprivileged(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	// The test binary lies in a folder that only root may enter.
	dir := OpenDir(t)
	reachable := filepath.Join(dir, "self")
	self, err := os.ReadFile(command.Path)
	if err != nil {
		t.Fatal(err)
	}
	WriteProgram(t, reachable, self)
	command.Path = reachable
	command.Dir = dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

// OpenDir returns a folder of the test that every user may enter and write to.
func OpenDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for path, mode := range map[string]os.FileMode{filepath.Dir(dir): 0o755, dir: 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
