package wasm2oci

import (
	"context"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// LogoutOptions say which credentials are erased. The zero value is fine.
type LogoutOptions struct {
	// AllRegistries erases those of all registries that the files know.
	AllRegistries bool `json:"all_registries,omitempty"`
	// AuthFile is the only file that is looked at. Default: that of the client, else all
	// that it reads.
	AuthFile string `json:"auth_file,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
}

// LogoutResult says what was erased.
type LogoutResult struct {
	// Registries are the hosts for which there was a credential, or the host with the path
	// that was named, in their order.
	Registries []string `json:"registries"`
}

// Logout erases the credentials of a registry, or of all, from the files that the client
// reads, and from their helpers. That there is none is no error. The registry is empty
// with AllRegistries. With a path, as in "ghcr.io/me", it is podman's entry for that path
// alone, and without one such entries stay.
//
// Errors: InvalidReference, InvalidArgument; Unauthenticated for a file or a
// helper that cannot be used, and Filesystem; what can be erased is erased anyway.
func (c *Client) Logout(ctx context.Context, host string, options LogoutOptions) (*LogoutResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, nil)
	defer end()
	monitor.From(ctx).Enter(monitor.Finishing)
	result, err := c.logout(ctx, host, options)
	return result, fail(ctx, "logout", host, err)
}

// CheckLogout refuses what Logout would refuse.
//
// Errors: InvalidReference, InvalidArgument.
func CheckLogout(host string, options LogoutOptions) error {
	switch {
	case options.AllRegistries && host != "":
		return fault.New(InvalidArgument, "{all_registries} cannot be combined with a registry")
	case options.AllRegistries:
		return nil
	}
	_, _, err := parsePlace(host)
	return err
}

// parsePlace reads HOST or HOST:PORT, which the path of a repository or of what is above it
// may follow.
func parsePlace(text string) (Reference, string, error) {
	host, path, _ := strings.Cut(text, "/")
	reference, err := ref.ParseRegistry(host)
	if err != nil || path == "" {
		// Of the whole, which may be an address.
		reference, err = ref.ParseRegistry(text)
		return reference, "", err
	}
	_, err = ref.ParseRepository(reference.Registry + "/" + path)
	return reference, path, err
}

func (c *Client) logout(ctx context.Context, text string, options LogoutOptions) (*LogoutResult, error) {
	if err := CheckLogout(text, options); err != nil {
		return nil, err
	}
	host, path := "", ""
	if !options.AllRegistries {
		reference, below, err := parsePlace(text)
		if err != nil {
			return nil, err
		}
		host, path = registryHost(reference), below
	}
	erased, err := c.credentials.finderFor(options.AuthFile).Erase(ctx, host, path)
	c.credentials.forget()
	c.tokens.Forget()
	if err != nil {
		return nil, err
	}
	result := &LogoutResult{Registries: []string{}}
	for _, one := range erased.Registries {
		if known, err := ref.ParseRegistry(one); err == nil {
			one = known.Registry // Docker Hub's written name
		}
		result.Registries = append(result.Registries, one)
	}
	for _, one := range erased.Left {
		monitor.From(ctx).Log(monitor.Warning, "the credential for %s stays: log out of it by that name", fault.Quote(one))
	}
	return result, nil
}
