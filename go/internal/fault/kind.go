package fault

import "errors"

// Kind says what went wrong. Its numbers are the statuses of the C header; they
// are never renumbered or reused.
type Kind int32

// The kinds of error; the C header describes each of them.
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

// names pairs each kind with the name of its status.
var names = map[Kind]string{
	Unknown: "UNKNOWN", Internal: "INTERNAL", InvalidArgument: "INVALID_ARGUMENT",
	InvalidReference: "INVALID_REFERENCE", Unsupported: "UNSUPPORTED", Cancelled: "CANCELLED",
	Timeout: "TIMEOUT", Closed: "CLOSED", Forked: "FORKED", NotFound: "NOT_FOUND",
	AlreadyExists: "ALREADY_EXISTS", Unauthenticated: "UNAUTHENTICATED",
	PermissionDenied: "PERMISSION_DENIED", RateLimited: "RATE_LIMITED", Registry: "REGISTRY",
	Network: "NETWORK", Filesystem: "FILESYSTEM", TLS: "TLS", DigestMismatch: "DIGEST_MISMATCH",
	SizeExceeded: "SIZE_EXCEEDED", InvalidManifest: "INVALID_MANIFEST", NotWasm: "NOT_WASM",
	Ambiguous: "AMBIGUOUS",
}

// Kinds returns all kinds with the names of their statuses.
func Kinds() map[Kind]string {
	kinds := make(map[Kind]string, len(names))
	for kind, name := range names {
		kinds[kind] = name
	}
	return kinds
}

// String returns the name of the status, such as "NOT_FOUND".
func (k Kind) String() string {
	if name, ok := names[k]; ok {
		return name
	}
	return names[Unknown]
}

// KindOf returns the kind of the first Error in the chain of err, else Unknown.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unknown
}
