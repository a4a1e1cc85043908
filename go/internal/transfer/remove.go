package transfer

import (
	"context"
	"errors"
	"net/http"

	"oras.land/oras-go/v2/registry/remote/auth"
)

// forDelete asks for all three rights: CNCF distribution wants "delete", others take
// whoever may push for one who may delete, and what is deleted is looked at before
// and after.
func (r *Repository) forDelete(ctx context.Context) context.Context {
	return auth.AppendRepositoryScope(ctx, r.Name, auth.ActionPull, auth.ActionPush, auth.ActionDelete)
}

// DeleteManifest deletes a manifest by its digest, or a tag (distribution
// specification, v1.1, "Deleting tags" and "Deleting Manifests").
func (r *Repository) DeleteManifest(ctx context.Context, reference string) error {
	req, err := http.NewRequestWithContext(r.forDelete(ctx), http.MethodDelete, r.url("manifests", reference), http.NoBody)
	if err != nil {
		return err
	}
	resp, err := r.do(r.Client, req)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return newStatusError(resp, req.URL.Host)
	}
	discard(resp)
	return nil
}

// HasManifest reports whether the registry has a manifest under a tag or a digest,
// and which one: its digest. There is an error where neither yes nor no is the answer.
func (r *Repository) HasManifest(ctx context.Context, reference string) (digest string, found bool, err error) {
	desc, err := r.HeadManifest(ctx, reference)
	if IsStatus(err, http.StatusNotFound) {
		return "", false, nil
	}
	return desc.Digest.String(), err == nil, err
}

// IsStatus reports whether a registry has answered with one of these statuses.
func IsStatus(err error, codes ...int) bool {
	var status *StatusError
	if !errors.As(err, &status) {
		return false
	}
	for _, code := range codes {
		if status.StatusCode == code {
			return true
		}
	}
	return false
}
