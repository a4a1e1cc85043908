package transfer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// expectAbove is the size of a body from which on the registry is asked first
// whether it wants it (RFC 9110, section 10.1.1). It costs a round trip, and
// saves sending a large body only to be refused, perhaps with a reset that
// outruns the reason.
const expectAbove = 1 << 20

// Opener opens the content of a blob from its start, any number of times. If what
// it returns is an io.Seeker, parts are read without reading what is before them.
type Opener func() (io.ReadCloser, error)

// PutBlob uploads a blob: in one PUT, or in chunks where it is larger than ChunkSize
// or too large for the registry. After a failure that may pass, a new upload is begun: sessions
// that broke once are not to be trusted.
func (r *Repository) PutBlob(ctx context.Context, desc ocispec.Descriptor, open Opener) error {
	ctx = r.forPush(ctx)
	monitor.From(ctx).Item(desc.Digest.String())
	if desc.Size == 0 {
		// It goes up without a body, so that nobody else would read it.
		if err := verify(desc, open); err != nil {
			return err
		}
	}
	return changed(desc, open, r.putBlob(ctx, desc, open))
}

func (r *Repository) putBlob(ctx context.Context, desc ocispec.Descriptor, open Opener) error {
	if r.ChunkSize > 0 && desc.Size > r.ChunkSize {
		return r.putInChunks(ctx, desc, open, r.ChunkSize)
	}
	err := r.keepTrying(ctx, func() error { return r.putWhole(ctx, desc, open) })
	if isTooLarge(err) && ctx.Err() == nil {
		return r.putAfterRefusal(ctx, desc, open, err)
	}
	return err
}

// changed finds out whether content that a registry refuses is still what it was
// when it was described. Only then is it read once more.
func changed(desc ocispec.Descriptor, open Opener, refusal error) error {
	var status *StatusError
	if !errors.As(refusal, &status) || status.StatusCode != http.StatusBadRequest {
		return refusal
	}
	if err := verify(desc, open); err != nil {
		return err
	}
	return refusal
}

// verify reads content and holds it against its descriptor.
func verify(desc ocispec.Descriptor, open Opener) error {
	source, err := open()
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	_, err = io.Copy(io.Discard, NewVerified(source, desc))
	return err
}

// isTooLarge reports whether a registry refused a body for its size; 416 is what
// some call it (renovatebot/renovate#3877).
func isTooLarge(err error) bool {
	var status *StatusError
	return errors.As(err, &status) &&
		(status.StatusCode == http.StatusRequestEntityTooLarge || status.StatusCode == http.StatusRequestedRangeNotSatisfiable)
}

// stepError is a request of an upload that failed: with an answer that is not yet
// read, or without one.
type stepError struct {
	req  *http.Request
	resp *http.Response
	err  error
}

func (e *stepError) Error() string { return e.req.Method + " failed" }

// maxLost is how often a registry may lose an upload that it began.
const maxLost = 2

// isLost reports whether the registry does not know the upload, such as one of
// several replicas that do not share their uploads.
func (e *stepError) isLost() bool {
	return e.err == nil && e.resp.StatusCode == http.StatusNotFound
}

// keepTrying begins an upload again while that may help.
func (r *Repository) keepTrying(ctx context.Context, upload func() error) error {
	tries := newAttempts(r.Retries)
	for lost := 0; ; {
		err := upload()
		var step *stepError
		if !errors.As(err, &step) {
			return err
		}
		if step.isLost() && lost < min(maxLost, r.Retries) {
			lost++
			monitor.From(ctx).Retry()
			monitor.From(ctx).Log(monitor.Warning, "%s does not know the upload that it began; beginning another one", r.Name.Host())
			discard(step.resp)
			continue
		}
		again, waitErr := tries.again(ctx, step.req.Method+" "+Redact(step.req.URL), step.resp, step.err)
		switch {
		case waitErr != nil:
			return waitErr
		case again:
		case step.err != nil:
			return step.err
		default:
			return newStatusError(step.resp, step.req.URL.Host)
		}
	}
}

func (r *Repository) putWhole(ctx context.Context, desc ocispec.Descriptor, open Opener) error {
	session, err := r.beginUpload(ctx)
	if err != nil {
		return err
	}
	body := newUploadBody(ctx, desc, open)
	resp, err := r.send(ctx, http.MethodPut, withDigest(session.location, desc.Digest), body, nil)
	if err != nil {
		body.takeBack()
		return err
	}
	discard(resp)
	if resp.StatusCode == http.StatusCreated || resp.Header.Get("Docker-Content-Digest") == desc.Digest.String() {
		return nil
	}
	// The specification says 201; registries also send 200, 202 and 204, which
	// are believed after a look.
	return r.look(ctx, desc, resp.StatusCode)
}

// withDigest adds what the upload is to be. The query of a location is kept byte
// by byte: it may be signed.
func withDigest(location *url.URL, dgst digest.Digest) *url.URL {
	address := *location
	if address.RawQuery != "" {
		address.RawQuery += "&"
	}
	address.RawQuery += "digest=" + url.QueryEscape(dgst.String())
	return &address
}

// send sends a step of an upload and returns the answer if it is one of the 200s.
func (r *Repository) send(ctx context.Context, method string, address *url.URL, body *uploadBody, header http.Header) (*http.Response, error) {
	// A body of no bytes would be one of unknown length to net/http.
	hasBody := body != nil && body.size > 0
	var reader io.Reader = http.NoBody
	if hasBody {
		opened, err := body.reopen()
		if err != nil {
			return nil, err
		}
		reader = opened
	}
	req, err := http.NewRequestWithContext(withoutRetry(ctx), method, address.String(), reader)
	if err != nil {
		return nil, err
	}
	if hasBody {
		req.ContentLength = body.size
		req.GetBody = body.reopen
		req.Header.Set("Content-Type", "application/octet-stream")
		if body.size > expectAbove {
			req.Header.Set("Expect", "100-continue")
		}
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := r.sendUpload(req)
	if err != nil || resp.StatusCode/100 != 2 {
		return nil, &stepError{req, resp, err}
	}
	return resp, nil
}

// look asks whether the registry has what it took.
func (r *Repository) look(ctx context.Context, desc ocispec.Descriptor, status int) error {
	found, err := r.get(ctx, http.MethodHead, r.url("blobs", desc.Digest.String()), nil)
	var refusal *StatusError
	var downgrade *downgradeError
	switch {
	case err == nil:
		_ = found.Body.Close()
		if !isProof(found, desc) {
			return lost(desc, status, max(found.ContentLength, 0))
		}
		return nil
	case errors.As(err, &refusal) && refusal.StatusCode == http.StatusNotFound:
		return lost(desc, status, 0)
	case errors.As(err, &refusal) && refusal.StatusCode/100 == 4, errors.As(err, &downgrade):
		// It may not be looked for. If it is missing, the registry refuses the
		// manifest.
		return nil
	}
	return err
}

// lost returns the fault of a registry that took an upload and does not have it, or
// has but a part of it, in bytes.
func lost(desc ocispec.Descriptor, status int, kept int64) error {
	if kept > 0 {
		return fault.New(fault.Registry, "the registry answered %d to the upload of %s, but kept %d of %d bytes", status, desc.Digest, kept, desc.Size)
	}
	return fault.New(fault.Registry, "the registry answered %d to the upload of %s, but does not have it", status, desc.Digest)
}
