package transfer_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// redirecting sends a request on so many times before it is answered.
func redirecting(times int, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var hop int
		_, _ = fmt.Sscanf(r.URL.RawQuery, "hop=%d", &hop)
		if hop == times {
			handle(w, r)
			return
		}
		http.Redirect(w, r, fmt.Sprintf("%s?hop=%d", r.URL.Path, hop+1), http.StatusTemporaryRedirect)
	}
}

func TestRedirectsAreCounted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		times int
		fails bool
	}{{1, false}, {10, false}, {11, true}} {
		server, seen := serve(t, redirecting(test.times, whole(blob)))
		r := repository(t, hostOf(server), 0, nil)
		r.Client.Client.CheckRedirect = transfer.CheckRedirect
		_, _, err := readBlob(t, r, blobOf(blob))
		if !test.fails {
			if err != nil {
				t.Errorf("%d: %v", test.times, err)
			}
			continue
		}
		wantFault(t, err, fault.Network, hostOf(server)+" redirects", "10 times")
		if len(seen.lines()) != 11 {
			t.Errorf("%d requests", len(seen.lines()))
		}
	}
}

func TestUploadIsNotRedirectedElsewhere(t *testing.T) {
	t.Parallel()
	storage, asked := serve(t, ends(http.StatusCreated))
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		registry := &sessions{}
		server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method {
				http.Redirect(w, r, storage.URL+"/u", http.StatusTemporaryRedirect)
				return
			}
			registry.ServeHTTP(w, r)
		})
		r := repository(t, hostOf(server), 0, nil)
		r.Client.Client.CheckRedirect = transfer.CheckRedirect
		_, err := put(t.Context(), r, blobOf(blob), opener(blob))
		wantFault(t, err, fault.Registry, storage.URL)
	}
	asked.wantLines(t)
}
