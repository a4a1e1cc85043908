//go:build !unix

package atomicfile

import "os"

const noFollow = 0

// hold does nothing: a leftover cannot be told from a file that is being written,
// and stays.
func hold(*os.File) {}

func duplicate(*os.File) *os.File { return nil }

func release(file *os.File) { _ = file.Close() }

func removeLeftover(string) bool { return false }

func isHeld(string) bool { return false }

// SyncDir does nothing: directories cannot be synced on these systems.
func SyncDir(string) error { return nil }
