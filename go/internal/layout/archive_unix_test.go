//go:build unix

package layout_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
	"github.com/wasm2oci/wasm2oci/go/internal/subprocess"
)

// keepMany puts ten manifests into an archive, under tags that begin with the second
// argument.
func keepMany(arguments []string) error {
	for i := range 10 {
		tag := fmt.Sprintf("%s-%d", arguments[1], i)
		if _, err := keep(layout.NewArchive(arguments[0]), tag, tag); err != nil {
			return err
		}
	}
	return nil
}

// keepForEver puts manifests until it is killed, and says which are safe.
func keepForEver(arguments []string) error {
	for i := 0; ; i++ {
		tag := fmt.Sprintf("%s-%d", arguments[1], i)
		if _, err := keep(layout.NewArchive(arguments[0]), tag, tag); err != nil {
			return err
		}
		fmt.Println(tag)
	}
}

func TestManyProcessesLoseNoTagOfAnArchive(t *testing.T) {
	t.Parallel()
	path := archivePath(t) // there is none yet
	const processes = 6
	results := make(chan error, processes)
	for i := range processes {
		command := subprocess.Command(t, "keep", path, fmt.Sprint(i))
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
	archive := layout.NewArchive(path)
	for i := range processes {
		for j := range 10 {
			tag := fmt.Sprintf("%d-%d", i, j)
			want, _ := manifest(tag)
			if got, err := archive.Resolve(t.Context(), tag, ""); err != nil || got.Digest != want.Digest {
				t.Errorf("%s stands at %s, %v", tag, got.Digest, err)
			}
		}
	}
	checkArchive(t, path)
	if left := names(t, filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%q are left", left)
	}
}

func TestKilledWriterLeavesAWholeArchive(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	var safe []string
	for round := range 15 {
		safe = append(safe, killedAfter(t, round%5, "keep endless", path, fmt.Sprint(round))...)
		archive := layout.NewArchive(path)
		for _, tag := range safe {
			if _, err := archive.Resolve(t.Context(), tag, ""); err != nil {
				t.Fatalf("after round %d: %v", round, err)
			}
		}
		checkArchive(t, path)
	}
	mustKeep(t, path, "after", "after")
	if left := names(t, filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%q are left", left)
	}
}

func TestTheWaitForTheArchiveEndsWithTheContext(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	mustKeep(t, path, "one", "v1")
	holder, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Close() }()
	if err := syscall.Flock(int(holder.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	desc, raw := manifest("two")
	archive := layout.NewArchive(path)
	if err := errors.Join(archive.Put(t.Context(), desc, bytes.NewReader(raw)), archive.Tag(t.Context(), desc, "v2")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := archive.Commit(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if _, err := archive.Resolve(t.Context(), "v1", ""); err != nil {
		t.Errorf("a reader waits as well: %v", err)
	}
}

func TestPipeIsNoArchive(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Fatal(err)
	}
	_, readErr := layout.NewArchive(path).Resolve(t.Context(), "v1", "")
	_, writeErr := keep(layout.NewArchive(path), "one", "v1")
	for name, err := range map[string]error{"reading": readErr, "writing": writeErr} {
		if fault.KindOf(err) != fault.Filesystem || !strings.Contains(err.Error(), "is not a regular file") {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

func TestArchiveKeepsItsMode(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	mustKeep(t, path, "one", "v1")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	mustKeep(t, path, "two", "v2")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A child of a fork has open what its parent had; the lock must not wait for its end.
func TestLockEndsWithTheWriter(t *testing.T) {
	t.Parallel()
	path := archivePath(t)
	mustKeep(t, path, "one", "v1")
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Error(err)
	}
}
