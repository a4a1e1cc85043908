package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oras.land/oras-go/v2/registry/remote/errcode"
)

// maxErrorBody is how much of an error answer is read.
const maxErrorBody = 32 << 10

// StatusError is an answer of the registry that is not what was asked for.
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

// Unwrap gives the oras-go error.
func (e *StatusError) Unwrap() error { return e.ErrorResponse }

// MissesBlob says that a manifest was refused because the registry lacks a blob
// of it.
func (e *StatusError) MissesBlob() bool {
	return slices.ContainsFunc(e.Errors, func(one errcode.Error) bool {
		return one.Code == errcode.ErrorCodeManifestBlobUnknown || one.Code == errcode.ErrorCodeBlobUnknown
	})
}

// newStatusError reads and closes the answer.
func newStatusError(resp *http.Response, asked string) error {
	defer func() { _ = resp.Body.Close() }()
	statusErr := &StatusError{
		ErrorResponse: &errcode.ErrorResponse{Method: resp.Request.Method, URL: resp.Request.URL, StatusCode: resp.StatusCode},
		Challenge:     strings.Join(resp.Header.Values("WWW-Authenticate"), ", "),
		Asked:         asked,
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil {
		return statusErr
	}
	var body struct {
		Errors errcode.Errors `json:"errors"`
	}
	if json.Unmarshal(raw, &body) == nil && len(body.Errors) > 0 {
		statusErr.Errors = body.Errors
		return statusErr
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
	return statusErr
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line[:min(len(line), 200)]
}

// Redact gives a URL without its password and without its query, which may be a
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

// RedactError gives the text of an error without the URL that net/http puts
// before it.
func RedactError(err error) string {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		return urlErr.Err.Error()
	}
	return err.Error()
}
