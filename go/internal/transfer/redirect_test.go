package transfer_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

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

// secured is a repository of a server with TLS, and of what it redirects to.
func secured(t *testing.T, handle http.HandlerFunc) *transfer.Repository {
	t.Helper()
	server := httptest.NewTLSServer(handle)
	t.Cleanup(server.Close)
	base := transfer.NewTransport(transfer.TransportConfig{TLS: server.Client().Transport.(*http.Transport).TLSClientConfig})
	t.Cleanup(base.CloseIdleConnections)
	r := repositoryOver(base, hostOf(server), 0, nil)
	r.PlainHTTP, r.Client.Client.CheckRedirect = false, transfer.CheckRedirect
	return r
}

// What a tag names is believed because of the connection alone.
func TestWhatIsNotVerifiedIsNotTakenFromHTTP(t *testing.T) {
	t.Parallel()
	manifest := `{"schemaVersion":2}`
	plain, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
		w.Header().Set("Docker-Content-Digest", digest.FromString(manifest).String())
		_, _ = io.WriteString(w, manifest)
	})
	r := secured(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+r.URL.Path, http.StatusTemporaryRedirect)
	})
	_, _, err := r.GetManifest(t.Context(), "v1")
	wantFault(t, err, fault.Registry, "redirects from https to "+plain.URL, "by its digest")
	_, err = r.HeadManifest(t.Context(), "v1")
	wantFault(t, err, fault.Registry, "redirects from https to "+plain.URL)
	asked.wantLines(t)
	if _, _, err := r.GetManifest(t.Context(), digest.FromString(manifest).String()); err != nil {
		t.Errorf("by digest: %v", err)
	}
	if desc, err := r.HeadManifest(t.Context(), digest.FromString(manifest).String()); err != nil || desc.Size != int64(len(manifest)) {
		t.Errorf("by digest: %v", err)
	}
}

func TestVerifiedBlobsMayComeFromHTTP(t *testing.T) {
	t.Parallel()
	plain, asked := serve(t, whole(blob))
	r := secured(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+r.URL.Path, http.StatusTemporaryRedirect)
	})
	if got, _, err := readBlob(t, r, blobOf(blob)); err != nil || got != blob {
		t.Errorf("%q, %v", got, err)
	}
	// Whether it is there is not for somebody on the way to say.
	if there, err := r.HasBlob(t.Context(), blobOf(blob)); err != nil || there {
		t.Errorf("%t, %v", there, err)
	}
	asked.wantLines(t, "GET /v2/org/mod/blobs/"+digest.FromString(blob).String())
}

func TestAnUploadDoesNotGoOnUnencrypted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, location string
		status         int
		says           []string
	}{
		{"the same host", "http://HOST/u", http.StatusAccepted, []string{"reached by https", "http://127.0.0.1:", "X-Forwarded-Proto"}},
		{"the same host, another port", "http://127.0.0.1:1/u", http.StatusAccepted, []string{"http://127.0.0.1:1;", "X-Forwarded-Proto"}},
		{"the same host, by a redirect", "http://HOST/u", http.StatusTemporaryRedirect, []string{"reached by https", "X-Forwarded-Proto"}},
		{"an allowed host", "http://localhost:1/u", http.StatusAccepted, []string{"http://localhost:1;", "nothing is sent unencrypted"}},
		{"another host", "http://storage.test/u", http.StatusAccepted, []string{"http://storage.test;", "nothing is sent unencrypted"}},
		{"another scheme", "ftp://storage.test/u", http.StatusAccepted, []string{"not the address of a server"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := secured(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", strings.ReplaceAll(test.location, "HOST", r.Host))
				w.WriteHeader(test.status)
			})
			r.UploadHosts = []string{"localhost:1"}
			_, err := put(t.Context(), r, blobOf(blob), opener(blob))
			refusal := wantFault(t, err, fault.Registry, test.says...)
			for _, wrong := range []string{"allow_upload_hosts", "another host", "plain_http"} {
				if strings.Contains(refusal.Error(), wrong) {
					t.Errorf("%q says %q", refusal, wrong)
				}
			}
		})
	}
}

// net/http would print all of an address that it cannot parse, or not go to.
func TestALocationThatIsNoAddressIsNotShown(t *testing.T) {
	t.Parallel()
	for _, location := range []string{
		"https://user:s3cret@host:port/?X-Signature=s3cret", "http://[::1/?s3cret", "s3cret:s3cret", "%zz?s3cret", "http://%zz@s3cret/",
	} {
		for _, status := range []int{http.StatusAccepted, http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
			server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", location)
				w.WriteHeader(status)
			})
			r := repository(t, hostOf(server), 0, nil)
			r.Client.Client.CheckRedirect = transfer.CheckRedirect
			_, err := put(t.Context(), r, blobOf(blob), opener(blob))
			refusals := []error{err}
			if status != http.StatusAccepted {
				_, _, err = r.GetManifest(t.Context(), "v1")
				refusals = append(refusals, err)
			}
			for _, err := range refusals {
				if refusal := wantFault(t, err, fault.Registry); strings.Contains(refusal.Error(), "s3cret") {
					t.Errorf("%d %s: %v", status, location, refusal)
				}
			}
		}
	}
}
