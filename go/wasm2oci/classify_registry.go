package wasm2oci

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

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
