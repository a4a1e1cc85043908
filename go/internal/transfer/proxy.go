package transfer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// ProxyError means that a proxy could not be used, or not spoken to. Its kind is that of
// the reason, which is an error of the network or of TLS.
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
func proxyRefusal(proxy *url.URL, wanted string, resp *http.Response) error {
	status := resp.StatusCode
	answer := strings.TrimSpace(fmt.Sprintf("%d %s", status, strings.ToLower(http.StatusText(status))))
	switch {
	case status == http.StatusProxyAuthRequired:
		return wantsOtherSecret(proxy, answer, resp.Header)
	case status == http.StatusForbidden:
		return fault.New(fault.Network, "the proxy %s does not let a connection to %s pass: it answered %s", proxy.Host, wanted, answer).
			WithHint("ask who runs it, or name the host in NO_PROXY if it can be reached without")
	case status >= http.StatusInternalServerError:
		return fault.New(fault.Network, "the proxy %s did not reach %s: it answered %s", proxy.Host, wanted, answer).
			WithHint("check the host and the port")
	}
	return fault.New(fault.Network, "the proxy %s answered %s to a request for a connection to %s", proxy.Host, answer, wanted).
		WithHint("check that it is a proxy for HTTPS")
}

// wantsOtherSecret returns the fault of a proxy that wants to know who asks.
func wantsOtherSecret(proxy *url.URL, answer string, header http.Header) error {
	refusal := fault.New(fault.Network, "the proxy %s answered %s", proxy.Host, answer)
	schemes := []string{}
	basic := false
	for _, line := range header.Values("Proxy-Authenticate") {
		for _, one := range parseChallenges(line) {
			basic = basic || strings.EqualFold(one.scheme, "Basic")
			schemes = append(schemes, one.scheme)
		}
	}
	switch {
	case len(schemes) > 0 && !basic:
		refusal.Err = fault.Textf("the proxy %s wants authentication by %s, and only Basic can be done", proxy.Host, fault.Quote(strings.Join(schemes, ", ")))
		return refusal.WithHint("use a proxy that takes Basic, or a local one in between that does the other")
	case proxy.User == nil:
		return refusal.WithHint("write a user name and a password into the URL of the proxy")
	}
	return refusal.WithHint("check the user name and the password in the URL of the proxy")
}

// tunnelLimit is how long net/http waits for a proxy's answer at most.
const tunnelLimit = time.Minute

// throughProxy distinguishes what a proxy did from what the registry did, which
// net/http leaves to the reader of its texts.
func (t *Transport) throughProxy(req *http.Request, way *connecting, resp *http.Response, err error) (*http.Response, error) {
	if err == nil && resp.StatusCode < http.StatusBadRequest || err != nil && req.Context().Err() != nil {
		return resp, err
	}
	proxy := t.proxyOf(req)
	switch {
	case proxy == nil && err == nil:
		return resp, nil
	case err == nil && resp.StatusCode != http.StatusProxyAuthRequired:
		if req.URL.Scheme == "http" && !strings.HasPrefix(proxy.Scheme, "socks") {
			way.forwarder = proxy.Host
		}
		return resp, nil
	case err == nil:
		discard(resp)
		return nil, proxyRefusal(proxy, req.URL.Host, resp)
	case proxy == nil:
		return nil, withHost(err, req.URL.Host)
	}
	var connect *net.OpError
	tunnel := req.URL.Scheme == "https"
	switch {
	case errors.As(err, &connect) && connect.Op == "proxyconnect":
		return nil, ofProxy(proxy, connect.Err)
	case errors.As(err, &connect) && strings.HasPrefix(connect.Op, "socks"):
		return nil, socksRefusal(proxy, req.URL, connect.Err)
	case strings.HasPrefix(proxy.Scheme, "socks"), tunnel && (way.past.Load() || way.done.Load()):
		var slow *ConnectTimeoutError
		if errors.As(err, &slow) {
			return nil, &ConnectTimeoutError{Limit: slow.Limit, Host: req.URL.Host, Proxy: proxy.Host, Past: true}
		}
		return nil, err
	case tunnel && errors.Is(err, context.DeadlineExceeded):
		return nil, &ConnectTimeoutError{Limit: tunnelLimit, Proxy: proxy.Host}
	}
	return nil, ofProxy(proxy, err)
}

// proxyOf returns the proxy of a request, or nil.
func (t *Transport) proxyOf(req *http.Request) *url.URL {
	if t.Proxy == nil {
		return nil
	}
	proxy, err := t.Proxy(req)
	if err != nil {
		return nil
	}
	return proxy
}

// withHost adds to an error who did not answer.
func withHost(err error, host string) error {
	var slow *ConnectTimeoutError
	if errors.As(err, &slow) {
		return &ConnectTimeoutError{Limit: slow.Limit, Host: host}
	}
	return err
}

// ofProxy returns an error of the connection to a proxy as one of that.
func ofProxy(proxy *url.URL, err error) error {
	var slow *ConnectTimeoutError
	var silent *IdleTimeoutError
	var known *fault.Error
	switch {
	case errors.As(err, &slow):
		return &ConnectTimeoutError{Limit: slow.Limit, Proxy: proxy.Host}
	case errors.As(err, &silent):
		return &IdleTimeoutError{Limit: silent.Limit, Proxy: proxy.Host}
	case errors.As(err, &known):
		return err
	}
	return &ProxyError{proxy.Host, err}
}

// isSilentProxy reports whether a proxy was waited for in vain.
func isSilentProxy(err error) bool {
	var slow *ConnectTimeoutError
	return errors.As(err, &slow) && slow.Proxy != "" && !slow.Past
}

// socksRefusal returns what a SOCKS proxy did (RFC 1928, section 6; RFC 1929), for which
// net/http has texts only.
func socksRefusal(proxy, wanted *url.URL, err error) error {
	text := err.Error()
	reply, replied := strings.CutPrefix(text, "unknown error ")
	switch {
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
	return ofProxy(proxy, err)
}

// mayNeedTLS reports whether a request goes over TLS, to the registry or to a proxy.
func (t *Transport) mayNeedTLS(req *http.Request) bool {
	if req.URL.Scheme == "https" {
		return true
	}
	proxy := t.proxyOf(req)
	return proxy != nil && proxy.Scheme == "https"
}

// checkTunnel looks at the answer of a proxy that was asked for a tunnel.
func checkTunnel(ctx context.Context, proxy *url.URL, asked *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return proxyRefusal(proxy, asked.Host, resp)
	}
	if way, ok := ctx.Value(connectingKey{}).(*connecting); ok {
		way.past.Store(true)
	}
	return nil
}
