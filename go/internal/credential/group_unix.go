//go:build unix

package credential

import (
	"os/exec"
	"syscall"
)

// ownGroup gives a helper a session of its own, and ends it with all of its
// children. It has no terminal then: one that wants to ask there fails at once,
// where it would stop and wait in the background.
func ownGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
