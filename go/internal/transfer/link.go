package transfer

import (
	"net/url"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// nextQuery returns the query of the page after this one, byte for byte as the
// registry wrote it but for spaces, and whether there is such a page (RFC 8288; distribution
// specification, v1.1, "Listing Tags"). What is asked goes to the same address of the
// same registry; a link that leads elsewhere is refused.
func nextQuery(asked *url.URL, links []string) (query string, found bool, err error) {
	target, found := nextLink(links)
	if !found {
		return "", false, nil
	}
	next, err := asked.Parse(target)
	switch {
	case err != nil:
		return "", false, badLink(asked, "is not an address")
	case !sameHost(asked, next) || next.User != nil:
		return "", false, badLink(asked, "leads to another host, %s", fault.Quote(next.Host))
	case next.Scheme != asked.Scheme:
		return "", false, badLink(asked, "leads from %s to %s", asked.Scheme, fault.Quote(next.Scheme)).
			WithHint("a proxy in front of the registry has to pass X-Forwarded-Proto: %s", asked.Scheme)
	case next.Path != asked.Path:
		return "", false, badLink(asked, "leads out of %s", asked.Path)
	}
	// A space is no part of an address (RFC 3986), and would end it in a request.
	return strings.ReplaceAll(next.RawQuery, " ", "%20"), true, nil
}

func badLink(asked *url.URL, format string, args ...any) *fault.Error {
	return fault.New(fault.Registry, "the link of %s to the next page %w", asked.Host, fault.Textf(format, args...))
}

// nextLink returns the target of the first link whose relation is "next", of all
// Link headers of an answer (RFC 8288, sections 3 and B.2). One with an anchor is
// about something else.
func nextLink(links []string) (string, bool) {
	for _, rest := range links {
		for rest != "" {
			rest = strings.TrimLeft(rest, " \t,")
			inner, isLink := strings.CutPrefix(rest, "<")
			target, after, closed := strings.Cut(inner, ">")
			if !isLink || !closed {
				break // nobody knows where the next one would begin
			}
			var isNext bool
			isNext, rest = readParameters(after)
			if isNext {
				return strings.TrimSpace(target), true
			}
		}
	}
	return "", false
}

// readParameters reads the parameters of a link, up to the comma that ends it, and
// reports whether they make it the next page.
func readParameters(text string) (isNext bool, rest string) {
	seen, anchored := false, false
	for {
		text = strings.TrimLeft(text, " \t")
		after, more := strings.CutPrefix(text, ";")
		if !more {
			return isNext && !anchored, text
		}
		name, value, remainder := cutParameter(strings.TrimLeft(after, " \t"))
		switch strings.ToLower(name) {
		case "rel":
			// The first one counts.
			if !seen {
				for relation := range strings.FieldsSeq(value) {
					isNext = isNext || strings.EqualFold(relation, "next")
				}
			}
			seen = true
		case "anchor":
			anchored = true
		}
		text = remainder
	}
}

// cutParameter cuts off one parameter, whose value may be quoted.
func cutParameter(text string) (name, value, rest string) {
	end := strings.IndexAny(text, "=;,")
	if end < 0 {
		return strings.TrimSpace(text), "", ""
	}
	name, rest = strings.TrimSpace(text[:end]), text[end:]
	if rest[0] != '=' {
		return name, "", rest
	}
	rest = strings.TrimLeft(rest[1:], " \t")
	quoted, isQuoted := strings.CutPrefix(rest, `"`)
	if !isQuoted {
		end = strings.IndexAny(rest, ";,")
		if end < 0 {
			end = len(rest)
		}
		return name, strings.TrimSpace(rest[:end]), rest[end:]
	}
	var unquoted strings.Builder
	for i := 0; i < len(quoted); i++ {
		switch quoted[i] {
		case '"':
			return name, unquoted.String(), quoted[i+1:]
		case '\\':
			i++
		}
		if i < len(quoted) {
			unquoted.WriteByte(quoted[i])
		}
	}
	return name, unquoted.String(), ""
}
