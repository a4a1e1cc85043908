package transfer_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

func TestServersThatWantTLS(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, contentType, body string
		status                  int
		want                    bool
	}{
		{"Go", "text/plain; charset=utf-8", "Client sent an HTTP request to an HTTPS server.\n", 400, true},
		{"nginx", "text/html", "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>", 400, true},
		{"Apache", "text/html; charset=iso-8859-1", "<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.</p>", 400, true},
		{"another 400", "text/html", "<html>Bad request</html>", 400, false},
		{"another status", "text/plain", "Client sent an HTTP request to an HTTPS server.\n", 403, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.contentType)
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			t.Cleanup(server.Close)
			repository := &transfer.Repository{
				Client:    &auth.Client{Client: server.Client()},
				Name:      registry.Reference{Registry: strings.TrimPrefix(server.URL, "http://"), Repository: "r"},
				PlainHTTP: true,
			}
			_, _, err := repository.GetManifest(t.Context(), "v1")
			var status *transfer.StatusError
			if !errors.As(err, &status) || status.WantsTLS != test.want {
				t.Errorf("got %+v from %v", status, err)
			}
		})
	}
}
