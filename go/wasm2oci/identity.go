package wasm2oci

import (
	"context"
	"slices"
	"sync"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/secret"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// identity is who asks in one operation, from its start to its end.
type identity struct {
	// client is what the client knows. Of the credentials that it may be given anew, those
	// count that are in lists.
	client *credentials
	// given is the credential for all registries, which comes from from.
	given auth.Credential
	from  origins
	// lists are those of single registries; the first that says something of one decides.
	lists []credentialList
	// invalid is what is wrong with the list of the operation.
	invalid error
	// own is set where the operation has a list: then it is somebody's for whom the client
	// works, rather than the client.
	own     bool
	search  *credential.Search
	secrets *secret.Set

	state *identityState
}

// identityState is what an operation has found out.
type identityState struct {
	mu     sync.Mutex
	found  map[string]credential.Found
	warned []string
}

type identityKey struct{}

// identityOf returns who asks in the operation of a context.
func identityOf(ctx context.Context) *identity {
	who, _ := ctx.Value(identityKey{}).(*identity)
	return who
}

// credentialsKey is what a context has the credentials of a client under.
type credentialsKey struct{ client *Client }

// KeepCredentials returns a context whose operation has the credentials that the client has
// now, rather than when it begins.
func (c *Client) KeepCredentials(ctx context.Context) context.Context {
	return context.WithValue(ctx, credentialsKey{c}, c.credentials.listed.all())
}

// identity returns who asks in an operation: whom its list names, else whom the client knows.
func (c *Client) identity(ctx context.Context, list []RegistryCredential) *identity {
	listed, kept := ctx.Value(credentialsKey{c}).(credentialList)
	if !kept {
		listed = c.credentials.listed.all()
	}
	who := &identity{
		client: c.credentials, given: c.credentials.given, from: c.credentials.from, own: len(list) > 0,
		search: c.credentials.finder.Search(), secrets: c.credentials.secrets.Fork(),
		state: &identityState{found: map[string]credential.Found{}},
	}
	listed.guard(who.secrets)
	if who.own {
		var own credentialList
		own, who.invalid = newCredentialList(list, true)
		own.guard(who.secrets)
		who.lists = append(who.lists, own)
	}
	who.secrets.Pin()
	who.lists = append(who.lists, listed)
	return who
}

// elsewhere returns the identity for hosts that references do not name: mirrors, and where a
// registry was moved to. What was given for no host in particular is not for them; what is
// listed by registry and what files have is.
func (i *identity) elsewhere() *identity {
	if i.from.registry != "" {
		return i
	}
	other := *i
	other.given, other.from.credential = auth.EmptyCredential, ""
	return &other
}

// at returns the identity for a place that has what a reference names.
func (i *identity) at(place, logical Reference) *identity {
	if place.Registry == logical.Registry {
		return i
	}
	return i.elsewhere()
}

// listed returns the credential that is for a repository and what is above it alone.
func (i *identity) listed(host, repository string) (auth.Credential, bool) {
	for _, list := range i.lists {
		if found, named := list.find(host, repository); named {
			return found, found != auth.EmptyCredential
		}
	}
	return auth.EmptyCredential, false
}

// givenFor returns the credential for all registries that is meant for a host, too, or an
// empty one.
func (i *identity) givenFor(host string) auth.Credential {
	if i.from.registry != "" && !credential.Means(i.from.registry, host) {
		return auth.EmptyCredential
	}
	return i.given
}

// known returns the credential that need not be looked up, or an empty one.
func (i *identity) known(host, repository string) auth.Credential {
	if listed, ok := i.listed(host, repository); ok {
		return listed
	}
	return i.givenFor(host)
}

// of returns the function that finds the credential for a repository. It is asked
// only once a registry has answered 401. What cannot be used stops a push at once;
// reading goes on without, since much is public.
func (i *identity) of(repository string, reading bool) auth.CredentialFunc {
	return func(ctx context.Context, host string) (auth.Credential, error) {
		if known := i.known(host, repository); known != auth.EmptyCredential {
			return known, nil
		}
		found := i.search.Find(ctx, host, repository, transfer.IsRefused(ctx))
		if ctx.Err() != nil {
			return auth.EmptyCredential, ctx.Err() // a helper was killed
		}
		i.keep(host, repository, found)
		m := monitor.From(ctx)
		if len(found.Problems) > 0 && found.Path == "" && !reading {
			return auth.EmptyCredential, found.Problems[0]
		}
		for _, problem := range found.Problems {
			i.warn(m, problem)
		}
		if found.Path == "" {
			m.Log(monitor.Debug, "no credential for %s", host)
		} else {
			m.Log(monitor.Debug, "a credential for %s is in %s", host, found.From())
		}
		return found.Credential, nil
	}
}

// warn tells of a problem once.
func (i *identity) warn(m *monitor.Monitor, problem error) {
	i.state.mu.Lock()
	defer i.state.mu.Unlock()
	text := problem.Error()
	if slices.Contains(i.state.warned, text) {
		return
	}
	i.state.warned = append(i.state.warned, text)
	m.Log(monitor.Warning, "%s", problem)
}

// keep notes what was found for a repository.
func (i *identity) keep(host, repository string, found credential.Found) {
	credential.Guard(i.secrets, found.Credential)
	i.state.mu.Lock()
	i.state.found[host+"/"+repository] = found
	i.state.mu.Unlock()
	i.client.mu.Lock()
	defer i.client.mu.Unlock()
	i.client.found[host+"/"+repository] = found
}

// last is what was found last for a repository: by this operation, else by whichever
// obtained the token that it used.
func (i *identity) last(host, repository string) credential.Found {
	if i.known(host, repository) != auth.EmptyCredential {
		return credential.Found{}
	}
	i.state.mu.Lock()
	found, ok := i.state.found[host+"/"+repository]
	i.state.mu.Unlock()
	if ok {
		return found
	}
	i.client.mu.Lock()
	defer i.client.mu.Unlock()
	return i.client.found[host+"/"+repository]
}

// anonymously reports whether reading is to be tried without the credential that the
// token service has refused: one that is out of date is no reason not to get what
// is public.
func (i *identity) anonymously(ctx context.Context, host, repository string) bool {
	found := i.last(host, repository)
	if found.Path == "" {
		return false
	}
	monitor.From(ctx).Log(monitor.Warning, "the credential for %s in %s was refused; going on without it", host, found.From())
	return true
}

// hide keeps a token out of all that the operation says, and where it is the client's own, out
// of what others say.
func (i *identity) hide(token string) {
	i.secrets.Add(token)
	if !i.own {
		i.client.secrets.Add(token)
	}
}
