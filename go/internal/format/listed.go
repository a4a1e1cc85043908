package format

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// manifestV1 begins the media types of Docker's first manifests, signed or not.
const manifestV1 = "application/vnd.docker.distribution.manifest.v1+"

// blobTypes begin the media types of what some indexes list beside manifests:
// BuildKit keeps its cache as an index of layers.
var blobTypes = []string{
	"application/vnd.oci.image.layer.",
	ocispec.MediaTypeImageConfig,
	"application/vnd.docker.image.rootfs.",
	"application/vnd.docker.container.image.",
	"application/vnd.buildkit.cacheconfig.",
}

// Listed returns what a manifest or an index lists: the blobs, and the manifests. The
// subject is not among them, since it need not exist (OCI image specification, v1.1,
// "Image Manifest"), nor are layers that may not be distributed. A document of an
// unknown kind that does not look like a manifest lists nothing.
//
// Errors: InvalidManifest; Unsupported for a manifest of Docker's first schema.
func Listed(desc ocispec.Descriptor, raw []byte) (blobs, manifests []ocispec.Descriptor, err error) {
	if strings.HasPrefix(desc.MediaType, manifestV1) {
		return nil, nil, fault.New(fault.Unsupported, "manifests of Docker's schema 1, %s, are not supported", fault.Quote(desc.MediaType)).
			WithHint("push the image again with a newer Docker")
	}
	var document struct {
		Config    ocispec.Descriptor   `json:"config"`
		Layers    []ocispec.Descriptor `json:"layers"`
		Blobs     []ocispec.Descriptor `json:"blobs"`
		Manifests []ocispec.Descriptor `json:"manifests"`
	}
	if !IsManifestType(desc.MediaType) && !looksLikeManifest(raw) {
		return nil, nil, nil
	}
	if err := unmarshal(raw, &document); err != nil {
		return nil, nil, err
	}
	if document.Config.Digest != "" {
		blobs = append(blobs, document.Config)
	}
	for _, one := range slices.Concat(document.Layers, document.Blobs) {
		if !isElsewhere(one) {
			blobs = append(blobs, one)
		}
	}
	for _, one := range document.Manifests {
		if slices.ContainsFunc(blobTypes, func(begin string) bool { return strings.HasPrefix(one.MediaType, begin) }) {
			blobs = append(blobs, one)
		} else {
			manifests = append(manifests, one)
		}
	}
	for i, one := range slices.Concat(blobs, manifests) {
		if err := checkDigest(fmt.Sprintf("entry %d", i), one); err != nil {
			return nil, nil, err
		}
	}
	return blobs, manifests, nil
}

// IsManifestType reports whether a media type is that of a manifest or an index.
func IsManifestType(mediaType string) bool {
	return mediaType == manifestArtifact || isManifestType(mediaType)
}

// looksLikeManifest reports whether a document of an unknown kind has the members of
// a manifest or of an index, and nothing else under their names.
func looksLikeManifest(raw []byte) bool {
	var document struct {
		Config    *ocispec.Descriptor  `json:"config"`
		Layers    []ocispec.Descriptor `json:"layers"`
		Blobs     []ocispec.Descriptor `json:"blobs"`
		Manifests []ocispec.Descriptor `json:"manifests"`
	}
	return json.Unmarshal(raw, &document) == nil &&
		(document.Layers != nil || document.Blobs != nil || document.Manifests != nil)
}

// isElsewhere reports whether a layer is one that registries are not given: its media
// type says that it may not be distributed, and it names where it is to be had.
func isElsewhere(desc ocispec.Descriptor) bool {
	return len(desc.URLs) > 0 && (strings.Contains(desc.MediaType, ".nondistributable.") || strings.Contains(desc.MediaType, ".foreign."))
}
