package wasm2oci

import (
	"context"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// storedUser is whoever files and helpers say. They may say something else of each repository.
type storedUser struct{ repository string }

// tokens keeps what is said to registries on account of one repository. Two operations share it
// where they have the same credential, and no others do: those of a client may be different
// users'.
func (i *identity) tokens(all *transfer.Tokens, repository string) auth.Cache {
	return &knownTokens{&userTokens{i, all, repository}, i}
}

type userTokens struct {
	who        *identity
	all        *transfer.Tokens
	repository string
}

// of returns what the user has said to a host.
func (u *userTokens) of(host string) auth.Cache {
	if known := u.who.known(host, u.repository); known != auth.EmptyCredential {
		return u.all.Of(known)
	}
	return u.all.Of(storedUser{u.repository})
}

// GetScheme implements auth.Cache.
func (u *userTokens) GetScheme(ctx context.Context, host string) (auth.Scheme, error) {
	return u.of(host).GetScheme(ctx, host)
}

// GetToken implements auth.Cache.
func (u *userTokens) GetToken(ctx context.Context, host string, scheme auth.Scheme, key string) (string, error) {
	return u.of(host).GetToken(ctx, host, scheme, key)
}

// Set implements auth.Cache.
func (u *userTokens) Set(ctx context.Context, host string, scheme auth.Scheme, key string, fetch func(context.Context) (string, error)) (string, error) {
	return u.of(host).Set(ctx, host, scheme, key, fetch)
}

// knownTokens hides all tokens that are used.
type knownTokens struct {
	auth.Cache
	who *identity
}

// GetToken implements auth.Cache.
func (k *knownTokens) GetToken(ctx context.Context, host string, scheme auth.Scheme, key string) (string, error) {
	token, err := k.Cache.GetToken(ctx, host, scheme, key)
	k.who.hide(token)
	return token, err
}

// Set implements auth.Cache.
func (k *knownTokens) Set(ctx context.Context, host string, scheme auth.Scheme, key string, fetch func(context.Context) (string, error)) (string, error) {
	token, err := k.Cache.Set(ctx, host, scheme, key, fetch)
	k.who.hide(token)
	return token, err
}
