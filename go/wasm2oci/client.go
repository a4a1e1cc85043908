package wasm2oci

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/registries"
	"github.com/wasm2oci/wasm2oci/go/internal/secret"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// Defaults of ClientOptions.
const (
	defaultConnectTimeout = 30 * time.Second
	defaultIdleTimeout    = 60 * time.Second
	defaultRetries        = 5
	defaultConnections    = 8
	defaultRangeThreshold = 32 << 20
)

// mostPassages is how many blobs a client copies at a time, however many connections it
// may open: each takes memory.
const mostPassages = 64

// ranges is how many connections read one blob at most, where the user does not say.
const ranges = 4

// ClientOptions say how a client connects and who it is. The zero value is fine.
// The json names are the option keys of the C API and, without "_ms", the
// keywords of the Python API.
type ClientOptions struct {
	// PlainHTTP is HTTP in place of HTTPS. Default: WASM2OCI_PLAIN_HTTP, else true for
	// loopback hosts unless Insecure, CAFile or ClientCert is given, else false.
	PlainHTTP *bool `json:"plain_http,omitempty"`
	// Insecure means that certificates are not verified.
	Insecure bool `json:"insecure,omitempty"`
	// CAFile is a PEM file of further authorities. Default: WASM2OCI_CA_FILE.
	CAFile string `json:"ca_file,omitempty"`
	// ClientCert and ClientKey are PEM files; they go together.
	ClientCert string `json:"client_cert,omitempty"`
	ClientKey  string `json:"client_key,omitempty"`
	// AuthFile is the only credential file, where it is given. Default:
	// WASM2OCI_AUTH_FILE, else podman's and docker's files.
	AuthFile string `json:"auth_file,omitempty"`
	// HelperTimeout is how long a credential helper may take. Default: 30 s.
	HelperTimeout *int64 `json:"helper_timeout_ms,omitempty"`
	// Username and Password are for every registry this client talks to.
	Username string `json:"username,omitempty"`
	// Default: WASM2OCI_USERNAME and WASM2OCI_PASSWORD. A password may be empty.
	Password *string `json:"password,omitempty"`
	// Token is a bearer token for every registry this client talks to. Default:
	// WASM2OCI_TOKEN.
	Token string `json:"token,omitempty"`
	// Credentials are those of single registries, or of parts of them; they come before
	// Username and Token, which are for all others.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
	// Proxy is a URL, or "" for none. Default: from the environment.
	Proxy *string `json:"proxy,omitempty"`
	// RegistriesConf is the only registries.conf that is read, or "" for none. Default:
	// CONTAINERS_REGISTRIES_CONF, else /etc/containers/registries.conf, or that of
	// ~/.config in its place, with the files of registries.conf.d.
	RegistriesConf *string `json:"registries_conf,omitempty"`
	// Timeout bounds each operation that names no own. Default: none.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// ConnectTimeout bounds DNS, connect and TLS. Default: 30 s.
	ConnectTimeout *int64 `json:"connect_timeout_ms,omitempty"`
	// IdleTimeout is how long a connection may carry no byte. Default: 60 s.
	IdleTimeout *int64 `json:"idle_timeout_ms,omitempty"`
	// Retries is how often a request is tried again. Default: 5.
	Retries *int `json:"retries,omitempty"`
	// Connections to one host at a time. Default: 8, and up to 4 of them for one
	// blob. Where it is given, one blob may use them all.
	Connections *int `json:"connections,omitempty"`
	// RangeThreshold is the size, in bytes, above which a blob is read over
	// several connections. Default: 32 MiB, and only where one is slow.
	RangeThreshold *int64 `json:"range_threshold,omitempty"`
	// UploadChunkSize is the size, in bytes, above which a blob is pushed in chunks
	// of that size, or of what the registry wants at least. Default: 0, which
	// means in one request, and in chunks only where that is too large for the
	// registry.
	UploadChunkSize int64 `json:"upload_chunk_size,omitempty"`
	// AllowUploadHosts are hosts, with the port where it is not the usual one,
	// to which a registry may direct uploads. They never get the credentials.
	AllowUploadHosts []string `json:"allow_upload_hosts,omitempty"`
	// UserAgentSuffix is added to the User-Agent header.
	UserAgentSuffix string `json:"user_agent_suffix,omitempty"`
	// CacheDir is a directory that keeps what is read from registries, an OCI layout that
	// many processes may share. Default: WASM2OCI_CACHE, else none.
	CacheDir string `json:"cache_dir,omitempty"`
	// Cache is true for the cache in the user's directory for such things, and false for
	// none, whatever WASM2OCI_CACHE says.
	Cache *bool `json:"cache,omitempty"`
	// CacheSize is how many bytes the blobs of the cache may take; what was used longest
	// ago goes first. Default: 10 GiB.
	CacheSize *int64 `json:"cache_size,omitempty"`
	// LinkMode says how Pull takes a file out of the cache. Default: "copy".
	LinkMode LinkMode `json:"link_mode,omitempty"`
	// PullPolicy says when a registry is asked, where a call does not. Default: "always".
	PullPolicy PullPolicy `json:"pull_policy,omitempty"`
}

