package transfer

import (
	"fmt"
	"net/http"
	"strings"
)

// maxRedirects is how many redirects one request follows.
const maxRedirects = 10

// RedirectError says that a request was sent on too often.
type RedirectError struct {
	// Registry is the host that was asked first, Last the one that sent it on last.
	Registry, Last string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("%s redirects more than %d times, last at %s", e.Registry, maxRedirects, e.Last)
}

// CheckRedirect is for http.Client: it ends a chain of redirects, and keeps what
// is uploaded on the registry's host. That the secret goes to no other host is
// oras-go's to see to.
func CheckRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > maxRedirects {
		return &RedirectError{Registry: first.URL.Host, Last: via[len(via)-1].URL.Host}
	}
	if isUpload(first) && (!sameHost(first.URL, req.URL) || first.URL.Scheme != req.URL.Scheme) {
		return &LocationError{Registry: first.URL.Host, Location: req.URL.Scheme + "://" + req.URL.Host}
	}
	return nil
}

// isUpload tells whether a request carries content of ours, or asks where to.
func isUpload(req *http.Request) bool {
	return req.Method == http.MethodPut || req.Method == http.MethodPatch ||
		req.Method == http.MethodPost && strings.Contains(req.URL.Path, "/blobs/uploads/")
}
