package wasm2oci

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
)

// classify turns any error into an *Error. With its judges, in the files beside
// this one, it is the only place that looks into the errors of other packages.
func classify(op, reference string, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		result := *known
		if result.Op == "" {
			result.Op = op
		}
		if result.Reference == "" {
			result.Reference = reference
		}
		return result.withDetail()
	}
	result := &Error{Op: op, Reference: reference, Err: err}
	for _, judge := range []func(*Error, error) bool{
		judgeOwn, judgeContext, judgeContent, judgeStatus, judgeCredential, judgeTLS, judgeNetwork, judgeFile,
	} {
		if judge(result, err) {
			return result.withDetail()
		}
	}
	result.Kind = Unknown
	return result.withDetail()
}

// withDetail completes the detail from the other fields.
func (e *Error) withDetail() *Error {
	e.Detail.Op, e.Detail.Reference = e.Op, e.Reference
	return e
}

// judgeOwn knows the limits that this project sets itself.
func judgeOwn(e *Error, err error) bool {
	var (
		location *transfer.LocationError
		lost     *transfer.LostError
		chunk    *transfer.ChunkError
		empty    transfer.EmptyBlobError
		wait     *transfer.RetryAfterError
		encoding *transfer.EncodingError
		limit    *transfer.LimitError
	)
	switch {
	case errors.As(err, &location):
		e.Kind, e.Err = Registry, location
		if location.Location != "" {
			e.Hint = "if you trust that host, name it in allow_upload_hosts"
		}
	case errors.As(err, &lost):
		e.Kind, e.Err = Registry, lost
	case errors.As(err, &chunk):
		e.Kind, e.Err = Registry, chunk
	case errors.As(err, &empty):
		e.Kind, e.Err = Unsupported, empty
	case errors.As(err, &wait):
		e.Kind, e.Err, e.Hint = RateLimited, wait, "try again later"
		if wait.StatusCode != http.StatusTooManyRequests {
			e.Kind = Registry
		}
		e.Detail.HTTPStatus = wait.StatusCode
	case errors.As(err, &encoding):
		e.Kind, e.Err = Unsupported, encoding
	case errors.As(err, &limit):
		e.Kind, e.Err = SizeExceeded, limit
	default:
		return false
	}
	return true
}

func judgeContext(e *Error, err error) bool {
	var (
		idle     *transfer.IdleTimeoutError
		busy     *transfer.BusyError
		deadline *deadlineError
		netErr   net.Error
	)
	switch {
	case errors.As(err, &deadline):
		e.Kind, e.Err, e.Hint = Timeout, deadline, "give it more time with the timeout option"
	case errors.As(err, &busy):
		e.Kind, e.Err, e.Hint = Timeout, busy, "close what is open for reading, or allow more connections"
	case errors.Is(err, context.Canceled):
		e.Kind, e.Err = Cancelled, errors.New("cancelled")
	case errors.As(err, &idle):
		e.Kind, e.Err, e.Hint = Timeout, idle, "give it more time with idle_timeout"
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Err = Timeout, errors.New("the time limit passed")
	case errors.As(err, &netErr) && netErr.Timeout():
		e.Kind, e.Err = Timeout, fmt.Errorf("%s took too long", hostOf(err, "the registry"))
	default:
		return false
	}
	return true
}

func judgeContent(e *Error, err error) bool {
	var (
		mismatch   *transfer.MismatchError
		descriptor *transfer.DescriptorError
		mediaType  *transfer.MediaTypeError
		shape      *format.ShapeError
		notWasm    *format.NotWasmError
		ambiguous  *format.AmbiguousError
		selected   *format.SelectError
		packing    *unpack.FormatError
		unpacked   *unpack.LimitError
		missing    *layout.NotFoundError
		broken     *layout.ShapeError
		several    *layout.AmbiguousError
	)
	switch {
	case errors.As(err, &mismatch):
		e.Kind, e.Err = DigestMismatch, mismatch
	case errors.As(err, &descriptor):
		e.Kind, e.Err = InvalidManifest, descriptor
	case errors.As(err, &mediaType):
		e.Kind, e.Err, e.Hint = InvalidManifest, mediaType, "check that the address is that of a registry"
	case errors.As(err, &shape):
		e.Kind, e.Err = InvalidManifest, shape
	case errors.As(err, &notWasm):
		e.Kind, e.Err, e.Hint, e.Detail.Candidates = NotWasm, notWasm, notWasm.Hint, notWasm.Types
	case errors.As(err, &ambiguous):
		e.Kind, e.Err, e.Hint, e.Detail.Candidates = Ambiguous, ambiguous, ambiguous.Hint, ambiguous.Candidates
	case errors.As(err, &selected):
		e.Kind, e.Err, e.Detail.Candidates = NotFound, selected, selected.Candidates
	case errors.As(err, &packing):
		e.Kind, e.Err = InvalidManifest, packing
	case errors.As(err, &unpacked):
		e.Kind, e.Err, e.Hint = SizeExceeded, unpacked, "if the source is trusted, raise max_unpacked_size"
	case errors.As(err, &missing):
		e.Kind, e.Err = NotFound, missing
		if len(missing.Tags) > 0 {
			e.Hint = "the layout has the tags " + strings.Join(missing.Tags[:min(len(missing.Tags), 10)], ", ")
		}
	case errors.As(err, &broken):
		e.Kind, e.Err = InvalidManifest, broken
	case errors.As(err, &several):
		e.Kind, e.Err, e.Detail.Candidates = Ambiguous, several, several.Digests
	case isNotWasm(err):
		e.Kind, e.Err = NotWasm, err
	default:
		return false
	}
	return true
}
