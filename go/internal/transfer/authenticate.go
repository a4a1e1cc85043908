package transfer

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

type usedKey struct{}

// used is how one request was authenticated.
type used struct {
	tokens *Tokens
	id     tokenID
	// realm is the token service that the registry named last.
	realm string
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

// IsRefused reports whether the password that a request was sent with has been refused, so
// that one that was looked up before may be out of date. A token that is refused says nothing
// of the password that it was obtained with.
func IsRefused(ctx context.Context) bool {
	one := usedOf(ctx)
	return one != nil && len(one.sent) > 0 && one.id.scheme == auth.SchemeBasic
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
