package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
)

// clean removes what writers of path left behind that ended without a chance to,
// such as by SIGKILL. The file of a writer that lives is held by it. What cannot be
// removed stays, for the next one.
func clean(path string) {
	dir, base := filepath.Split(path)
	folder, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return
	}
	names, err := folder.Readdirnames(-1)
	_ = folder.Close()
	if err != nil {
		return
	}
	prefix := tempPrefix(base)
	for _, name := range names {
		if strings.HasPrefix(name, prefix) && strings.HasSuffix(name, tempSuffix) {
			removeLeftover(dir + name)
		}
	}
}

// create makes a temporary file for path and holds it, which keeps others from
// taking it for left over.
func create(path string) (*os.File, error) {
	for {
		file, err := os.OpenFile(tempPath(path), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
		if os.IsExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		hold(file)
		if isAt(file, file.Name()) {
			return file, nil
		}
		// Somebody cleaned up between the two steps.
		_ = file.Close()
	}
}

// isAt tells whether a file is the one that stands under a name.
func isAt(file *os.File, name string) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(open, named)
}
