package atomicfile

import "os"

// SetSync puts another function in the place of (*os.File).Sync.
func SetSync(sync func(*os.File) error) (restore func()) {
	before := syncFile
	syncFile = sync
	return func() { syncFile = before }
}

// SetLink puts another function in the place of os.Link.
func SetLink(link func(from, to string) error) (restore func()) {
	before := linkFile
	linkFile = link
	return func() { linkFile = before }
}
