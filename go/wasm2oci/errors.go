package wasm2oci

import "github.com/wasm2oci/wasm2oci/go/internal/fault"

// Kind says what went wrong. Its numbers are the statuses of the C header; they
// are never renumbered or reused.
type Kind = fault.Kind

// Error is what every function of this package returns: what went wrong in which
// operation, and a safe next step where there is one.
type Error = fault.Error

// Detail is an Error as data. All of it is optional.
type Detail = fault.Detail

// RegistryError is one entry of a registry's error answer (distribution
// specification, v1.1, "Error Codes").
type RegistryError = fault.RegistryError

// The kinds of error; the C header describes each of them.
const (
	Unknown          = fault.Unknown
	Internal         = fault.Internal
	InvalidArgument  = fault.InvalidArgument
	InvalidReference = fault.InvalidReference
	Unsupported      = fault.Unsupported
	Cancelled        = fault.Cancelled
	Timeout          = fault.Timeout
	Closed           = fault.Closed
	Forked           = fault.Forked
	NotFound         = fault.NotFound
	AlreadyExists    = fault.AlreadyExists
	Unauthenticated  = fault.Unauthenticated
	PermissionDenied = fault.PermissionDenied
	RateLimited      = fault.RateLimited
	Registry         = fault.Registry
	Network          = fault.Network
	Filesystem       = fault.Filesystem
	TLS              = fault.TLS
	DigestMismatch   = fault.DigestMismatch
	SizeExceeded     = fault.SizeExceeded
	InvalidManifest  = fault.InvalidManifest
	NotWasm          = fault.NotWasm
	Ambiguous        = fault.Ambiguous
)

// Kinds returns all kinds with the names of their statuses.
func Kinds() map[Kind]string { return fault.Kinds() }

// KindOf returns the kind of an error of this package, else Unknown.
func KindOf(err error) Kind { return fault.KindOf(err) }
