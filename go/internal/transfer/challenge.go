package transfer

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// settleChallenge leaves of what a registry asks for the one challenge that is answered, in
// the form that oras-go reads: it looks at the first one alone, and at quoted values.
// Registries send several, in one header or in many, and of every form (RFC 9110, section
// 11.6.1): a token service that can be asked comes before a password. It returns the token
// service.
func settleChallenge(resp *http.Response) (realm string) {
	if resp.StatusCode != http.StatusUnauthorized {
		return ""
	}
	var bearer, basic, broken *challenge
	for _, header := range resp.Header.Values("WWW-Authenticate") {
		for _, one := range parseChallenges(header) {
			switch {
			case strings.EqualFold(one.scheme, "basic"):
				basic = first(basic, one)
			case !strings.EqualFold(one.scheme, "bearer"):
			case one.hasService():
				bearer = first(bearer, one)
			default:
				broken = first(broken, one)
			}
		}
	}
	switch {
	case bearer != nil:
		resp.Header.Set("WWW-Authenticate", bearer.String())
		return bearer.values["realm"]
	case basic != nil:
		resp.Header.Set("WWW-Authenticate", "Basic")
	case broken != nil:
		resp.Header.Set("WWW-Authenticate", broken.String())
	}
	return ""
}

func first(found *challenge, one challenge) *challenge {
	if found != nil {
		return found
	}
	return &one
}

// challenge is one scheme with its parameters, whose names are in lower case.
type challenge struct {
	scheme string
	names  []string
	values map[string]string
}

// hasService reports whether a challenge names a token service.
func (c challenge) hasService() bool {
	realm, err := url.Parse(c.values["realm"])
	return err == nil && realm.Host != "" && (realm.Scheme == "http" || realm.Scheme == "https")
}

// String returns a challenge of Bearer with all of its values quoted.
func (c challenge) String() string {
	parts := make([]string, len(c.names))
	for i, name := range c.names {
		parts[i] = name + "=" + strconv.Quote(c.values[name])
	}
	return strings.TrimSpace("Bearer " + strings.Join(parts, ","))
}

func (c *challenge) set(name, value string) {
	if c.values == nil {
		c.values = map[string]string{}
	}
	if _, known := c.values[name]; !known {
		c.names = append(c.names, name)
	}
	c.values[name] = value
}

// parseChallenges reads a header. It looks at each byte once, and takes what is meant where
// the grammar is broken: values without quotes, a missing comma, a quote that does not end.
func parseChallenges(header string) []challenge {
	var found []challenge
	var last string // the parameter before
	for rest := header; ; {
		rest = strings.TrimLeft(rest, " \t,")
		word := rest[:indexOf(rest, " \t,=")]
		if rest = rest[len(word):]; word == "" {
			if rest == "" {
				return found
			}
			rest = rest[1:] // a sign that nothing precedes
			continue
		}
		after := strings.TrimLeft(rest, " \t")
		switch {
		case strings.HasPrefix(after, "=") && len(found) > 0:
			var value string
			value, rest = parseValue(strings.TrimLeft(after[1:], " \t"))
			last = strings.ToLower(word)
			found[len(found)-1].set(last, value)
		case last == "scope" && !isScheme(word):
			// The actions of a scope have commas, which quotes would guard.
			one := &found[len(found)-1]
			one.set(last, one.values[last]+","+word)
		default:
			found, last = append(found, challenge{scheme: word}), ""
		}
	}
}

// parseValue reads a value up to the end of its quotes, or else to a comma or a space.
func parseValue(text string) (value, rest string) {
	if !strings.HasPrefix(text, `"`) {
		end := indexOf(text, " \t,")
		return text[:end], text[end:]
	}
	var unquoted strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return unquoted.String(), text[i+1:]
		case text[i] == '\\' && i+1 < len(text):
			i++
		}
		unquoted.WriteByte(text[i])
	}
	return unquoted.String(), ""
}

func indexOf(text, signs string) int {
	if at := strings.IndexAny(text, signs); at >= 0 {
		return at
	}
	return len(text)
}

// isScheme reports whether a word begins a challenge (the registry of IANA, "HTTP
// Authentication Schemes").
func isScheme(word string) bool {
	switch strings.ToLower(word) {
	case "basic", "bearer", "digest", "negotiate", "ntlm", "mutual", "hoba", "dpop", "scram-sha-256":
		return true
	}
	return false
}
