package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// MaxManifest is the largest manifest or index that is read, in bytes. The
// distribution specification, v1.1, asks registries to take at least 4 MiB.
const MaxManifest = 4 << 20

// acceptManifest lists all that we understand: a registry may convert a manifest,
// or answer 404, for a client that does not name its type.
var acceptManifest = []string{strings.Join([]string{
	ocispec.MediaTypeImageManifest,
	ocispec.MediaTypeImageIndex,
	"application/vnd.docker.distribution.manifest.v2+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.oci.artifact.manifest.v1+json",
	"*/*;q=0.1",
}, ", ")}

// TooLarge returns the fault of something that is larger than is read, in bytes.
func TooLarge(what string, limit int64) *fault.Error {
	return fault.New(fault.SizeExceeded, "%s is too large; at most %d bytes are read", what, limit)
}

// GetManifest gets a manifest or an index by tag or digest. The digest is
// computed from the bytes, and held against the reference and the registry's
// own header where they have one.
func (r *Repository) GetManifest(ctx context.Context, reference string) (desc ocispec.Descriptor, raw []byte, err error) {
	err = r.orNext(ctx, func(r *Repository) error {
		desc, raw, err = r.getManifestWith(ctx, reference, http.Header{"Accept": acceptManifest})
		if err == nil {
			r.served.Store(true)
		}
		return err
	})
	return desc, raw, err
}

// getManifestWith is GetManifest with a header of the caller's.
func (r *Repository) getManifestWith(ctx context.Context, reference string, header http.Header) (desc ocispec.Descriptor, raw []byte, err error) {
	asked := "GET " + r.url("manifests", reference)
	err = r.whole(ctx, asked, func() error {
		desc, raw, err = r.getManifest(ctx, reference, header)
		if fault.KindOf(err) == fault.DigestMismatch && ctx.Err() == nil && r.Retries > 0 && header.Get("Cache-Control") == "" {
			// A cache on the way may be what is damaged.
			header.Set("Cache-Control", "no-cache")
			m := monitor.From(ctx)
			m.Retry()
			m.Log(monitor.Warning, "%s: %s; fetched once more", asked, err)
			desc, raw, err = r.getManifest(ctx, reference, header)
		}
		return err
	})
	return desc, raw, err
}

// whole gets something anew while the connection breaks within an answer to it.
func (r *Repository) whole(ctx context.Context, asked string, get func() error) error {
	tries := newAttempts(r.Retries)
	for {
		if again, err := tries.afterBreak(ctx, asked, get()); !again {
			return err
		}
	}
}

// afterBreak waits before another try of an answer whose body broke, where there is one
// left; else it returns the error that remains.
func (a *attempts) afterBreak(ctx context.Context, asked string, err error) (bool, error) {
	var broken *brokenBodyError
	if !errors.As(err, &broken) {
		return false, err
	}
	again, waitErr := a.again(ctx, asked, nil, broken.Err)
	if waitErr == nil && !again {
		waitErr = broken.Err
	}
	return again, waitErr
}

// brokenBodyError says that the connection broke after the answer had begun.
type brokenBodyError struct {
	Err error
}

func (e *brokenBodyError) Error() string { return e.Err.Error() }

func (r *Repository) getManifest(ctx context.Context, reference string, header http.Header) (ocispec.Descriptor, []byte, error) {
	none := ocispec.Descriptor{}
	resp, err := r.get(r.forPull(ctx), http.MethodGet, r.url("manifests", reference), header)
	if err != nil {
		return none, nil, err
	}
	body, err := unpacked(resp)
	if err != nil {
		return none, nil, err
	}
	defer func() { _ = body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(body, MaxManifest+1))
	if err != nil {
		return none, nil, &brokenBodyError{err}
	}
	if len(raw) > MaxManifest {
		return none, nil, TooLarge("the manifest", MaxManifest)
	}
	desc := ocispec.Descriptor{Digest: digest.FromBytes(raw), Size: int64(len(raw))}
	for _, promised := range []string{resp.Header.Get("Docker-Content-Digest"), reference} {
		if err := holdAgainst(&desc, promised, raw); err != nil {
			return none, nil, err
		}
	}
	desc.MediaType, err = manifestType(resp.Header.Get("Content-Type"), raw)
	return desc, raw, err
}

// holdAgainst compares the content with a digest. What is not a digest, such as a
// tag, promises nothing. The descriptor takes over what was promised.
func holdAgainst(desc *ocispec.Descriptor, promised string, raw []byte) error {
	expected, err := digest.Parse(promised)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	actual := expected.Algorithm().FromBytes(raw)
	if actual != expected {
		return Mismatch(ocispec.Descriptor{Digest: expected}, desc.Size, actual)
	}
	desc.Digest = actual
	return nil
}

// manifestType takes the media type from the header, which alone has it for old
// manifests; where storage answers with a general type, from the document.
func manifestType(header string, raw []byte) (string, error) {
	mediaType, _, err := mime.ParseMediaType(header)
	if err != nil || !strings.HasPrefix(mediaType, "application/vnd.") {
		if mediaType == "text/html" || !isDocument(raw) {
			return "", fault.New(fault.InvalidManifest, "the registry answered with %s in place of a manifest", kindOf(mediaType, raw)).
				WithHint("check that the address is that of a registry")
		}
		mediaType = ""
	}
	return ManifestType(mediaType, raw), nil
}

