package credential

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
)

// document is a JSON object as it was read: its members in their order, each with the
// text of its value. What is not ours to change stays as it is.
type document []member

type member struct {
	name  string
	value json.RawMessage
}

// parseDocument reads an object. A text that is empty has no members.
func parseDocument(raw []byte) (document, error) {
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, byteOrderMark))
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if !json.Valid(raw) {
		return nil, jsonError(json.Unmarshal(raw, new(any)))
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('{') {
		return nil, errors.New("it is not what docker or podman write: it is not a JSON object")
	}
	var found document
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		text, _ := name.(string) // which a name is
		found = append(found, member{text, value})
	}
	return found, nil
}

// get returns the value of a member, or nil. Of several, the last one counts, as it does
// for encoding/json.
func (d document) get(name string) json.RawMessage {
	for _, one := range slices.Backward(d) {
		if one.name == name {
			return one.value
		}
	}
	return nil
}

// set gives a member a value, in its place where there is one.
func (d *document) set(name string, value json.RawMessage) {
	for i, one := range *d {
		if one.name == name {
			(*d)[i].value = value
			rest := (*d)[i+1:]
			*d = append((*d)[:i+1], slices.DeleteFunc(rest, func(one member) bool { return one.name == name })...)
			return
		}
	}
	*d = append(*d, member{name, value})
}

// remove takes out the members for which this is true, and returns how many there were.
func (d *document) remove(unwanted func(name string) bool) int {
	before := len(*d)
	*d = slices.DeleteFunc(*d, func(one member) bool { return unwanted(one.name) })
	return before - len(*d)
}

// encode returns the text of the object.
func (d document) encode() json.RawMessage {
	var text bytes.Buffer
	text.WriteByte('{')
	for i, one := range d {
		if i > 0 {
			text.WriteByte(',')
		}
		text.Write(quoted(one.name))
		text.WriteByte(':')
		text.Write(one.value)
	}
	text.WriteByte('}')
	return text.Bytes()
}

// quoted returns a text as JSON, in which only what must be is escaped.
func quoted(text string) json.RawMessage {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // which a text can be
	return bytes.TrimSpace(buffer.Bytes())
}
