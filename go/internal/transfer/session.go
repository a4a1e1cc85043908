package transfer

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// elsewhere returns the fault of a registry that wants an upload to go to another
// host, which could be an attempt to get at the credentials (GHSA-jxpm-75mh-9fp7).
func elsewhere(registry string, location *url.URL) *fault.Error {
	return fault.New(fault.Registry, "the registry %s wants the upload to go to %s; uploads to another host are refused",
		registry, location.Scheme+"://"+location.Host)
}

// unencrypted returns the fault of a registry that wants an upload that began by https
// to go on by http.
func unencrypted(registry, location *url.URL) error {
	if strings.EqualFold(registry.Hostname(), location.Hostname()) {
		return fault.New(fault.Registry, "the registry %s, reached by https, names an http address for the upload, %s; nothing is sent unencrypted",
			registry.Host, "http://"+location.Host).
			WithHint("the proxy in front of the registry has to pass X-Forwarded-Proto: https")
	}
	return fault.New(fault.Registry, "the registry %s wants the upload to go to %s; nothing is sent unencrypted", registry.Host, "http://"+location.Host).
		WithHint("the storage of the registry has to be reached by https")
}

// session is an upload that the registry has begun.
type session struct {
	location *url.URL
	// minChunk is the header that says how large a chunk must be.
	minChunk string
}

// beginUpload opens an upload session.
func (r *Repository) beginUpload(ctx context.Context) (*session, error) {
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
	location, err := r.location(req.URL, resp)
	if err != nil {
		return nil, err
	}
	return &session{location, resp.Header.Get("OCI-Chunk-Min-Length")}, nil
}

// location returns the address at which an upload goes on.
func (r *Repository) location(asked *url.URL, resp *http.Response) (*url.URL, error) {
	registry := r.Name.Host()
	location, err := asked.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" {
		return nil, fault.New(fault.Registry, "the registry %s does not say where the upload is to go", registry)
	}
	switch {
	case location.Scheme != "https" && location.Scheme != "http" || location.Host == "":
		return nil, fault.New(fault.Registry, "the registry %s wants the upload to go to something that is not the address of a server", registry)
	case location.Scheme == "http" && !r.PlainHTTP:
		return nil, unencrypted(&url.URL{Host: registry}, location)
	case r.isOwn(location), r.mayUploadTo(location):
		return location, nil
	}
	return nil, elsewhere(registry, location).WithHint("if you trust that host, name it in {allow_upload_hosts}")
}

// isOwn reports whether an address is on the registry's own host and port.
func (r *Repository) isOwn(address *url.URL) bool {
	own, err := url.Parse(r.url())
	return err == nil && sameHost(own, address)
}

// mayUploadTo reports whether the user allows uploads to the host of an address.
func (r *Repository) mayUploadTo(address *url.URL) bool {
	return slices.ContainsFunc(r.UploadHosts, func(host string) bool {
		return sameHost(&url.URL{Scheme: address.Scheme, Host: host}, address)
	})
}

// sendUpload sends a step of an upload. Another host than the registry's own
// never gets the secret.
func (r *Repository) sendUpload(req *http.Request) (*http.Response, error) {
	if r.isOwn(req.URL) {
		return r.Client.Do(req)
	}
	for name, values := range r.Client.Header {
		if !strings.EqualFold(name, "Authorization") {
			req.Header[name] = values
		}
	}
	return r.Client.Client.Do(req)
}
