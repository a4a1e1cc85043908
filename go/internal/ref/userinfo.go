package ref

import (
	"regexp"
	"strings"
)

var (
	// digestPattern is what is meant to be a digest, if not always a valid one.
	digestPattern = regexp.MustCompile(`^(?:(?i:sha|md|blake)[0-9][0-9a-z]*:[^/]*)?$`)
	// domainPattern is a host in all likelihood: a version such as "v1.2" is not.
	domainPattern = regexp.MustCompile(`^(?:localhost|.*\.[A-Za-z]{2,}|.*:[0-9]+|\[.*\]|[0-9]+(?:\.[0-9]+){3})$`)
)

// withoutUser masks a user name, a password or a token before the host of a text that
// is meant to be a reference, and reports whether there is one. Nothing of it is ever
// repeated. A password may hold any character, even "@" and "/".
func withoutUser(text string) (string, bool) {
	scheme := schemePattern.FindString(text)
	switch {
	case scheme != "":
	case strings.HasPrefix(text, "//"):
		scheme = "//"
	case strings.HasPrefix(text, Layout+":"), strings.HasPrefix(text, Archive+":"):
		return text, false
	}
	rest := text[len(scheme):]
	end := len(rest)
	at := strings.LastIndexByte(rest, '@')
	for at >= 0 && strings.Contains(rest[:at], "@") && digestPattern.MatchString(rest[at+1:end]) {
		end = at
		at = strings.LastIndexByte(rest[:end], '@')
	}
	if at < 0 || !isUser(rest[:at], rest[at+1:end]) {
		return text, false
	}
	return scheme + "***@" + rest[at+1:], true
}

// isUser reports whether what is before an "@" belongs to a user, by what is before
// and after it.
func isUser(before, after string) bool {
	first, path, isPath := strings.Cut(before, "/")
	hasColon := strings.Contains(before, ":")
	switch {
	case before == "":
		return false
	case strings.Contains(after, "/"):
		// Such as HOST/@SCOPE/NAME, which is how npm names packages.
		return !isPath || path != "" && !strings.HasSuffix(path, "/") || hasColon && !isRegistry(first)
	case digestPattern.MatchString(after):
		return after == "" && !isPath && hasColon
	case !isPath:
		return hasColon || domainPattern.MatchString(after)
	case isRegistry(first):
		return hasColon && domainPattern.MatchString(after)
	}
	return hasColon || domainPattern.MatchString(after)
}

// isRegistry reports whether a text is a host that needs no more to be taken for one.
func isRegistry(text string) bool {
	_, err := normaliseHost(text)
	return err == nil && (text == "localhost" || strings.ContainsAny(text, ".:"))
}

// HasUser reports whether a text, which may be a path, is rather a
// reference with a user name and a password.
func HasUser(text string) bool {
	if strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") || strings.HasPrefix(text, ".") || IsDrive(text) {
		return false
	}
	_, found := withoutUser(text)
	return found
}

// WithoutUser masks the same in a path, where a reference was given for one.
func WithoutUser(path string) string {
	if user, _, _ := strings.Cut(path, "@"); !strings.Contains(user, ":") || !HasUser(path) {
		return path
	}
	bare, _ := withoutUser(path)
	return bare
}

// IsDrive reports whether a path begins with a drive letter of Windows.
func IsDrive(path string) bool {
	return len(path) > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/')
}
