//go:build unix

package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

// opened writes a file and opens it.
func opened(t *testing.T, path, content string) *os.File {
	t.Helper()
	write(t, path, content)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func link(t *testing.T, source *os.File, path string, options atomicfile.Options) {
	t.Helper()
	if linked, err := atomicfile.Link(source, path, options); !linked || err != nil {
		t.Fatalf("%v, %v", linked, err)
	}
	one, err := source.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if other, err := os.Lstat(path); err != nil || !os.SameFile(one, other) {
		t.Errorf("%s is another file: %v", path, err)
	}
}

func TestLinkPutsTheSameFileIntoPlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := opened(t, filepath.Join(t.TempDir(), "source"), "content")
	write(t, filepath.Join(dir, "old"), "old")
	if err := os.Symlink("old", filepath.Join(dir, "symlink")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"new", "old", "symlink", "old"} { // the last is that file already
		link(t, source, filepath.Join(dir, name), atomicfile.Options{Durable: true})
	}
	link(t, source, filepath.Join(dir, "exclusive"), atomicfile.Options{Exclusive: true, Durable: true})
	wantNames(t, dir, "exclusive", "new", "old", "symlink")
}

func TestLinkRefusesWhatAFileWould(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := opened(t, filepath.Join(t.TempDir(), "source"), "content")
	write(t, filepath.Join(dir, "old"), "old")
	_, err := atomicfile.Link(source, filepath.Join(dir, "old"), atomicfile.Options{Exclusive: true})
	var pathErr *fs.PathError
	if !errors.Is(err, fs.ErrExist) || !errors.As(err, &pathErr) || pathErr.Path != filepath.Join(dir, "old") {
		t.Errorf("got %v", err)
	}
	if _, err := atomicfile.Link(source, dir, atomicfile.Options{}); err == nil {
		t.Error("a directory was replaced")
	}
	wantContent(t, filepath.Join(dir, "old"), "old")
	wantNames(t, dir, "old")
}

func TestLinkOfANameThatLeadsElsewhereIsNone(t *testing.T) {
	t.Parallel()
	dir, there := t.TempDir(), t.TempDir()
	source := opened(t, filepath.Join(there, "source"), "content")
	write(t, filepath.Join(there, "other"), "other")
	if err := os.Rename(filepath.Join(there, "other"), source.Name()); err != nil {
		t.Fatal(err)
	}
	for _, options := range []atomicfile.Options{{}, {Exclusive: true}} {
		if linked, err := atomicfile.Link(source, filepath.Join(dir, "new"), options); linked || err != nil {
			t.Errorf("%v, %v", linked, err)
		}
	}
	wantNames(t, dir)
}

func TestLinkTakesOverWhatWasLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "new")
	source := opened(t, filepath.Join(t.TempDir(), "source"), "content")
	leave := func(content string) {
		file, err := atomicfile.Create(path, atomicfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		name := file.Name()
		file.Abort()
		if content == "" {
			if err := os.Link(source.Name(), name); err != nil {
				t.Fatal(err)
			}
			return
		}
		write(t, name, content)
	}
	for _, content := range []string{"half", ""} {
		leave(content)
		link(t, source, path, atomicfile.Options{})
		wantNames(t, dir, "new")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	// One that lives is left alone.
	file, err := atomicfile.Create(path, atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	link(t, source, path, atomicfile.Options{})
	if _, err := file.WriteString("other"); err != nil {
		t.Fatal(err)
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	wantContent(t, path, "other")
	wantContent(t, source.Name(), "content")
	wantNames(t, dir, "new")
}

// The function that is replaced belongs to all, hence no t.Parallel.
func TestFileSystemWithoutLinks(t *testing.T) {
	dir := t.TempDir()
	source := opened(t, filepath.Join(t.TempDir(), "source"), "content")
	for _, errno := range []error{syscall.EXDEV, syscall.EPERM, syscall.EMLINK, syscall.EOPNOTSUPP} {
		restore := atomicfile.SetLink(func(from, to string) error { return &os.LinkError{Op: "link", Old: from, New: to, Err: errno} })
		for _, options := range []atomicfile.Options{{}, {Exclusive: true}} {
			if linked, err := atomicfile.Link(source, filepath.Join(dir, "new"), options); linked || err != nil {
				t.Errorf("%v: %v, %v", errno, linked, err)
			}
		}
		restore()
	}
	wantNames(t, dir)
}
