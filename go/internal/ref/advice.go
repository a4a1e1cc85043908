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
	if word == Archive {
		return Archive + ":" + rest
	}
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
	if path := strings.TrimLeft(text, "."); strings.HasPrefix(path, "/") && len(text)-len(path) <= 2 {
		return invalid("a path alone is no reference").WithHint("write %q for a layout, or %q for an archive", Layout+":"+text, Archive+":"+text)
	}
	for _, word := range otherArchives {
		if rest, found := strings.CutPrefix(text, word+":"); found && !isPortAndPath(rest) {
			return invalid("%q is not read or written", word+":").WithHint("write %q for an OCI archive", Archive+":"+rest)
		}
	}
	for _, word := range layoutWords {
		if rest, found := strings.CutPrefix(text, word); found && isScheme(rest) {
			return invalid("a reference has no scheme %q", word+":").WithHint("write %q", Layout+rest)
		}
	}
	return nil
}

// otherArchives are what others, such as skopeo, call archives of other kinds.
var otherArchives = []string{"docker-archive", "docker-tar", "tarball"}

// isPortAndPath reports whether what follows a colon makes a host of what precedes it.
func isPortAndPath(rest string) bool {
	port, _, slash := strings.Cut(rest, "/")
	return slash && isPort(port)
}

// isScheme reports whether what follows a word makes a scheme of it, rather than a
// host with a port.
func isScheme(rest string) bool {
	after, colon := strings.CutPrefix(rest, ":")
	return colon && !isPortAndPath(after)
}

// withoutSlash says what is missing where a text names a registry or a repository
// alone.
func withoutSlash(text string) *fault.Error {
	host, tag, tagged := strings.Cut(text, ":")
	switch {
	case strings.HasSuffix(host, ".tar"):
		return invalid("no registry is named").WithHint("write %q for an archive", Archive+":"+text)
	case host == "localhost", strings.Contains(host, ".") && (!tagged || isPort(tag)):
		return invalid("no repository is named").WithHint("write %s/REPOSITORY[:TAG]", text)
	case tagged && domainPattern.MatchString(host):
		return invalid("no repository is named").WithHint("write %s/REPOSITORY:%s", host, tag)
	}
	return invalid("no registry is named").WithHint("for Docker Hub write %q", "docker.io/library/"+text)
}
