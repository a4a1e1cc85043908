package wasm2oci

import (
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Descriptor names content by media type, digest and size in bytes.
type Descriptor struct {
	MediaType   string            `json:"media_type"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
	// ArtifactType is what the manifest is of, where that is known.
	ArtifactType string `json:"artifact_type,omitempty"`
}

func newDescriptor(desc ocispec.Descriptor) Descriptor {
	return Descriptor{desc.MediaType, desc.Digest.String(), desc.Size, desc.Annotations, desc.ArtifactType}
}
