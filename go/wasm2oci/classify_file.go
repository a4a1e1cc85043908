package wasm2oci

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
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
		e.Err = fault.Textf("cannot %s %s: %w", doing(path.Op), fault.Quote(name), path.Err)
		e.Detail.Path = name
		if path.Op == atomicfile.ToFolder {
			adviseFolder(e, path.Err)
		}
	case errors.As(err, &link):
		name := ref.WithoutUser(link.New)
		e.Err = fault.Textf("cannot %s %s: %w", doing(link.Op), fault.Quote(name), link.Err)
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

// adviseFolder says what can be done where no file can be made in a folder.
func adviseFolder(e *Error, err error) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.WithHint("make it first")
	case errors.Is(err, fs.ErrPermission):
		e.WithHint("change its permissions, or choose another folder")
	default:
		e.WithHint("choose another folder")
	}
}

// inWords says what Go calls by the system's functions.
var inWords = map[string]string{
	"stat": "read", "lstat": "read", "fstat": "read", "statat": "read", "lstatat": "read",
	"readdirent": "read", "fdopendir": "read", "CreateFile": "read", "GetFileAttributesEx": "read",
	"openat": "open", "fopen": "open",
	"mkdir": "make the directory", "mkdirat": "make the directory",
	"rename": "write", "renameat": "write", "link": "write", "linkat": "write", "truncate": "write",
	"unlinkat": "remove", "rmdir": "remove",
	"sync": "write", "fsync": "write", "chmod": "set the permissions of", "fchmod": "set the permissions of",
}

func doing(op string) string { return cmp.Or(inWords[op], op) }
