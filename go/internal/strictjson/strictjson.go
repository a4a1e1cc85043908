// Package strictjson refuses JSON documents that different readers understand
// differently: a name given twice in one object, of which encoding/json takes the
// last and others the first; a name that differs from a known one in case only,
// which encoding/json takes and others ignore; text after the document; and
// nesting that no honest document needs.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep a document may be nested; manifests need five levels.
const maxDepth = 64

// Member is one member of an object.
type Member struct {
	Name  string
	Value json.RawMessage
}

// Members returns the members of an object in their order. It is an error if a
// name is given twice; what is inside the values is not looked at.
func Members(raw []byte) ([]Member, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var members []Member
	err := object(decoder, func(name string) error {
		var value json.RawMessage
		err := decoder.Decode(&value)
		members = append(members, Member{name, value})
		return err
	})
	if err != nil {
		return nil, err
	}
	return members, end(decoder)
}

// Object puts members together. Values are kept byte by byte.
func Object(members []Member) json.RawMessage {
	var object bytes.Buffer
	object.WriteByte('{')
	for i, member := range members {
		if i > 0 {
			object.WriteByte(',')
		}
		object.Write(Text(member.Name))
		object.WriteByte(':')
		object.Write(member.Value)
	}
	object.WriteByte('}')
	return object.Bytes()
}

// Set returns members of which the one called name has another value. If there
// is none yet, it comes last.
func Set(members []Member, name string, value json.RawMessage) []Member {
	members = slices.Clone(members)
	at := slices.IndexFunc(members, func(member Member) bool { return member.Name == name })
	if at < 0 {
		return append(members, Member{name, value})
	}
	members[at].Value = value
	return members
}

// Get returns the value of a member, or nil.
func Get(members []Member, name string) json.RawMessage {
	for _, member := range members {
		if member.Name == name {
			return member.Value
		}
	}
	return nil
}

// Text returns a string as JSON.
func Text(text string) json.RawMessage {
	raw, _ := json.Marshal(text) // of a string, which cannot fail
	return raw
}

// Readable returns a document for others to read: bytes that are not UTF-8, which
// JSON does not allow and encoding/json lets pass, become U+FFFD.
func Readable(raw json.RawMessage) json.RawMessage {
	if utf8.Valid(raw) {
		return raw
	}
	return bytes.ToValidUTF8(raw, []byte("\ufffd"))
}

// Check refuses a document that could be misunderstood. Known are the names of
// members that are read. Names below an unknown member, and below those called
// free, may be anything.
func Check(raw []byte, known []string, free string) error {
	checker := &checker{json.NewDecoder(bytes.NewReader(raw)), known, free}
	if err := checker.value(0, false); err != nil {
		return err
	}
	return end(checker.decoder)
}

type checker struct {
	decoder *json.Decoder
	known   []string
	free    string
}

// value checks the next value; foreign is one whose names are not ours.
func (c *checker) value(depth int, foreign bool) error {
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	token, err := c.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return object(c.decoder, func(name string) error {
			// encoding/json folds as EqualFold does: "ſize" would be "size", too.
			known := slices.IndexFunc(c.known, func(ours string) bool { return strings.EqualFold(ours, name) })
			if known >= 0 && !foreign && c.known[known] != name {
				return fmt.Errorf("the key %q is written %q", name, c.known[known])
			}
			return c.value(depth+1, foreign || known < 0 || name == c.free)
		})
	case json.Delim('['):
		for c.decoder.More() {
			if err := c.value(depth+1, foreign); err != nil {
				return err
			}
		}
		_, err = c.decoder.Token() // the closing bracket
	}
	return err
}

// object goes through an object whose opening brace has been read, up to its
// closing one; member reads the value of each.
func object(decoder *json.Decoder, member func(name string) error) error {
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		if seen[name] {
			return fmt.Errorf("the key %q is given twice in one object", name)
		}
		seen[name] = true
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

func end(decoder *json.Decoder) error {
	if decoder.More() {
		return errors.New("text follows the document")
	}
	return nil
}
