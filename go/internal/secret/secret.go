// Package secret knows the strings that must not leave a client, such as passwords
// and tokens, and masks them in what others say: a registry, a token service or a
// proxy may repeat the request in its answer.
package secret

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Mask replaces a secret.
const Mask = "***"

// shortest is the length, in bytes, from which on a string is masked. Anything
// shorter is found in every other word.
const shortest = 4

// maxKept is how many secrets are remembered: a client that lives for long is given
// ever new tokens, of which old ones have expired. Those that are pinned do not count.
const maxKept = 64

// Set is a set of secrets. The zero value is empty; a nil one stays so. All its
// methods may be called from many goroutines at a time.
type Set struct {
	mu sync.Mutex
	// kept are the spellings of each secret, the oldest first; of these the first
	// ones are kept for good. What is in the slice is never changed: forks have it, too.
	kept   []spellings
	pinned int
	// replacer is made when it is needed; nil where something came since.
	replacer atomic.Pointer[strings.Replacer]
}

// spellings are one secret and how it is written elsewhere.
type spellings struct {
	secret string
	all    []string
}

// Add adds a token.
func (s *Set) Add(token string) { s.add(token, spell(token)) }

// AddPassword adds a password, and the pair that HTTP sends (RFC 7617).
func (s *Set) AddPassword(username, password string) {
	if password == "" {
		return
	}
	pair := username + ":" + password
	s.add(pair, append(spell(password), spell(pair)...))
}

// AddURL adds the password in a URL, if there is one.
func (s *Set) AddURL(text string) {
	// A proxy may be written without a scheme.
	for _, one := range []string{text, "http://" + text} {
		if u, err := url.Parse(one); err == nil && u.User != nil {
			password, _ := u.User.Password()
			s.AddPassword(u.User.Username(), password)
			return
		}
	}
}

// Pin keeps all that is in the set for good.
func (s *Set) Pin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pinned = len(s.kept)
}

// Fork returns a set that begins with all that is in this one, for good. What is added to
// either is not in the other.
func (s *Set) Fork() *Set {
	compiled := s.compiled()
	s.mu.Lock()
	defer s.mu.Unlock()
	fork := &Set{kept: slices.Clip(s.kept), pinned: len(s.kept)}
	if s.replacer.Load() == compiled {
		fork.replacer.Store(compiled)
	}
	return fork
}

func (s *Set) add(secret string, all []string) {
	if s == nil || secret == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.kept, func(one spellings) bool { return one.secret == secret }) {
		return
	}
	if len(s.kept) >= s.pinned+maxKept {
		s.kept = slices.Concat(s.kept[:s.pinned], s.kept[s.pinned+1:])
	}
	s.kept = append(s.kept, spellings{secret, all})
	s.replacer.Store(nil)
}

// nothing replaces nothing.
var nothing = strings.NewReplacer()

// compiled returns what replaces the secrets.
func (s *Set) compiled() *strings.Replacer {
	if known := s.replacer.Load(); known != nil {
		return known
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	made := s.compile()
	s.replacer.Store(made)
	return made
}

// compile returns what replaces all spellings, the longest of them first.
func (s *Set) compile() *strings.Replacer {
	var all []string
	for _, one := range s.kept {
		all = append(all, one.all...)
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, one := range all {
		if len(one) >= shortest {
			pairs = append(pairs, one, Mask)
		}
	}
	if len(pairs) == 0 {
		return nothing
	}
	return strings.NewReplacer(pairs...)
}

// spell returns how a secret may be written: as it is, in base64, and with the escapes of URLs, of
// JSON and of Go.
func spell(secret string) []string {
	quoted := strconv.Quote(secret)
	document, _ := json.Marshal(secret) // of a string, which cannot fail
	standard, safe := base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret))
	all := []string{
		secret, standard, safe, strings.TrimRight(standard, "="), strings.TrimRight(safe, "="), url.QueryEscape(standard),
		url.QueryEscape(secret), url.PathEscape(secret), quoted[1 : len(quoted)-1], string(document[1 : len(document)-1]),
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// IsEmpty reports whether there is nothing to mask.
func (s *Set) IsEmpty() bool { return s == nil || s.compiled() == nothing }

// Mask returns a text without the secrets.
func (s *Set) Mask(text string) string {
	if s.IsEmpty() {
		return text
	}
	return s.compiled().Replace(text)
}

// MaskAnswer returns the body of an answer without the secrets. Of a JSON document the
// texts are masked, whatever escapes they are written with.
func (s *Set) MaskAnswer(body []byte) []byte {
	if s.IsEmpty() {
		return body
	}
	var document any
	if json.Unmarshal(body, &document) != nil {
		return []byte(s.Mask(string(body)))
	}
	masked, err := json.Marshal(s.maskValue(document))
	if err != nil {
		return nil
	}
	return masked
}

func (s *Set) maskValue(value any) any {
	switch value := value.(type) {
	case string:
		return s.Mask(value)
	case []any:
		for i := range value {
			value[i] = s.maskValue(value[i])
		}
	case map[string]any:
		masked := make(map[string]any, len(value))
		for name, member := range value {
			masked[s.maskName(name)] = s.maskValue(member)
		}
		return masked
	}
	return value
}

// members are the names that answers are read by.
var members = []string{"errors", "code", "message", "detail", "error", "error_description", "error_uri"}

func (s *Set) maskName(name string) string {
	if slices.Contains(members, name) {
		return name
	}
	return s.Mask(name)
}

type contextKey struct{}

// With returns a context in which what leaves it is masked.
func With(ctx context.Context, s *Set) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// From returns the secrets of a context; where there are none, an empty set.
func From(ctx context.Context) *Set {
	if s, ok := ctx.Value(contextKey{}).(*Set); ok {
		return s
	}
	return nil
}
