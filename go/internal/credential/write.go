package credential

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// rewrite changes the entries of a file, with what others have there left alone. change
// is given what the file says and the entries, and reports whether it has changed them.
// Of writers that come at the same time, each sees what the one before has written.
func rewrite(ctx context.Context, path string, change func(file *file, entries *document) (bool, error)) error {
	// A link is followed: it leads to where somebody keeps the file.
	path, err := followed(path)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unwritable(path, err)
	}
	unlock, err := lock(ctx, dir)
	if err != nil {
		return err
	}
	defer unlock()
	raw, err := readFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	whole, err := parseDocument(raw)
	if err != nil {
		return unusable(path, err)
	}
	said := &file{path: path}
	if err := json.Unmarshal(whole.encode(), said); err != nil {
		return unusable(path, jsonError(err))
	}
	old := !said.saysSomething() && len(oldHosts(raw)) > 0
	entries := whole
	if !old {
		if entries, err = parseDocument(whole.get(auths)); err != nil {
			return unusable(path, err)
		}
	}
	changed, err := change(said, &entries)
	if err != nil || !changed {
		return err
	}
	if old {
		whole = entries
	} else {
		whole.set(auths, entries.encode())
	}
	var text bytes.Buffer
	if err := json.Indent(&text, whole.encode(), "", "\t"); err != nil {
		return unusable(path, err)
	}
	text.WriteByte('\n')
	if err := writeSecret(path, text.Bytes()); err != nil {
		return unwritable(path, err)
	}
	return nil
}

// followed returns the path that is written to.
func followed(path string) (string, error) {
	target, err := atomicfile.Followed(path)
	var lost *fault.Error
	if err != nil && !errors.As(err, &lost) {
		err = unwritable(path, err)
	}
	return target, err
}

// auths is the member that has the entries.
const auths = "auths"

// writeSecret puts a file into place that nobody else may read.
func writeSecret(path string, content []byte) error {
	written, err := atomicfile.Create(path, atomicfile.Options{Durable: true, Unsynced: func(error) {}})
	if err != nil {
		return err
	}
	// Before there is anything to read. A file system without modes has none to set.
	if err := written.Chmod(0o600); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		written.Abort()
		return err
	}
	if _, err := written.Write(content); err != nil {
		written.Abort()
		return err
	}
	return written.Commit()
}

// unwritable returns the fault of a file of credentials that cannot be written.
func unwritable(path string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fault.New(fault.Filesystem, "cannot write %s: %w", fault.Quote(path), err).WithPath(path)
}
