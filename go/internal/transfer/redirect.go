package transfer

import (
	"net/http"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// maxRedirects is how many redirects one request follows.
const maxRedirects = 10

// CheckRedirect is for http.Client: it ends a chain of redirects, keeps what is
// uploaded on the registry's host, and what is believed on the way that the user
// chose. That the secret goes to no other host is oras-go's to see to.
func CheckRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > maxRedirects {
		return fault.New(fault.Network, "%s redirects more than %d times, last at %s",
			first.URL.Host, maxRedirects, via[len(via)-1].URL.Host)
	}
	// After 301, 302 and 303 net/http asks by GET, whose answer says nothing about the
	// change; and to delete elsewhere is to delete something else.
	if changes(first.Method) && req.Method != first.Method || first.Method == http.MethodDelete {
		return fault.New(fault.Registry, "%s redirects a %s to %s, which is not followed",
			first.URL.Host, first.Method, fault.Quote(req.URL.Scheme+"://"+req.URL.Host+req.URL.EscapedPath())).
			WithHint("name the artifact where the registry itself is")
	}
	if isUpload(first) && (!sameHost(first.URL, req.URL) || first.URL.Scheme != req.URL.Scheme) {
		if first.URL.Scheme == "https" && req.URL.Scheme == "http" {
			return unencrypted(first.URL, req.URL)
		}
		return elsewhere(first.URL.Host, req.URL)
	}
	if first.URL.Scheme == "https" && req.URL.Scheme == "http" && !isVerified(first) {
		return &downgradeError{first.URL.Host, req.URL.Host}
	}
	return nil
}

// downgradeError means that what is asked for by https is to be had by http, where
// anybody on the way could answer. It wraps its fault.
type downgradeError struct{ registry, host string }

// Error returns one line with both hosts.
func (e *downgradeError) Error() string { return e.fault().Error() }

// Unwrap returns the fault.
func (e *downgradeError) Unwrap() error { return e.fault() }

func (e *downgradeError) fault() *fault.Error {
	return fault.New(fault.Registry, "%s redirects from https to http://%s; only what is verified by a digest is taken from there", e.registry, e.host).
		WithHint("name the artifact by its digest")
}

// isVerified reports whether a request is for content that is held against the digest
// it is asked for by, so that it may come from anywhere.
func isVerified(req *http.Request) bool {
	folder, name := path.Split(req.URL.Path)
	if req.Method != http.MethodGet || !strings.HasSuffix(folder, "/manifests/") && !strings.HasSuffix(folder, "/blobs/") {
		return false
	}
	_, err := digest.Parse(name)
	return err == nil
}

// changes reports whether a request of this method changes something.
func changes(method string) bool { return method != http.MethodGet && method != http.MethodHead }

// isUpload reports whether a request carries content of ours, or asks where to.
func isUpload(req *http.Request) bool {
	return req.Method == http.MethodPut || req.Method == http.MethodPatch ||
		req.Method == http.MethodPost && strings.Contains(req.URL.Path, "/blobs/uploads/")
}
