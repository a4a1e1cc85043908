package wasm2oci

import (
	"encoding/json"
	"fmt"
	"maps"
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
// without a secret takes it away. Operations that have begun keep those with which they did.
//
// Errors: InvalidArgument; nothing is set then.
func (c *Client) SetCredentials(list []RegistryCredential) error {
	wanted, err := newCredentialList(list, true)
	if err != nil {
		return classify("", "", err)
	}
	wanted.guard(c.credentials.secrets)
	c.credentials.listed.set(wanted)
	return nil
}

// CheckCredentials refuses a list that an operation would.
//
// Errors: InvalidArgument.
func CheckCredentials(list []RegistryCredential) error {
	_, err := newCredentialList(list, true)
	return err
}

// credentialList are the credentials of single registries, by their keys. An empty one says
// that somebody is nobody there. It never changes.
type credentialList map[string]auth.Credential

// newCredentialList checks all items. Those without a secret are taken for nobody, or refused.
func newCredentialList(list []RegistryCredential, nobody bool) (credentialList, error) {
	all := credentialList{}
	for _, one := range list {
		key, err := one.key()
		if err != nil {
			return nil, err
		}
		if _, twice := all[key]; twice {
			return nil, fault.New(InvalidArgument, "{credentials} names %s twice", fault.Quote(key))
		}
		given := LoginOptions{Username: one.Username, Password: one.Password, Token: one.Token, IdentityToken: one.IdentityToken}
		if err := given.check(); err != nil && !(nobody && one.isEmpty()) {
			return nil, fault.New(InvalidArgument, "the credential for %s in {credentials}: %w", fault.Quote(key), err)
		}
		all[key] = given.credential()
	}
	return all, nil
}

// guard adds what is secret to the secrets.
func (l credentialList) guard(secrets *secret.Set) {
	for _, one := range l {
		credential.Guard(secrets, one)
	}
}

// find returns the credential for a repository, and whether it is named at all: whoever is
// nobody here is not who they are above it.
func (l credentialList) find(host, repository string) (auth.Credential, bool) {
	if len(l) == 0 {
		return auth.EmptyCredential, false
	}
	for _, key := range append(credential.Above(host, repository), credential.Written(host)) {
		if found, ok := l[key]; ok {
			return found, true
		}
	}
	return auth.EmptyCredential, false
}

// listedCredentials is the list of a client, which may be changed while it lives.
type listedCredentials struct {
	mu    sync.Mutex
	known credentialList
}

func (l *listedCredentials) all() credentialList {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known
}

func (l *listedCredentials) set(wanted credentialList) {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := maps.Clone(l.known)
	maps.Copy(changed, wanted)
	l.known = changed
}
