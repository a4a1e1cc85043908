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
	// WantsCertificate says that it refuses whoever shows no client certificate, or
	// one that it does not accept.
	WantsCertificate bool
	// Scheme is how the request was authenticated, "Basic" or "Bearer"; empty where
	// it carried no credential.
	Scheme string
	// Forwarder is the proxy that the answer may be of: it passes requests on, and the
	// answer is not in the form of a registry's.
	Forwarder string
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
			parts = append(parts, said(one))
		}
		text += " (" + strings.Join(parts, "; ") + ")"
	case e.Text != "":
		text += " (" + e.Text + ")"
	}
	if e.Forwarder != "" {
		text += ", through the proxy " + e.Forwarder + ", whose answer it may be"
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

// has reports whether the registry names a code, in whatever case.
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
	statusErr.Scheme, _, _ = strings.Cut(resp.Request.Header.Get("Authorization"), " ")
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
	switch resp.StatusCode {
	case http.StatusForbidden, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		statusErr.Forwarder = forwarderOf(resp)
	}
	// Without a type, it is text unless it looks like something else.
	mediaType := resp.Header.Get("Content-Type")
	if strings.HasPrefix(mediaType, "text/plain") || mediaType == "" && !bytes.ContainsAny(raw[:min(len(raw), 1)], "{[<") {
		statusErr.Text = firstLine(string(raw))
	}
	statusErr.readPage(strings.ToLower(string(raw)))
	return statusErr.fault()
}

// readPage looks for what nginx and Apache say about TLS on a page, and Go's server
// in plain text.
func (e *StatusError) readPage(page string) {
	if e.StatusCode != http.StatusBadRequest {
		return
	}
	e.WantsTLS = strings.Contains(page, "http") && (strings.Contains(page, "to https port") ||
		strings.Contains(page, "to an https server") || strings.Contains(page, "to an ssl-enabled server port"))
	e.WantsCertificate = strings.Contains(page, "no required ssl certificate was sent") ||
		strings.Contains(page, "the ssl certificate error")
}

// peek returns the beginning of an answer's body, all of which can still be read.
func peek(resp *http.Response) ([]byte, error) {
	begin, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(begin), resp.Body), resp.Body}
	return begin, err
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
