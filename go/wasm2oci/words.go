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
	{"protocol version not supported", "it wants another version of TLS than 1.2 or 1.3"},
	{"unsupported protocol version", "it speaks versions of TLS older than 1.2 only"},
	{"no supported versions", "no common version of TLS was found"},
	{"insufficient security level", "it wants stronger ciphers"},
	{"unrecognized name", "it does not know the name of the host"},
	{"error decoding message", "it could not read what it was sent"},
	{"error decrypting message", "it could not decrypt what it was sent"},
	{"bad record MAC", "bytes were changed on the way"},
	{"unexpected message", "what it was sent is not what it expected"},
	{"illegal parameter", "what it was sent is not what it expected"},
	{"remote error: tls: internal error", "it reports an error of its own"},
	{"private key does not match public key", "the key belongs to another certificate"},
	{"failed to find any PEM data in certificate input", "the first holds no PEM certificate"},
	{"but did find a private key; PEM inputs may have been switched", "the first holds a key in place of a certificate"},
	{"failed to find any PEM data in key input", "the second holds no PEM key"},
	{"found a certificate rather than a key", "the second holds a certificate in place of a key"},
	{`failed to find PEM block with type ending in "PRIVATE KEY"`, "the second holds no PEM key"},
	{`failed to find "CERTIFICATE" PEM block`, "the first holds no PEM certificate"},
	{"failed to parse private key", "the key is damaged, or encrypted with a password"},
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
