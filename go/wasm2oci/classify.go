package wasm2oci

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/format"
	"github.com/wasm2oci/wasm2oci/go/layout"
	"github.com/wasm2oci/wasm2oci/go/transfer"
	"github.com/wasm2oci/wasm2oci/go/unpack"
)

// classify turns any error into an *Error. It is the only function that looks
// into the errors of other packages.
func classify(op, reference string, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		result := *known
		if result.Op == "" {
			result.Op = op
		}
		if result.Reference == "" {
			result.Reference = reference
		}
		return result.withDetail()
	}
	result := &Error{Op: op, Reference: reference, Err: err}
	for _, judge := range []func(*Error, error) bool{
		judgeOwn, judgeContext, judgeContent, judgeStatus, judgeCredential, judgeTLS, judgeNetwork, judgeFile,
	} {
		if judge(result, err) {
			return result.withDetail()
		}
	}
	result.Kind = Unknown
	return result.withDetail()
}

// withDetail completes the detail from the other fields.
func (e *Error) withDetail() *Error {
	e.Detail.Op, e.Detail.Reference = e.Op, e.Reference
	return e
}

// judgeOwn knows the limits that this project sets itself.
func judgeOwn(e *Error, err error) bool {
	var (
		location *transfer.LocationError
		lost     *transfer.LostError
		chunk    *transfer.ChunkError
		empty    transfer.EmptyBlobError
		wait     *transfer.RetryAfterError
		encoding *transfer.EncodingError
		limit    *transfer.LimitError
	)
	switch {
	case errors.As(err, &location):
		e.Kind, e.Err, e.Hint = Registry, location, "if you trust that host, name it in allow_upload_hosts"
	case errors.As(err, &lost):
		e.Kind, e.Err = Registry, lost
	case errors.As(err, &chunk):
		e.Kind, e.Err = Registry, chunk
	case errors.As(err, &empty):
		e.Kind, e.Err = Unsupported, empty
	case errors.As(err, &wait):
		e.Kind, e.Err, e.Hint = RateLimited, wait, "try again later"
		if wait.StatusCode != http.StatusTooManyRequests {
			e.Kind = Registry
		}
		e.Detail.HTTPStatus = wait.StatusCode
	case errors.As(err, &encoding):
		e.Kind, e.Err = Unsupported, encoding
	case errors.As(err, &limit):
		e.Kind, e.Err = SizeExceeded, limit
	default:
		return false
	}
	return true
}

func judgeContext(e *Error, err error) bool {
	var (
		idle     *transfer.IdleTimeoutError
		busy     *transfer.BusyError
		deadline *deadlineError
		netErr   net.Error
	)
	switch {
	case errors.As(err, &deadline):
		e.Kind, e.Err, e.Hint = Timeout, deadline, "give it more time with the timeout option"
	case errors.As(err, &busy):
		e.Kind, e.Err, e.Hint = Timeout, busy, "close what is open for reading, or allow more connections"
	case errors.Is(err, context.Canceled):
		e.Kind, e.Err = Cancelled, errors.New("cancelled")
	case errors.As(err, &idle):
		e.Kind, e.Err, e.Hint = Timeout, idle, "give it more time with idle_timeout"
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Err = Timeout, errors.New("the time limit passed")
	case errors.As(err, &netErr) && netErr.Timeout():
		e.Kind, e.Err = Timeout, fmt.Errorf("%s took too long", hostOf(err, "the registry"))
	default:
		return false
	}
	return true
}

func judgeContent(e *Error, err error) bool {
	var (
		mismatch   *transfer.MismatchError
		descriptor *transfer.DescriptorError
		mediaType  *transfer.MediaTypeError
		shape      *format.ShapeError
		notWasm    *format.NotWasmError
		ambiguous  *format.AmbiguousError
		selected   *format.SelectError
		packing    *unpack.FormatError
		unpacked   *unpack.LimitError
		missing    *layout.NotFoundError
		broken     *layout.ShapeError
		several    *layout.AmbiguousError
	)
	switch {
	case errors.As(err, &mismatch):
		e.Kind, e.Err = DigestMismatch, mismatch
	case errors.As(err, &descriptor):
		e.Kind, e.Err = InvalidManifest, descriptor
	case errors.As(err, &mediaType):
		e.Kind, e.Err, e.Hint = InvalidManifest, mediaType, "check that the address is that of a registry"
	case errors.As(err, &shape):
		e.Kind, e.Err = InvalidManifest, shape
	case errors.As(err, &notWasm):
		e.Kind, e.Err, e.Hint, e.Detail.Candidates = NotWasm, notWasm, notWasm.Hint, notWasm.Types
	case errors.As(err, &ambiguous):
		e.Kind, e.Err, e.Hint, e.Detail.Candidates = Ambiguous, ambiguous, ambiguous.Hint, ambiguous.Candidates
	case errors.As(err, &selected):
		e.Kind, e.Err, e.Detail.Candidates = NotFound, selected, selected.Candidates
	case errors.As(err, &packing):
		e.Kind, e.Err = InvalidManifest, packing
	case errors.As(err, &unpacked):
		e.Kind, e.Err, e.Hint = SizeExceeded, unpacked, "if the source is trusted, raise max_unpacked_size"
	case errors.As(err, &missing):
		e.Kind, e.Err = NotFound, missing
		if len(missing.Tags) > 0 {
			e.Hint = "the layout has the tags " + strings.Join(missing.Tags[:min(len(missing.Tags), 10)], ", ")
		}
	case errors.As(err, &broken):
		e.Kind, e.Err = InvalidManifest, broken
	case errors.As(err, &several):
		e.Kind, e.Err, e.Detail.Candidates = Ambiguous, several, several.Digests
	case isNotWasm(err):
		e.Kind, e.Err = NotWasm, err
	default:
		return false
	}
	return true
}

