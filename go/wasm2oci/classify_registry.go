package wasm2oci

import (
	"errors"
	"net/http"
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
	switch code := answer.StatusCode; {
	case code >= http.StatusInternalServerError:
		e.Kind = Registry
	case code == http.StatusTooManyRequests:
		e.Kind, e.Hint = RateLimited, fault.Textf("try again later")
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code == http.StatusGone:
		e.Hint = reportIt
	default:
		e.Hint = fault.Textf("check the credentials for %s", answer.URL.Host)
	}
	return true
}

func classifyCredential(e *Error, err error) bool {
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		host := hostOf(err, "the registry")
		e.Kind, e.Err = Unauthenticated, fault.Textf("the registry asks for credentials, but there are none")
		e.Hint = fault.Textf("give {username} and {password}, or {token}, or log in to %s", host)
		return true
	}
	if isBadRealm(err) {
		e.Kind, e.Err, e.Hint = Unauthenticated, fault.Textf("the registry names no usable token service: its realm is not an address"), reportIt
		return true
	}
	// oras-go has no types for these.
	text := transfer.RedactError(err)
	if strings.Contains(text, "missing username or password") {
		e.Kind, e.Err = Unauthenticated, fault.Textf("the registry asks for a user name and a password, and the credential does not have both")
		return true
	}
	if fact, found := tokenServiceFailure(text); found {
		e.Kind, e.Err, e.Hint = Unauthenticated, fact, reportIt
		return true
	}
	if strings.Contains(text, "failed to resolve credential") {
		e.Kind, e.Err = Unauthenticated, fault.Textf("%s", withoutRequest(text))
		return true
	}
	return false
}

// realmFailures are what oras-go says of the address of a token service.
var (
	refusedRealm  = regexp.MustCompile(`bearer realm "((?:[^"\\]|\\.)*)" uses (http but|unsupported scheme)`)
	unparsedRealm = regexp.MustCompile(`failed to parse bearer realm`)
	blockedRealm  = regexp.MustCompile(`bearer realm host "([^"]*)" (?:is|resolves to) ([^,]+), in blocked prefix`)
	lastRequest   = regexp.MustCompile(`[A-Z]+ "([^"]*)": (?:failed to decode response|empty token returned)`)
)

// tokenServiceFailure says what is wrong with a token service, or with what the registry
// says of it; false where the text is of something else.
func tokenServiceFailure(text string) (fact fault.Text, found bool) {
	if one := refusedRealm.FindStringSubmatch(text); one != nil {
		if one[2] == "http but" {
			return fault.Textf("the registry, reached by https, names the http realm %s for its tokens; nothing is asked there", fault.Quote(one[1])), true
		}
		return fault.Textf("the registry names the realm %s for its tokens, which is not the address of a server", fault.Quote(one[1])), true
	}
	if one := blockedRealm.FindStringSubmatch(text); one != nil {
		return fault.Textf("the registry names the realm %s for its tokens, at the private address %s, which is not its own; nothing is asked there", fault.Quote(one[1]), one[2]), true
	}
	if unparsedRealm.MatchString(text) {
		return fault.Textf("the registry names no usable token service: its realm is not an address"), true
	}
	if one := lastRequest.FindStringSubmatch(text); one != nil {
		host := one[1]
		if address, err := url.Parse(one[1]); err == nil {
			host = address.Host
		}
		return fault.Textf("the token service %s answered with something other than a token", host), true
	}
	if strings.Contains(text, "redirect of token request rejected") {
		return fault.Textf("the token service redirects to where it is not followed: %s", text[strings.LastIndex(text, "rejected: ")+len("rejected: "):]), true
	}
	return fact, false
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
