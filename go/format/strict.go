package format

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// maxDepth is how deep a document may be nested; manifests need five.
const maxDepth = 64

// checkJSON refuses what encoding/json would let pass: a key that stands twice in
// one object, of which different readers take different ones; deep nesting; and
// text after the document.
func checkJSON(raw []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if err := checkValue(decoder, 0); err != nil {
		return err
	}
	if decoder.More() {
		return fmt.Errorf("text follows the document")
	}
	return nil
}

func checkValue(decoder *json.Decoder, depth int) error {
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
			if err := checkValue(decoder, depth+1); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for decoder.More() {
			if err := checkValue(decoder, depth+1); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	_, err = decoder.Token() // the closing bracket
	return err
}
