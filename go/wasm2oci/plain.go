package wasm2oci

import (
	"net/http"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// encrypting refuses to send a secret over plain HTTP to another machine, unless the user
// asked for plain HTTP. Registries are asked by HTTPS then; but one on loopback, which is not,
// may name any token service.
type encrypting struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (e encrypting) RoundTrip(req *http.Request) (*http.Response, error) {
	// A grant of OAuth2 has the secret in its form; nothing else is sent as one.
	secret := req.Header.Get("Authorization") != "" || req.Header.Get("Content-Type") == "application/x-www-form-urlencoded"
	if req.URL.Scheme == "http" && secret && !(Reference{Registry: req.URL.Host}).IsLoopback() {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		refusal := fault.New(Unauthenticated, "the token service http://%s is not sent a password or token unencrypted", req.URL.Host)
		refusal.Hint = encryptOrAsk
		return nil, refusal
	}
	return e.base.RoundTrip(req)
}

// CloseIdleConnections is what http.Client calls.
func (e encrypting) CloseIdleConnections() {
	(&http.Client{Transport: e.base}).CloseIdleConnections()
}
