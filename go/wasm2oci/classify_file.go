package wasm2oci

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

func judgeFile(e *Error, err error) bool {
	var (
		path    *fs.PathError
		link    *os.LinkError
		special *atomicfile.SpecialError
		errno   syscall.Errno
	)
	switch {
	case errors.As(err, &special):
		e.Err, e.Detail.Path = special, special.Path
		e.Detail.Errno = int(syscall.EINVAL)
		if special.Mode.IsDir() {
			e.Detail.Errno = int(syscall.EISDIR)
		}
	case errors.As(err, &path):
		e.Err = fmt.Errorf("cannot %s %s: %w", path.Op, quote(path.Path), path.Err)
		e.Detail.Path = path.Path
	case errors.As(err, &link):
		e.Err = fmt.Errorf("cannot %s %s: %w", link.Op, quote(link.New), link.Err)
		e.Detail.Path = link.New
	case errors.As(err, &errno):
		e.Err = errno
	default:
		return false
	}
	e.Kind = Filesystem
	if errors.Is(err, fs.ErrExist) {
		e.Kind = AlreadyExists
	}
	if errors.As(err, &errno) {
		e.Detail.Errno = int(errno)
	} else if errors.Is(err, fs.ErrExist) {
		e.Detail.Errno = int(syscall.EEXIST)
	}
	return true
}
