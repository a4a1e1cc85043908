//go:build unix

package atomicfile_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

func wantMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != want {
		t.Errorf("%s has the mode %s, not %s", path, info.Mode(), want)
	}
}

func TestOverwrittenFileKeepsItsMode(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{0o600, 0o640, 0o644, 0o755, 0o444, 0o666} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "out")
			write(t, path, "old")
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if err := atomicfile.Write(path, []byte("new"), atomicfile.Options{}); err != nil {
				t.Fatal(err)
			}
			wantMode(t, path, mode)
			wantContent(t, path, "new")
		})
	}
}

// The umask belongs to the whole process, hence no t.Parallel.
func TestNewFileFollowsTheUmask(t *testing.T) {
	for _, test := range []struct {
		name  string
		umask int
		want  fs.FileMode
	}{
		{"usual", 0o022, 0o644},
		{"private", 0o077, 0o600},
		{"group", 0o002, 0o664},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			old := syscall.Umask(test.umask)
			defer syscall.Umask(old)
			for name, options := range map[string]atomicfile.Options{
				"plain": {}, "exclusive": {Exclusive: true}, "durable": {Durable: true},
			} {
				path := filepath.Join(dir, name)
				if err := atomicfile.Write(path, []byte("new"), options); err != nil {
					t.Fatal(err)
				}
				wantMode(t, path, test.want)
			}
		})
	}
}

func TestDeviceAndPipeAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(os.DevNull, link); err != nil {
		t.Fatal(err)
	}
	// As /dev/stdout is, where it leads to a file.
	open, err := os.Create(filepath.Join(dir, "open"))
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	descriptor := filepath.Join(dir, "descriptor")
	if err := os.Symlink(fmt.Sprintf("/proc/self/fd/%d", open.Fd()), descriptor); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{os.DevNull, pipe, link, descriptor} {
		err := atomicfile.Write(path, []byte("new"), atomicfile.Options{})
		var special *fault.Error
		if !errors.As(err, &special) || special.Kind != fault.Filesystem || special.Detail.Path != path {
			t.Errorf("%s gave %v", path, err)
		}
	}
	wantMode(t, pipe, fs.ModeNamedPipe|0o600)
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode()&fs.ModeDevice == 0 {
		t.Errorf("%s is %v, %v now", os.DevNull, info.Mode(), err)
	}
	wantNames(t, dir, "descriptor", "link", "open", "pipe")
}

func TestOnlyRegularFilesAreOpenedForReading(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, pipeLink := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(pipe, pipeLink); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, os.DevNull, pipe, pipeLink} {
		_, err := atomicfile.OpenRegular(path)
		var special *fault.Error
		if !errors.As(err, &special) || special.Kind != fault.Filesystem || special.Detail.Path != path {
			t.Errorf("%s gave %v", path, err)
		}
	}
	if _, err := atomicfile.OpenRegular(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file gave %v", err)
	}
	regular := filepath.Join(dir, "regular")
	write(t, regular, "content")
	file, err := atomicfile.OpenRegular(regular)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if got, err := io.ReadAll(file); err != nil || string(got) != "content" {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestSymbolicLinkIsReplacedNotFollowed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		exists bool
	}{{"leading to a file", true}, {"leading nowhere", false}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir, elsewhere := t.TempDir(), t.TempDir()
			target := filepath.Join(elsewhere, "target")
			if test.exists {
				write(t, target, "theirs")
			}
			link := filepath.Join(dir, "out")
			if err := os.Symlink(target, link); err != nil {
				t.Fatal(err)
			}
			if err := atomicfile.Write(link, []byte("never"), atomicfile.Options{Exclusive: true}); !errors.Is(err, fs.ErrExist) {
				t.Errorf("exclusive gave %v", err)
			}
			if err := atomicfile.Write(link, []byte("new"), atomicfile.Options{}); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Lstat(link); err != nil || !info.Mode().IsRegular() {
				t.Errorf("the link has become %v, %v", info.Mode(), err)
			}
			wantContent(t, link, "new")
			if test.exists {
				wantContent(t, target, "theirs")
			} else {
				wantNames(t, elsewhere)
			}
		})
	}
}

func TestFullDiskLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if output, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("only root can make a small file system here: %s", output)
	}
	t.Cleanup(func() {
		if output, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, output)
		}
	})
	path := filepath.Join(dir, "out")
	write(t, path, "old")
	err := atomicfile.Write(path, make([]byte, 1<<20), atomicfile.Options{})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	wantContent(t, path, "old")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("there are %v, %v", entries, err)
	}
}

// Some mounts refuse to sync. The hook belongs to the package, hence no t.Parallel.
func TestFileSystemThatCannotSync(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EINVAL, syscall.ENOTSUP, syscall.EIO} {
		t.Run(errno.Error(), func(t *testing.T) {
			defer atomicfile.SetSync(func(file *os.File) error {
				return &fs.PathError{Op: "sync", Path: file.Name(), Err: errno}
			})()
			path := filepath.Join(t.TempDir(), "out")
			if err := atomicfile.Write(path, []byte("new"), atomicfile.Options{Durable: true}); !errors.Is(err, errno) {
				t.Errorf("without somebody to tell it gave %v", err)
			}
			wantNames(t, filepath.Dir(path))
			var told error
			err := atomicfile.Write(path, []byte("new"), atomicfile.Options{Durable: true, Unsynced: func(err error) { told = err }})
			if errno == syscall.EIO {
				if !errors.Is(err, errno) || told != nil {
					t.Errorf("a failing disk gave %v, and %v as a warning", err, told)
				}
				return
			}
			var pathErr *fs.PathError
			if err != nil || !errors.Is(told, errno) || !errors.As(told, &pathErr) || pathErr.Path != path {
				t.Errorf("got %v, and %v as a warning", err, told)
			}
			wantContent(t, path, "new")
		})
	}
}
