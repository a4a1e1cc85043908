package transfer

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
)

// EitherScheme sends requests over HTTP where a registry does not speak HTTPS. It is
// for those of which the user says that they are insecure
// (containers-registries.conf(5), "insecure").
//
// Whoever asks goes on to name it by https, and sees no other name in the answers: a
// registry that names itself by http has not left it.
type EitherScheme struct {
	*Transport

	// plain has the hosts that speak HTTP.
	plain sync.Map
}

// NewEitherScheme sends over a transport that does not verify certificates.
func NewEitherScheme(base *Transport) *EitherScheme { return &EitherScheme{Transport: base} }

// RoundTrip implements http.RoundTripper.
func (e *EitherScheme) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" {
		return e.Transport.RoundTrip(req)
	}
	if _, plain := e.plain.Load(req.URL.Host); plain {
		return e.inPlain(req)
	}
	resp, err := e.Transport.RoundTrip(req)
	if err == nil || !speaksNoTLS(err) && !(req.URL.Port() == "" && errors.Is(err, syscall.ECONNREFUSED)) || !rewindable(req) {
		return resp, err
	}
	if rewindErr := rewind(req); rewindErr != nil {
		return nil, rewindErr
	}
	resp, plainErr := e.inPlain(req)
	if plainErr != nil {
		return nil, err
	}
	e.plain.Store(req.URL.Host, true)
	return resp, nil
}

func (e *EitherScheme) inPlain(req *http.Request) (*http.Response, error) {
	plain := req.Clone(req.Context())
	plain.URL.Scheme = "http"
	resp, err := e.Transport.RoundTrip(plain)
	if err != nil {
		return nil, err
	}
	resp.Request = req
	for _, name := range []string{"Location", "Link"} {
		for i, value := range resp.Header.Values(name) {
			resp.Header[name][i] = strings.Replace(value, "http://"+hostIn(value, plain.URL), "https://"+req.URL.Host, 1)
		}
	}
	return resp, nil
}

// hostIn returns the host of the address that begins in a text, where that is the host
// of the other; else what is in no text.
func hostIn(text string, own *url.URL) string {
	const none = "\x00"
	_, rest, found := strings.Cut(text, "http://")
	if !found {
		return none
	}
	host := rest
	if end := strings.IndexAny(rest, "/?#>"); end >= 0 {
		host = rest[:end]
	}
	if sameHost(&url.URL{Scheme: "http", Host: host}, own) {
		return host
	}
	return none
}

// speaksNoTLS reports whether the other side answered the begin of TLS in HTTP.
func speaksNoTLS(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}
