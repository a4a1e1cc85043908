package ref

import "strings"

// ParseRepository reads a reference that names a whole repository, layout or archive.
// The reference has no tag.
//
// Errors: InvalidReference, also where a tag or a digest is given.
func ParseRepository(text string) (Reference, error) {
	reference, err := Parse(text)
	if err != nil {
		return Reference{}, err
	}
	place := strings.TrimPrefix(text, reference.Scheme+":")
	switch tagged := strings.HasSuffix(place, ":"+reference.Tag); {
	case reference.Digest != "":
		return Reference{}, invalid("a digest names one manifest, and all tags are meant here").WithHint("leave out the digest").In("", text)
	case tagged:
		return Reference{}, invalid("the tag %q names one manifest, and all tags are meant here", reference.Tag).WithHint("leave out the tag").In("", text)
	}
	reference.Tag = ""
	return reference, nil
}
