//go:build unix

package atomicfile_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/subprocess"
)

func TestMain(m *testing.M) {
	subprocess.Main(m, map[string]func([]string) error{"write for ever": writeForEver, "write once": writeOnce})
}

func writeOnce(arguments []string) error {
	return atomicfile.Write(arguments[0], []byte("new"), atomicfile.Options{})
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

// temporary returns the temporary names in a folder.
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
	stem := strings.TrimSuffix(left, "0.tmp")
	if err := os.Rename(left, stem+"5.tmp"); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	startWriter(t, other)()
	write(t, stem, "no number")
	write(t, stem+"0.tmpx", "another suffix")
	if err := os.Mkdir(stem+"0.tmp", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("other", stem+"1.tmp"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(stem+"3.tmp", 0o600); err != nil {
		t.Fatal(err)
	}
	before := temporary(t, dir)
	if err := atomicfile.Write(path, []byte("new"), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	want := slices.DeleteFunc(before, func(name string) bool { return name == stem+"5.tmp" })
	if after := temporary(t, dir); !slices.Equal(after, want) || len(after) != 6 {
		t.Errorf("%q remain of %q", after, before)
	}
}

// The names of temporary files may have gaps: some of the writers that were at
// work at the same time ended well.
func TestLeftoversOfManyWritersAreFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	var kill []func()
	for range 6 {
		kill = append(kill, startWriter(t, path))
	}
	left := temporary(t, dir)
	for _, one := range kill {
		one()
	}
	if err := os.Remove(left[1]); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(left[2], strings.TrimSuffix(left[2], "2.tmp")+"20.tmp"); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(path, []byte("new"), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	wantNames(t, dir, "out")
}

// A name that is free again belongs to whoever takes it next.
func TestAbortAfterTheEndRemovesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "out")
	first, err := atomicfile.Create(path, atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	second, err := atomicfile.Create(path, atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if second.Name() != first.Name() {
		t.Fatalf("the names are %q and %q", first.Name(), second.Name())
	}
	first.Abort()
	if _, err := second.WriteString("new"); err != nil {
		t.Fatal(err)
	}
	if err := second.Commit(); err != nil {
		t.Fatal(err)
	}
	wantContent(t, path, "new")
}

// Leftovers are found by name: what a directory holds besides does not matter.
func TestDirectoryIsNotRead(t *testing.T) {
	t.Parallel()
	dir := subprocess.OpenDir(t)
	path := filepath.Join(dir, "out")
	startWriter(t, path)()
	// Files can be made and removed there, and cannot be listed.
	if err := os.Chmod(dir, 0o733); err != nil {
		t.Fatal(err)
	}
	command := subprocess.Command(t, "write once", path)
	subprocess.Unprivileged(t, command)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	wantNames(t, dir, "out")
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
