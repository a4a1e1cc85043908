package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// linkFile is replaced by tests.
var linkFile = os.Link

// Link puts an open file into place under one more name, so that both are one file. It
// reports false, and changes nothing, where that cannot be: on another file system, on
// one without hard links, or once the name of the source leads elsewhere.
//
// Whoever calls it holds the file, so that no other writer takes the temporary name for
// left over.
func Link(source *os.File, path string, options Options) (bool, error) {
	if err := Check(path, options); err != nil {
		return false, err
	}
	place := Rooted(path)
	linked, err := false, error(nil)
	if options.Exclusive {
		linked, err = linkNew(source, path, place)
	} else {
		linked, err = linkOver(source, path, place)
	}
	if !linked || !options.Durable {
		return linked, err
	}
	if err := syncFile(source); err != nil {
		return true, errorNaming(path, err)
	}
	return true, SyncDir(filepath.Dir(place))
}

// linkNew is Link where nothing is to be replaced: the name itself tells whether it is
// free.
func linkNew(source *os.File, path, place string) (bool, error) {
	err := linkFile(source.Name(), place)
	switch {
	case errors.Is(err, fs.ErrExist):
		return false, &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	case err != nil:
		return false, nil //nolint:nilerr // a copy will do, or says better what is wrong
	case !isAt(source, place):
		return false, os.Remove(place)
	}
	return true, nil
}

// linkOver is Link where a file may be replaced.
func linkOver(source *os.File, path, place string) (bool, error) {
	if isAt(source, place) {
		return true, nil
	}
	name, found := linkBeside(source, place)
	if !found {
		return false, nil
	}
	if !isAt(source, name) {
		return false, os.Remove(name)
	}
	if err := os.Rename(name, place); err != nil {
		if isAt(source, place) {
			return true, nil // another writer of the same file was faster
		}
		_ = os.Remove(name)
		return false, errorNaming(path, err)
	}
	// Between two names of one file a rename does nothing, and both stay.
	if isAt(source, name) {
		_ = os.Remove(name)
	}
	return true, nil
}

// linkBeside links a file under the first temporary name that is free, or finds one that
// leads to it already, which somebody who was killed left behind.
func linkBeside(source *os.File, place string) (name string, found bool) {
	stem := tempStem(place)
	for number := 0; ; {
		name = tempName(stem, number)
		err := linkFile(source.Name(), name)
		if err == nil || isAt(source, name) {
			return name, true
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", false
		}
		if !removeLeftover(name) {
			number++
		}
	}
}
