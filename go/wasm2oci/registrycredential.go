package wasm2oci

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/secret"
	"github.com/wasm2oci/wasm2oci/go/internal/strictjson"
)

// RegistryCredential is who a client is for one registry, or for a part of it: Username and
// Password, a Token or an IdentityToken.
type RegistryCredential struct {
	// Registry is HOST or HOST:PORT, which may go on with a repository or with what is above
	// it, as in "ghcr.io/me"; of several that fit the longest counts
	// (containers-auth.json(5), "FORMAT").
	Registry string `json:"registry"`
	// Username and Password go together; a password may be empty.
	Username string  `json:"username,omitempty"`
	Password *string `json:"password,omitempty"`
	// Token is a bearer token, as registries take it.
	Token string `json:"token,omitempty"`
	// IdentityToken is one that the token service of the registry exchanges.
	IdentityToken string `json:"identity_token,omitempty"`
}

// UnmarshalJSON implements json.Unmarshaler. It refuses members that are unknown or stand
// twice.
func (r *RegistryCredential) UnmarshalJSON(raw []byte) error {
	members, err := strictjson.Members(raw)
	if err != nil {
		return fmt.Errorf("an item of credentials: %w", err)
	}
	known := []string{"registry", "username", "password", "token", "identity_token"}
	for _, member := range members {
		if !slices.Contains(known, member.Name) {
			return fmt.Errorf("an item of credentials has the unknown member %q; known are %s", member.Name, strings.Join(known, ", "))
		}
	}
	type plain RegistryCredential
	return json.Unmarshal(raw, (*plain)(r))
}

// isEmpty reports whether it says who for, and not who.
func (r RegistryCredential) isEmpty() bool {
	return r.Username == "" && r.Password == nil && r.Token == "" && r.IdentityToken == ""
}

// key returns what it is kept under: the host as podman writes it, and the path.
func (r RegistryCredential) key() (string, error) {
	reference, path, err := parsePlace(r.Registry)
	if err != nil {
		return "", fault.New(InvalidArgument, "{credentials} names %s, which is not HOST or HOST:PORT, with or without the path of a repository", fault.Quote(ref.WithoutUser(r.Registry)))
	}
	return strings.TrimSuffix(reference.Registry+"/"+path, "/"), nil
}

// SetCredentials gives the client credentials of single registries, each in place of the one
// that it had for the same: those of ClientOptions.Credentials, and what was set before. One
// without a secret takes it away. Operations that run see them when a registry next asks.
//
// Errors: InvalidArgument; nothing is set then.
func (c *Client) SetCredentials(list []RegistryCredential) error {
	changed, err := c.credentials.listed.set(list, c.credentials.secrets, true)
	if err != nil {
		return classify("", "", err)
	}
	// What another user has been given is not for this one.
	for _, key := range changed {
		host, _, _ := strings.Cut(key, "/")
		c.tokens.ForgetHost(registryHost(Reference{Registry: host}))
	}
	return nil
}

// listedCredentials are the credentials of single registries, by their keys.
type listedCredentials struct {
	mu    sync.RWMutex
	known map[string]auth.Credential
}

func (l *listedCredentials) isEmpty() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.known) == 0
}

// find returns the credential for a repository.
func (l *listedCredentials) find(host, repository string) (auth.Credential, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, key := range append(credential.Above(host, repository), credential.Written(host)) {
		if found, ok := l.known[key]; ok {
			// Whoever is nobody here is not who they are above it.
			return found, found != auth.EmptyCredential
		}
	}
	return auth.EmptyCredential, false
}

// set checks all items and takes them over, and returns the keys of those that differ from
// what was known. Those without a secret are taken away, or refused.
func (l *listedCredentials) set(list []RegistryCredential, secrets *secret.Set, removing bool) ([]string, error) {
	wanted := map[string]auth.Credential{}
	for _, one := range list {
		key, err := one.key()
		if err != nil {
			return nil, err
		}
		if _, twice := wanted[key]; twice {
			return nil, fault.New(InvalidArgument, "{credentials} names %s twice", fault.Quote(key))
		}
		given := LoginOptions{Username: one.Username, Password: one.Password, Token: one.Token, IdentityToken: one.IdentityToken}
		if err := given.check(); err != nil && !(removing && one.isEmpty()) {
			return nil, fault.New(InvalidArgument, "the credential for %s in {credentials}: %w", fault.Quote(key), err)
		}
		wanted[key] = given.credential()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var changed []string
	for key, one := range wanted {
		if known, ok := l.known[key]; ok && known == one {
			continue
		}
		changed = append(changed, key)
		credential.Guard(secrets, one)
		l.known[key] = one
	}
	return changed, nil
}
