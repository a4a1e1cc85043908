package wasm2oci

import (
	"errors"
	"net/url"
	"regexp"
	"strings"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// classifyTokenService knows the only answers that oras-go asks for itself: those of
// a token service. Those of a registry are faults from their birth.
func classifyTokenService(e *Error, err error) bool {
	var answer *errcode.ErrorResponse
	if !errors.As(err, &answer) {
		return false
	}
	status := &transfer.StatusError{ErrorResponse: answer}
	e.Kind, e.Detail = Unauthenticated, status.Detail()
	e.Err = fault.Textf("no token from %s: %s", answer.URL.Host, status.Error())
	if answer.StatusCode >= 500 {
		e.Kind = Registry
	} else {
		e.Hint = fault.Textf("check the credentials for %s", answer.URL.Host)
	}
	return true
}

func classifyCredential(e *Error, err error) bool {
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		host := hostOf(err, "the registry")
		e.Kind, e.Err = Unauthenticated, fault.Textf("the registry asks for credentials and there are none")
		e.Hint = fault.Textf("give {username} and {password}, or {token}, or log in to %s", host)
		return true
	}
	if isBadRealm(err) {
		e.Kind, e.Err = Unauthenticated, fault.Textf("the registry names no usable token service: its realm is not an address")
		return true
	}
	// oras-go has no types for these.
	text := transfer.RedactError(err)
	if strings.Contains(text, "missing username or password") {
		e.Kind, e.Err = Unauthenticated, fault.Textf("the registry asks for a user name and a password, and the credential does not have both")
		return true
	}
	if strings.Contains(text, "failed to decode response") {
		e.Kind, e.Err = Unauthenticated, fault.Textf("the token service answered with something other than a token")
		return true
	}
	for _, sign := range []string{"bearer realm", "empty token returned", "redirect of token request rejected", "failed to resolve credential"} {
		if strings.Contains(text, sign) {
			e.Kind, e.Err = Unauthenticated, fault.Textf("%s", withoutRequest(text))
			return true
		}
	}
	return false
}

// isBadRealm reports whether an error is that of a realm that is empty or cannot be parsed: the addresses of all
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
