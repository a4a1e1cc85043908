package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/monitor"
)

// LocationError says that the registry wants an upload to go to another host,
// which could be an attempt to get at the credentials (GHSA-jxpm-75mh-9fp7).
type LocationError struct {
	Registry, Location string
}

func (e *LocationError) Error() string {
	return fmt.Sprintf("the registry %s wants the upload to go to %s; uploads to another host are refused", e.Registry, e.Location)
}

// Opener opens the content of a blob from its start, any number of times.
type Opener func() (io.ReadCloser, error)

// PutBlob uploads a blob in one PUT. After a failure that may pass, a new upload
// is begun: sessions that broke once are not to be trusted.
func (r *Repository) PutBlob(ctx context.Context, desc ocispec.Descriptor, open Opener) error {
	ctx = r.forPush(ctx)
	monitor.From(ctx).Item(desc.Digest.String())
	tries := newAttempts(r.Retries)
	for {
		location, err := r.beginUpload(ctx)
		if err != nil {
			return err
		}
		req, body, err := uploadRequest(ctx, location, desc, open)
		if err != nil {
			return err
		}
		resp, err := r.Client.Do(req)
		again, waitErr := tries.again(ctx, req.Method+" "+Redact(req.URL), resp, err)
		switch {
		case waitErr != nil:
			return waitErr
		case again:
			body.takeBack()
			continue
		case err != nil:
			return err
		}
		return r.endUpload(ctx, desc, req, resp)
	}
}

// beginUpload opens an upload session and gives its address.
func (r *Repository) beginUpload(ctx context.Context) (*url.URL, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url("blobs", "uploads")+"/", http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := r.Client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusAccepted {
		return nil, newStatusError(resp, req.URL.Host)
	}
	discard(resp)
	location, err := req.URL.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" {
		return nil, &LocationError{req.URL.Host, "nowhere"}
	}
	if !sameHost(location, req.URL) || req.URL.Scheme == "https" && location.Scheme != "https" {
		return nil, &LocationError{req.URL.Host, location.Scheme + "://" + location.Host}
	}
	return location, nil
}

// uploadRequest builds the PUT. The query of the location is kept byte by byte:
// it may be signed.
func uploadRequest(ctx context.Context, location *url.URL, desc ocispec.Descriptor, open Opener) (*http.Request, *uploadBody, error) {
	address := *location
	if address.RawQuery != "" {
		address.RawQuery += "&"
	}
	address.RawQuery += "digest=" + url.QueryEscape(desc.Digest.String())
	body := &uploadBody{ctx: ctx, desc: desc, open: open}
	reader, err := body.reopen()
	if err != nil {
		return nil, nil, err
	}
	req, err := http.NewRequestWithContext(withoutRetry(ctx), http.MethodPut, address.String(), reader)
	if err != nil {
		_ = reader.Close()
		return nil, nil, err
	}
	req.ContentLength = desc.Size
	req.GetBody = body.reopen
	req.Header.Set("Content-Type", "application/octet-stream")
	return req, body, nil
}

// uploadBody opens the content anew for each time it is sent, such as after a
// 401, and keeps the count right.
type uploadBody struct {
	ctx  context.Context //nolint:containedctx // lives as long as one request
	desc ocispec.Descriptor
	open Opener

	mu      sync.Mutex
	counted *counted
}

func (b *uploadBody) reopen() (io.ReadCloser, error) {
	b.takeBack()
	source, err := b.open()
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counted = &counted{source: source, monitor: monitor.From(b.ctx)}
	return struct {
		io.Reader
		io.Closer
	}{NewVerified(b.counted, b.desc), source}, nil
}

func (b *uploadBody) takeBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.counted != nil {
		b.counted.takeBack()
		b.counted = nil
	}
}

// endUpload judges the answer to the PUT. The specification says 201; registries
// also send 200, 202 and 204, which are believed after a look.
func (r *Repository) endUpload(ctx context.Context, desc ocispec.Descriptor, req *http.Request, resp *http.Response) error {
	if resp.StatusCode/100 != 2 {
		return newStatusError(resp, req.URL.Host)
	}
	discard(resp)
	if resp.StatusCode == http.StatusCreated || resp.Header.Get("Docker-Content-Digest") == desc.Digest.String() {
		return nil
	}
	found, err := r.get(ctx, http.MethodHead, r.url("blobs", desc.Digest.String()), nil)
	var status *StatusError
	switch {
	case err == nil:
		_ = found.Body.Close()
	case errors.As(err, &status) && status.StatusCode == http.StatusNotFound:
		return &LostError{Digest: desc.Digest, StatusCode: resp.StatusCode}
	case errors.As(err, &status) && status.StatusCode/100 == 4:
		// It may not be looked for. If it is missing, the registry refuses the
		// manifest.
		return nil
	}
	return err
}

// LostError says that the registry took an upload and does not have it.
type LostError struct {
	Digest     digest.Digest
	StatusCode int
}

func (e *LostError) Error() string {
	return fmt.Sprintf("the registry answered %d to the upload of %s, but does not have it", e.StatusCode, e.Digest)
}
