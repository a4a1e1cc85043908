package transfer

import (
	"bytes"
	"io"
	"net/http"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/secret"
)

// maskRefusal takes the secrets out of what a refusal says, before anybody reads or
// shortens it. No more of it is kept than is read of it.
func maskRefusal(req *http.Request, resp *http.Response) {
	secrets := secret.From(req.Context())
	if resp.StatusCode < http.StatusBadRequest || secrets.IsEmpty() {
		return
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	masked := secrets.MaskAnswer(raw)
	resp.ContentLength = -1
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(masked), failing{err}), resp.Body}
}

// failing is a reader that ends with an error, or where that is nil with io.EOF.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// checkLocation refuses a redirect that cannot be followed. net/http would say so with
// all of the address, whose query may be a signature.
func checkLocation(req *http.Request, resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil
	}
	text := resp.Header.Get("Location")
	if text == "" {
		return nil
	}
	location, err := req.URL.Parse(text)
	if err == nil && (location.Scheme == "http" || location.Scheme == "https") && location.Host != "" {
		return nil
	}
	return fault.New(fault.Registry, "%s redirects to something that is not the address of a server", req.URL.Host)
}
