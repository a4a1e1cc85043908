package ref

import "strings"

// tagRule makes the tag of a reference of what stands in its place.
type tagRule func(text string) (string, error)

// separator is what stands between the tags of a list.
const separator = ","

// ParseDestination reads a reference to which an artifact is written. In place of its
// tag it may hold a list of tags, such as "v1,v1.2,latest", of which the first is the
// reference's. All of them are returned, each once; none where there is a digest alone.
//
// Errors: as Parse.
func ParseDestination(text string) (Reference, []string, error) {
	var tags []string
	reference, err := parse(text, func(list string) (_ string, err error) {
		if tags, err = ParseTags(list); err != nil {
			return "", err
		}
		return tags[0], nil
	})
	if err != nil {
		return Reference{}, nil, err
	}
	reference.setDefaultTag()
	if len(tags) == 0 && reference.Tag != "" {
		tags = []string{reference.Tag}
	}
	return reference, tags, nil
}

// oneTag is the rule for a reference that names one artifact.
func oneTag(text string) (string, error) {
	if first, _, list := strings.Cut(text, separator); list && isTag(first) {
		return "", invalid("%q are several tags, but only one is allowed here", text).WithHint("write one of them, such as %q", ":"+first)
	}
	return text, CheckTag(text)
}

// ParseTags reads a list of tags and returns them in their order, each once.
//
// Errors: InvalidReference.
func ParseTags(list string) ([]string, error) { return CheckTags(strings.Split(list, separator)) }

// CheckTags returns the tags in their order, each once.
//
// Errors: InvalidReference for one that is none.
func CheckTags(tags []string) ([]string, error) {
	var checked []string
	seen := map[string]bool{}
	for _, tag := range tags {
		if tag == "" && len(tags) > 1 {
			return nil, invalid("a tag in the list %q is empty", strings.Join(tags, separator)).WithHint("put one comma between two tags")
		}
		if err := CheckTag(tag); err != nil {
			return nil, err
		}
		if !seen[tag] {
			seen[tag] = true
			checked = append(checked, tag)
		}
	}
	return checked, nil
}

// CheckTag refuses a text that is not a tag.
//
// Errors: InvalidReference.
func CheckTag(tag string) error {
	switch {
	case tag == "":
		return invalid("the tag after %q is empty", ":")
	case isTag(tag):
		return nil
	}
	if alone, found := tagOf(tag); found {
		return invalid("%q is a reference, but a tag is needed here", tag).WithHint("write the tag alone, such as %q", alone)
	}
	if len(tag) > maxTag {
		return invalid("the tag has %d characters", len(tag)).WithHint("at most %d are allowed", maxTag)
	}
	return invalid("invalid tag %q", tag).WithHint("letters, digits, %q, %q and %q are allowed; the first is a letter, a digit or %q", "_", ".", "-", "_")
}

// tagOf returns the tag of a text that is a whole reference.
func tagOf(text string) (string, bool) {
	reference, err := parse(text, func(tag string) (string, error) {
		if !isTag(tag) {
			return "", invalid("no tag")
		}
		return tag, nil
	})
	if err != nil || reference.Tag == "" {
		return defaultTag, err == nil
	}
	return reference.Tag, true
}

// isTag compares with the grammar of tags. The length is not in the pattern, which
// would take half a millisecond to compile at the start of every process.
func isTag(text string) bool { return len(text) <= maxTag && tagPattern.MatchString(text) }
