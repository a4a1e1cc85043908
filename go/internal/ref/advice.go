package ref

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// advised is a fault with a next step that holds references. It is only shown where each of
// them is one: else who follows it is refused again.
type advised struct {
	broken     *fault.Error
	format     string
	references []string
}

// Error implements error.
func (a *advised) Error() string { return a.broken.Error() }

// Unwrap returns the fault without the step.
func (a *advised) Unwrap() error { return a.broken }

// checked returns the fault, with the step where that can be followed.
func (a *advised) checked(rule tagRule) *fault.Error {
	args := make([]any, len(a.references))
	for i, text := range a.references {
		if !isShown(text, rule) {
			return a.broken
		}
		args[i] = text
	}
	return a.broken.WithHint(a.format, args...)
}

// isShown reports whether a text is a reference that a message shows whole.
func isShown(text string, rule tagRule) bool {
	if _, found := withoutUser(text); found || len(text) > fault.MaxQuoted {
		return false
	}
	_, err := parseReference(text, rule) // the step of its fault is never looked at
	return err == nil
}

// noDigest is one of nothing.
const noDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// forms are what is written for a tag or a digest that only the user knows.
var forms = map[string]string{"": "", ":TAG": ":" + defaultTag, "@DIGEST": "@" + noDigest}

// suggestForm adds a next step that holds a reference up to one of the forms, where that is one
// with a real tag or digest.
func suggestForm(broken *fault.Error, format, text, form string) *fault.Error {
	if !isShown(text, oneTag) || !isShown(text+forms[form], oneTag) {
		return broken
	}
	return broken.WithHint(format, text+form)
}

// suggest adds a next step that holds references.
func suggest(broken *fault.Error, format string, references ...string) error {
	return &advised{broken, format, references}
}

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
			return suggest(invalid("a colon is missing after %q", scheme), "write %q", scheme+":"+rest)
		}
		if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) && text[len(scheme)] == ':' {
			return suggest(invalid("%q must be lower case", text[:len(scheme)]), "write %q", scheme+text[len(scheme):])
		}
	}
	if rooted := strings.TrimLeft(text, "."); strings.HasPrefix(rooted, "/") && len(text)-len(rooted) <= 2 {
		return suggest(invalid("a path alone is not a reference"), "write %q for a layout, or %q for an archive", Layout+":"+text, Archive+":"+text)
	}
	for _, word := range otherArchives {
		if rest, found := strings.CutPrefix(text, word+":"); found && !isPortAndPath(rest) {
			return suggest(invalid("%q is not read or written", word+":"), "write %q for an OCI archive", Archive+":"+rest)
		}
	}
	for _, word := range layoutWords {
		if rest, found := strings.CutPrefix(text, word); found && isScheme(rest) {
			return suggest(invalid("a reference has no scheme %q", word+":"), "write %q", Layout+rest)
		}
	}
	return nil
}

// isHost reports whether a short text names a registry.
func isHost(text string) bool {
	_, err := normaliseHost(text)
	return err == nil && len(text) <= fault.MaxQuoted
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
func withoutSlash(text string) error {
	host, tag, tagged := strings.Cut(text, ":")
	switch {
	case strings.HasSuffix(host, ".tar"):
		return suggest(invalid("no registry is named"), "write %q for an archive", Archive+":"+text)
	case isHost(text) && (host == "localhost" || strings.Contains(host, ".")):
		return invalid("no repository is named").WithHint("write %s/REPOSITORY[:TAG]", text)
	case tagged && domainPattern.MatchString(host) && isHost(host) && isTag(tag):
		return invalid("no repository is named").WithHint("write %s/REPOSITORY:%s", host, tag)
	}
	return onHub(invalid("no registry is named"), "docker.io/library/", text)
}

// onHub adds a next step for a text without a registry. Repositories are in lower case
// everywhere.
func onHub(broken *fault.Error, before, text string) error {
	name, rest := text, ""
	if end := strings.IndexAny(text, ":@"); end >= 0 {
		name, rest = text[:end], text[end:]
	}
	if lower := strings.ToLower(name); lower != name {
		return suggest(broken, "for Docker Hub write %q, in lower case", before+lower+rest)
	}
	return suggest(broken, "for Docker Hub write %q", before+text)
}

// moduleFiles is what the names of files end in that hold modules, or what is made into one.
var moduleFiles = []string{".wasm", ".wat", ".wast", ".wit", ".cwasm"}

// isFileName reports whether a text is the name of a file, rather than a reference: it
// ends as one does and has no registry.
func isFileName(text string) bool {
	if IsDrive(text) {
		text = text[2:]
	}
	if end := strings.IndexAny(text, ":@"); end >= 0 {
		text = text[:end] // a registry with a port does not end so
	}
	if !slices.Contains(moduleFiles, strings.ToLower(path.Ext(text))) {
		return false
	}
	first, _, found := strings.Cut(text, "/")
	return !found || first != "localhost" && (!strings.Contains(first, ".") || strings.Trim(first, ".") == "")
}

// leaveOut refuses a text that has a scheme, with the next step that it would have without.
func leaveOut(scheme, rest string, rule tagRule) error {
	broken := invalid("a reference has no scheme %q", scheme)
	written := withoutScheme(scheme, rest, rule)
	if schemePattern.MatchString(written) {
		return broken
	}
	_, err := parseReference(written, rule)
	var more *advised
	switch {
	case err == nil:
		return suggest(broken, "write %q", written)
	case errors.As(err, &more):
		return &advised{broken, more.format, more.references}
	case written == rest && rest != "":
		return broken.WithHint("leave it out")
	}
	return broken
}
