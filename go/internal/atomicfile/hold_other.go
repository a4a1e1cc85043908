//go:build !unix

package atomicfile

import "os"

// hold does nothing: what was left behind is not told from what is being written,
// and stays.
func hold(*os.File) {}

func duplicate(*os.File) *os.File { return nil }

func removeLeftover(string) {}
