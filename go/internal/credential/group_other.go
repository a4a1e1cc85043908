//go:build !unix

package credential

import "os/exec"

// ownGroup does nothing: only the helper itself is ended on these systems.
func ownGroup(*exec.Cmd) {}
