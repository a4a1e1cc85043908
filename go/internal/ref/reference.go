// Package ref reads references, which name artifacts in registries and OCI
// layouts, and keeps out of messages what does not belong into one: user names,
// passwords and tokens.
package ref

import (
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	_ "crypto/sha256" // digest.Validate knows only linked-in hashes
	_ "crypto/sha512"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// defaultTag is what a reference with neither tag nor digest means.
const defaultTag = "latest"

// The kinds of place a Reference can name.
const (
	Registry = ""
	Layout   = "oci"
	Archive  = "oci-archive"
)

// Reference is a reference that was read; the public alias says what it means.
type Reference struct {
	// Scheme is "" for a registry, "oci" or "oci-archive".
	Scheme string
	// Registry is a lower-case host with an optional port, such as
	// "ghcr.io" or "[::1]:5000".
	Registry string
	// Repository is the name inside the registry.
	Repository string
	// Path is the folder of a layout or the file of an archive.
	Path string
	// Tag is empty only where a digest was given alone, or a whole repository is meant.
	Tag string
	// Untagged says that Tag was not written: it is "latest" by default.
	Untagged bool
	// Digest is empty where none was given.
	Digest digest.Digest
}

// placeholder is what a path is called in advice.
var placeholder = map[string]string{Layout: "DIR", Archive: "FILE"}

// The grammar of the distribution specification, v1.1, "Pulling manifests".
var (
	componentPattern = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$`)
	tagPattern       = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)
	hostPattern      = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.?$`)
	// localDigestPattern is what follows the "@" of a digest after a path, which may
	// hold "@" itself: nothing, or the name of a hash, and no separator behind it.
	localDigestPattern = regexp.MustCompile(`^(?:(?i:sha|md|blake)[0-9][0-9a-z]*(?::[^/\\]*)?)?$`)
	schemePattern      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
)

// maxRepository is the length that registries are known to accept
// (distribution/reference: NameTotalLengthMax).
const maxRepository = 255

// maxTag is the length of a tag in the grammar.
const maxTag = 128

// MaxText is how long a reference may be, with all its tags, in bytes. That is room for any path
// (PATH_MAX), and for 10,000 tags of 50 characters; and whoever reads it notices neither the time
// nor the memory.
const MaxText = 512 << 10

// tooLong returns the fault of a text that is longer. It keeps the start of it, unless a password
// may be in there: to mask that, all would have to be read.
func tooLong(text string) error {
	broken := invalid("the reference has %d bytes", len(text)).WithHint("at most %d are allowed", MaxText)
	if strings.Contains(text, "@") {
		return broken.In("", "")
	}
	return broken.In("", strings.ToValidUTF8(text[:fault.MaxQuoted], "")+"...")
}

// hubAliases all mean Docker Hub; "docker.io" is its written form.
var hubAliases = map[string]bool{
	"docker.io":            true,
	"index.docker.io":      true,
	"registry-1.docker.io": true,
	"registry.docker.io":   true,
}

// Parse reads a reference.
//
// Errors: InvalidReference, with the input quoted and what to write instead.
func Parse(text string) (Reference, error) {
	reference, err := parse(text, oneTag)
	if err == nil {
		reference.setDefaultTag()
	}
	return reference, err
}

// ParseRepository reads a reference that names a whole repository, layout or archive:
// its Tag and Digest are empty.
//
// Errors: InvalidReference, also for one with a tag or a digest.
func ParseRepository(text string) (Reference, error) {
	reference, err := parse(text, oneTag)
	if err != nil || reference.Tag == "" && reference.Digest == "" {
		return reference, err
	}
	what := "tag"
	if reference.Digest != "" {
		what = "digest"
	}
	return Reference{}, suggestForm(invalid("only a repository can be named here, without a %s", what), "write %q", reference.WithTag("").String(), "").In("", text)
}

// ParseTagged reads a reference to a tag that must be written down: what is removed
// should not be what nobody named.
//
// Errors: InvalidReference, also for one without a tag or with a digest.
func ParseTagged(text string) (Reference, error) {
	reference, err := parse(text, oneTag)
	switch {
	case err != nil:
		return reference, err
	case reference.Digest != "":
		return Reference{}, suggestForm(invalid("only a tag can be named here, without a digest"),
			"write %q, or delete the manifest by its digest", reference.WithTag("").String(), ":TAG").In("", text)
	case reference.Tag == "":
		return Reference{}, suggestForm(invalid("the reference has no tag"), "write %q", reference.String(), ":TAG").In("", text)
	}
	return reference, nil
}

// ParsePinned reads a reference with a digest.
//
// Errors: InvalidReference, also for one without a digest.
func ParsePinned(text string) (Reference, error) {
	reference, err := parse(text, oneTag)
	if err != nil || reference.Digest != "" {
		return reference, err
	}
	return Reference{}, suggestForm(invalid("only a digest can name what to delete"),
		"resolve it and write %q, or remove the tag alone with untag", reference.WithTag("").String(), "@DIGEST").In("", text)
}

