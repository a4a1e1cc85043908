package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// wantContent checks what a file holds.
func wantContent(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v; want %q", path, got, err, want)
	}
}

// wantNames checks that a folder holds these names and nothing else.
func wantNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s holds %q, not %q", dir, got, want)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWritePutsTheWholeFileIntoPlace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		options atomicfile.Options
		old     bool
	}{
		{"new", atomicfile.Options{}, false},
		{"new and durable", atomicfile.Options{Durable: true}, false},
		{"new and exclusive", atomicfile.Options{Exclusive: true}, false},
		{"new, exclusive and durable", atomicfile.Options{Exclusive: true, Durable: true}, false},
		{"replacing", atomicfile.Options{}, true},
		{"replacing and durable", atomicfile.Options{Durable: true}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "out")
			if test.old {
				write(t, path, "old and longer than the new content")
			}
			if err := atomicfile.Write(path, []byte("new"), test.options); err != nil {
				t.Fatal(err)
			}
			wantContent(t, path, "new")
			wantNames(t, dir, "out")
		})
	}
}

func TestOldFileStandsUntilCommit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	write(t, path, "old")
	file, err := atomicfile.Create(path, atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("new"); err != nil {
		t.Fatal(err)
	}
	wantContent(t, path, "old")
	if base := filepath.Base(file.Name()); !strings.HasPrefix(base, atomicfile.Prefix) || filepath.Dir(file.Name()) != dir {
		t.Errorf("the temporary name is %q", file.Name())
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	wantContent(t, path, "new")
}

func TestAbortLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		old  bool
	}{{"new file", false}, {"old file", true}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "out")
			want := []string{}
			if test.old {
				write(t, path, "old")
				want = append(want, "out")
			}
			file, err := atomicfile.Create(path, atomicfile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := file.WriteString("half"); err != nil {
				t.Fatal(err)
			}
			file.Abort()
			file.Abort()
			wantNames(t, dir, want...)
			if test.old {
				wantContent(t, path, "old")
			}
		})
	}
}

func TestAbortAfterCommitIsHarmless(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "out")
	file, err := atomicfile.Create(path, atomicfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	file.Abort()
	wantContent(t, path, "")
}

func TestExclusiveRefusesWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	write(t, path, "old")
	options := atomicfile.Options{Exclusive: true}
	for name, err := range map[string]error{
		"Check": atomicfile.Check(path, options),
		"Write": atomicfile.Write(path, []byte("new"), options),
	} {
		if !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s gave %v", name, err)
		}
	}
	wantContent(t, path, "old")
	wantNames(t, dir, "out")
}

func TestExclusiveSeesAFileThatCameMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	file, err := atomicfile.Create(path, atomicfile.Options{Exclusive: true})
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, "theirs")
	if err := file.Commit(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Commit gave %v", err)
	}
	wantContent(t, path, "theirs")
	wantNames(t, dir, "out")
}

func TestExclusiveLetsExactlyOneWin(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	var won atomic.Int32
	var winner atomic.Value
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range 64 {
		content := strings.Repeat(string(rune('a'+i%26)), i+1)
		all.Go(func() {
			<-begin
			switch err := atomicfile.Write(path, []byte(content), atomicfile.Options{Exclusive: true}); {
			case err == nil:
				won.Add(1)
				winner.Store(content)
			case !errors.Is(err, fs.ErrExist):
				t.Errorf("a loser got %v", err)
			}
		})
	}
	close(begin)
	all.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d won", won.Load())
	}
	wantContent(t, path, winner.Load().(string))
	wantNames(t, dir, "out")
}

func TestReadersSeeAWholeFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "out")
	contents := []string{strings.Repeat("a", 100_000), strings.Repeat("b", 50_000)}
	if err := atomicfile.Write(path, []byte(contents[0]), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for _, content := range contents {
		writers.Go(func() {
			for range 100 {
				if err := atomicfile.Write(path, []byte(content), atomicfile.Options{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for {
		got, err := os.ReadFile(path)
		if err != nil || string(got) != contents[0] && string(got) != contents[1] {
			t.Fatalf("read %d bytes, %v", len(got), err)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

func TestRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		path func(dir string) string
		is   error
	}{
		{"missing parent", func(dir string) string { return filepath.Join(dir, "missing", "out") }, fs.ErrNotExist},
		{"name of 256 bytes", func(dir string) string { return filepath.Join(dir, strings.Repeat("n", 256)) }, nil},
		{"path of 5000 bytes", func(dir string) string { return dir + strings.Repeat("/x", 2500) }, nil},
		{"NUL in the name", func(dir string) string { return filepath.Join(dir, "a\x00b") }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := test.path(dir)
			for name, err := range map[string]error{
				"Check": atomicfile.Check(path, atomicfile.Options{}),
				"Write": atomicfile.Write(path, []byte("new"), atomicfile.Options{}),
			} {
				if err == nil || test.is != nil && !errors.Is(err, test.is) {
					t.Errorf("%s gave %v", name, err)
				}
			}
			wantNames(t, dir)
		})
	}
}

func TestLongestNameWorks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := strings.Repeat("n", 255)
	for _, options := range []atomicfile.Options{{Exclusive: true}, {}} {
		if err := atomicfile.Write(filepath.Join(dir, name), []byte("new"), options); err != nil {
			t.Fatal(err)
		}
	}
	wantNames(t, dir, name)
}

func TestDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "folder")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, filepath.Join(dir, "link")); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	for _, name := range []string{"folder", "link"} {
		err := atomicfile.Write(filepath.Join(dir, name), []byte("new"), atomicfile.Options{})
		var special *fault.Error
		if !errors.As(err, &special) || special.Detail.Errno != int(syscall.EISDIR) || !strings.Contains(err.Error(), "is a directory") {
			t.Errorf("%s gave %v", name, err)
		}
	}
	wantNames(t, dir, "folder", "link")
	wantNames(t, path)
}