// Client holds connections, tokens and credentials. All its methods may be called
// from many goroutines at a time.
type Client struct {
	options     ClientOptions
	environment Environment
	connections *connections
	// registries says where what references name is kept.
	registries func() (*registries.Config, error)
	odd        sync.Once
	resting    *resting
	// passages has a place for each blob that may be on its way from target to target.
	passages    chan struct{}
	tokens      *transfer.Tokens
	header      http.Header
	credentials *credentials
	// cache is nil where there is none.
	cache *keeper
	// looked is what points at what in the layout that was asked for it last.
	looked  lastLook
	closing context.Context //nolint:containedctx // ends all operations
	close   context.CancelFunc
}

// NewClient makes a client. No connection is opened.
//
// Errors: InvalidArgument; Filesystem for the PEM files and an AuthFile that is missing; TLS
// for the PEM files.
func NewClient(options ClientOptions, environment Environment) (*Client, error) {
	if err := options.check(); err != nil {
		return nil, classify("", "", err)
	}
	options, from, err := options.withEnvironment(environment)
	if err != nil {
		return nil, classify("", "", err)
	}
	if from.authFile != any(authFileVariable) { // which a login may be about to make
		if err := checkAuthFile(from.authFile, options.AuthFile); err != nil {
			return nil, classify("", "", err)
		}
	}
	connections, err := newConnections(options, from, environment)
	if err != nil {
		return nil, classify("", "", err)
	}
	client := &Client{
		options: options, environment: environment, connections: connections,
		resting: &resting{until: map[string]time.Time{}, pause: restAfterFailure},
	}
	if client.registries, err = newPlaces(options, environment); err != nil {
		return nil, classify("", "", err)
	}
	client.closing, client.close = context.WithCancel(context.Background())
	client.passages = make(chan struct{}, min(orDefault(options.Connections, defaultConnections), mostPassages))
	client.tokens = transfer.NewTokens()
	if client.credentials, err = newCredentials(options, from, environment); err != nil {
		return nil, classify("", "", err)
	}
	if client.cache, err = newKeeper(options, environment); err != nil {
		return nil, classify("", "", err)
	}
	agent := "wasm2oci/" + Version()
	if options.UserAgentSuffix != "" {
		agent += " " + options.UserAgentSuffix
	}
	client.header = http.Header{"User-Agent": {agent}}
	return client, nil
}

