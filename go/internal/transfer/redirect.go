package transfer

import (
	"net/http"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// maxRedirects is how many redirects one request follows.
const maxRedirects = 10

// CheckRedirect is for http.Client: it ends a chain of redirects, and keeps what
// is uploaded on the registry's host. That the secret goes to no other host is
// oras-go's to see to.
func CheckRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > maxRedirects {
		return fault.New(fault.Network, "%s redirects more than %d times, last at %s",
			first.URL.Host, maxRedirects, via[len(via)-1].URL.Host)
	}
	if isUpload(first) && (!sameHost(first.URL, req.URL) || first.URL.Scheme != req.URL.Scheme) {
		return elsewhere(first.URL.Host, req.URL)
	}
	return nil
}

// isUpload reports whether a request carries content of ours, or asks where to.
func isUpload(req *http.Request) bool {
	return req.Method == http.MethodPut || req.Method == http.MethodPatch ||
		req.Method == http.MethodPost && strings.Contains(req.URL.Path, "/blobs/uploads/")
}
