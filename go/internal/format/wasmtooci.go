package format

// writeWasmToOCI writes what wasm-to-oci wrote and Kubewarden writes: an empty
// config object, one raw layer, and a manifest without a mediaType of its own
// (engineerd/wasm-to-oci pkg/oci/push.go).
func writeWasmToOCI(content Content, metadata Metadata) (*Artifact, error) {
	config, err := newConfig(configWasmToOCI, struct{}{}, metadata)
	if err != nil {
		return nil, err
	}
	return newArtifact("", config, newLayer(layerWasmToOCI, content, metadata), content.Open, metadata)
}
