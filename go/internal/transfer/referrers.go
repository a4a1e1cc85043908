package transfer

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// Bounds of a list of referrers, all its pages together.
const (
	MaxReferrers      = 10000
	maxReferrersBytes = 32 << 20
	maxReferrersPages = 1000
)

var acceptIndex = []string{ocispec.MediaTypeImageIndex}

// Referrers lists what the registry names as referrers of a manifest: by its
// referrers API, else by the fallback tag. Nobody has looked at the manifests
// themselves. An artifact type, where one is given, is passed on to the registry, which
// may or may not leave out others.
//
// Only an index is believed (distribution specification, v1.1, "Listing Referrers"):
// registries without the API answer with whatever they have.
func (r *Repository) Referrers(ctx context.Context, subject digest.Digest, artifactType string) ([]ocispec.Descriptor, error) {
	listed, err := r.referrersByAPI(ctx, subject, artifactType)
	if !lacksReferrers(err) {
		return listed, err
	}
	monitor.From(ctx).Log(monitor.Debug, "%s has no referrers API (%s); looking at the tag %s", r.Name.Host(), err, ReferrersTag(subject))
	index, err := r.readReferrersTag(ctx, subject)
	if err != nil || index == nil {
		return nil, err
	}
	return index.referrers(), nil
}

// noReferrersError says that an answer is none of a referrers API.
type noReferrersError struct{ reason string }

func (e *noReferrersError) Error() string { return e.reason }

// lacksReferrers reports whether an error means that the registry has no referrers API.
// There is no code for that: registries were seen to answer with 400, 404, 405 and
// 406, and with pages.
func lacksReferrers(err error) bool {
	var none *noReferrersError
	if errors.As(err, &none) {
		return true
	}
	var status *StatusError
	if !errors.As(err, &status) {
		return false
	}
	switch fault.KindOf(err) {
	case fault.Registry, fault.NotFound, fault.Unsupported:
	default:
		return false // whoever may not ask does not know
	}
	return status.StatusCode/100 == 4 && status.StatusCode != http.StatusRequestTimeout || status.StatusCode == http.StatusNotImplemented
}

// referrersByAPI gathers all pages. A page after the first that is none is an error: the list
// would not be whole.
func (r *Repository) referrersByAPI(ctx context.Context, subject digest.Digest, artifactType string) ([]ocispec.Descriptor, error) {
	address := r.url("referrers", subject.String())
	if artifactType != "" {
		address += "?" + url.Values{"artifactType": {artifactType}}.Encode()
	}
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	var listed []ocispec.Descriptor
	seen := map[string]bool{}
	left := int64(maxReferrersBytes)
	for at != nil {
		if seen[at.String()] {
			return nil, fault.New(fault.Registry, "the registry's list of referrers leads in a circle")
		}
		seen[at.String()] = true
		page, next, err := r.referrersPage(ctx, at, left)
		var none *noReferrersError
		if errors.As(err, &none) && len(seen) > 1 {
			err = fault.New(fault.InvalidManifest, "page %d of the list of referrers cannot be read: %s", len(seen), none.reason)
		} else if err != nil && len(seen) > 1 {
			err = told(err, "page %d of the list of referrers", len(seen))
		}
		if err != nil {
			return nil, err
		}
		left -= page.size
		listed = append(listed, page.referrers()...)
		if len(listed) > MaxReferrers || len(seen) > maxReferrersPages {
			return nil, fault.New(fault.SizeExceeded, "the list of referrers is too long; at most %d entries on %d pages are read", MaxReferrers, maxReferrersPages)
		}
		at = next
	}
	return listed, nil
}

// referrersPage gets one page of at most so many bytes.
func (r *Repository) referrersPage(ctx context.Context, at *url.URL, limit int64) (*referrersIndex, *url.URL, error) {
	var raw []byte
	var resp *http.Response
	err := r.whole(ctx, "GET "+Redact(at), func() (err error) {
		if resp, err = r.get(r.forPull(ctx), http.MethodGet, at.String(), http.Header{"Accept": acceptIndex}); err != nil {
			return err
		}
		body, err := unpacked(resp)
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		if mediaType, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || mediaType != ocispec.MediaTypeImageIndex {
			return &noReferrersError{"it answered with the type " + fault.Quote(resp.Header.Get("Content-Type"))}
		}
		if raw, err = io.ReadAll(io.LimitReader(body, limit+1)); err != nil {
			return &brokenBodyError{err}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if int64(len(raw)) > limit {
		return nil, nil, TooLarge("the list of referrers", maxReferrersBytes)
	}
	index, err := parseReferrersIndex(raw)
	if err != nil {
		return nil, nil, &noReferrersError{"its answer is not an index: " + err.Error()}
	}
	query, found, err := nextQuery(at, resp.Header.Values("Link"))
	if err != nil || !found {
		return index, nil, err
	}
	next := *at
	next.RawQuery = query
	return index, &next, nil
}

// told says before an error what it is about. Kind, hint and detail stay; what the error
// wraps does not, since it is not about what was asked for.
func told(err error, format string, args ...any) error {
	var known *fault.Error
	if !errors.As(err, &known) {
		return err
	}
	result := *known
	result.Err = fault.Textf("%v: %v", fault.Textf(format, args...), known.Err)
	return &result
}

// ReferrersTag returns the tag under which clients keep the list of referrers where a
// registry does not (distribution specification, v1.1, "Referrers Tag Schema").
func ReferrersTag(subject digest.Digest) string {
	algorithm, encoded := subject.Algorithm().String(), subject.Encoded()
	tag := algorithm[:min(len(algorithm), 32)] + "-" + encoded[:min(len(encoded), 64)]
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r) {
			return r
		}
		return '-'
	}, tag)
}

// IsReferrersTag reports whether a tag can be that of a list of referrers.
func IsReferrersTag(tag string) bool {
	algorithm, encoded, found := strings.Cut(tag, "-")
	return found && digest.Digest(algorithm+":"+encoded).Validate() == nil
}

// lists reports whether a list has a manifest.
func lists(listed []ocispec.Descriptor, dgst digest.Digest) bool {
	return slices.ContainsFunc(listed, func(one ocispec.Descriptor) bool { return one.Digest == dgst })
}
