package transfer

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// Tokens keeps what was said to registries, as auth.NewCache does, and knows what that one
// does not: when a token ends, that one was refused, since not every registry says of one
// that has expired that it wants another, and that somebody else has just asked for one.
type Tokens struct {
	cache atomic.Pointer[auth.Cache]

	mu   sync.Mutex
	last map[tokenID]kept
	// forgotten is how often all, or what one registry was told, was let go of.
	forgotten int
}

// tokenID is what a token is for: the key is the scopes, or for a password who may use it.
type tokenID struct {
	host   string
	scheme auth.Scheme
	key    string
}

// kept is the token that was obtained last.
type kept struct {
	token string
	// ends is when it is not to be used any more; zero where that is not known.
	ends    time.Time
	refused bool
}

// NewTokens returns an empty cache.
func NewTokens() *Tokens {
	tokens := &Tokens{}
	tokens.Forget()
	return tokens
}

// Forget lets go of all that was said, as when somebody has logged in or out.
func (t *Tokens) Forget() {
	cache := auth.NewCache()
	t.cache.Store(&cache)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = map[tokenID]kept{}
	t.forgotten++
}

// ForgetHost lets go of what was said to one registry.
func (t *Tokens) ForgetHost(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forgotten++
	for id, one := range t.last {
		if id.host == host {
			one.refused = true
			t.last[id] = one
		}
	}
}

// GetScheme implements auth.Cache.
func (t *Tokens) GetScheme(ctx context.Context, host string) (auth.Scheme, error) {
	return (*t.cache.Load()).GetScheme(ctx, host)
}

type usedKey struct{}

// used is how one request was authenticated.
type used struct {
	tokens *Tokens
	id     tokenID
	// sent are the tokens that the request has been sent with, the last one last.
	sent []string
	// fetched is set where the token was asked for on account of this request.
	fetched bool
}

func usedOf(ctx context.Context) *used {
	one, _ := ctx.Value(usedKey{}).(*used)
	return one
}

func (u *used) note(tokens *Tokens, id tokenID, token string) {
	if u != nil {
		u.tokens, u.id, u.sent = tokens, id, append(u.sent, token)
	}
}

// GetToken implements auth.Cache.
func (t *Tokens) GetToken(ctx context.Context, host string, scheme auth.Scheme, key string) (string, error) {
	token, err := (*t.cache.Load()).GetToken(ctx, host, scheme, key)
	if err != nil {
		return "", err
	}
	id := tokenID{host, scheme, key}
	if good, ok := t.good(id); !ok || good != token {
		return "", errdef.ErrNotFound
	}
	usedOf(ctx).note(t, id, token)
	return token, nil
}

// good returns the token that was obtained last, if it may be used.
func (t *Tokens) good(id tokenID) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, ok := t.last[id]
	return one.token, ok && !one.refused && (one.ends.IsZero() || time.Now().Before(one.ends))
}

// Set implements auth.Cache. Of many requests that want a token at the same time one asks.
func (t *Tokens) Set(ctx context.Context, host string, scheme auth.Scheme, key string, fetch func(context.Context) (string, error)) (string, error) {
	id, one := tokenID{host, scheme, key}, usedOf(ctx)
	token, err := (*t.cache.Load()).Set(ctx, host, scheme, key, func(ctx context.Context) (string, error) {
		// Somebody may have got one after this request was sent.
		if token, ok := t.good(id); ok && one != nil && !slices.Contains(one.sent, token) {
			return token, nil
		}
		answer, before := &tokenAnswer{}, t.times()
		token, err := fetch(context.WithValue(ctx, tokenAnswerKey{}, answer))
		if err == nil {
			t.keep(id, kept{token: token, ends: answer.ends(time.Now())}, before)
		}
		return token, err
	})
	if err == nil && one != nil {
		one.note(t, id, token)
		one.fetched = true
	}
	return token, err
}

// times returns how often something was let go of.
func (t *Tokens) times() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.forgotten
}