func (o ClientOptions) check() error {
	switch {
	case o.Token != "" && (o.Username != "" || o.Password != nil):
		return fault.New(InvalidArgument, "{token} cannot be combined with {username} and {password}")
	case (o.Username == "") != (o.Password == nil):
		return fault.New(InvalidArgument, "{username} and {password} must be given together")
	case strings.Contains(o.Username, ":"):
		return fault.New(InvalidArgument, "{username} contains a colon, which would end it on the wire")
	case !isUser(o.Username), hasControl(orDefault(o.Password, "")):
		return fault.New(InvalidArgument, "{username} or {password} contains a control character, such as a line break")
	case !isToken(o.Token):
		return fault.New(InvalidArgument, "{token} contains a space or a control character, such as a line break")
	case o.Timeout < 0:
		return fault.New(InvalidArgument, "{timeout} is negative")
	case orDefault(o.ConnectTimeout, 1) < 0:
		return fault.New(InvalidArgument, "{connect_timeout} is negative")
	case orDefault(o.IdleTimeout, 1) < 0:
		return fault.New(InvalidArgument, "{idle_timeout} is negative")
	case orDefault(o.HelperTimeout, 1) < 1:
		return fault.New(InvalidArgument, "{helper_timeout} is not positive")
	case orDefault(o.Retries, 0) < 0:
		return fault.New(InvalidArgument, "{retries} is negative")
	case orDefault(o.Connections, 1) < 1:
		return fault.New(InvalidArgument, "{connections} is less than 1")
	case orDefault(o.RangeThreshold, 0) < 0:
		return fault.New(InvalidArgument, "{range_threshold} is negative")
	case o.UploadChunkSize < 0:
		return fault.New(InvalidArgument, "{upload_chunk_size} is negative")
	case orDefault(o.CacheSize, 1) < 1:
		return fault.New(InvalidArgument, "{cache_size} is less than 1")
	case o.CacheDir != "" && !orDefault(o.Cache, true):
		return fault.New(InvalidArgument, "{cache_dir} cannot be combined with {cache} false")
	case orDefault(o.PlainHTTP, false) && (o.Insecure || o.CAFile != "" || o.ClientCert != ""):
		return fault.New(InvalidArgument, "{plain_http} cannot be combined with {insecure}, {ca_file} or {client_cert}")
	}
	if err := o.PullPolicy.check(); err != nil {
		return err
	}
	if err := o.LinkMode.check(); err != nil {
		return err
	}
	for _, host := range o.AllowUploadHosts {
		if u, err := url.Parse("https://" + host); err != nil || u.Host != host || host == "" {
			return fault.New(InvalidArgument, "{allow_upload_hosts} contains %s, which is not HOST or HOST:PORT", fault.Quote(host))
		}
	}
	for _, r := range o.UserAgentSuffix {
		if r < ' ' || r > '~' {
			return fault.New(InvalidArgument, "{user_agent_suffix} contains characters that are not printable ASCII")
		}
	}
	return nil
}

// checkAuthFile refuses a credential file that was named and is not there: whoever
// names one wants it to count, even where nobody asks for a credential.
func checkAuthFile(name any, path string) error {
	if path == "" {
		return nil
	}
	_, err := os.Stat(path)
	var pathErr *fs.PathError
	if !errors.As(err, &pathErr) {
		return nil
	}
	missing := fault.New(Filesystem, "%s %s: %w", name, fault.Quote(path), pathErr.Err).WithPath(path)
	missing.Detail.Errno = errnoOf(err)
	return missing
}

// hasControl reports whether a text cannot be a credential (RFC 7617, section 2).
func hasControl(text string) bool { return strings.IndexFunc(text, unicode.IsControl) >= 0 }

// isUser reports whether a text can be a user name (RFC 7617, section 2).
func isUser(text string) bool { return !strings.Contains(text, ":") && !hasControl(text) }

// isToken reports whether a text can be a token in a header.
func isToken(text string) bool { return !strings.Contains(text, " ") && !hasControl(text) }

// Close ends all running operations with Cancelled, and all connections.
func (c *Client) Close() {
	c.close()
	c.connections.close()
}

