package wasm2oci

import (
	"context"
	"errors"
	"net"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// classify turns any error into an *Error. The faults of this project have their
// kind from where they arise; with the functions in the files beside this one, it is
// the only place that looks into the errors of other packages.
func classify(op, reference string, err error) *Error {
	result := classified(err)
	var service *transfer.TokenServiceError
	if errors.As(err, &service) && !errors.As(result, new(*transfer.TokenServiceError)) {
		named := *result
		named.Err = fault.Textf("no token from %s: %w", service.Host, result.Err)
		result = &named
	}
	return result.In(op, reference)
}

func classified(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	result := &Error{Kind: Unknown, Err: err}
	for _, is := range []func(*Error, error) bool{
		classifyContext, classifyTokenService, classifyCredential, classifyTLS, classifyNetwork, classifyFile,
	} {
		if is(result, err) {
			break
		}
	}
	return result
}

func classifyContext(e *Error, err error) bool {
	var netErr net.Error
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind, e.Err = Cancelled, fault.Textf("cancelled")
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Err = Timeout, fault.Textf("the time limit passed")
	case errors.As(err, &netErr) && netErr.Timeout():
		e.Kind, e.Err = Timeout, fault.Textf("%s took too long", hostOf(err, "the registry"))
	default:
		return false
	}
	return true
}
