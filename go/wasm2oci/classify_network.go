package wasm2oci

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

func classifyTLS(e *Error, err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		alert        tls.AlertError
		unknown      x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	host := hostOf(err, "the registry")
	switch {
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		e.Err = fault.Textf("%s does not speak TLS", host)
		e.Hint = fault.Textf("if it is a plain HTTP registry, use {plain_http} (not encrypted)")
	case errors.As(err, &unknown):
		e.Err = fault.Textf("the certificate of %s is signed by an unknown authority", host)
		e.Hint = fault.Textf("give its CA with {ca_file}")
	case errors.As(err, &hostname):
		e.Err = fault.Textf("the certificate of %s is for another host: %s", host, hostname.Error())
	case errors.As(err, &invalid):
		e.Err = fault.Textf("the certificate of %s is invalid: %s", host, invalid.Error())
	case errors.As(err, &verification), errors.As(err, &alert):
		e.Err = fault.Textf("TLS with %s failed: %s", host, transfer.RedactError(err))
	case strings.Contains(err.Error(), "tls: "):
		e.Err = fault.Textf("TLS with %s failed: %s", host, transfer.RedactError(err))
	default:
		return false
	}
	e.Kind = TLS
	return true
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
		e.Err = proxy
	case errors.As(err, &name):
		e.Err = fault.Textf("no such host %q", name.Name)
		e.Hint = fault.Textf("check the name of the registry and the network")
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Err = fault.Textf("%s refused the connection", host)
		e.Hint = fault.Textf("check the host and the port")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e.Err = fault.Textf("%s closed the connection early", host)
	case errors.As(err, &operation):
		e.Err = fault.Textf("connection to %s failed: %s", host, operation.Err)
	case errors.As(err, &urlErr):
		e.Err = fault.Textf("request to %s failed: %s", host, urlErr.Err)
	default:
		return false
	}
	e.Kind = Network
	return true
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
