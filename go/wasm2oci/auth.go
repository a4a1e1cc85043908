package wasm2oci

import (
	"context"
	"maps"
	"strings"
	"sync"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/secret"
)

// credentials are what a client knows of who it is.
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
	// secrets are all passwords and tokens that are in use.
	secrets *secret.Set

	mu sync.Mutex
	// found is what was found last, by host and repository.
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
	listed := &listedCredentials{known: map[string]auth.Credential{}}
	if _, err := listed.set(o.Credentials, secrets, false); err != nil {
		return nil, err
	}
	secrets.Pin()
	finder := credential.NewFinder(o.AuthFile, helpers, secrets)
	finder.LimitHelpers(milliseconds(o.HelperTimeout, credential.DefaultHelperLimit))
	return &credentials{
		listed:   listed,
		given:    auth.Credential{Username: o.Username, Password: orDefault(o.Password, ""), AccessToken: o.Token},
		from:     from,
		finder:   finder,
		authFile: o.AuthFile,
		secrets:  secrets,
		found:    map[string]credential.Found{},
	}, nil
}

// givenFor returns the credential for all registries that is meant for a host, too, or an
// empty one.
func (c *credentials) givenFor(host string) auth.Credential {
	if c.from.registry != "" && !credential.Means(c.from.registry, host) {
		return auth.EmptyCredential
	}
	return c.given
}

// of returns the function that finds the credential for a repository. It is asked
// only once a registry has answered 401. What cannot be used stops a push at once;
// reading goes on without, since much is public.
func (c *credentials) of(repository string, reading bool) auth.CredentialFunc {
	return func(ctx context.Context, host string) (auth.Credential, error) {
		given, listed := c.listed.find(host, repository)
		if !listed {
			given = c.givenFor(host)
		}
		if given != auth.EmptyCredential {
			c.mu.Lock()
			delete(c.found, host+"/"+repository)
			c.mu.Unlock()
			return given, nil
		}
		found := c.finder.Find(ctx, host, repository)
		if ctx.Err() != nil {
			return auth.EmptyCredential, ctx.Err() // a helper was killed
		}
		c.mu.Lock()
		c.found[host+"/"+repository] = found
		c.mu.Unlock()
		m := monitor.From(ctx)
		if len(found.Problems) > 0 && found.Path == "" && !reading {
			return auth.EmptyCredential, found.Problems[0]
		}
		for _, problem := range found.Problems {
			m.Log(monitor.Warning, "%s", problem)
		}
		if found.Path == "" {
			m.Log(monitor.Debug, "no credential for %s", host)
		} else {
			m.Log(monitor.Debug, "a credential for %s is in %s", host, found.From())
		}
		return found.Credential, nil
	}
}

// cache keeps what was said to registries. A file may have a credential for each
// repository, so that what is said for one must not be said for another.
func (c *credentials) cache(all auth.Cache, repository string) auth.Cache {
	all = &knownTokens{all, c.secrets}
	if c.given != auth.EmptyCredential && c.from.registry == "" && c.listed.isEmpty() {
		return all
	}
	return &repositoryCache{all, repository}
}

// knownTokens adds all tokens that are obtained to the secrets.
type knownTokens struct {
	auth.Cache
	secrets *secret.Set
}

// Set implements auth.Cache.
func (k *knownTokens) Set(ctx context.Context, host string, scheme auth.Scheme, key string, fetch func(context.Context) (string, error)) (string, error) {
	return k.Cache.Set(ctx, host, scheme, key, func(ctx context.Context) (string, error) {
		token, err := fetch(ctx)
		k.secrets.Add(token)
		return token, err
	})
}

// repositoryCache keeps passwords by repository, where oras-go keeps them by host.
// It does keep tokens by repository itself.
type repositoryCache struct {
	auth.Cache
	repository string
}

// GetToken implements auth.Cache.
func (r *repositoryCache) GetToken(ctx context.Context, host string, scheme auth.Scheme, key string) (string, error) {
	return r.Cache.GetToken(ctx, host, scheme, r.key(scheme, key))
}

// Set implements auth.Cache.
func (r *repositoryCache) Set(ctx context.Context, host string, scheme auth.Scheme, key string, fetch func(context.Context) (string, error)) (string, error) {
	return r.Cache.Set(ctx, host, scheme, r.key(scheme, key), fetch)
}

func (r *repositoryCache) key(scheme auth.Scheme, key string) string {
	if scheme == auth.SchemeBasic {
		return r.repository
	}
	return key
}

// last is what was found last for a repository.
func (c *credentials) last(host, repository string) credential.Found {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.found[host+"/"+repository]
}

// anonymously reports whether reading is to be tried without the credential that the
// token service has refused: one that is out of date is no reason not to get what
// is public.
func (c *credentials) anonymously(ctx context.Context, host, repository string) bool {
	found := c.last(host, repository)
	if found.Path == "" {
		return false
	}
	monitor.From(ctx).Log(monitor.Warning, "the credential for %s in %s was refused; going on without it", host, found.From())
	return true
}