// parse reads a reference, in which a tag that is not written is empty.
func parse(text string, rule tagRule) (Reference, error) {
	if len(text) > MaxText {
		return Reference{}, tooLong(text)
	}
	if bare, found := withoutUser(text); found {
		return Reference{}, fault.New(fault.InvalidReference, "a reference cannot hold a user name or a password").
			WithHint("give them with {username} and {password}").In("", bare)
	}
	reference, err := parseReference(text, rule)
	var advice *advised
	if errors.As(err, &advice) {
		err = advice.checked(rule)
	}
	var broken *fault.Error
	if errors.As(err, &broken) {
		return Reference{}, broken.In("", text)
	}
	return reference, err
}

// invalid returns the fault of a reference that breaks a rule.
func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.InvalidReference, format, args...)
}

func parseReference(text string, rule tagRule) (Reference, error) {
	if text == "" {
		return Reference{}, invalid("the reference is empty")
	}
	if scheme := schemePattern.FindString(text); scheme != "" {
		return Reference{}, leaveOut(scheme, text[len(scheme):], rule)
	}
	for _, scheme := range []string{Layout, Archive} {
		if rest, ok := strings.CutPrefix(text, scheme+":"); ok {
			return parseLocal(scheme, rest, rule)
		}
	}
	if !utf8.ValidString(text) {
		return Reference{}, invalid("the reference is not UTF-8")
	}
	return parseRegistry(text, rule)
}