// isDocument reports whether an answer without the type of a manifest may be one:
// it has at least one of the members that only manifests have. What is cut short
// is for whoever reads it to refuse.
func isDocument(raw []byte) bool {
	var document map[string]json.RawMessage
	if json.Unmarshal(raw, &document) != nil {
		return bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{"))
	}
	for _, name := range []string{"schemaVersion", "mediaType", "config", "layers", "manifests", "blobs"} {
		if _, ok := document[name]; ok {
			return true
		}
	}
	return false
}

// kindOf names an answer that is not a document.
func kindOf(mediaType string, raw []byte) string {
	switch {
	case len(raw) == 0:
		return "nothing"
	case mediaType == "":
		return "something that is not JSON"
	}
	return fault.Quote(mediaType)
}

// ManifestType returns the known media type, else what the document calls itself,
// else what it looks like. Its shape is for whoever reads it to check.
func ManifestType(known string, raw []byte) string {
	var document struct {
		MediaType string            `json:"mediaType"`
		Manifests []json.RawMessage `json:"manifests"`
		Blobs     []json.RawMessage `json:"blobs"`
	}
	_ = json.Unmarshal(raw, &document)
	switch {
	case known != "":
		return known
	case document.MediaType != "":
		return document.MediaType
	case document.Manifests != nil:
		return ocispec.MediaTypeImageIndex
	case document.Blobs != nil:
		return "application/vnd.oci.artifact.manifest.v1+json"
	}
	return ocispec.MediaTypeImageManifest
}

// HeadManifest returns the descriptor of a manifest without its bytes, where the
// registry can; otherwise it gets the manifest, whose answer also says more
// about a refusal. Where nobody answers, there is no second question: the waits for
// one would only double.
func (r *Repository) HeadManifest(ctx context.Context, reference string) (desc ocispec.Descriptor, err error) {
	err = r.orNext(ctx, func(r *Repository) error {
		desc, err = r.headManifest(ctx, reference)
		return err
	})
	return desc, err
}

func (r *Repository) headManifest(ctx context.Context, reference string) (ocispec.Descriptor, error) {
	resp, err := r.get(probing(r.forPull(ctx)), http.MethodHead, r.url("manifests", reference), http.Header{"Accept": acceptManifest})
	if err == nil {
		_ = resp.Body.Close()
		dgst, digestErr := digest.Parse(resp.Header.Get("Docker-Content-Digest"))
		mediaType, _, typeErr := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		promised, promiseErr := digest.Parse(reference)
		if digestErr == nil && typeErr == nil && resp.ContentLength > 0 && !isPacked(resp) &&
			strings.HasPrefix(mediaType, "application/vnd.") && (promiseErr != nil || promised == dgst) {
			return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: resp.ContentLength}, nil
		}
	}
	var status *StatusError
	var downgrade *downgradeError
	if err != nil && !errors.As(err, &status) && !errors.As(err, &downgrade) && !IsHangUp(err) && !errors.Is(err, auth.ErrBasicCredentialNotFound) {
		return ocispec.Descriptor{}, err
	}
	desc, _, err := r.getManifestWith(ctx, reference, http.Header{"Accept": acceptManifest})
	return desc, err
}

// NamesManifest reports whether a tag or a digest surely names a manifest already. Of a
// tag only the digest in the answer proves it: another manifest may be as long.
func (r *Repository) NamesManifest(ctx context.Context, reference string, desc ocispec.Descriptor) (bool, error) {
	return r.has(ctx, r.url("manifests", reference), http.Header{"Accept": acceptManifest}, func(resp *http.Response) bool {
		return isProof(resp, desc) && (reference == desc.Digest.String() || resp.Header.Get("Docker-Content-Digest") != "")
	})
}

// PutManifest stores a manifest under a tag or its digest. One that points at a subject
// is listed among its referrers: by the registry, or by us where the answer does not say
// that the registry did.
func (r *Repository) PutManifest(ctx context.Context, reference string, desc ocispec.Descriptor, raw []byte) error {
	answer, err := r.putAs(ctx, reference, desc, raw)
	if err != nil {
		return err
	}
	referrer, ok := ReadReferrer(desc, raw)
	if !ok {
		return nil
	}
	if answer.Get("OCI-Subject") == referrer.Subject.String() {
		r.listsReferrers.Store(true)
		return nil
	}
	if err := r.addReferrer(ctx, referrer); err != nil {
		return told(err, "the manifest %s is stored, but not listed among the referrers of %s", desc.Digest, referrer.Subject)
	}
	return nil
}

// putManifest stores a manifest and returns the header of the answer.
func (r *Repository) putManifest(ctx context.Context, reference string, desc ocispec.Descriptor, raw []byte) (http.Header, error) {
	monitor.From(ctx).Item(desc.Digest.String())
	req, err := http.NewRequestWithContext(r.forPush(ctx), http.MethodPut, r.url("manifests", reference), bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", desc.MediaType)
	resp, err := r.do(r.Client, req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		return nil, newStatusError(resp, req.URL.Host)
	}
	discard(resp)
	if called, err := digest.Parse(resp.Header.Get("Docker-Content-Digest")); err == nil {
		if called.Algorithm().FromBytes(raw) != called {
			return nil, storedOther(reference, called, desc.Digest)
		}
		return resp.Header, nil
	}
	return resp.Header, r.confirmManifest(ctx, reference, desc, resp.StatusCode)
}

// confirmManifest asks for a manifest that was put: not every 200 comes from a
// registry. Whoever may only write is believed when a 201 was the answer.
func (r *Repository) confirmManifest(ctx context.Context, reference string, desc ocispec.Descriptor, answered int) error {
	found, err := r.HeadManifest(ctx, reference)
	var status *StatusError
	switch {
	case err == nil && found.Digest == desc.Digest:
		return nil
	case errors.As(err, &status) && status.StatusCode != http.StatusNotFound && answered == http.StatusCreated:
		return nil
	case err != nil && status == nil:
		return err
	}
	return lost(desc, answered, 0)
}
