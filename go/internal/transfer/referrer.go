package transfer

import (
	"encoding/json"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/strictjson"
)

// Referrer is a manifest that points at another.
type Referrer struct {
	// Subject is what it points at.
	Subject digest.Digest
	// Descriptor is what a list of referrers says of it: with its artifact type, which
	// for a manifest without one is the type of its config, and its annotations
	// (distribution specification, v1.1, "Listing Referrers").
	Descriptor ocispec.Descriptor
}

// ReadReferrer reads what a manifest or index points at; false where it points at
// nothing, or is none.
func ReadReferrer(desc ocispec.Descriptor, raw []byte) (Referrer, bool) {
	members, err := strictjson.Members(raw)
	if err != nil {
		return Referrer{}, false
	}
	var subject *ocispec.Descriptor
	var config struct {
		MediaType string `json:"mediaType"`
	}
	found := Referrer{Descriptor: ocispec.Descriptor{MediaType: desc.MediaType, Digest: desc.Digest, Size: desc.Size}}
	for name, into := range map[string]any{
		"subject": &subject, "config": &config, "artifactType": &found.Descriptor.ArtifactType, "annotations": &found.Descriptor.Annotations,
	} {
		if value := strictjson.Get(members, name); value != nil && json.Unmarshal(value, into) != nil {
			return Referrer{}, false
		}
	}
	if subject == nil || subject.Digest.Validate() != nil {
		return Referrer{}, false
	}
	if found.Descriptor.ArtifactType == "" {
		found.Descriptor.ArtifactType = config.MediaType
	}
	found.Subject = subject.Digest
	return found, true
}