// judgeStatus maps the registry's answer (distribution specification, v1.1,
// "Error Codes").
func judgeStatus(e *Error, err error) bool {
	var answer *errcode.ErrorResponse
	if !errors.As(err, &answer) {
		return false
	}
	var status *transfer.StatusError
	errors.As(err, &status)
	e.Detail.HTTPStatus = answer.StatusCode
	codes := map[string]bool{}
	for _, one := range answer.Errors {
		codes[strings.ToUpper(one.Code)] = true
		e.Detail.RegistryErrors = append(e.Detail.RegistryErrors, RegistryError{Code: one.Code, Message: one.Message})
	}
	e.Err = statusText(answer, status)
	host := answer.URL.Host
	if status == nil {
		// Only the token service is asked by oras-go itself.
		e.Kind, e.Hint = Unauthenticated, "check the credentials for "+host
		e.Err = fmt.Errorf("no token from %s: %w", host, e.Err)
		if answer.StatusCode >= 500 {
			e.Kind, e.Hint = Registry, ""
		}
		return true
	}
	switch {
	case status.Asked != host && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden):
		e.Kind, e.Err = PermissionDenied, fmt.Errorf("the storage host %s, to which %s redirects, refused: %w", host, status.Asked, e.Err)
		if answer.StatusCode == http.StatusUnauthorized {
			e.Kind = Unauthenticated
		}
	case answer.StatusCode == http.StatusForbidden, codes["DENIED"],
		answer.StatusCode == http.StatusUnauthorized && strings.Contains(status.Challenge, "insufficient_scope"):
		e.Kind, e.Hint = PermissionDenied, "the credentials in use lack the right"
	case answer.StatusCode == http.StatusUnauthorized:
		e.Kind, e.Hint = Unauthenticated, "give username and password or a token, or log in to "+host
	case answer.StatusCode == http.StatusNotFound:
		e.Kind, e.Hint = NotFound, "check the repository and the tag"
	case answer.StatusCode == http.StatusProxyAuthRequired:
		e.Kind, e.Hint = Network, "check the user name and the password in the URL of the proxy"
	case answer.StatusCode == http.StatusTooManyRequests:
		e.Kind, e.Hint = RateLimited, "try again later"
	case answer.StatusCode == http.StatusMethodNotAllowed, codes["UNSUPPORTED"]:
		e.Kind = Unsupported
	case status.WantsTLS:
		e.Kind, e.Hint = TLS, "the registry speaks HTTPS: leave out plain_http"
	default:
		e.Kind = Registry
	}
	return true
}

func statusText(answer *errcode.ErrorResponse, status *transfer.StatusError) error {
	text := fmt.Sprintf("HTTP %d", answer.StatusCode)
	if name := http.StatusText(answer.StatusCode); name != "" {
		text += " " + strings.ToLower(name)
	}
	switch {
	case len(answer.Errors) > 0:
		var parts []string
		for _, one := range answer.Errors[:min(len(answer.Errors), 3)] {
			part := one.Code
			if one.Message != "" {
				part += ": " + one.Message
			}
			parts = append(parts, part[:min(len(part), 300)])
		}
		text += " (" + strings.Join(parts, "; ") + ")"
	case status != nil && status.Text != "":
		text += " (" + status.Text + ")"
	}
	return errors.New(text)
}

