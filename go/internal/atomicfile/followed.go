package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// maxLinks is how many links are followed in a row, as Linux does.
const maxLinks = 40

// Followed returns the path that a file is written to by those who follow links: where
// path is one, what it leads to, which need not be there yet.
//
// Errors: a fault where the folder of that is not there, since what would be written beside
// the link in its stead is not where anybody looks for it.
func Followed(path string) (string, error) {
	if _, err := os.Stat(path); err == nil {
		if whole, err := filepath.EvalSymlinks(path); err == nil {
			return whole, nil
		}
		return path, nil // such as /dev/stdout, which is an open file
	}
	place := path
	for range maxLinks {
		target, err := os.Readlink(place)
		if err != nil {
			return end(path, place)
		}
		if !filepath.IsAbs(target) {
			folder, _ := filepath.Split(place) // "link/.." is not "."
			target = folder + target
		}
		place = target
	}
	return "", &fs.PathError{Op: "open", Path: path, Err: syscall.ELOOP}
}

// end checks the place that links lead to.
func end(path, place string) (string, error) {
	if place == path {
		return path, nil
	}
	folder, name := filepath.Split(place)
	if folder == "" {
		folder = "."
	}
	_, err := os.Stat(folder)
	switch {
	case err == nil && name != "":
		return place, nil
	case err == nil, errors.Is(err, fs.ErrNotExist):
		lost := fault.New(fault.Filesystem, "%s is a link to %s, whose folder does not exist", fault.Quote(path), fault.Quote(place)).
			WithPath(place).WithHint("make the folder, or remove the link")
		lost.Detail.Errno = int(syscall.ENOENT)
		return "", lost
	}
	return "", err
}
