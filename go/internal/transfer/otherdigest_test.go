package transfer_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

func TestPutManifestOfAnotherAlgorithm(t *testing.T) {
	t.Parallel()
	const keepsNone = "the registry keeps no sha512 manifests"
	desc := ocispec.Descriptor{MediaType: manifestType, Digest: digest.SHA512.FromString(document), Size: int64(len(document))}
	byDigest, byTag := "PUT /v2/org/mod/manifests/"+desc.Digest.String(), "PUT /v2/org/mod/manifests/v1"
	own, canonical := "Docker-Content-Digest: "+desc.Digest.String(), "Docker-Content-Digest: "+digest.FromString(document).String()
	refused := func(status int, code string) http.HandlerFunc {
		return answer(status, `{"errors":[{"code":"`+code+`","message":"no"}]}`, "Content-Type: application/json")
	}
	for _, test := range []struct {
		name      string
		reference string
		put, head http.HandlerFunc // for the digest
		puts      []string
		kind      fault.Kind
		says      string
	}{
		{"kept", "v1", answer(201, "", own), nil, []string{byDigest, byTag}, 0, ""},
		{"kept, by digest", desc.Digest.String(), answer(201, "", own), nil, []string{byDigest}, 0, ""},
		{"kept and called otherwise", "v1", answer(201, "", canonical), answer(200, document, "Content-Type: "+manifestType, own), []string{byDigest, byTag}, 0, ""},
		{"not found by it", "v1", answer(201, "", canonical), answer(404, ""), []string{byDigest}, fault.Unsupported, keepsNone + ": the registry stored it as sha256:"},
		{"refused", "v1", refused(400, "DIGEST_INVALID"), nil, []string{byDigest}, fault.Unsupported, keepsNone + ": HTTP 400"},
		{"refused, by digest", desc.Digest.String(), refused(400, "DIGEST_INVALID"), nil, []string{byDigest}, fault.Unsupported, keepsNone},
		{"no such route", "v1", answer(404, "page not found"), nil, []string{byDigest}, fault.Unsupported, keepsNone},
		{"not allowed", "v1", refused(403, "DENIED"), nil, []string{byDigest}, fault.PermissionDenied, "no"},
		{"lacks a blob", "v1", refused(400, "MANIFEST_BLOB_UNKNOWN"), nil, []string{byDigest}, fault.Registry, "no"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method != http.MethodPut:
					test.head(w, r)
				case strings.HasSuffix(r.URL.Path, "/v1"):
					answer(201, "", canonical)(w, r)
				default:
					test.put(w, r)
				}
			})
			err := repository(t, hostOf(server), 0, nil).PutManifest(t.Context(), test.reference, desc, []byte(document))
			if test.kind != 0 {
				wantFault(t, err, test.kind, test.says)
			} else if err != nil {
				t.Error(err)
			}
			var puts []string
			for _, one := range seen.all() {
				if strings.HasPrefix(one.line, "PUT ") {
					puts = append(puts, one.line)
				}
			}
			if strings.Join(puts, "\n") != strings.Join(test.puts, "\n") {
				t.Errorf("it was asked %q", puts)
			}
		})
	}
}