// keep keeps a token, unless something was let go of while it was asked for: it may be that
// of a user who is not meant any more.
func (t *Tokens) keep(id tokenID, one kept, before int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.forgotten == before {
		t.last[id] = one
	}
}

// isStale reports whether what a request was authenticated with may have expired: it was
// not obtained for it, and the answer refuses it without asking for another.
func (u *used) isStale(resp *http.Response) bool {
	if len(u.sent) == 0 || u.fetched || resp.Request.Header.Get("Authorization") != u.id.scheme.String()+" "+u.sent[len(u.sent)-1] {
		return false
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return resp.Header.Get("WWW-Authenticate") == ""
	case http.StatusForbidden:
		return true
	case http.StatusBadRequest:
		return mayDeny(resp)
	}
	return false
}

// forget keeps the token from being used again.
func (u *used) forget() {
	u.tokens.mu.Lock()
	defer u.tokens.mu.Unlock()
	if one := u.tokens.last[u.id]; one.token == u.sent[len(u.sent)-1] {
		one.refused = true
		u.tokens.last[u.id] = one
	}
}

// mayDeny reports whether an answer with the status 400 denies access, as some registries
// do: all but one that names another reason.
func mayDeny(resp *http.Response) bool {
	begin, err := peek(resp)
	var body struct {
		Errors errcode.Errors `json:"errors"`
	}
	if err != nil || json.Unmarshal(begin, &body) != nil || len(body.Errors) == 0 {
		return err == nil
	}
	return slices.ContainsFunc(body.Errors, func(one errcode.Error) bool {
		return strings.EqualFold(one.Code, errcode.ErrorCodeDenied) || strings.EqualFold(one.Code, errcode.ErrorCodeUnauthorized)
	})
}

// do sends a request through a client of the registry. A token that may have
// expired is replaced once.
func (r *Repository) do(client *auth.Client, req *http.Request) (*http.Response, error) {
	one := &used{}
	req = req.WithContext(context.WithValue(req.Context(), usedKey{}, one))
	if header := r.authorization.Load(); header != nil && client == r.Client {
		req.Header.Set("Authorization", *header)
	}
	resp, err := client.Do(req)
	if err != nil {
		return r.withIncomplete(client, req, err)
	}
	if !one.isStale(resp) || !rewindable(req) {
		return resp, nil
	}
	monitor.From(req.Context()).Log(monitor.Debug, "%s refused what it had taken before; authenticating anew", req.URL.Host)
	one.forget()
	discard(resp)
	if err := rewind(req); err != nil {
		return nil, err
	}
	return client.Do(req)
}

// withIncomplete sends what oras-go does not where a registry asks for Basic: a token
// that the user has, which some take nevertheless, or a password that is empty.
func (r *Repository) withIncomplete(client *auth.Client, req *http.Request, refusal error) (*http.Response, error) {
	// oras-go has no type for it.
	if !strings.Contains(refusal.Error(), "missing username or password for basic auth") || client.Credential == nil || !rewindable(req) {
		return nil, refusal
	}
	credential, err := client.Credential(req.Context(), r.Name.Host())
	if err != nil || credential.AccessToken == "" && credential.Username == "" && credential.Password == "" {
		return nil, refusal
	}
	if err := rewind(req); err != nil {
		return nil, err
	}
	header := "Bearer " + credential.AccessToken
	if credential.AccessToken == "" {
		header = "Basic " + base64.StdEncoding.EncodeToString([]byte(credential.Username+":"+credential.Password))
	}
	req.Header.Set("Authorization", header)
	resp, err := client.Do(req)
	if err == nil && resp.StatusCode != http.StatusUnauthorized {
		r.authorization.Store(&header)
	}
	return resp, err
}

// rewind lets the body of a request be sent again.
func rewind(req *http.Request) error {
	if req.GetBody == nil {
		return nil
	}
	body, err := req.GetBody()
	req.Body = body
	return err
}
