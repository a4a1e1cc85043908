package format

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/wasm"
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
}

// Metadata is what the user says of an artifact.
type Metadata struct {
	// Title is the layer's title; empty for none.
	Title string
	// Created goes into the config where the format has such a field.
	Created time.Time
	// Annotations are those of the manifest.
	Annotations map[string]string
}

// Artifact is what is to be pushed beside the content itself. It depends on
// nothing but Content and Metadata, byte by byte.
type Artifact struct {
	// Layer describes the content.
	Layer ocispec.Descriptor
	// Config and Manifest are small documents with their descriptors.
	Config, Manifest Document
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
	layer := ocispec.Descriptor{MediaType: mediaType, Digest: content.Digest, Size: content.Size}
	if metadata.Title != "" {
		layer.Annotations = map[string]string{ocispec.AnnotationTitle: metadata.Title}
	}
	return layer
}

// Open opens the bytes of a document.
func (d Document) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(d.Raw)), nil }
