package format

import (
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// writeWasmToOCI writes what wasm-to-oci wrote and Kubewarden writes: an empty
// config object, one raw layer, and a manifest without a mediaType of its own
// (engineerd/wasm-to-oci pkg/oci/push.go).
func writeWasmToOCI(content Content, metadata Metadata) (*Artifact, error) {
	config, err := newDocument(configWasmToOCI, struct{}{})
	if err != nil {
		return nil, err
	}
	layer := newLayer(layerWasmToOCI, content, metadata)
	manifest, err := newDocument(manifestOCI, ocispec.Manifest{
		Versioned:   specs.Versioned{SchemaVersion: 2},
		Config:      config.Descriptor,
		Layers:      []ocispec.Descriptor{layer},
		Annotations: metadata.Annotations,
	})
	if err != nil {
		return nil, err
	}
	return &Artifact{Layer: layer, Config: config, Manifest: manifest}, nil
}
