//go:build unix

package atomicfile_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/subprocess"
)

func TestMain(m *testing.M) {
	subprocess.Main(m, map[string]func([]string) error{"write for ever": writeForEver})
}

// writeForEver begins to write a file, says so, and goes on until it is killed.
func writeForEver(arguments []string) error {
	file, err := atomicfile.Create(arguments[0], atomicfile.Options{})
	if err != nil {
		return err
	}
	if _, err := file.Write([]byte("half")); err != nil {
		return err
	}
	fmt.Println("writing")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// startWriter starts a process that writes path until it is killed.
func startWriter(t *testing.T, path string) (kill func()) {
	t.Helper()
	command := subprocess.Command(t, "write for ever", path)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(output).ReadString('\n'); line != "writing\n" {
		t.Fatalf("it said %q, %v", line, err)
	}
	return func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
}

// temporary gives the temporary names in a folder.
func temporary(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, atomicfile.Prefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWhatAKilledWriterLeftIsRemovedByTheNext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	write(t, path, "old")
	startWriter(t, path)()
	startWriter(t, path)()
	wantContent(t, path, "old")
	if got := temporary(t, dir); len(got) != 1 {
		t.Fatalf("the second writer left %q", got)
	}
	if err := atomicfile.Write(path, []byte("new"), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	wantContent(t, path, "new")
	wantNames(t, dir, "out")
}

func TestNextWriterCleansInTheWorkingDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	startWriter(t, "out")()
	if err := atomicfile.Write("out", []byte("new"), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	wantNames(t, ".", "out")
}

func TestFileOfALivingWriterIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	kill := startWriter(t, path)
	mine, err := atomicfile.Create(path, atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := temporary(t, dir)
	if err := atomicfile.Write(path, []byte("third"), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	if after := temporary(t, dir); strings.Join(after, " ") != strings.Join(before, " ") || len(after) != 2 {
		t.Errorf("of %q remain %q", before, after)
	}
	if _, err := mine.Write([]byte("mine")); err != nil {
		t.Fatal(err)
	}
	if err := mine.Commit(); err != nil {
		t.Fatal(err)
	}
	wantContent(t, path, "mine")
	kill()
}

func TestWhatIsNotOursIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	startWriter(t, path)()
	left := temporary(t, dir)[0]
	stem := strings.TrimSuffix(left, ".tmp")
	if err := os.Rename(left, stem+"0.tmp"); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	startWriter(t, other)()
	ofOther := temporary(t, dir)
	write(t, stem, "no suffix")
	if err := os.Mkdir(stem+"1.tmp", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("other", stem+"2.tmp"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(stem+"3.tmp", 0o600); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(path, []byte("new"), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(stem + "0.tmp"); !os.IsNotExist(err) {
		t.Errorf("what is left over stayed: %v", err)
	}
	for _, kept := range []string{stem, stem + "1.tmp", stem + "2.tmp", stem + "3.tmp"} {
		if _, err := os.Lstat(kept); err != nil {
			t.Error(err)
		}
	}
	kept := 0
	for _, name := range ofOther {
		if _, err := os.Lstat(name); err == nil {
			kept++
		}
	}
	if kept != 1 {
		t.Errorf("%d files of the other name are left", kept)
	}
}

func TestWritersDoNotTakeEachOtherForLeftOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 50 {
				if err := atomicfile.Write(path, []byte("new"), atomicfile.Options{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	wantContent(t, path, "new")
	wantNames(t, dir, "out")
}
