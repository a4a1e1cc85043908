// Package fault is the one error of this library: what went wrong, with its kind,
// from the place where it arises up to the host.
//
// The map:
//
//	kind.go   the kinds, whose numbers are the statuses of the C API
//	error.go  the error, and the one place where its message is composed
//	text.go   what a message is made of: phrases in which options are marked
//
// A fact and a hint are written as formats in which an option is marked by its
// name in braces: fault.New(fault.TLS, "%s has no certificate", host).
// WithHint("give one with {client_cert}"). What a format quotes can hold any brace;
// it is never taken for a mark. "{plain_http=False}" marks an option that is to be
// switched off.
package fault
