package wasm

import (
	"errors"
	"fmt"
)

var (
	// ErrMalformed says that a binary breaks the rules of its format. The error
	// itself is a *MalformedError.
	ErrMalformed = errors.New("malformed WebAssembly")

	// ErrLimit says that a binary is bigger in some way than this package is
	// willing to read; limits.go has the list. The error itself is a *LimitError.
	ErrLimit = errors.New("WebAssembly beyond a limit")
)

// MalformedError is an ErrMalformed with the place and the reason.
type MalformedError struct {
	// Offset counts bytes from the start of the binary.
	Offset int64
	// Reason is a short phrase, such as "a name is not UTF-8".
	Reason string
}

// Error is one line with the reason and the offset.
func (e *MalformedError) Error() string {
	return fmt.Sprintf("%v: %s (at byte %d)", ErrMalformed, e.Reason, e.Offset)
}

// Is makes errors.Is(err, ErrMalformed) true.
func (e *MalformedError) Is(target error) bool { return target == ErrMalformed }

// LimitError is an ErrLimit with the limit that was hit.
type LimitError struct {
	// Offset counts bytes from the start of the binary.
	Offset int64
	// What is counted, such as "bytes in a name".
	What string
	// Limit is how many there may be.
	Limit int64
}

// Error is one line with the limit and the offset.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%v: more than %d %s (at byte %d)", ErrLimit, e.Limit, e.What, e.Offset)
}

// Is makes errors.Is(err, ErrLimit) true.
func (e *LimitError) Is(target error) bool { return target == ErrLimit }
