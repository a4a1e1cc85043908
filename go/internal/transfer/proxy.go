package transfer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// ProxyError means that a proxy could not be reached. Its kind is that of the
// reason, which is an error of the network or of TLS.
type ProxyError struct {
	// Proxy is its host and port.
	Proxy string
	// Err is the reason.
	Err error
}

// Error returns one line with the proxy and the reason.
func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s could not be used: %s", e.Proxy, e.Err)
}

// Unwrap returns the reason.
func (e *ProxyError) Unwrap() error { return e.Err }

// proxyRefusal returns the fault of a proxy that does not let a request pass.
func proxyRefusal(proxy *url.URL, status int) error {
	refusal := fault.New(fault.Network, "the proxy %s answered %d %s", proxy.Host, status, strings.ToLower(http.StatusText(status)))
	if status == http.StatusProxyAuthRequired {
		return refusal.WithHint("check the user name and the password in the URL of the proxy")
	}
	return refusal
}

// throughProxy distinguishes what a proxy did from what the registry did, which
// net/http leaves to the reader of its texts.
func (t *Transport) throughProxy(req *http.Request, resp *http.Response, err error) (*http.Response, error) {
	var connect *net.OpError
	refused := err == nil && resp.StatusCode == http.StatusProxyAuthRequired
	failed := errors.As(err, &connect)
	unreachable := failed && connect.Op == "proxyconnect"
	bySocks := failed && strings.HasPrefix(connect.Op, "socks")
	if !refused && !unreachable && !bySocks || t.Proxy == nil {
		return resp, err
	}
	proxy, proxyErr := t.Proxy(req)
	if proxyErr != nil || proxy == nil {
		return resp, err
	}
	if bySocks {
		return nil, socksRefusal(proxy, req.URL, connect.Err)
	}
	if unreachable {
		return nil, &ProxyError{Proxy: proxy.Host, Err: connect.Err}
	}
	discard(resp)
	return nil, proxyRefusal(proxy, resp.StatusCode)
}

// socksRefusal returns what a SOCKS proxy did (RFC 1928, section 6; RFC 1929), for which
// net/http has texts only.
func socksRefusal(proxy, wanted *url.URL, err error) error {
	text := err.Error()
	reply, replied := strings.CutPrefix(text, "unknown error ")
	var idle *IdleTimeoutError
	switch {
	case errors.As(err, &idle):
		return fault.New(fault.Timeout, "the proxy %s did not answer within %s", proxy.Host, fault.Seconds(idle.Limit)).
			WithHint("check that it is a SOCKS 5 proxy, or allow more with {idle_timeout}")
	case strings.Contains(text, "username/password"):
		return fault.New(fault.Network, "the proxy %s refused the user name and the password", proxy.Host).
			WithHint("check them in the URL of the proxy")
	case strings.Contains(text, "no acceptable authentication methods"):
		return fault.New(fault.Network, "the proxy %s wants a user name and a password, or others than these", proxy.Host).
			WithHint("write them into the URL of the proxy")
	case replied:
		return fault.New(fault.Network, "the proxy %s did not reach %s: %s", proxy.Host, wanted.Host, reply).
			WithHint("check the host and the port, and what the proxy allows")
	case strings.Contains(text, "unexpected protocol version"):
		return fault.New(fault.Network, "%s does not speak SOCKS 5", proxy.Host).WithHint("check the scheme in the URL of the proxy")
	}
	return &ProxyError{Proxy: proxy.Host, Err: err}
}

// mayNeedTLS reports whether a request goes over TLS, to the registry or to a proxy.
func (t *Transport) mayNeedTLS(req *http.Request) bool {
	if req.URL.Scheme == "https" || t.Proxy == nil {
		return req.URL.Scheme == "https"
	}
	proxy, err := t.Proxy(req)
	return err == nil && proxy != nil && proxy.Scheme == "https"
}

// checkTunnel looks at the answer of a proxy that was asked for a tunnel.
func checkTunnel(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return proxyRefusal(proxy, resp.StatusCode)
}
