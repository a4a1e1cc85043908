package transfer

import (
	"context"
	"net/http"
	"net/url"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote/auth"
)

// MountBlob takes a blob over from another repository of the registry, which saves
// sending it. It says false where the registry does not do that, for whatever
// reason: the blob can still be uploaded (distribution specification, v1.1,
// "Mounting a blob from another repository").
func (r *Repository) MountBlob(ctx context.Context, desc ocispec.Descriptor, from string) (bool, error) {
	origin := r.Name
	origin.Repository = from
	ctx = auth.AppendRepositoryScope(r.forPush(ctx), origin, auth.ActionPull)
	query := url.Values{"mount": {desc.Digest.String()}, "from": {from}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url("blobs", "uploads")+"/?"+query.Encode(), http.NoBody)
	if err != nil {
		return false, err
	}
	resp, err := r.do(r.Client, req)
	if err != nil {
		// A token service may refuse the right to the other repository; what
		// else is wrong the upload will tell.
		return false, context.Cause(ctx)
	}
	discard(resp)
	return resp.StatusCode == http.StatusCreated, nil
}