// parseLocal reads what follows "oci:" or "oci-archive:". The last colon after
// the last separator starts the tag, except where it belongs to a drive letter.
// Paths may hold "@": the last one starts a digest only where what follows is meant
// to be one: it begins with the name of a hash and has no separator, or is empty.
func parseLocal(scheme, rest string, rule tagRule) (Reference, error) {
	reference := Reference{Scheme: scheme}
	path := rest
	var err error
	if at := strings.LastIndexByte(rest, '@'); at >= 0 && localDigestPattern.MatchString(rest[at+1:]) {
		if reference.Digest, err = parseDigest(rest[at+1:]); err != nil {
			return Reference{}, err
		}
		path = rest[:at]
		if at := strings.LastIndexByte(path, '@'); at >= 0 && localDigestPattern.MatchString(path[at+1:]) {
			return Reference{}, invalid("invalid digest %q", rest[at+1:])
		}
	}
	if colon := strings.LastIndexByte(path, ':'); colon > strings.LastIndexAny(path, `/\`) {
		if reference.Tag, err = rule(path[colon+1:]); err != nil {
			return Reference{}, err
		}
		path = path[:colon]
		if above := strings.LastIndexByte(path, ':'); above >= 0 && digest.Digest(path[above+1:]+":"+reference.Tag).Validate() == nil {
			return Reference{}, suggest(invalid("a digest follows %q, not %q", "@", ":"), "write %q", scheme+":"+path[:above]+"@"+path[above+1:]+":"+reference.Tag)
		}
	}
	if path == "" {
		return Reference{}, invalid("%q names no path", scheme+":"+rest).WithHint("write %s:%s[:TAG]", scheme, placeholder[scheme])
	}
	if strings.HasPrefix(path, "//") {
		return Reference{}, suggest(invalid("a layout path cannot start with %q", "//"), "write %q", scheme+":"+strings.TrimLeft(path, "/"))
	}
	reference.Path = path
	return reference, nil
}

func parseRegistry(text string, rule tagRule) (Reference, error) {
	if isFileName(text) {
		return Reference{}, invalid("a file name is not a reference").WithHint("push the file to HOST/REPOSITORY[:TAG], and name that")
	}
	if err := lookalike(text); err != nil {
		return Reference{}, err
	}
	host, rest, found := strings.Cut(text, "/")
	if !found {
		return Reference{}, withoutSlash(text)
	}
	if host != "localhost" && !strings.ContainsAny(host, ".:") {
		return Reference{}, onHub(invalid("no registry is named (%q has neither a dot nor a port)", host), "docker.io/", text)
	}
	registry, err := normaliseHost(host)
	if err != nil {
		return Reference{}, err
	}
	name, dgst, err := cutDigest(rest)
	if err != nil {
		return Reference{}, err
	}
	reference := Reference{Registry: registry, Digest: dgst}
	name, tag, tagged := strings.Cut(name, ":")
	if tagged {
		if _, err := digest.Parse(tag); err == nil {
			return Reference{}, suggest(invalid("a digest follows %q, not %q", "@", ":"), "write %q", host+"/"+name+"@"+tag)
		}
		if reference.Tag, err = rule(tag); err != nil {
			return Reference{}, err
		}
	}
	if registry == "docker.io" && name != "" && !strings.Contains(name, "/") {
		name = "library/" + name
	}
	if err := validateRepository(name); err != nil {
		return Reference{}, err
	}
	reference.Repository = name
	return reference, nil
}

func (r *Reference) setDefaultTag() {
	if r.Tag == "" && r.Digest == "" {
		r.Tag, r.Untagged = defaultTag, true
	}
}

// WithTag returns the reference to another tag in the same place, or, where that is
// empty, to the place alone.
func (r Reference) WithTag(tag string) Reference {
	r.Tag, r.Untagged, r.Digest = tag, false, ""
	return r
}

// String returns the normalised reference, in which a tag or a digest is always
// visible, unless it is to a whole repository.
func (r Reference) String() string {
	var text strings.Builder
	if r.Scheme != Registry {
		text.WriteString(r.Scheme + ":" + r.Path)
	} else {
		text.WriteString(r.Registry + "/" + r.Repository)
	}
	if r.Tag != "" {
		text.WriteString(":" + r.Tag)
	}
	if r.Digest != "" {
		text.WriteString("@" + r.Digest.String())
	}
	return text.String()
}

// Written is String without a tag that was not written: what it means, the place decides.
func (r Reference) Written() string {
	if r.Untagged {
		return r.WithTag("").String()
	}
	return r.String()
}

// IsLoopback reports whether the registry is exactly localhost, 127.0.0.0/8 or
// [::1], where plain HTTP is the default.
func (r Reference) IsLoopback() bool {
	host := hostname(r.Registry)
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() && (addr.Is4() || addr == netip.IPv6Loopback())
}

// hostname strips the port and the brackets of a host.
func hostname(registry string) string {
	if host, _, err := net.SplitHostPort(registry); err == nil {
		return host
	}
	return strings.Trim(registry, "[]")
}

func cutDigest(text string) (string, digest.Digest, error) {
	name, value, found := strings.Cut(text, "@")
	if !found {
		return text, "", nil
	}
	dgst, err := parseDigest(value)
	return name, dgst, err
}

// parseDigest reads what follows the "@".
func parseDigest(value string) (digest.Digest, error) {
	if value == "" {
		return "", invalid("the digest after %q is empty", "@")
	}
	dgst, err := digest.Parse(value)
	switch {
	case err == digest.ErrDigestUnsupported:
		algorithm, _, _ := strings.Cut(value, ":")
		return "", invalid("unsupported digest algorithm %q", algorithm).WithHint("sha256, sha384 and sha512 are known")
	case err != nil:
		return "", invalid("invalid digest %q", value).WithHint("write ALGORITHM:HEX, such as sha256 with 64 lower-case hex digits")
	}
	return dgst, nil
}

func validateRepository(name string) error {
	if name == "" {
		return invalid("no repository is named")
	}
	if len(name) > maxRepository {
		return invalid("the repository has %d characters", len(name)).WithHint("at most %d are allowed", maxRepository)
	}
	for part := range strings.SplitSeq(name, "/") {
		if componentPattern.MatchString(part) {
			continue
		}
		if lower := strings.ToLower(part); lower != part && componentPattern.MatchString(lower) {
			return invalid("the repository part %q must be lower case", part).WithHint("write %q", lower)
		}
		return invalid("invalid repository part %q", part).
			WithHint("lower-case letters and digits are allowed, with %q, %q and %q between them", ".", "_", "-")
	}
	return nil
}

// normaliseHost checks a host with an optional port and returns it in lower case,
// with Docker Hub under its written name.
func normaliseHost(host string) (string, error) {
	lower := strings.ToLower(host)
	name, port := lower, ""
	if strings.HasPrefix(lower, "[") {
		end := strings.IndexByte(lower, ']')
		if end < 0 {
			return "", invalid("invalid registry %q", host).WithHint("put an IPv6 address in brackets")
		}
		addr, err := netip.ParseAddr(lower[1:end])
		if err != nil || !addr.Is6() {
			return "", invalid("invalid registry %q: not an IPv6 address", host)
		}
		name, port = lower[:end+1], lower[end+1:]
		if port != "" && !strings.HasPrefix(port, ":") {
			return "", invalid("invalid registry %q", host)
		}
	} else {
		if colon := strings.IndexByte(lower, ':'); colon >= 0 {
			name, port = lower[:colon], lower[colon:]
		}
		if !hostPattern.MatchString(name) {
			return "", invalid("invalid registry %q", host).WithHint("write HOST[:PORT]")
		}
	}
	if port != "" && !isPort(port[1:]) {
		return "", invalid("invalid port in registry %q", host)
	}
	if hubAliases[name] && (port == "" || port == ":443") {
		return "docker.io", nil
	}
	return name + port, nil
}

func isPort(text string) bool {
	number, err := strconv.ParseUint(text, 10, 16)
	return err == nil && number > 0
}
