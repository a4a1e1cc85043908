package transfer

import (
	"context"
	"net/http"
)

// Ping asks the registry whether it is one, and knows the credential: its base, which
// says nothing else (distribution specification, v1.1, "end-1").
func (r *Repository) Ping(ctx context.Context) error {
	scheme := "https"
	if r.PlainHTTP {
		scheme = "http"
	}
	resp, err := r.get(ctx, http.MethodGet, scheme+"://"+r.Name.Host()+"/v2/", nil)
	if err != nil {
		return err
	}
	discard(resp)
	return nil
}
