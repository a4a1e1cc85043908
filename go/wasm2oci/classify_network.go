package wasm2oci

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

func classifyTLS(e *Error, err error) bool {
	var (
		record   tls.RecordHeaderError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
	)
	host, text := hostOf(err, "the registry"), err.Error()
	var proxy *transfer.ProxyError
	byProxy := errors.As(err, &proxy)
	if byProxy {
		host = "the proxy " + proxy.Proxy
	}
	switch {
	case errors.As(err, &record), strings.Contains(text, "server gave HTTP response to HTTPS client"):
		e.Err = fault.Textf("%s does not speak TLS", host)
		e.Hint = usePlainHTTP
		if byProxy {
			e.Hint = fault.Textf("begin its URL with http:// if it is a plain HTTP proxy (not encrypted)")
		}
	case byProxy && strings.Contains(text, `malformed HTTP response "\x15\x03`):
		e.Err = fault.Textf("%s speaks TLS, and was asked in plain HTTP", host)
		e.Hint = fault.Textf("begin its URL with https://")
	case strings.Contains(text, `malformed HTTP response "\x15\x03`):
		// The alert that a TLS server answers plain HTTP with.
		e.Err = fault.Textf("%s speaks TLS, and was asked in plain HTTP", host)
		e.Hint = speakHTTPS
	case errors.As(err, &unknown):
		e.Err = fault.Textf("the certificate of %s is signed by an unknown authority", host)
		e.Hint = giveCA
	case errors.As(err, &hostname):
		e.Err = fault.Textf("the certificate of %s is for another host: %s", host, namesOf(hostname.Certificate))
		e.Hint = fault.Textf("check the name of the registry")
		if byProxy {
			e.Hint = fault.Textf("check the name of the proxy")
		}
	case errors.As(err, &invalid):
		e.Err = fault.Textf("the certificate of %s is invalid: %s", host, reasonOf(invalid))
	case wantsCertificate(text):
		e.Err = fault.Textf("%s refused the connection for want of a client certificate that it accepts (%s)", host, inOurWords(err))
		e.Hint = giveClientCert
	case strings.Contains(text, "tls: "), strings.Contains(text, "x509: "):
		e.Err = fault.Textf("TLS with %s failed: %s", host, inOurWords(err))
		if strings.Contains(text, "handshake failure") {
			e.Hint = perhapsClientCert
		}
	default:
		return false
	}
	e.Kind = TLS
	return true
}

// wantsCertificate reports whether the other side ended a handshake on account of
// the client's certificate: crypto/tls has no exported type for such an alert. Of
// these, the second is what servers of TLS 1.2 say where there is none.
func wantsCertificate(text string) bool {
	for _, alert := range []string{"certificate required", "bad certificate", "unknown certificate authority", "unknown certificate", "unsupported certificate", "expired certificate", "revoked certificate", "access denied"} {
		if strings.Contains(text, "remote error: tls: "+alert) {
			return true
		}
	}
	return false
}

// namesOf lists the hosts that a certificate is for.
func namesOf(certificate *x509.Certificate) string {
	names := slices.Clone(certificate.DNSNames)
	for _, address := range certificate.IPAddresses {
		names = append(names, address.String())
	}
	if len(names) == 0 {
		return "it names none"
	}
	const shown = 5
	text := strings.Join(names[:min(len(names), shown)], ", ")
	if len(names) > shown {
		text += ", ..."
	}
	return text
}

// reasonOf says why a certificate is invalid.
func reasonOf(invalid x509.CertificateInvalidError) string {
	if invalid.Reason != x509.Expired || invalid.Cert == nil {
		return inOurWords(invalid)
	}
	if now := time.Now(); now.Before(invalid.Cert.NotBefore) {
		return "it is valid from " + invalid.Cert.NotBefore.UTC().Format(time.RFC3339) + "; the clock of this machine says " + now.UTC().Format(time.RFC3339)
	}
	return "it expired at " + invalid.Cert.NotAfter.UTC().Format(time.RFC3339)
}

func classifyNetwork(e *Error, err error) bool {
	var (
		proxy     *transfer.ProxyError
		operation *net.OpError
		name      *net.DNSError
		urlErr    *url.Error
	)
	host := hostOf(err, "the registry")
	switch {
	case errors.As(err, &proxy):
		e.Err, e.Hint = proxyFailure(proxy)
	case errors.As(err, &name):
		e.Err = fault.Textf("no such host %q", name.Name)
		e.Hint = fault.Textf("check the name of the registry and the network")
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Err = fault.Textf("%s refused the connection", host)
		e.Hint = fault.Textf("check the host and the port")
	case transfer.IsHangUp(err), strings.Contains(err.Error(), "server closed idle connection"):
		e.Err, e.Hint = fault.Textf("%s closed the connection early", host), checkNetwork
	// net/http says the second of a server that speaks before it is asked.
	case strings.Contains(err.Error(), "malformed "), strings.Contains(err.Error(), "readLoopPeekFailLocked: %!w(<nil>)"):
		e.Err = fault.Textf("%s does not speak HTTP", host)
		e.Hint = fault.Textf("check the host and the port")
	case errors.As(err, &operation):
		e.Err = fault.Textf("connection to %s failed: %s", host, inOurWords(operation.Err))
	case errors.As(err, &urlErr):
		e.Err = fault.Textf("request to %s failed: %s", host, inOurWords(urlErr.Err))
	default:
		return false
	}
	e.Kind = Network
	return true
}

// proxyFailure says what went wrong between us and a proxy.
func proxyFailure(proxy *transfer.ProxyError) (fact, hint fault.Text) {
	var name *net.DNSError
	text := proxy.Err.Error()
	switch {
	case errors.As(proxy.Err, &name):
		return fault.Textf("the proxy %s could not be used: no such host", proxy.Proxy), fault.Textf("check its name and the network")
	case errors.Is(proxy.Err, syscall.ECONNREFUSED):
		return fault.Textf("the proxy %s could not be used: connection refused", proxy.Proxy), fault.Textf("check its host and its port")
	case transfer.IsHangUp(proxy.Err), strings.Contains(text, "server closed idle connection"):
		return fault.Textf("the proxy %s closed the connection early", proxy.Proxy), fault.Textf("check the scheme in its URL, and what it allows")
	case strings.Contains(text, "malformed "), strings.Contains(text, "readLoopPeekFailLocked: %!w(<nil>)"):
		return fault.Textf("the proxy %s does not speak HTTP", proxy.Proxy), fault.Textf("check the scheme, the host and the port in its URL")
	}
	return fault.Textf("the proxy %s could not be used: %s", proxy.Proxy, inOurWords(proxy.Err)), fault.Text{}
}

// hostOf returns the host in an error of net/http or net.
func hostOf(err error, otherwise string) string {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		if u, parseErr := url.Parse(urlErr.URL); parseErr == nil && u.Host != "" {
			return u.Host
		}
	}
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Addr != nil {
		return operation.Addr.String()
	}
	return otherwise
}
