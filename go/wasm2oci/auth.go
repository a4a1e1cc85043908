package wasm2oci

import (
	"maps"
	"strings"
	"sync"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
	"github.com/wasm2oci/wasm2oci/go/internal/secret"
)

// credentials are what a client knows of who it is. Each operation has an identity made of
// them, which no other one changes.
type credentials struct {
	// given is the credential of the options, which is for every registry, or of the
	// environment, which may be for one.
	given auth.Credential
	from  origins
	// listed are those of single registries, which come first.
	listed *listedCredentials
	finder *credential.Finder
	// authFile is the only file that is looked at, or "".
	authFile string
	// secrets are the passwords and tokens of the client itself.
	secrets *secret.Set

	mu sync.Mutex
	// found is what files and helpers had last, by host and repository: a token is kept for
	// longer than an operation.
	found map[string]credential.Found
}

func newCredentials(o ClientOptions, from origins, environment Environment) (*credentials, error) {
	secrets := &secret.Set{}
	secrets.AddPassword(o.Username, orDefault(o.Password, ""))
	secrets.Add(o.Token)
	secrets.AddURL(orDefault(o.Proxy, ""))
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		secrets.AddURL(environment.either(name, strings.ToLower(name)))
	}
	helpers := maps.Clone(environment)
	for _, name := range []string{passwordVariable, tokenVariable} {
		secrets.Add(environment[name]) // whether or not it counts
		delete(helpers, name)          // which are for us alone
	}
	listed, err := newCredentialList(o.Credentials, false)
	if err != nil {
		return nil, err
	}
	listed.guard(secrets)
	secrets.Pin()
	finder := credential.NewFinder(o.AuthFile, helpers, secrets)
	finder.LimitHelpers(milliseconds(o.HelperTimeout, credential.DefaultHelperLimit))
	return &credentials{
		listed:   &listedCredentials{known: listed},
		given:    auth.Credential{Username: o.Username, Password: orDefault(o.Password, ""), AccessToken: o.Token},
		from:     from,
		finder:   finder,
		authFile: o.AuthFile,
		secrets:  secrets,
		found:    map[string]credential.Found{},
	}, nil
}

// forget lets go what was found in files, which have changed.
func (c *credentials) forget() {
	c.finder.Forget()
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.found)
}
