package format_test

import (
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
)

func TestListed(t *testing.T) {
	t.Parallel()
	const (
		entry   = `{"mediaType":"TYPE","digest":"sha256:DIGEST","size":1}`
		foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
	)
	one := func(mediaType, digest string) string {
		return strings.NewReplacer("TYPE", mediaType, "DIGEST", strings.Repeat(digest, 64)).Replace(entry)
	}
	elsewhere := strings.Replace(one(foreign, "f"), "}", `,"urls":["https://example.com"]}`, 1)
	for _, test := range []struct {
		name, mediaType, raw string
		blobs, manifests     string // the first digits of their digests
		kind                 fault.Kind
	}{
		{"manifest", ocispec.MediaTypeImageManifest, `{"config":` + one("c", "a") + `,"layers":[` + one("l", "b") + `]}`, "ab", "", fault.Unknown},
		{"artifact manifest", "application/vnd.oci.artifact.manifest.v1+json", `{"blobs":[` + one("l", "b") + `]}`, "b", "", fault.Unknown},
		{"subject", ocispec.MediaTypeImageManifest, `{"layers":[],"subject":` + one("s", "a") + `}`, "", "", fault.Unknown},
		{"foreign", ocispec.MediaTypeImageManifest, `{"layers":[` + elsewhere + `,` + one(foreign, "b") + `]}`, "b", "", fault.Unknown},
		{"index", ocispec.MediaTypeImageIndex, `{"manifests":[` + one(ocispec.MediaTypeImageManifest, "a") + `,` + one("", "b") + `]}`, "", "ab", fault.Unknown},
		{"cache", ocispec.MediaTypeImageIndex, `{"manifests":[` + one(ocispec.MediaTypeImageLayerGzip, "a") + `,` + one("application/vnd.buildkit.cacheconfig.v0", "b") + `]}`, "ab", "", fault.Unknown},
		{"unknown", "application/vnd.example+json", `{"layers":[` + one("l", "a") + `]}`, "a", "", fault.Unknown},
		{"unknown of another shape", "application/vnd.example+json", `{"layers":3}`, "", "", fault.Unknown},
		{"no JSON", "application/vnd.example", `text`, "", "", fault.Unknown},
		{"broken", ocispec.MediaTypeImageManifest, `text`, "", "", fault.InvalidManifest},
		{"wrong shape", ocispec.MediaTypeImageManifest, `{"layers":3}`, "", "", fault.InvalidManifest},
		{"two meanings", ocispec.MediaTypeImageManifest, `{"layers":[],"Layers":[]}`, "", "", fault.InvalidManifest},
		{"bad digest", ocispec.MediaTypeImageManifest, `{"layers":[{"digest":"a/b"}]}`, "", "", fault.InvalidManifest},
		{"bad size", ocispec.MediaTypeImageManifest, `{"layers":[{"digest":"sha256:a","size":-1}]}`, "", "", fault.InvalidManifest},
		{"first schema", "application/vnd.docker.distribution.manifest.v1+json", `{}`, "", "", fault.Unsupported},
	} {
		blobs, manifests, err := format.Listed(ocispec.Descriptor{MediaType: test.mediaType}, []byte(test.raw))
		if fault.KindOf(err) != test.kind {
			t.Errorf("%s: %v", test.name, err)
		}
		if got := digits(blobs); got != test.blobs {
			t.Errorf("%s: the blobs are %q", test.name, got)
		}
		if got := digits(manifests); got != test.manifests {
			t.Errorf("%s: the manifests are %q", test.name, got)
		}
	}
}

// digits returns the first digit of each digest.
func digits(descs []ocispec.Descriptor) string {
	var text strings.Builder
	for _, desc := range descs {
		text.WriteByte(desc.Digest.Encoded()[0])
	}
	return text.String()
}
