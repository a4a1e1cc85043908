//go:build unix

package atomicfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

func TestALinkIsFollowedToWhatNeedNotBeThere(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.MkdirAll(at("real/sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("real/file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"whole": "real/file", "relative": "real/new", "absolute": at("real/new"), "chain": "relative", "folder": "real", "through": "folder/new",
		"above": "inner/../new", "inner": "real/sub", "lost": "nowhere/new", "lost absolute": at("nowhere/new"), "lost chain": "lost", "slash": "real/none/",
		"loop": "loop", "one": "two", "two": "one", "below a file": "real/file/new",
	} {
		if err := os.Symlink(target, at(name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"whole": "real/file", "relative": "real/new", "absolute": "real/new", "chain": "real/new", "folder/new": "folder/new", "through": "folder/new",
		"above": "inner/../new", "real/file": "real/file", "none": "none", "nowhere/none": "nowhere/none",
	} {
		want = dir + "/" + want
		if got, err := atomicfile.Followed(at(name)); err != nil || got != want {
			t.Errorf("%s leads to %q, %v, not to %q", name, got, err, want)
		}
	}
	for name, target := range map[string]string{"lost": "nowhere/new", "lost absolute": "nowhere/new", "lost chain": "nowhere/new", "slash": "real/none/"} {
		_, err := atomicfile.Followed(at(name))
		if fault.KindOf(err) != fault.Filesystem || !strings.Contains(err.Error(), `"`+at("")+"/"+target+`"`) {
			t.Errorf("%s gave %v", name, err)
		}
	}
	for name, want := range map[string]error{"loop": syscall.ELOOP, "one": syscall.ELOOP, "below a file": syscall.ENOTDIR} {
		if got, err := atomicfile.Followed(at(name)); !errors.Is(err, want) {
			t.Errorf("%s gave %q, %v", name, got, err)
		}
	}
}