// repository opens a place in a registry, for reading or for writing, of which a
// reference is the name.
func (c *Client) repository(ctx context.Context, place registries.Place, logical Reference, reading, copying bool) (*transfer.Repository, error) {
	at := place.Reference
	over, err := c.connections.to(at.Registry, place.Insecure, copying)
	if err != nil {
		return nil, err
	}
	o := c.options
	who := identityOf(ctx).at(at, logical)
	client := &auth.Client{
		Client: over, Header: c.header, Cache: who.tokens(c.tokens, at.Repository), ClientID: "wasm2oci",
		Credential: who.of(at.Repository, reading),
	}
	repository := &transfer.Repository{
		Client:    client,
		Name:      registry.Reference{Registry: at.Registry, Repository: at.Repository},
		PlainHTTP: c.isPlain(place, logical),
		Retries:   orDefault(o.Retries, defaultRetries),

		RangeThreshold: orDefault(o.RangeThreshold, defaultRangeThreshold),
		Ranges:         orDefault(o.Connections, ranges),
		AlwaysRanges:   o.RangeThreshold != nil,
		ChunkSize:      o.UploadChunkSize,
		UploadHosts:    o.AllowUploadHosts,
	}
	if reading {
		repository.Anonymous = func(ctx context.Context) *auth.Client {
			if !who.anonymously(ctx, repository.Name.Host(), at.Repository) {
				return nil
			}
			return &auth.Client{Client: over, Header: c.header, Cache: &knownTokens{auth.NewCache(), who}, ClientID: "wasm2oci"}
		}
	}
	return repository, nil
}

// isPlain reports whether a place is asked in plain HTTP. That this was given is meant
// for the host that a reference names.
func (c *Client) isPlain(place registries.Place, logical Reference) bool {
	at := place.Reference
	plain := at.IsLoopback() && c.options.impliesTLS() == "" && !place.Insecure && c.connections.folder(at.Registry) == ""
	if c.options.PlainHTTP == nil || *c.options.PlainHTTP && at.Registry != logical.Registry {
		return plain
	}
	return *c.options.PlainHTTP
}

// clientKey is what a context has the client of its operation under.
type clientKey struct{}

// begin returns the context of one operation, which ends with its time limit or
// with the client. What the operation reports is without its secrets. A timeout of 0 means the
// client's; credentials come before those of the client, and stay with the operation.
func (c *Client) begin(ctx context.Context, timeout int64, credentials []RegistryCredential) (context.Context, context.CancelFunc) {
	if timeout == 0 {
		timeout = c.options.Timeout
	}
	who := c.identity(ctx, credentials)
	ctx = context.WithValue(context.WithValue(ctx, clientKey{}, c), identityKey{}, who)
	ctx = secret.With(ctx, who.secrets)
	monitor.From(ctx).MaskBy(who.secrets.Mask)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(c.closing, cancel)
	if timeout > 0 {
		limit := duration(timeout)
		timed, end := context.WithTimeoutCause(ctx, limit,
			fault.New(Timeout, "not done within %s", fault.Seconds(limit)).WithHint("allow more time with {timeout}"))
		return timed, func() { end(); stop(); cancel() }
	}
	return ctx, func() { stop(); cancel() }
}

// fail turns what ended an operation into an *Error, without the secrets of the
// client. Where the context has ended, its cause is what happened, whatever it looked
// like further down.
func fail(ctx context.Context, op, reference string, err error) error {
	if err == nil {
		return nil
	}
	var known *Error
	if ctx.Err() != nil && !errors.As(err, &known) {
		err = context.Cause(ctx)
	}
	result := classify(op, reference, err)
	if client, ok := ctx.Value(clientKey{}).(*Client); ok {
		result = client.options.advise(result)
	}
	if secrets := secret.From(ctx); !secrets.IsEmpty() {
		result = result.Masked(secrets.Mask)
	}
	return result
}

// Monitor collects the progress and the log of an operation.
type Monitor = monitor.Monitor

// WithMonitor returns a context whose operation reports to m.
func WithMonitor(ctx context.Context, m *Monitor) context.Context { return monitor.With(ctx, m) }
