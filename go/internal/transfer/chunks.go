package transfer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

const (
	// firstChunk is tried first: what GHCR takes at most.
	firstChunk = 4 << 20
	// smallChunk is the smallest that is tried where larger ones are refused.
	smallChunk = 64 << 10
	// maxMinChunk is the largest minimum that is believed.
	maxMinChunk = 1 << 30
	// maxStuck is how often a registry may keep nothing of a chunk, or forget what
	// it had, before it gets further than it was.
	maxStuck = 3
)

// chunkFault returns the fault of an answer to an upload in chunks that makes no
// sense; the reason is formatted as by fault.Textf.
func chunkFault(format string, args ...any) error {
	return fault.New(fault.Registry, "the upload in chunks failed: %w", fault.Textf(format, args...))
}

// putAfterRefusal uploads a blob in chunks that was refused in one piece. Where the
// registry does not do chunks, that refusal is what the user has to know.
func (r *Repository) putAfterRefusal(ctx context.Context, desc ocispec.Descriptor, open Opener, refusal error) error {
	monitor.From(ctx).Log(monitor.Warning, "%s is too large for one request to %s (%s); sending it in chunks", desc.Digest, r.Name.Host(), refusal)
	chunk := int64(firstChunk)
	for chunk >= desc.Size && chunk > smallChunk {
		chunk /= 2
	}
	err := r.putInChunks(ctx, desc, open, chunk)
	var status *StatusError
	if isTooLarge(err) || errors.As(err, &status) && status.Method == http.MethodPatch && (status.StatusCode == http.StatusMethodNotAllowed ||
		status.StatusCode == http.StatusNotFound || status.StatusCode == http.StatusNotImplemented) {
		return refusal
	}
	return err
}

// putInChunks uploads a blob in chunks of a size, in bytes, which is halved while
// the registry finds it too large.
func (r *Repository) putInChunks(ctx context.Context, desc ocispec.Descriptor, open Opener, chunk int64) error {
	for {
		minimum := int64(0)
		err := r.keepTrying(ctx, func() error {
			upload := &chunkedUpload{repository: r, body: newUploadBody(ctx, desc, open)}
			err := upload.run(ctx, chunk)
			minimum = upload.minimum
			if err != nil {
				monitor.From(ctx).Add(-upload.at)
			}
			return err
		})
		switch {
		case err == nil:
			// A registry was seen to keep the last chunk only.
			return r.look(ctx, desc, http.StatusCreated)
		case isTooLarge(err) && chunk/2 >= max(smallChunk, minimum):
			chunk /= 2
			monitor.From(ctx).Log(monitor.Warning, "the chunks are too large for %s; going on with %d bytes", r.Name.Host(), chunk)
		default:
			return err
		}
	}
}

// chunkedUpload is one try of an upload in chunks.
type chunkedUpload struct {
	repository *Repository
	body       *uploadBody
	session    *session
	// minimum is the smallest chunk that the registry takes.
	minimum int64
	// at is how much the registry says it has.
	at int64
}

func (u *chunkedUpload) run(ctx context.Context, chunk int64) error {
	var err error
	if u.session, err = u.repository.beginUpload(ctx); err != nil {
		return err
	}
	if u.minimum, err = parseMinimum(u.session.minChunk); err != nil {
		return err
	}
	chunk = max(chunk, u.minimum)
	furthest, stuck := int64(0), 0
	for u.at < u.body.size {
		before := u.at
		if err := u.sendChunk(ctx, min(chunk, u.body.size-u.at)); err != nil {
			return err
		}
		switch {
		case u.at > furthest:
			// Only new ground counts: a registry that forgets and takes the same
			// chunk in turns would be sent it for ever.
			furthest, stuck = u.at, 0
		case u.at <= before:
			stuck++
		}
		if stuck > maxStuck {
			return chunkFault("the registry stays at byte %d", u.at)
		}
	}
	resp, err := u.repository.send(ctx, http.MethodPut, withDigest(u.session.location, u.body.desc.Digest), nil, nil)
	if err == nil {
		discard(resp)
	}
	return err
}

// parseMinimum reads OCI-Chunk-Min-Length (distribution specification, v1.1,
// "Pushing a blob in chunks").
func parseMinimum(header string) (int64, error) {
	if header == "" {
		return 0, nil
	}
	minimum, err := strconv.ParseInt(header, 10, 64)
	if err != nil || minimum < 0 || minimum > maxMinChunk {
		return 0, chunkFault("the registry wants chunks of at least %.40q bytes", header)
	}
	return minimum, nil
}

// sendChunk sends the next bytes and goes on from where the registry says it is.
func (u *chunkedUpload) sendChunk(ctx context.Context, size int64) error {
	part := u.body.part(u.at, size)
	header := http.Header{"Content-Range": {fmt.Sprintf("%d-%d", u.at, u.at+size-1)}}
	resp, err := u.repository.send(ctx, http.MethodPatch, u.session.location, part, header)
	var step *stepError
	if errors.As(err, &step) && step.err == nil && step.resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && step.resp.Header.Get("Range") != "" {
		// The registry is at another byte than we think.
		resp, err = step.resp, nil
	}
	if err != nil {
		part.takeBack()
		return err
	}
	discard(resp)
	has, err := parseProgress(resp, u.at, size)
	if err == nil && resp.Header.Get("Location") != "" {
		u.session.location, err = u.repository.location(resp.Request.URL, resp)
	}
	part.takeBack()
	if err != nil {
		return err
	}
	monitor.From(ctx).Add(has - u.at)
	u.at = has
	return nil
}

// parseProgress returns how much the registry has, by the Range of its answer. One
// that says nothing has all that was sent.
func parseProgress(resp *http.Response, at, size int64) (int64, error) {
	text := resp.Header.Get("Range")
	if text == "" {
		return at + size, nil
	}
	var first, last int64
	if _, err := fmt.Sscanf(text, "%d-%d", &first, &last); err != nil {
		if _, err := fmt.Sscanf(text, "bytes=%d-%d", &first, &last); err != nil {
			return 0, chunkFault("the registry answered with the range %.40q", text)
		}
	}
	// "0-0" is both one byte and none: it is one only where no more was sent.
	if last == 0 && at+size > 1 {
		last = -1
	}
	if first != 0 || last < -1 || last >= at+size {
		return 0, chunkFault("the registry says it has the range %.40q of the %d bytes sent", text, at+size)
	}
	return last + 1, nil
}
