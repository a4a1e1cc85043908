package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

func TestWriteErrorNamesTheFinalPath(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "out.wasm")
	file, err := atomicfile.Create(path, atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Abort()
	// A closed file stands for a disk that takes no more.
	if err := file.File.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = file.Write([]byte("x"))
	var pathErr *fs.PathError
	if !errors.As(err, &pathErr) || pathErr.Path != path {
		t.Errorf("got %v", err)
	}
}

func TestCreateErrorNamesTheFinalPath(t *testing.T) {
	t.Parallel()
	const path = "/proc/self/out.wasm" // where nobody can make files, not even root
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip(err)
	}
	_, err := atomicfile.Create(path, atomicfile.Options{})
	var pathErr *fs.PathError
	if !errors.As(err, &pathErr) || pathErr.Path != path {
		t.Errorf("got %v", err)
	}
}

// The working directory belongs to the whole process, hence no t.Parallel.
func TestFileStaysWhereItWasBegun(t *testing.T) {
	for _, options := range []atomicfile.Options{{}, {Exclusive: true}, {Durable: true}} {
		dir, other := t.TempDir(), t.TempDir()
		t.Chdir(dir)
		done, err := atomicfile.Create("done", options)
		if err != nil {
			t.Fatal(err)
		}
		dropped, err := atomicfile.Create("dropped", options)
		if err != nil {
			t.Fatal(err)
		}
		t.Chdir(other)
		dropped.Abort()
		if err := done.Commit(); err != nil {
			t.Error(err)
		}
		wantNames(t, dir, "done")
		wantNames(t, other)
	}
}

func TestRenameErrorNamesTheFinalPath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	file, err := atomicfile.Create("out.wasm", atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file.Name()); err != nil {
		t.Fatal(err)
	}
	err = file.Commit()
	var linkErr *os.LinkError
	if !errors.As(err, &linkErr) || linkErr.New != "out.wasm" {
		t.Errorf("got %v", err)
	}
}
