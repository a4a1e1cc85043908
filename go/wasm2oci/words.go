package wasm2oci

import (
	"errors"
	"regexp"
	"strings"
	"syscall"

	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// jargon is what packages of Go put before what went wrong.
var jargon = regexp.MustCompile(`(?:net/http: |http: |HTTP/1\.x transport connection broken: |readLoopPeekFailLocked: |remote error: |local error: |x509: |tls: |connect: |read: |write: )+`)

// phrases are texts of Go's library that only its users understand, and ours.
var phrases = [][2]string{
	{"unsupported protocol scheme", "the address has no scheme that is known, such as https"},
	{"no Host in request URL", "the address has no host"},
	{"failed to parse Location header", "the redirect has an invalid address"},
	{"response missing Location header", "the redirect has no address"},
	{"does not look like a TLS handshake", "the answer is not TLS"},
	{"handshake failure", "no common cipher was found, or a client certificate is missing"},
	{"protocol version not supported", "no common version of TLS was found"},
	{"unknown certificate authority", "it does not know the authority of the certificate"},
	{"transport connection broken: EOF", "the connection was closed"},
}

// inOurWords says what went wrong below HTTP without the names of packages and
// functions. What is not known is said as it is.
func inOurWords(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	text := transfer.RedactError(err)
	for _, phrase := range phrases {
		if strings.Contains(text, phrase[0]) {
			return phrase[1]
		}
	}
	return jargon.ReplaceAllString(text, "")
}
