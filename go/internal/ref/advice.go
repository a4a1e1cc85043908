package ref

import (
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// layoutWords are what others write for a layout directory: a URL's scheme, and the
// transports of skopeo and of regctl.
var layoutWords = []string{"file", "dir", "ocidir"}

// withoutScheme returns what to write in place of a reference with a scheme. Some write
// registries so, others layouts.
func withoutScheme(scheme, rest string, rule tagRule) string {
	word := strings.ToLower(strings.TrimSuffix(scheme, "://"))
	for _, one := range layoutWords {
		if word == one {
			return Layout + ":" + rest
		}
	}
	if _, err := parseRegistry(rest, rule); err != nil && word == Layout {
		return Layout + ":" + strings.TrimPrefix(rest, "//")
	}
	return rest
}

// lookalike refuses a text that looks like a layout and is not written like one: no
// registry is meant then, unless it has a port. One that is called as a scheme of ours
// cannot be named: its normal form would be a layout's.
func lookalike(text string) error {
	for _, scheme := range []string{Layout, Archive} {
		if rest, found := strings.CutPrefix(text, scheme+"//"); found {
			return invalid("a colon is missing after %q", scheme).WithHint("write %q", scheme+":"+rest)
		}
		if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) && text[len(scheme)] == ':' {
			return invalid("%q must be lower case", text[:len(scheme)]).WithHint("write %q", scheme+text[len(scheme):])
		}
	}
	for _, word := range layoutWords {
		if rest, found := strings.CutPrefix(text, word); found && isScheme(rest) {
			return invalid("a reference has no scheme %q", word+":").WithHint("write %q", Layout+rest)
		}
	}
	return nil
}

// isScheme reports whether what follows a word makes a scheme of it, rather than a
// host with a port.
func isScheme(rest string) bool {
	after, colon := strings.CutPrefix(rest, ":")
	port, _, slash := strings.Cut(after, "/")
	return colon && !(slash && isPort(port))
}

// withoutSlash says what is missing where a text names a registry or a repository
// alone.
func withoutSlash(text string) *fault.Error {
	host, tag, tagged := strings.Cut(text, ":")
	switch {
	case host == "localhost", strings.Contains(host, ".") && (!tagged || isPort(tag)):
		return invalid("no repository is named").WithHint("write %s/REPOSITORY[:TAG]", text)
	case tagged && domainPattern.MatchString(host):
		return invalid("no repository is named").WithHint("write %s/REPOSITORY:%s", host, tag)
	}
	return invalid("no registry is named").WithHint("for Docker Hub write %q", "docker.io/library/"+text)
}
