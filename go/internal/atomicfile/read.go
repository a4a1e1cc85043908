package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// ReadRegular reads a regular file of at most limit bytes. Anything else is refused at
// once, but for the null device, which is an empty file. Its errors are *fs.PathError.
func ReadRegular(path string, limit int64) ([]byte, error) {
	file, err := OpenRegular(path)
	var special *fault.Error
	switch {
	case errors.As(err, &special):
		return readSpecial(path)
	case err != nil:
		return nil, err
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("larger than %d bytes", limit)}
	}
	if err != nil {
		return nil, err
	}
	return raw, nil
}

func readSpecial(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if null, err := os.Stat(os.DevNull); err == nil && os.SameFile(info, null) {
		return nil, nil
	}
	refused := &fs.PathError{Op: "read", Path: path, Err: notRegularError{}}
	if info.IsDir() {
		refused.Err = syscall.EISDIR
	}
	return nil, refused
}

// notRegularError says what errno cannot.
type notRegularError struct{}

func (notRegularError) Error() string { return "not a regular file" }

// Unwrap returns the number that goes with it.
func (notRegularError) Unwrap() error { return syscall.EINVAL }
