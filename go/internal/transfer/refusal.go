package transfer

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode"

	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

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
		result.WithHint("%s", e.noRight())
	case code == http.StatusUnauthorized:
		result.Kind = fault.Unauthenticated
		result.WithHint("%s", logIn(host))
	case code == http.StatusNotFound:
		e.notFound(result)
	case code == http.StatusProxyAuthRequired:
		result.Kind = fault.Network
		result.WithHint("check the user name and the password in the URL of the proxy")
	case code == http.StatusTooManyRequests:
		result.Kind = fault.RateLimited
		result.WithHint("try again later")
	case code == http.StatusMethodNotAllowed, e.has(errcode.ErrorCodeUnsupported):
		result.Kind = fault.Unsupported
		if e.isWrite() {
			result.WithHint("check that %s takes pushes; it may be read-only", host)
		}
	case e.WantsTLS:
		result.Kind = fault.TLS
		result.WithHint("%s speaks HTTPS only", host)
	case e.WantsCertificate:
		result.Kind = fault.TLS
		result.WithHint("give a certificate that %s accepts with {client_cert} and {client_key}", host)
	case e.isWrite() && code/100 <= 3:
		result.Err = fault.Textf("a %s was answered with %w, which is not what a registry answers", e.Method, e)
		result.WithHint("check that the address is that of a registry")
	}
	return result
}

// logIn says how to identify to a host.
func logIn(host string) fault.Text {
	return fault.Textf("give {username} and {password}, or {token}, or log in to %s", host)
}

// noRight says why a request may have been denied. Whose token it was, whoever has
// the credentials knows.
func (e *StatusError) noRight() fault.Text {
	if e.Scheme != "" {
		return fault.Textf("what %s was told does not have the right", e.URL.Host)
	}
	return fault.Textf("no credentials were sent to %s, which did not ask for any: check the address, and whether a proxy or a firewall refuses in its place", e.URL.Host)
}

// notFound says what is missing: that depends on what was asked.
func (e *StatusError) notFound(result *fault.Error) {
	collection, item := e.asked()
	switch {
	case collection == "uploads" && e.Method == http.MethodPost:
		result.Kind = fault.NotFound
		result.WithHint("create the repository first, and check that %s is a registry that takes pushes", e.URL.Host)
	case collection == "uploads":
		result.Err = fault.Textf("the registry does not know the upload session that it began: %w", e)
		result.WithHint("if several servers answer as %s, they must share their upload sessions", e.URL.Host)
	case e.isWrite():
		result.Err = fault.Textf("the registry refused the manifest: %w", e)
		if e.has(errcode.ErrorCodeNameUnknown) {
			result.WithHint("create the repository first")
		}
	case collection == "blobs":
		result.Kind = fault.NotFound
		result.WithHint("the registry does not have all of the artifact; push it again")
	case strings.Contains(item, ":"):
		result.Kind = fault.NotFound
		result.WithHint("check the repository and the digest")
	default:
		result.Kind = fault.NotFound
		result.WithHint("check the repository and the tag")
	}
}

// asked returns the last two parts of the path, such as "manifests" and "v1".
// An address below uploads may have any number of them.
func (e *StatusError) asked() (collection, item string) {
	if e.isWrite() && !strings.Contains(e.URL.Path, "/manifests/") {
		return "uploads", ""
	}
	parts := strings.Split(e.URL.Path, "/")
	if len(parts) < 2 {
		return "", ""
	}
	return parts[len(parts)-2], parts[len(parts)-1]
}

// isWrite reports whether the request was a step of a push.
func (e *StatusError) isWrite() bool {
	return e.Method == http.MethodPost || e.Method == http.MethodPut || e.Method == http.MethodPatch
}

// maxSaid is how much of one error of a registry is shown, in bytes.
const maxSaid = 300

// said returns what a registry says in one of its errors. Some have the cause in
// the detail only, under a message that repeats the code in words.
func said(one errcode.Error) string {
	text := one.Code
	if one.Message != "" {
		text += ": " + one.Message
	}
	if detail := detailOf(one); detail != "" && (one.Message == "" || inWords(one.Message) == inWords(one.Code)) {
		text += ": " + detail
	}
	return text[:min(len(text), maxSaid)]
}

// detailOf returns the detail of an error as text: as it is where it is text, else
// as JSON.
func detailOf(one errcode.Error) string {
	switch detail := one.Detail.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(detail)
	case map[string]any:
		if len(detail) == 0 {
			return ""
		}
	case []any:
		if len(detail) == 0 {
			return ""
		}
	}
	raw, err := json.Marshal(one.Detail)
	if err != nil {
		return ""
	}
	return string(raw)
}

// inWords reduces a text to its words, for "MANIFEST_INVALID" and "manifest
// invalid." to be the same.
func inWords(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}
