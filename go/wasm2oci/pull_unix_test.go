//go:build unix

package wasm2oci_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/subprocess"
	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestMain(m *testing.M) {
	subprocess.Main(m, map[string]func([]string) error{"pull": pullOnce, "push": pushOnce})
}

// pullOnce pulls a reference to a path; what goes wrong is told with its kind.
func pullOnce(arguments []string) error {
	client, err := wasm2oci.NewClient(wasm2oci.ClientOptions{}, nil)
	if err != nil {
		return err
	}
	_, err = client.Pull(context.Background(), arguments[0], arguments[1], wasm2oci.PullOptions{})
	return withKind(err)
}

func pushOnce(arguments []string) error {
	client, err := wasm2oci.NewClient(wasm2oci.ClientOptions{}, nil)
	if err != nil {
		return err
	}
	_, err = client.Push(context.Background(), wasm2oci.FileSource(arguments[1]), arguments[0], wasm2oci.PushOptions{})
	return withKind(err)
}

func withKind(err error) error {
	var e *wasm2oci.Error
	if errors.As(err, &e) {
		return fmt.Errorf("%s %d: %w", e.Kind, e.Detail.Errno, err)
	}
	return err
}

func TestPulledFileFollowsTheUmaskOrTheOldFile(t *testing.T) {
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	for _, test := range []struct {
		name  string
		umask int
		old   fs.FileMode // 0: there is none
		want  fs.FileMode
	}{
		{"new", 0o022, 0, 0o644},
		{"new and private", 0o077, 0, 0o600},
		{"old and private", 0o022, 0o600, 0o600},
		{"old and executable", 0o022, 0o755, 0o755},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out.wasm")
			if test.old != 0 {
				write(t, path, "old")
				if err := os.Chmod(path, test.old); err != nil {
					t.Fatal(err)
				}
			}
			defer syscall.Umask(syscall.Umask(test.umask))
			if _, err := newClient(t, quick(), nil).Pull(t.Context(), reference, path, wasm2oci.PullOptions{}); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode() != test.want {
				t.Errorf("the mode is %s, %v", info.Mode(), err)
			}
		})
	}
}

func TestPlacesWithoutPermission(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	locked := filepath.Join(subprocess.OpenDir(t), "locked")
	write(t, filepath.Join(locked, "secret.wasm"), string(module("x")))
	if err := os.Chmod(filepath.Join(locked, "secret.wasm"), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(locked, 0o755) })
	for _, test := range []struct{ name, part, reference, path string }{
		{"pull into a folder", "pull", reference, filepath.Join(locked, "out.wasm")},
		{"push of a file", "push", registry.Host + "/org/new:v1", filepath.Join(locked, "secret.wasm")},
		{"push into a folder", "push", "oci:" + filepath.Join(locked, "layout") + ":v1", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := test.path
			if path == "" {
				path = filepath.Join(subprocess.OpenDir(t), "m.wasm")
				write(t, path, string(module("x")))
			}
			command := subprocess.Command(t, test.part, test.reference, path)
			subprocess.Unprivileged(t, command)
			output, err := command.CombinedOutput()
			if err == nil || !strings.HasPrefix(string(output), fmt.Sprintf("FILESYSTEM %d: ", syscall.EACCES)) {
				t.Errorf("it ended with %v: %s", err, output)
			}
			if got := names(t, locked); !slices.Equal(got, []string{"secret.wasm"}) {
				t.Errorf("the folder holds %q", got)
			}
		})
	}
}

func TestPullReplacesALinkAndNotItsTarget(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	dir, elsewhere := t.TempDir(), t.TempDir()
	target := filepath.Join(elsewhere, "theirs")
	write(t, target, "theirs")
	for name, to := range map[string]string{"a.wasm": target, "dangling.wasm": filepath.Join(elsewhere, "nothing")} {
		path := filepath.Join(dir, name)
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
		if _, err := newClient(t, quick(), nil).Pull(t.Context(), reference, path, wasm2oci.PullOptions{}); err != nil {
			t.Error(err)
		}
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s is %v, %v", name, info.Mode(), err)
		}
	}
	if got := names(t, elsewhere); !slices.Equal(got, []string{"theirs"}) || read(t, target) != "theirs" {
		t.Errorf("elsewhere there is %q; the file holds %q", got, read(t, target))
	}
}
