package format

import (
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Attachment is what is to be pushed beside the content of an artifact that points at a
// subject (OCI image specification, v1.1, "Guidelines for Artifact Usage").
type Attachment struct {
	// Config is the empty one; it is also the layer where there is none.
	Config, Manifest Document
}

// NewAttachment writes the manifest of an artifact that points at a subject. It depends
// on nothing but its arguments, byte by byte.
func NewAttachment(subject ocispec.Descriptor, artifactType string, layers []ocispec.Descriptor, annotations map[string]string) (*Attachment, error) {
	empty := ocispec.DescriptorEmptyJSON
	if len(layers) == 0 {
		layers = []ocispec.Descriptor{empty}
	}
	manifest, err := newDocument(manifestOCI, ocispec.Manifest{
		Versioned:    specs.Versioned{SchemaVersion: 2},
		MediaType:    manifestOCI,
		ArtifactType: artifactType,
		Config:       empty,
		Layers:       layers,
		Subject:      &ocispec.Descriptor{MediaType: subject.MediaType, Digest: subject.Digest, Size: subject.Size},
		Annotations:  annotations,
	})
	if err != nil {
		return nil, err
	}
	return &Attachment{Config: Document{empty, empty.Data}, Manifest: manifest}, nil
}

// AttachedLayer describes a file of an attachment; without a title it has none.
func AttachedLayer(mediaType, title string, content Content) ocispec.Descriptor {
	return newLayer(mediaType, content, Metadata{Title: title})
}