func judgeCredential(e *Error, err error) bool {
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		host := hostOf(err, "the registry")
		e.Kind, e.Err = Unauthenticated, errors.New("the registry asks for credentials and there are none")
		e.Hint = "give username and password or a token, or log in to " + host
		return true
	}
	if isBadRealm(err) {
		e.Kind, e.Err = Unauthenticated, errors.New("the registry names no usable token service: its realm is no address")
		return true
	}
	// oras-go has no types for these.
	text := transfer.RedactError(err)
	if strings.Contains(text, "missing username or password") {
		e.Kind, e.Err = Unauthenticated, errors.New("the registry takes no token")
		e.Hint = "give username and password"
		return true
	}
	if strings.Contains(text, "failed to decode response") {
		e.Kind, e.Err = Unauthenticated, errors.New("the token service answered with something other than a token")
		return true
	}
	for _, sign := range []string{"bearer realm", "empty token returned", "redirect of token request rejected", "failed to resolve credential"} {
		if strings.Contains(text, sign) {
			e.Kind, e.Err = Unauthenticated, errors.New(withoutRequest(text))
			return true
		}
	}
	return false
}

// isBadRealm knows a realm that is empty or cannot be parsed: the addresses of all
// other requests have a path at least.
func isBadRealm(err error) bool {
	var urlErr *url.Error
	if !errors.As(err, &urlErr) {
		return false
	}
	u, parseErr := url.Parse(urlErr.URL)
	return parseErr != nil || u.Host == "" && u.Path == ""
}

// requestPrefix is the `GET "URL": ` that oras-go puts before its errors, once
// for the registry and once more for the token service.
var requestPrefix = regexp.MustCompile(`^(?:[A-Z]+ "[^"]*": )+`)

func withoutRequest(text string) string { return requestPrefix.ReplaceAllString(text, "") }

func judgeTLS(e *Error, err error) bool {
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
		e.Err = fmt.Errorf("%s does not speak TLS", host)
		e.Hint = "if it is a plain HTTP registry, set plain_http (not encrypted)"
	case errors.As(err, &unknown):
		e.Err = fmt.Errorf("the certificate of %s is signed by an unknown authority", host)
		e.Hint = "name its CA with ca_file"
	case errors.As(err, &hostname):
		e.Err = fmt.Errorf("the certificate of %s is for another host: %s", host, hostname.Error())
	case errors.As(err, &invalid):
		e.Err = fmt.Errorf("the certificate of %s is no good: %s", host, invalid.Error())
	case errors.As(err, &verification), errors.As(err, &alert):
		e.Err = fmt.Errorf("TLS with %s failed: %s", host, transfer.RedactError(err))
	case strings.Contains(err.Error(), "tls: "):
		e.Err = fmt.Errorf("TLS with %s failed: %s", host, transfer.RedactError(err))
	default:
		return false
	}
	e.Kind = TLS
	return true
}

func judgeNetwork(e *Error, err error) bool {
	var (
		proxy     *transfer.ProxyError
		operation *net.OpError
		name      *net.DNSError
		redirect  *transfer.RedirectError
		urlErr    *url.Error
	)
	host := hostOf(err, "the registry")
	switch {
	case errors.As(err, &proxy):
		e.Err = proxy
		if proxy.StatusCode == http.StatusProxyAuthRequired {
			e.Hint = "check the user name and the password in the URL of the proxy"
		}
	case errors.As(err, &redirect):
		e.Err = redirect
	case errors.As(err, &name):
		e.Err = fmt.Errorf("no such host %q", name.Name)
		e.Hint = "check the name of the registry and the network"
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Err = fmt.Errorf("%s refused the connection", host)
		e.Hint = "check the host and the port"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e.Err = fmt.Errorf("%s closed the connection early", host)
	case errors.As(err, &operation):
		e.Err = fmt.Errorf("connection to %s failed: %s", host, operation.Err)
	case errors.As(err, &urlErr):
		e.Err = fmt.Errorf("request to %s failed: %s", host, urlErr.Err)
	default:
		return false
	}
	e.Kind = Network
	return true
}

// hostOf finds the host in an error of net/http or net.
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

func judgeFile(e *Error, err error) bool {
	var (
		path    *fs.PathError
		link    *os.LinkError
		special *atomicfile.SpecialError
		errno   syscall.Errno
	)
	switch {
	case errors.As(err, &special):
		e.Err, e.Detail.Path = special, special.Path
		e.Detail.Errno = int(syscall.EINVAL)
		if special.Mode.IsDir() {
			e.Detail.Errno = int(syscall.EISDIR)
		}
	case errors.As(err, &path):
		e.Err = fmt.Errorf("cannot %s %s: %w", path.Op, quote(path.Path), path.Err)
		e.Detail.Path = path.Path
	case errors.As(err, &link):
		e.Err = fmt.Errorf("cannot %s %s: %w", link.Op, quote(link.New), link.Err)
		e.Detail.Path = link.New
	case errors.As(err, &errno):
		e.Err = errno
	default:
		return false
	}
	e.Kind = Filesystem
	if errors.Is(err, fs.ErrExist) {
		e.Kind = AlreadyExists
	}
	if errors.As(err, &errno) {
		e.Detail.Errno = int(errno)
	} else if errors.Is(err, fs.ErrExist) {
		e.Detail.Errno = int(syscall.EEXIST)
	}
	return true
}
