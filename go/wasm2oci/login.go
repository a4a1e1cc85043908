package wasm2oci

import (
	"context"
	"strings"

	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/registries"
)

// LoginOptions say who logs in: Username and Password, a Token or an IdentityToken.
type LoginOptions struct {
	// Username and Password go together.
	Username string  `json:"username,omitempty"`
	Password *string `json:"password,omitempty"`
	// Token is a bearer token, as registries take it.
	Token string `json:"token,omitempty"`
	// IdentityToken is one that the token service of the registry exchanges, as Azure's
	// does. It may go with a Username.
	IdentityToken string `json:"identity_token,omitempty"`
	// AuthFile is the file that says where the credential is kept; it need not exist.
	// Default: that of the client, else the first that knows the registry, else
	// REGISTRY_AUTH_FILE or docker's.
	AuthFile string `json:"auth_file,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
}

// LoginResult says where a credential is kept.
type LoginResult struct {
	// Registry is the host, with its port where it is not the usual one.
	Registry string `json:"registry"`
	// Helper is the program that has it; empty where the file does.
	Helper string `json:"helper,omitempty"`
	// Path is the file that has it, or names the helper that has it.
	Path string `json:"-"`
}

// Login checks a credential with a registry and keeps it for all that read docker's or
// podman's files: with the helper that the file names, else in the file.
//
// Errors: InvalidReference for what is not a registry, InvalidArgument;
// Unauthenticated where the registry refuses the credential, and for a file or a helper
// that cannot be used; Filesystem; and those of the network. Nothing is kept then.
func (c *Client) Login(ctx context.Context, host string, options LoginOptions) (*LoginResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, nil)
	defer end()
	monitor.From(ctx).Enter(monitor.Resolving)
	result, err := c.login(ctx, host, options)
	return result, fail(ctx, "login", host, err)
}

// CheckLogin refuses what Login would refuse without asking anybody.
//
// Errors: InvalidReference, InvalidArgument.
func CheckLogin(host string, options LoginOptions) error {
	if _, err := ref.ParseRegistry(host); err != nil {
		return err
	}
	return options.check()
}

func (o LoginOptions) check() error {
	switch {
	case o.Username == "" && o.Password == nil && o.Token == "" && o.IdentityToken == "":
		return fault.New(InvalidArgument, "there is nothing to log in with").WithHint("give {username} and {password}, {token} or {identity_token}")
	case o.Token != "" && (o.Username != "" || o.Password != nil || o.IdentityToken != ""):
		return fault.New(InvalidArgument, "{token} cannot be combined with {username}, {password} and {identity_token}")
	case o.IdentityToken != "" && o.Password != nil:
		return fault.New(InvalidArgument, "{identity_token} cannot be combined with {password}")
	case o.Token == "" && o.IdentityToken == "" && (o.Username == "" || o.Password == nil):
		return fault.New(InvalidArgument, "{username} and {password} must be given together")
	case strings.Contains(o.Username, ":"):
		return fault.New(InvalidArgument, "{username} contains a colon, which would end it on the wire")
	case !isUser(o.Username), hasControl(orDefault(o.Password, "")):
		return fault.New(InvalidArgument, "{username} or {password} contains a control character, such as a line break")
	case !isToken(o.Token):
		return fault.New(InvalidArgument, "{token} contains a space or a control character, such as a line break")
	case !isToken(o.IdentityToken):
		return fault.New(InvalidArgument, "{identity_token} contains a space or a control character, such as a line break")
	}
	return nil
}

func (o LoginOptions) credential() auth.Credential {
	return auth.Credential{Username: o.Username, Password: orDefault(o.Password, ""), AccessToken: o.Token, RefreshToken: o.IdentityToken}
}

func (c *Client) login(ctx context.Context, text string, options LoginOptions) (*LoginResult, error) {
	reference, err := ref.ParseRegistry(text)
	if err != nil {
		return nil, err
	}
	if err := options.check(); err != nil {
		return nil, err
	}
	given := options.credential()
	credential.Guard(identityOf(ctx).secrets, given)
	m := monitor.From(ctx)
	asked, err := c.try(ctx, reference, given)
	if err != nil {
		return nil, explainLogin(err, registryHost(reference), options)
	}
	if !asked {
		m.Log(monitor.Warning, "%s did not ask for a credential, so that this one was not checked", reference.Registry)
	}
	m.Enter(monitor.Finishing)
	stored, err := c.credentials.finderFor(options.AuthFile).Store(ctx, registryHost(reference), given)
	if err != nil {
		return nil, err
	}
	if stored.Helper == "" {
		m.Log(monitor.Warning, "the credential is kept unencrypted in %s, which only you can read; a credential helper (credsStore) would encrypt it", fault.Quote(stored.Path))
	}
	c.credentials.forget()
	c.tokens.Forget()
	return &LoginResult{Registry: reference.Registry, Helper: stored.Helper, Path: stored.Path}, nil
}

// try asks a registry whether it takes a credential, and reports whether it wanted to
// know.
func (c *Client) try(ctx context.Context, reference Reference, given auth.Credential) (asked bool, err error) {
	place := registries.Place{Reference: reference}
	config, err := c.readPlaces(ctx)
	if err == nil {
		place.Insecure, err = config.IsInsecure(reference.Registry)
	}
	if err != nil {
		return false, err
	}
	repository, err := c.repository(ctx, place, reference, false, false)
	if err != nil {
		return false, err
	}
	repository.Client = &auth.Client{
		Client: repository.Client.Client, Header: c.header, ClientID: "wasm2oci",
		Cache: &knownTokens{auth.NewCache(), identityOf(ctx)},
		Credential: func(context.Context, string) (auth.Credential, error) {
			asked = true
			return given, nil
		},
	}
	err = repository.Ping(ctx)
	return asked, err
}

// registryHost is what a registry is called where credentials are kept.
func registryHost(reference Reference) string {
	return registry.Reference{Registry: reference.Registry}.Host()
}

// explainLogin says what to do where a registry refuses a credential. That is not to log
// in.
func explainLogin(err error, host string, options LoginOptions) error {
	refusal := classify("", "", err)
	switch refusal.Kind {
	case NotFound:
		return refusal.WithHint("check that %s is a registry: it has nothing at /v2/", host)
	case Unauthenticated, PermissionDenied:
	default:
		return err
	}
	switch {
	case options.Token != "":
		refusal.WithHint("check the {token}: it may have expired, and some registries take {username} and {password} only")
	case options.IdentityToken != "":
		refusal.WithHint("check the {identity_token}: it may have expired, and only some registries exchange one")
	default:
		refusal.WithHint("check the {username} and the {password}; registries with accounts elsewhere want an access token as {password}")
	}
	return refusal
}

// finderFor returns what looks for credentials in a file, or where the client does.
func (c *credentials) finderFor(authFile string) *credential.Finder {
	if authFile == "" {
		return c.finder
	}
	return c.finder.Named(authFile)
}
