//go:build !unix

package atomicfile

// syncDir does nothing: directories cannot be synced there.
func syncDir(string) error { return nil }
