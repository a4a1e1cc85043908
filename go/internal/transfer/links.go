package transfer

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// nextLink returns the address of the page that follows an answer, or nil after the
// last one (RFC 8288; distribution specification, v1.1, "Listing Referrers" and
// "Listing Tags"). base is the address that the answer came from. A page on another
// host is refused: nobody asked for anything there. Of the link, path and query count
// alone: a registry behind a proxy may not know by which scheme and port it is reached.
func nextLink(resp *http.Response, base *url.URL) (*url.URL, error) {
	for _, header := range resp.Header.Values("Link") {
		target, found := nextTarget(header)
		if !found {
			continue
		}
		next, err := base.Parse(target)
		if err != nil {
			return nil, fault.New(fault.Registry, "the registry %s names a next page that is not an address", base.Host)
		}
		if !strings.EqualFold(next.Hostname(), base.Hostname()) {
			return nil, fault.New(fault.Registry, "the registry %s names a next page on another host, %s, which is not asked", base.Host, next.Host)
		}
		next.Scheme, next.Host, next.User, next.Fragment = base.Scheme, base.Host, nil, ""
		return next, nil
	}
	return nil, nil
}

// nextTarget finds the target of the relation "next" in a Link header. A link of which
// no relation is said is taken for it, as other clients do.
func nextTarget(header string) (string, bool) {
	for header != "" {
		_, rest, opened := strings.Cut(header, "<")
		target, after, closed := strings.Cut(rest, ">")
		if !opened || !closed {
			return "", false
		}
		parameters, following := linkParameters(after)
		if relation, said := parameters["rel"]; !said || hasWord(relation, "next") {
			return strings.TrimSpace(target), true
		}
		header = following
	}
	return "", false
}

// linkParameters reads the parameters of a link, and returns what follows the link.
func linkParameters(text string) (parameters map[string]string, following string) {
	parameters = map[string]string{}
	for {
		text = strings.TrimLeft(text, " \t")
		if !strings.HasPrefix(text, ";") {
			return parameters, text
		}
		text = text[1:]
		end := strings.IndexAny(text, "=;,")
		if end < 0 {
			return parameters, ""
		}
		name := strings.ToLower(strings.TrimSpace(text[:end]))
		if text[end] != '=' {
			text = text[end:]
			continue
		}
		var value string
		value, text = linkValue(strings.TrimLeft(text[end+1:], " \t"))
		if _, given := parameters[name]; !given { // the first one counts (section 3.3)
			parameters[name] = value
		}
	}
}

// linkValue reads a token or a quoted string.
func linkValue(text string) (value, rest string) {
	if !strings.HasPrefix(text, `"`) {
		if end := strings.IndexAny(text, ";,"); end >= 0 {
			return strings.TrimSpace(text[:end]), text[end:]
		}
		return strings.TrimSpace(text), ""
	}
	var unquoted strings.Builder
	for at := 1; at < len(text); at++ {
		switch {
		case text[at] == '"':
			return unquoted.String(), text[at+1:]
		case text[at] == '\\' && at+1 < len(text):
			at++
		}
		unquoted.WriteByte(text[at])
	}
	return unquoted.String(), ""
}

func hasWord(words, wanted string) bool {
	for word := range strings.FieldsSeq(words) {
		if strings.EqualFold(word, wanted) {
			return true
		}
	}
	return false
}
