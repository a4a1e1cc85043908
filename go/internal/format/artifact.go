package format

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// Content is the module or component to be pushed.
type Content struct {
	// Kind is empty for what is not WebAssembly.
	Kind wasm.Kind
	// Digest and Size are those of the bytes.
	Digest digest.Digest
	Size   int64
	// Imports and Exports are names of a component's interfaces.
	Imports, Exports []string
	// Open opens the bytes from their start, any number of times.
	Open func() (io.ReadCloser, error)
}

// Metadata is what the user says of an artifact.
type Metadata struct {
	// Title is the layer's title; empty for none.
	Title string
	// Created goes into the config where the format has such a field.
	Created time.Time
	// Annotations are those of the manifest.
	Annotations map[string]string
	// ConfigType and LayerType replace the media types of the format; empty
	// for the format's own.
	ConfigType, LayerType string
	// ArtifactType is that of the manifest; empty for none.
	ArtifactType string
}

// Artifact is what is to be pushed beside the content itself. It depends on
// nothing but Content and Metadata, byte by byte.
type Artifact struct {
	// Layer describes the layer that holds the content.
	Layer ocispec.Descriptor
	// OpenLayer opens it from its start, any number of times.
	OpenLayer func() (io.ReadCloser, error)
	// Config and Manifest are small documents with their descriptors.
	Config, Manifest Document

	manifest ocispec.Manifest
}

// Document is a descriptor with its bytes.
type Document struct {
	Descriptor ocispec.Descriptor
	Raw        []byte
}

// Writers are the formats that can be pushed.
var Writers = map[Format]func(Content, Metadata) (*Artifact, error){
	Wasm:      writeWasm,
	WasmToOCI: writeWasmToOCI,
	Compat:    writeCompat,
	Image:     writeImage,
}

// newArtifact puts the parts together. A manifest type that is empty leaves the
// document without one of its own.
func newArtifact(manifestType string, config Document, layer ocispec.Descriptor, open func() (io.ReadCloser, error), metadata Metadata) (*Artifact, error) {
	artifact := &Artifact{Layer: layer, OpenLayer: open, Config: config, manifest: ocispec.Manifest{
		Versioned:    specs.Versioned{SchemaVersion: 2},
		MediaType:    manifestType,
		ArtifactType: metadata.ArtifactType,
		Config:       config.Descriptor,
		Layers:       []ocispec.Descriptor{layer},
		Annotations:  metadata.Annotations,
	}}
	return artifact, artifact.document()
}

// WithoutType returns the artifact without its artifactType, for registries older
// than that field.
func (a *Artifact) WithoutType() (*Artifact, error) {
	plain := *a
	plain.manifest.ArtifactType = ""
	return &plain, plain.document()
}

func (a *Artifact) document() (err error) {
	a.Manifest, err = newDocument(manifestOCI, a.manifest)
	return err
}

// newConfig makes the config under the format's type, or the user's.
func newConfig(mediaType string, document any, metadata Metadata) (Document, error) {
	return newDocument(cmp.Or(metadata.ConfigType, mediaType), document)
}

func newDocument(mediaType string, document any) (Document, error) {
	var raw bytes.Buffer
	encoder := json.NewEncoder(&raw)
	// Titles such as "a&b.wasm" stay readable.
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return Document{}, err
	}
	content := bytes.TrimSuffix(raw.Bytes(), []byte("\n"))
	return Document{
		ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(content), Size: int64(len(content))},
		content,
	}, nil
}

// newLayer describes the content as a layer.
func newLayer(mediaType string, content Content, metadata Metadata) ocispec.Descriptor {
	layer := ocispec.Descriptor{MediaType: cmp.Or(metadata.LayerType, mediaType), Digest: content.Digest, Size: content.Size}
	if metadata.Title != "" {
		layer.Annotations = map[string]string{ocispec.AnnotationTitle: metadata.Title}
	}
	return layer
}

// Open opens the bytes of a document.
func (d Document) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(d.Raw)), nil }
