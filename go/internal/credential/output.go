package credential

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
)

// maxLine is how much of what a helper says is shown, in bytes.
const maxLine = 200

// output is one of the outputs of a helper, up to maxAnswer bytes. It implements
// io.Writer alone, so that no copy can go past its bound.
type output struct {
	kept []byte
	end  context.CancelCauseFunc
}

// newOutput returns an output that ends its helper when that writes too much.
func newOutput(end context.CancelCauseFunc) *output { return &output{end: end} }

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	if len(p) > maxAnswer-len(o.kept) {
		o.end(errFlood)
		return 0, errFlood
	}
	o.kept = append(o.kept, p...)
	return len(p), nil
}

// line returns the first line of an output, without what stands in another one:
// helpers were seen to repeat there what they could not write.
func (o *output) line(other *output) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(o.kept[:min(len(o.kept), 8*maxLine)])), "\n")
	for _, word := range words(other.kept) {
		line = strings.ReplaceAll(line, word, "***")
	}
	if len(line) > maxLine {
		line = strings.ToValidUTF8(line[:maxLine], "") + "..."
	}
	return line
}

// shortest is the length of the shortest word that may be a secret, in bytes.
const shortest = 4

// maxWords is how many words are looked for.
const maxWords = 256

// words returns what may be secret in the answer of a helper, the longest first: its
// words, but for the names of its members.
func words(answer []byte) []string {
	var found []string
	for word := range bytes.FieldsFuncSeq(answer, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"{}:,", r)
	}) {
		name := string(word)
		if len(name) >= shortest && name != "Username" && name != "Secret" && name != "ServerURL" && len(found) < maxWords {
			found = append(found, name)
		}
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return found
}
