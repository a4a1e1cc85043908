package wasm2oci

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// outputPath returns the file that a pull writes. What the registry sends plays no
// part in it: nothing it says can name a file.
func outputPath(path string, reference Reference) string {
	switch {
	case path == "":
		return defaultName(reference)
	case namesFolder(path):
		return path + defaultName(reference)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, defaultName(reference))
	}
	return path
}

// namesFolder reports whether a path can only be that of a folder, which is made
// where there is none.
func namesFolder(path string) bool { return path != "" && os.IsPathSeparator(path[len(path)-1]) }

// checkOutput reports, before any request, whether a pull could write its file.
func checkOutput(path, final string, options atomicfile.Options) error {
	if namesFolder(path) {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return atomicfile.CheckFolder(path)
		}
	}
	return atomicfile.Check(final, options)
}

// DefaultName returns the name of the file that a pull of a reference writes where
// it is given a folder.
//
// Errors: InvalidReference.
func DefaultName(reference string) (string, error) {
	parsed, err := ParseReference(reference)
	if err != nil {
		return "", err
	}
	return defaultName(parsed), nil
}

// defaultName is the last part of the repository; for a layout the tag, else the
// name of its folder, and for an archive that of its file.
func defaultName(reference Reference) string {
	name := reference.Repository[strings.LastIndexByte(reference.Repository, '/')+1:]
	if reference.Scheme != ref.Registry {
		name = reference.Tag
		if name == "" {
			absolute, err := filepath.Abs(reference.Path)
			if err != nil {
				absolute = reference.Path
			}
			name = filepath.Base(absolute)
			if reference.Scheme == ref.Archive {
				name = strings.TrimSuffix(name, ".tar")
			}
		}
	}
	name = strings.TrimLeft(name, ".-"+string(filepath.Separator))
	if name == "" {
		name = "module"
	}
	return strings.TrimSuffix(name, ".wasm") + ".wasm"
}

// outputOptions turns the options of a pull into those of the file.
func outputOptions(options PullOptions) atomicfile.Options {
	return atomicfile.Options{Exclusive: !orDefault(options.Overwrite, true), Durable: options.Durable}
}
