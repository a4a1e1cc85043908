package registries

import (
	"bytes"
	"regexp"
)

var (
	registryHeader = regexp.MustCompile(`^\s*\[\[\s*"?registry"?\s*\]\]`)
	mirrorHeader   = regexp.MustCompile(`^\s*\[\[\s*"?registry"?\s*\.\s*"?mirror"?\s*\]\]`)
)

// lineOf returns the line of a key in a table of [[registry]], or in one of its mirrors
// where that is not negative, or else the line where that begins; 0 where it is written
// in another way. The parser does not keep it.
func lineOf(raw []byte, table, mirror int, key string) int {
	wanted := regexp.MustCompile(`^\s*"?` + regexp.QuoteMeta(key) + `"?\s*=`)
	begin, atTable, atMirror, number := 0, -1, -1, 0
	for line := range bytes.Lines(raw) {
		number++
		switch {
		case registryHeader.Match(line):
			atTable, atMirror = atTable+1, -1
		case mirrorHeader.Match(line):
			atMirror++
		default:
			if atTable == table && atMirror == mirror && key != "" && wanted.Match(line) {
				return number
			}
			continue
		}
		if atTable == table && atMirror == mirror {
			begin = number
		}
	}
	return begin
}
