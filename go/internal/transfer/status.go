package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// maxErrorBody is how much of an error answer is read.
const maxErrorBody = 32 << 10

// StatusError is an answer of the registry that is not what was asked for. It comes
// wrapped in its fault.
type StatusError struct {
	*errcode.ErrorResponse
	// Challenge is the WWW-Authenticate header of a 401.
	Challenge string
	// Text is the beginning of an answer that is not the registry's JSON.
	Text string
	// WantsTLS says that the server at the other end speaks HTTPS only.
	WantsTLS bool
	// Asked is the host the first request went to; it differs from the URL's
	// where a redirect led elsewhere.
	Asked string
}

// Unwrap returns the oras-go error.
func (e *StatusError) Unwrap() error { return e.ErrorResponse }

// Error returns one line with the status and what the registry says.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("HTTP %d", e.StatusCode)
	if name := http.StatusText(e.StatusCode); name != "" {
		text += " " + strings.ToLower(name)
	}
	switch {
	case len(e.Errors) > 0:
		var parts []string
		for _, one := range e.Errors[:min(len(e.Errors), 3)] {
			part := one.Code
			if one.Message != "" {
				part += ": " + one.Message
			}
			parts = append(parts, part[:min(len(part), 300)])
		}
		text += " (" + strings.Join(parts, "; ") + ")"
	case e.Text != "":
		text += " (" + e.Text + ")"
	}
	return text
}

// Detail returns the answer as data.
func (e *StatusError) Detail() fault.Detail {
	detail := fault.Detail{HTTPStatus: e.StatusCode}
	for _, one := range e.Errors {
		detail.RegistryErrors = append(detail.RegistryErrors, fault.RegistryError{Code: one.Code, Message: one.Message})
	}
	return detail
}

// fault returns the fault of the answer (distribution specification, v1.1, "Error
// Codes").
func (e *StatusError) fault() *fault.Error {
	result := fault.New(fault.Registry, "%w", e)
	result.Detail = e.Detail()
	host, code := e.URL.Host, e.StatusCode
	switch {
	case e.Asked != host && (code == http.StatusUnauthorized || code == http.StatusForbidden):
		result.Kind = fault.PermissionDenied
		if code == http.StatusUnauthorized {
			result.Kind = fault.Unauthenticated
		}
		result.Err = fault.Textf("the storage host %s, to which %s redirects, refused: %w", host, e.Asked, e)
	case code == http.StatusForbidden, e.has(errcode.ErrorCodeDenied),
		code == http.StatusUnauthorized && strings.Contains(e.Challenge, "insufficient_scope"):
		result.Kind = fault.PermissionDenied
		result.WithHint("the credentials in use lack the right")
	case code == http.StatusUnauthorized:
		result.Kind = fault.Unauthenticated
		result.WithHint("give {username} and {password}, or {token}, or log in to %s", host)
	case code == http.StatusNotFound:
		result.Kind = fault.NotFound
		result.WithHint("check the repository and the tag")
	case code == http.StatusProxyAuthRequired:
		result.Kind = fault.Network
		result.WithHint("check the user name and the password in the URL of the proxy")
	case code == http.StatusTooManyRequests:
		result.Kind = fault.RateLimited
		result.WithHint("try again later")
	case code == http.StatusMethodNotAllowed, e.has(errcode.ErrorCodeUnsupported):
		result.Kind = fault.Unsupported
	case e.WantsTLS:
		result.Kind = fault.TLS
		result.WithHint("the registry speaks HTTPS: leave out {plain_http}")
	}
	return result
}

// has reports whether the registry gives a code, in whatever case.
func (e *StatusError) has(code string) bool {
	return slices.ContainsFunc(e.Errors, func(one errcode.Error) bool { return strings.EqualFold(one.Code, code) })
}

// MissesBlob reports whether a manifest was refused because the registry lacks a
// blob of it.
func (e *StatusError) MissesBlob() bool {
	return slices.ContainsFunc(e.Errors, func(one errcode.Error) bool {
		return one.Code == errcode.ErrorCodeManifestBlobUnknown || one.Code == errcode.ErrorCodeBlobUnknown
	})
}

// newStatusError reads and closes the answer, and returns its fault.
func newStatusError(resp *http.Response, asked string) error {
	defer func() { _ = resp.Body.Close() }()
	statusErr := &StatusError{
		ErrorResponse: &errcode.ErrorResponse{Method: resp.Request.Method, URL: resp.Request.URL, StatusCode: resp.StatusCode},
		Challenge:     strings.Join(resp.Header.Values("WWW-Authenticate"), ", "),
		Asked:         asked,
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil {
		return statusErr.fault()
	}
	var body struct {
		Errors errcode.Errors `json:"errors"`
	}
	if json.Unmarshal(raw, &body) == nil && len(body.Errors) > 0 {
		statusErr.Errors = body.Errors
		return statusErr.fault()
	}
	// Without a type, it is text unless it looks like something else.
	mediaType := resp.Header.Get("Content-Type")
	if strings.HasPrefix(mediaType, "text/plain") || mediaType == "" && !bytes.ContainsAny(raw[:min(len(raw), 1)], "{[<") {
		statusErr.Text = firstLine(string(raw))
	}
	// nginx and Apache say it on a page, Go's server in plain text.
	page := strings.ToLower(string(raw))
	statusErr.WantsTLS = resp.StatusCode == http.StatusBadRequest &&
		strings.Contains(page, "http") && (strings.Contains(page, "to https port") ||
		strings.Contains(page, "to an https server") || strings.Contains(page, "to an ssl-enabled server port"))
	return statusErr.fault()
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line[:min(len(line), 200)]
}

// Redact returns a URL without its password and without its query, which may be a
// signature.
func Redact(u *url.URL) string {
	bare := *u
	bare.User = nil
	bare.Fragment = ""
	if bare.RawQuery != "" {
		bare.RawQuery = "..."
	}
	return bare.String()
}

// RedactError returns the text of an error without the URL that net/http puts
// before it.
func RedactError(err error) string {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		return urlErr.Err.Error()
	}
	return err.Error()
}
