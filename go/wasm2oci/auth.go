package wasm2oci

import (
	"context"
	"fmt"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"

	"github.com/wasm2oci/wasm2oci/go/monitor"
)

// credential gives the function that finds the credential of a host: the options
// first, else Docker's configuration with its helpers. It is asked only once a
// registry has answered 401.
func (c *Client) credential() auth.CredentialFunc {
	o := c.options
	if o.Token != "" || o.Username != "" {
		given := auth.Credential{Username: o.Username, Password: o.Password, AccessToken: o.Token}
		return func(context.Context, string) (auth.Credential, error) { return given, nil }
	}
	path := o.AuthFile
	if path == "" {
		path = c.environment.dockerConfig()
	}
	if path == "" {
		return nil
	}
	return func(ctx context.Context, host string) (auth.Credential, error) {
		if o.AuthFile != "" {
			if _, err := readFile("auth_file", path); err != nil {
				return auth.EmptyCredential, err
			}
		}
		store, err := credentials.NewStore(path, credentials.StoreOptions{})
		if err != nil {
			return auth.EmptyCredential, credentialError(ctx, path, err)
		}
		found, err := lookUp(ctx, credentials.Credential(store), host)
		if err != nil {
			return auth.EmptyCredential, credentialError(ctx, path, err)
		}
		monitor.From(ctx).Log(monitor.Debug, "credential of %s looked up in %q: found %t", host, path, found != auth.EmptyCredential)
		return found, nil
	}
}

// lookUp does not wait longer than the context: a helper that was killed is waited
// for until its last child has closed the pipe, which may be never.
func lookUp(ctx context.Context, find auth.CredentialFunc, host string) (auth.Credential, error) {
	type answer struct {
		found auth.Credential
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		defer func() {
			if value := recover(); value != nil {
				answers <- answer{err: &Error{Kind: Internal, Err: fmt.Errorf("panic: %v", value)}}
			}
		}()
		found, err := find(ctx, host)
		answers <- answer{found, err}
	}()
	select {
	case got := <-answers:
		return got.found, got.err
	case <-ctx.Done():
		return auth.EmptyCredential, ctx.Err()
	}
}

func credentialError(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err() // a helper was killed
	}
	return &Error{
		Kind: Unauthenticated, Err: fmt.Errorf("the credentials in %s cannot be used: %w", quote(path), err),
		Detail: Detail{Path: path},
	}
}
