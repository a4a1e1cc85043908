package format

import (
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
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

// wasmComponent describes a component and is absent for a core module.
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
	document, err := newConfig(configWasm, config, metadata)
	if err != nil {
		return nil, err
	}
	return newArtifact(manifestOCI, document, newLayer(layerWasm, content, metadata), content.Open, metadata)
}

// notNil makes an absent list an empty one in JSON.
func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
