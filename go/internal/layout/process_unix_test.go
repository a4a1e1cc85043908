//go:build unix

package layout_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/layout"
	"github.com/wasm2oci/wasm2oci/go/internal/subprocess"
)

func TestMain(m *testing.M) {
	subprocess.Main(m, map[string]func([]string) error{
		"tag": tagMany, "endless": tagForEver, "keep": keepMany, "keep endless": keepForEver,
	})
}

// tagMany stores twenty manifests under tags that begin with the second argument.
func tagMany(arguments []string) error {
	for i := range 20 {
		tag := fmt.Sprintf("%s-%d", arguments[1], i)
		if _, err := store(layout.Layout{Dir: arguments[0]}, tag, tag); err != nil {
			return err
		}
	}
	return nil
}

// tagForEver stores manifests until it is killed, and says which tags are safe.
func tagForEver(arguments []string) error {
	for i := 0; ; i++ {
		tag := fmt.Sprintf("%s-%d", arguments[1], i)
		if _, err := store(layout.Layout{Dir: arguments[0]}, tag, tag); err != nil {
			return err
		}
		fmt.Println(tag)
	}
}

func TestManyProcessesLoseNoTag(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	const processes = 6
	results := make(chan error, processes)
	for i := range processes {
		command := subprocess.Command(t, "tag", l.Dir, fmt.Sprint(i))
		go func() {
			output, err := command.CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, output)
			}
			results <- err
		}()
	}
	for range processes {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	for i := range processes {
		for j := range 20 {
			tag := fmt.Sprintf("%d-%d", i, j)
			want, _ := manifest(tag)
			if got, err := l.Resolve(tag, ""); err != nil || got.Digest != want.Digest {
				t.Errorf("%s stands at %s, %v", tag, got.Digest, err)
			}
		}
	}
}

func TestTheWaitForTheLockEndsWithTheContext(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	desc := mustStore(t, l, "one", "v1")
	holder, err := os.Open(filepath.Join(l.Dir, ".wasm2oci.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Close() }()
	if err := syscall.Flock(int(holder.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := l.Tag(ctx, desc, "v2"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if err := syscall.Flock(int(holder.Fd()), syscall.LOCK_UN); err != nil {
		t.Fatal(err)
	}
	if err := l.Tag(t.Context(), desc, "v2"); err != nil {
		t.Error(err)
	}
}

func TestKilledWriterLeavesAWholeLayout(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	var safe []string
	for round := range 25 {
		safe = append(safe, killedAfter(t, round%5, "endless", l.Dir, fmt.Sprint(round))...)
		for _, tag := range safe {
			if _, err := l.Resolve(tag, ""); err != nil {
				t.Fatalf("after round %d: %v", round, err)
			}
		}
		checkWhole(t, l)
	}
	if len(safe) < 50 {
		t.Errorf("only %d tags were written", len(safe))
	}
	mustStore(t, l, "after", "after")
}

// killedAfter runs a writer, kills it once it has written some tags, at any moment of
// the next one, and gives those that it said were safe.
func killedAfter(t *testing.T, tags int, name string, arguments ...string) []string {
	t.Helper()
	command := subprocess.Command(t, name, arguments...)
	var stderr strings.Builder
	command.Stderr = &stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var safe []string
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		safe = append(safe, lines.Text())
		if len(safe) == tags+1 {
			_ = command.Process.Kill()
		}
	}
	_ = command.Wait()
	if stderr.Len() > 0 {
		t.Fatalf("the writer failed: %s", stderr.String())
	}
	return safe
}

// checkWhole checks that all that the index names is there and right.
func checkWhole(t *testing.T, l layout.Layout) {
	t.Helper()
	var index ocispec.Index
	if err := json.Unmarshal([]byte(read(t, filepath.Join(l.Dir, "index.json"))), &index); err != nil {
		t.Fatal(err)
	}
	for _, desc := range index.Manifests {
		if got := digest.FromString(read(t, filepath.Join(l.Dir, "blobs", "sha256", desc.Digest.Encoded()))); got != desc.Digest {
			t.Errorf("blob %s hashes to %s", desc.Digest, got)
		}
	}
}

// The umask belongs to the whole process, hence no t.Parallel.
func TestModesFollowTheUmask(t *testing.T) {
	for _, test := range []struct {
		name            string
		umask           int
		file, directory fs.FileMode
	}{
		{"usual", 0o022, 0o644, 0o755},
		{"private", 0o077, 0o600, 0o700},
		{"group", 0o002, 0o664, 0o775},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLayout(t)
			old := syscall.Umask(test.umask)
			defer syscall.Umask(old)
			mustStore(t, l, "one", "v1")
			err := filepath.WalkDir(l.Dir, func(path string, entry fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := entry.Info()
				if err != nil {
					return err
				}
				want := test.file
				if entry.IsDir() {
					want = test.directory
				}
				if info.Mode().Perm() != want {
					t.Errorf("%s has the mode %s, not %s", path, info.Mode().Perm(), want)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestReadOnlyLayoutIsReadAndNotWritten(t *testing.T) {
	t.Parallel()
	l := layout.Layout{Dir: filepath.Join(subprocess.OpenDir(t), "layout")}
	mustStore(t, l, "one", "v1")
	for _, path := range []string{l.Dir, filepath.Join(l.Dir, "blobs"), filepath.Join(l.Dir, "blobs", "sha256")} {
		if err := os.Chmod(path, 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o755) })
	}
	before := read(t, filepath.Join(l.Dir, "index.json"))
	command := subprocess.Command(t, "tag", l.Dir, "v2")
	subprocess.Unprivileged(t, command)
	output, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "permission denied") {
		t.Errorf("the writer ended with %v: %s", err, output)
	}
	if after := read(t, filepath.Join(l.Dir, "index.json")); after != before {
		t.Errorf("the index is %s", after)
	}
	if _, err := l.Resolve("v1", ""); err != nil {
		t.Error(err)
	}
}
