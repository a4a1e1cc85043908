package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// maxDepth is how deep a document may be nested; manifests need five.
const maxDepth = 64

// keys are those that we read.
var keys = []string{
	"schemaVersion", "mediaType", "artifactType", "config", "layers", "blobs", "manifests", "annotations",
	"digest", "size", "platform", "architecture", "os", "variant",
}

// checkJSON refuses what encoding/json would let pass: a key that stands twice in
// one object, or differs from one that we read in case only, of which different
// readers take different ones; deep nesting; and text after the document.
func checkJSON(raw []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if err := checkValue(decoder, 0, false); err != nil {
		return err
	}
	if decoder.More() {
		return fmt.Errorf("text follows the document")
	}
	return nil
}

// checkValue checks the next value. The keys below foreign ones are free.
func checkValue(decoder *json.Decoder, depth int, foreign bool) error {
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for decoder.More() {
			key, err := decoder.Token()
			if err != nil {
				return err
			}
			name, _ := key.(string)
			if seen[name] {
				return fmt.Errorf("the key %q stands twice in one object", name)
			}
			seen[name] = true
			known := slices.IndexFunc(keys, func(key string) bool { return strings.EqualFold(key, name) })
			if !foreign && known >= 0 && keys[known] != name {
				return fmt.Errorf("the key %q is written %q", name, keys[known])
			}
			if err := checkValue(decoder, depth+1, foreign || known < 0 || name == "annotations"); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for decoder.More() {
			if err := checkValue(decoder, depth+1, foreign); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	_, err = decoder.Token() // the closing bracket
	return err
}
