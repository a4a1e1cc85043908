package credential

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// notExecutable returns the error of a program that is there and cannot be run.
func notExecutable(path string) error { return fmt.Errorf("%q is not executable", path) }

// format turns the error of a program that is of another system, or not a program,
// into one that says so: the system calls it a format error.
func format(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) && (errors.Is(err, syscall.ENOEXEC) || errors.Is(err, fs.ErrPermission)) {
		return notExecutable(path.Path)
	}
	return err
}
