package transfer

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// Repository is one repository of a registry.
type Repository struct {
	// Client authenticates and sends; its transport is a *Retry.
	Client *auth.Client
	// Anonymous returns the client that reads on where a token service refuses the
	// credential, or nil for none. It is asked once.
	Anonymous func(ctx context.Context) *auth.Client
	// Name says which repository; Name.Reference is not used.
	Name registry.Reference
	// PlainHTTP is http in place of https.
	PlainHTTP bool
	// Retries is how often an upload is begun again at most.
	Retries int
	// RangeThreshold is the size, in bytes, above which a blob may be saved over
	// several connections, and Ranges is how many at most.
	RangeThreshold int64
	Ranges         int
	// AlwaysRanges does so at once, without a look at how fast one is.
	AlwaysRanges bool
	// ChunkSize is the size, in bytes, above which a blob is uploaded in chunks of
	// that size; 0 means only where one request is too large for the registry.
	ChunkSize int64
	// UploadHosts are hosts, with port where it is not the usual one, to which
	// the registry may direct uploads; they never get the secret.
	UploadHosts []string

	// Next returns where reading goes on after an error: another place that has, or may
	// have, the same content. It is nil where there is none, and returns nil where the
	// error is that of the operation. A repository with a Next is asked only once.
	Next func(ctx context.Context, err error) *Repository

	served       atomic.Bool
	askAnonymous sync.Once
	anonymous    atomic.Pointer[auth.Client]
	// authorization is the header that the registry takes without saying so, or that
	// oras-go does not write.
	authorization atomic.Pointer[string]
	// listsReferrers is set once the registry said that it lists a referrer that was put.
	listsReferrers atomic.Bool
}

// unknownEncoding returns the fault of an answer that is packed in a way that is
// not undone.
func unknownEncoding(encoding string) error {
	return fault.New(fault.Unsupported, "the registry sent an unknown content encoding %q", encoding)
}

// url returns the address of parts below the repository.
func (r *Repository) url(parts ...string) string {
	scheme := "https"
	if r.PlainHTTP {
		scheme = "http"
	}
	return scheme + "://" + r.Name.Host() + "/v2/" + r.Name.Repository + "/" + strings.Join(parts, "/")
}

func (r *Repository) forPull(ctx context.Context) context.Context {
	return auth.AppendRepositoryScope(ctx, r.Name, auth.ActionPull)
}

// forPush asks for both rights, as registries answer HEAD and POST by them.
func (r *Repository) forPush(ctx context.Context) context.Context {
	return auth.AppendRepositoryScope(ctx, r.Name, auth.ActionPull, auth.ActionPush)
}

// get sends a request without a body and returns the answer if it is 200, or one of
// those that are allowed.
func (r *Repository) get(ctx context.Context, method, address string, header http.Header, allowed ...int) (*http.Response, error) {
	if r.Next != nil {
		ctx = hastily(ctx)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := r.read(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK && !slices.Contains(allowed, resp.StatusCode) {
		return nil, newStatusError(resp, req.URL.Host)
	}
	return resp, nil
}

// read sends a request that changes nothing.
func (r *Repository) read(req *http.Request) (*http.Response, error) {
	if anonymous := r.anonymous.Load(); anonymous != nil {
		return r.do(anonymous, req)
	}
	resp, err := r.do(r.Client, req)
	if r.Anonymous == nil || !isTokenRefusal(err) {
		return resp, err
	}
	r.askAnonymous.Do(func() { r.anonymous.Store(r.Anonymous(req.Context())) })
	if anonymous := r.anonymous.Load(); anonymous != nil {
		if resp, againErr := r.do(anonymous, req.Clone(req.Context())); againErr == nil {
			return resp, nil
		}
	}
	return nil, err
}

// isTokenRefusal reports whether a token service refused a credential; 400 is how
// OAuth2 does it (RFC 6749, section 5.2). Only the token service is asked by
// oras-go itself.
func isTokenRefusal(err error) bool {
	var answer *errcode.ErrorResponse
	return errors.As(err, &answer) && (answer.StatusCode == http.StatusBadRequest ||
		answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden)
}

// unpacked undoes a content encoding. We ask for none, but proxies and caches
// in between still send some (distribution/distribution#3754).
func unpacked(resp *http.Response) (io.ReadCloser, error) {
	switch encoding := strings.ToLower(resp.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
		return resp.Body, nil
	case "gzip", "x-gzip":
		unpacker, err := gzip.NewReader(resp.Body)
		if err != nil {
			_ = resp.Body.Close()
			if resp.Request.Context().Err() != nil {
				return nil, context.Cause(resp.Request.Context())
			}
			return nil, unknownEncoding(encoding)
		}
		return struct {
			io.Reader
			io.Closer
		}{unpacker, resp.Body}, nil
	default:
		_ = resp.Body.Close()
		return nil, unknownEncoding(encoding)
	}
}

func isPacked(resp *http.Response) bool {
	encoding := resp.Header.Get("Content-Encoding")
	return encoding != "" && !strings.EqualFold(encoding, "identity")
}

// sameHost reports whether two addresses lead to the same host and port.
func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}
