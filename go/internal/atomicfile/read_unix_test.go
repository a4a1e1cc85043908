//go:build unix

package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

func TestReadRegular(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	small, exact, large := filepath.Join(dir, "small"), filepath.Join(dir, "exact"), filepath.Join(dir, "large")
	for path, size := range map[string]int{small: 1, exact: 10, large: 11} {
		if err := os.WriteFile(path, []byte(strings.Repeat("x", size)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(exact, link); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path  string
		size  int
		says  string
		errno syscall.Errno
	}{
		{small, 1, "", 0},
		{exact, 10, "", 0},
		{link, 10, "", 0},
		{os.DevNull, 0, "", 0},
		{large, 0, "larger than 10 bytes", 0},
		{pipe, 0, "not a regular file", syscall.EINVAL},
		{"/dev/zero", 0, "not a regular file", syscall.EINVAL},
		{dir, 0, "is a directory", syscall.EISDIR},
		{filepath.Join(dir, "missing"), 0, "no such file", syscall.ENOENT},
	} {
		raw, err := atomicfile.ReadRegular(test.path, 10)
		if test.says == "" {
			if err != nil || len(raw) != test.size {
				t.Errorf("%s: %d bytes, %v", test.path, len(raw), err)
			}
			continue
		}
		var pathErr *fs.PathError
		if !errors.As(err, &pathErr) || pathErr.Path != test.path || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.path, err)
		}
		if test.errno != 0 && !errors.Is(err, test.errno) {
			t.Errorf("%s: %v is not %v", test.path, err, test.errno)
		}
	}
}
