package transfer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ProxyError says that a proxy could not be used.
type ProxyError struct {
	// Proxy is its host and port.
	Proxy string
	// StatusCode is its answer, or 0 where there was none.
	StatusCode int
	// Err says why there was none.
	Err error
}

func (e *ProxyError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the proxy %s could not be used: %s", e.Proxy, e.Err)
	}
	return fmt.Sprintf("the proxy %s answered %d %s", e.Proxy, e.StatusCode, strings.ToLower(http.StatusText(e.StatusCode)))
}

// Unwrap gives the reason.
func (e *ProxyError) Unwrap() error { return e.Err }

// RoundTrip implements http.RoundTripper. It tells what a proxy did from what the
// registry did, which net/http leaves to the reader of its texts.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.mayNeedTLS(req) {
		t.trust()
	}
	ctx, answered := t.notForEver(notAgain(req.Context()), req.URL.Host)
	defer answered()
	resp, err := t.Transport.RoundTrip(req.WithContext(ctx))
	var connect *net.OpError
	refused := err == nil && resp.StatusCode == http.StatusProxyAuthRequired
	unreachable := errors.As(err, &connect) && connect.Op == "proxyconnect"
	if !refused && !unreachable || t.Proxy == nil {
		return resp, err
	}
	proxy, proxyErr := t.Proxy(req)
	if proxyErr != nil || proxy == nil {
		return resp, err
	}
	if unreachable {
		return nil, &ProxyError{Proxy: proxy.Host, Err: connect.Err}
	}
	discard(resp)
	return nil, &ProxyError{Proxy: proxy.Host, StatusCode: resp.StatusCode}
}

// mayNeedTLS tells whether a request goes over TLS, to the registry or to a proxy.
func (t *Transport) mayNeedTLS(req *http.Request) bool {
	if req.URL.Scheme == "https" || t.Proxy == nil {
		return req.URL.Scheme == "https"
	}
	proxy, err := t.Proxy(req)
	return err == nil && proxy != nil && proxy.Scheme == "https"
}

// judgeProxy sees the answer of a proxy that was asked for a tunnel.
func judgeProxy(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{Proxy: proxy.Host, StatusCode: resp.StatusCode}
}
