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

	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// Tokens keeps what was said to registries, as auth.NewCache does, and can forget a
// token: not every registry says of one that has expired that it wants another.
type Tokens struct {
	cache atomic.Pointer[auth.Cache]

	mu sync.Mutex
	// refused has the token that is not to be used again, by host and key.
	refused map[[2]string]string
}

// NewTokens returns an empty cache.
func NewTokens() *Tokens {
	tokens := &Tokens{refused: map[[2]string]string{}}
	tokens.Forget()
	return tokens
}

// Forget lets go of all that was said, as when somebody has logged in or out.
func (t *Tokens) Forget() {
	cache := auth.NewCache()
	t.cache.Store(&cache)
}

// GetScheme implements auth.Cache.
func (t *Tokens) GetScheme(ctx context.Context, host string) (auth.Scheme, error) {
	return (*t.cache.Load()).GetScheme(ctx, host)
}

type usedKey struct{}

// used is how one request was authenticated.
type used struct {
	tokens *Tokens
	id     [2]string
	token  string
	// fetched is set where the token was asked for on account of this request.
	fetched bool
}

// GetToken implements auth.Cache.
func (t *Tokens) GetToken(ctx context.Context, host string, scheme auth.Scheme, key string) (string, error) {
	token, err := (*t.cache.Load()).GetToken(ctx, host, scheme, key)
	if err != nil || scheme != auth.SchemeBearer {
		return token, err
	}
	id := [2]string{host, key}
	t.mu.Lock()
	refused := t.refused[id] == token
	t.mu.Unlock()
	if refused {
		return "", errdef.ErrNotFound
	}
	if one, ok := ctx.Value(usedKey{}).(*used); ok {
		one.tokens, one.id, one.token = t, id, token
	}
	return token, nil
}

// Set implements auth.Cache.
func (t *Tokens) Set(ctx context.Context, host string, scheme auth.Scheme, key string, fetch func(context.Context) (string, error)) (string, error) {
	if one, ok := ctx.Value(usedKey{}).(*used); ok {
		one.fetched = true
	}
	return (*t.cache.Load()).Set(ctx, host, scheme, key, fetch)
}

// isStale reports whether the token of a request may be one that has expired: it
// was not fetched for it, and the answer refuses it without asking for another.
func (u *used) isStale(resp *http.Response) bool {
	if u.token == "" || u.fetched || resp.Request.Header.Get("Authorization") != "Bearer "+u.token {
		return false
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return resp.Header.Get("WWW-Authenticate") == ""
	case http.StatusForbidden:
		return true
	case http.StatusBadRequest:
		return deniedInBody(resp)
	}
	return false
}

// forget keeps the token from being used again.
func (u *used) forget() {
	u.tokens.mu.Lock()
	defer u.tokens.mu.Unlock()
	u.tokens.refused[u.id] = u.token
}

// deniedInBody reports whether an answer denies access, which some registries do
// with the status 400.
func deniedInBody(resp *http.Response) bool {
	begin, err := peek(resp)
	var body struct {
		Errors errcode.Errors `json:"errors"`
	}
	return err == nil && json.Unmarshal(begin, &body) == nil && slices.ContainsFunc(body.Errors, func(one errcode.Error) bool {
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
	monitor.From(req.Context()).Log(monitor.Debug, "%s refused a token that was in use; asking for another", req.URL.Host)
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
