package format

import (
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/wasm"
)

// wasmConfig is the config of the CNCF layout (TAG Runtime, "Wasm OCI Artifact").
// The reference reader refuses it without any of the required fields; author and
// target are optional, and null as its writer writes them.
type wasmConfig struct {
	Created      string          `json:"created"`
	Author       *string         `json:"author"`
	Architecture string          `json:"architecture"`
	OS           string          `json:"os"`
	LayerDigests []digest.Digest `json:"layerDigests"`
	Component    *wasmComponent  `json:"component,omitempty"`
}

// wasmComponent stands for a component and is absent for a core module.
type wasmComponent struct {
	Exports []string `json:"exports"`
	Imports []string `json:"imports"`
	Target  *string  `json:"target"`
}

// writeWasm writes the CNCF layout: one raw layer and a config that says what it
// is. A core module is "wasip1", a component "wasip2".
func writeWasm(content Content, metadata Metadata) (*Artifact, error) {
	config := wasmConfig{
		Created:      metadata.Created.UTC().Format(time.RFC3339),
		Architecture: "wasm",
		OS:           "wasip1",
		LayerDigests: []digest.Digest{content.Digest},
	}
	if content.Kind == wasm.KindComponent {
		config.OS = "wasip2"
		config.Component = &wasmComponent{Exports: notNil(content.Exports), Imports: notNil(content.Imports)}
	}
	configDocument, err := newDocument(configWasm, config)
	if err != nil {
		return nil, err
	}
	layer := newLayer(layerWasm, content, metadata)
	manifest, err := newDocument(manifestOCI, ocispec.Manifest{
		Versioned:   specs.Versioned{SchemaVersion: 2},
		MediaType:   manifestOCI,
		Config:      configDocument.Descriptor,
		Layers:      []ocispec.Descriptor{layer},
		Annotations: metadata.Annotations,
	})
	if err != nil {
		return nil, err
	}
	return &Artifact{Layer: layer, Config: configDocument, Manifest: manifest}, nil
}

// notNil makes an absent list an empty one in JSON.
func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
