package layout

// SetSyncDir puts another function in the place of atomicfile.SyncDir.
func SetSyncDir(sync func(dir string) error) (restore func()) {
	before := syncDir
	syncDir = sync
	return func() { syncDir = before }
}
