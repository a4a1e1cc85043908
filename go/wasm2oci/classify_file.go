package wasm2oci

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

func classifyFile(e *Error, err error) bool {
	var (
		path  *fs.PathError
		link  *os.LinkError
		errno syscall.Errno
	)
	switch {
	case errors.As(err, &path):
		name := ref.WithoutUser(path.Path)
		e.Err = fault.Textf("cannot %s %s: %w", path.Op, fault.Quote(name), path.Err)
		e.Detail.Path = name
	case errors.As(err, &link):
		name := ref.WithoutUser(link.New)
		e.Err = fault.Textf("cannot %s %s: %w", link.Op, fault.Quote(name), link.Err)
		e.Detail.Path = name
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
