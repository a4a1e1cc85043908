package wasm2oci

import (
	"errors"
	"strings"
)

// Kind says what went wrong. Its numbers are the statuses of the C header; they
// are never renumbered or reused.
type Kind int32

// The kinds of error; the C header says what each of them means.
const (
	Unknown          Kind = 1
	Internal         Kind = 2
	InvalidArgument  Kind = 3
	InvalidReference Kind = 4
	Unsupported      Kind = 5
	Cancelled        Kind = 6
	Timeout          Kind = 7
	Closed           Kind = 8
	Forked           Kind = 9
	NotFound         Kind = 10
	AlreadyExists    Kind = 11
	Unauthenticated  Kind = 12
	PermissionDenied Kind = 13
	RateLimited      Kind = 14
	Registry         Kind = 15
	Network          Kind = 20
	Filesystem       Kind = 21
	TLS              Kind = 22
	DigestMismatch   Kind = 30
	SizeExceeded     Kind = 31
	InvalidManifest  Kind = 32
	NotWasm          Kind = 33
	Ambiguous        Kind = 34
)

// kindNames pairs each kind with the name of its status.
var kindNames = map[Kind]string{
	Unknown: "UNKNOWN", Internal: "INTERNAL", InvalidArgument: "INVALID_ARGUMENT",
	InvalidReference: "INVALID_REFERENCE", Unsupported: "UNSUPPORTED", Cancelled: "CANCELLED",
	Timeout: "TIMEOUT", Closed: "CLOSED", Forked: "FORKED", NotFound: "NOT_FOUND",
	AlreadyExists: "ALREADY_EXISTS", Unauthenticated: "UNAUTHENTICATED",
	PermissionDenied: "PERMISSION_DENIED", RateLimited: "RATE_LIMITED", Registry: "REGISTRY",
	Network: "NETWORK", Filesystem: "FILESYSTEM", TLS: "TLS", DigestMismatch: "DIGEST_MISMATCH",
	SizeExceeded: "SIZE_EXCEEDED", InvalidManifest: "INVALID_MANIFEST", NotWasm: "NOT_WASM",
	Ambiguous: "AMBIGUOUS",
}

// Kinds lists all kinds with the names of their statuses.
func Kinds() map[Kind]string {
	kinds := make(map[Kind]string, len(kindNames))
	for kind, name := range kindNames {
		kinds[kind] = name
	}
	return kinds
}

// String gives the name of the status, such as "NOT_FOUND".
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return kindNames[Unknown]
}

// RegistryError is one entry of a registry's error answer (distribution
// specification, v1.1, "Error Codes").
type RegistryError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Detail is what programs may want to know of an error. All is optional.
type Detail struct {
	Op             string          `json:"op,omitempty"`
	Reference      string          `json:"reference,omitempty"`
	HTTPStatus     int             `json:"http_status,omitempty"`
	RegistryErrors []RegistryError `json:"registry_errors,omitempty"`
	Path           string          `json:"path,omitempty"`
	Candidates     []string        `json:"candidates,omitempty"`
	Causes         []string        `json:"causes,omitempty"`
	Errno          int             `json:"errno,omitempty"`
}

// Error is what every function of this package returns.
type Error struct {
	// Kind says what went wrong.
	Kind Kind
	// Op is the verb, such as "pull".
	Op string
	// Reference is the reference as given, or the path.
	Reference string
	// Err is the fact.
	Err error
	// Hint is a safe next step, or empty.
	Hint string
	// Detail has what programs may want to know.
	Detail Detail
}

// Error gives one line without secrets: the operation, the input, the fact and
// the next step.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.Op)
	if e.Reference != "" {
		if e.Op != "" {
			text.WriteByte(' ')
		}
		text.WriteString(quote(e.Reference))
	}
	if text.Len() > 0 {
		text.WriteString(": ")
	}
	text.WriteString(shorten(oneLine(e.Err.Error()), maxFact))
	if e.Hint != "" {
		text.WriteString("; " + shorten(oneLine(e.Hint), maxFact))
	}
	return text.String()
}

// maxFact is how much of a fact or a hint is shown, in bytes: they may quote what
// a registry sent.
const maxFact = 800

// Unwrap gives the fact.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of an error of this package, else Unknown.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unknown
}

// quote puts input between quotes, with what is not printable spelled out.
func quote(text string) string {
	return `"` + oneLine(shorten(text, 300)) + `"`
}

func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}

// oneLine spells out control characters, so that no answer of a registry can
// break or colour a line of somebody's terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}
