package atomicfile

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// window is how many temporary names in a row have to be free before a writer
// stops looking for what others left behind. Names are taken from the first free
// one on, so a leftover lies further away only if that many writers of one file
// were at work when it was made.
const window = 16

// create makes a temporary file for path and holds it, which keeps others from
// taking it for a leftover. Temporary names are numbered, so that leftovers are
// found without reading the directory, however many files it has.
func create(path string) (*os.File, error) {
	stem := tempStem(path)
	number := 0
	for {
		name := tempName(stem, number)
		file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
		if os.IsExist(err) {
			if !removeLeftover(name) {
				number++
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		hold(file)
		if isAt(file, name) {
			clean(stem, number+1)
			return file, nil
		}
		// Another writer took it for a leftover between the two steps.
		_ = file.Close()
	}
}

// clean removes leftovers from a number on. What cannot be removed stays, for the
// next writer.
func clean(stem string, number int) {
	for end := number + window; number < end; number++ {
		name := tempName(stem, number)
		if _, err := os.Lstat(name); err == nil {
			removeLeftover(name)
			end = number + 1 + window
		}
	}
}

// Written reports whether somebody writes a file at this moment, as far as the system
// can say that, and how much of it there is.
func Written(path string) (size int64, writing bool) {
	name := tempName(tempStem(path), 0)
	info, err := os.Lstat(name)
	if err != nil || !isHeld(name) {
		return 0, false
	}
	return info.Size(), true
}

// IsTemporary reports whether a file is one that was, or is, being written.
func IsTemporary(name string) bool {
	return strings.HasPrefix(name, Prefix) && strings.HasSuffix(name, ".tmp")
}

// RemoveLeftover removes a file that a writer left behind, unless one holds it still.
func RemoveLeftover(name string) { removeLeftover(name) }

// tempStem begins the temporary names of one final name. It is short whatever the
// final name is.
func tempStem(path string) string {
	dir, base := filepath.Split(path)
	sum := sha256.Sum256([]byte(base))
	return dir + Prefix + hex.EncodeToString(sum[:8]) + "-"
}

func tempName(stem string, number int) string { return stem + strconv.Itoa(number) + ".tmp" }

// isAt reports whether an open file is the one that a name leads to.
func isAt(file *os.File, name string) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(open, named)
}
