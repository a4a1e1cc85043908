package format

import "strings"

// Format is how an artifact is laid out.
type Format string

// The formats that are told apart.
const (
	Wasm       Format = "wasm"
	WasmToOCI  Format = "wasm-to-oci"
	ProxyWasm  Format = "proxy-wasm"
	Compat     Format = "compat"
	Image      Format = "image"
	Runwasi    Format = "runwasi"
	Spin       Format = "spin"
	WasmCloud  Format = "wasmcloud"
	HelmPlugin Format = "helm-plugin"
	Higress    Format = "higress"
	Gadget     Format = "gadget"
	Generic    Format = "generic"
)

// Media types of configs and layers, by who writes them.
const (
	// CNCF TAG Runtime, wasm OCI artifact layout.
	configWasm = "application/vnd.wasm.config.v0+json"
	layerWasm  = "application/wasm"

	// engineerd/wasm-to-oci pkg/oci/mediatypes.go; Kubewarden, Krustlet, Spin.
	configWasmToOCI = "application/vnd.wasm.config.v1+json"
	layerWasmToOCI  = "application/vnd.wasm.content.layer.v1+wasm"

	// solo-io/wasm spec; wasmCloud and Trivy took the layer over.
	layerProxyWasm = "application/vnd.module.wasm.content.layer.v1+wasm"

	layerRunwasi = "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm"
	layerGadget  = "application/vnd.gadget.wasm.program.v1+binary"

	configSpin      = "application/vnd.fermyon.spin.application.v1+config"
	configWasmCloud = "application/vnd.wasmcloud.actor.archive.config"
	helmPlugin      = "application/vnd.helm.plugin.v1+json"

	configOCI    = "application/vnd.oci.image.config.v1+json"
	configDocker = "application/vnd.docker.container.image.v1+json"
)

// isRawWasm tells whether a layer type promises the bytes of a module.
func isRawWasm(mediaType string) bool {
	return mediaType == layerWasm || mediaType == layerGadget || strings.HasSuffix(mediaType, "+wasm")
}

// mayHoldRawWasm tells whether a layer type says so little that only the bytes
// can tell; old oras versions call everything a tar.
func mayHoldRawWasm(mediaType string) bool {
	switch mediaType {
	case "", "application/octet-stream", "binary/octet-stream", "application/vnd.oci.image.layer.v1.tar",
		"application/vnd.unknown.layer.v1+txt", "application/vnd.unknown.layer.v1":
		return true
	}
	return false
}

// isForeign tells whether a layer type is known to hold something else.
func isForeign(mediaType string) bool {
	for _, sign := range []string{"+json", "+yaml", "+markdown", "in-toto", "cosign", "vnd.cncf.helm", "+par", "vnd.oci.empty"} {
		if strings.Contains(mediaType, sign) {
			return true
		}
	}
	return false
}

func isImageConfig(mediaType string) bool {
	return mediaType == configOCI || mediaType == configDocker
}

// recognise names the format of a manifest whose module is in layer.
func recognise(m *Manifest, layer string) Format {
	config := m.Config.MediaType
	switch {
	case config == configWasm:
		return Wasm
	case config == configSpin, m.hasLayer(configSpin):
		return Spin
	case config == configWasmCloud:
		return WasmCloud
	case m.ArtifactType == helmPlugin || config == helmPlugin:
		return HelmPlugin
	case m.hasLayerPrefix("application/vnd.module.wasm.spec"), m.hasLayerPrefix("application/vnd.module.wasm.doc"):
		return Higress
	case config == configWasmToOCI:
		return WasmToOCI
	}
	switch layer {
	case layerProxyWasm:
		return ProxyWasm
	case layerRunwasi:
		return Runwasi
	case layerGadget:
		return Gadget
	case layerWasmToOCI:
		return WasmToOCI
	case layerWasm:
		return Wasm
	}
	if isImageConfig(config) {
		if m.Annotations["module.wasm.image/variant"] == "compat" {
			return Compat
		}
		return Image
	}
	return Generic
}
