package format

import (
	"path"
	"strings"
)

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

// isRawWasm reports whether a layer type promises the bytes of a module.
func isRawWasm(mediaType string) bool {
	return mediaType == layerWasm || mediaType == layerGadget || strings.HasSuffix(mediaType, "+wasm")
}

// isArchive reports whether a layer type promises a tar, packed or not.
func isArchive(mediaType string) bool {
	for _, sign := range []string{".tar", "+tar", "x-tar", "tar+", "+gzip", "x-gzip", "application/gzip", "+zstd", "application/zstd"} {
		if strings.Contains(mediaType, sign) {
			return true
		}
	}
	return false
}

// saysNothing reports whether only the bytes of a layer can tell what it is.
func saysNothing(mediaType string) bool {
	return mediaType == "" || strings.HasSuffix(mediaType, "/octet-stream") || strings.HasPrefix(mediaType, "application/vnd.unknown.")
}

// isForeign reports whether a layer type is known to hold something else, or not to
// be in the registry at all: the base layers of Windows.
func isForeign(mediaType string) bool {
	for _, sign := range []string{"+json", "+yaml", "+markdown", "in-toto", "cosign", "vnd.cncf.helm", "+par", "vnd.oci.empty", "+data", "prov", ".foreign.", ".nondistributable."} {
		if strings.Contains(mediaType, sign) {
			return true
		}
	}
	return false
}

// isUnknown reports whether a layer type is none that is known to hold something
// else, such as one that a user made up.
func isUnknown(mediaType string) bool {
	return !isForeign(mediaType) && mediaType != "application/json" && !strings.HasPrefix(mediaType, "text/") && !strings.HasPrefix(mediaType, "image/")
}

func isHelmPlugin(m *Manifest) bool {
	return m.ArtifactType == helmPlugin || m.Config.MediaType == helmPlugin
}

func isImageConfig(mediaType string) bool {
	return mediaType == configOCI || mediaType == configDocker
}

// Recognise names the format of a manifest whose module was found in a layer; in
// an archive as the member of that path.
func Recognise(m *Manifest, layer, member string) Format {
	config := m.Config.MediaType
	switch {
	case config == configWasm:
		return Wasm
	case config == configSpin, m.hasLayer(configSpin):
		return Spin
	case config == configWasmCloud:
		return WasmCloud
	case isHelmPlugin(m):
		return HelmPlugin
	case m.hasLayerPrefix("application/vnd.module.wasm.spec."), m.hasLayerPrefix("application/vnd.module.wasm.doc."):
		return Higress
	case config == configWasmToOCI, m.ArtifactType == configWasmToOCI:
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
	if member != "" && isImageConfig(config) {
		// The specification of compat allows one packing, and asks for the annotation.
		if path.Base(member) == compatMember && (m.Annotations[VariantAnnotation] == "compat" || strings.HasSuffix(layer, "gzip")) {
			return Compat
		}
		return Image
	}
	return Generic
}

// compatMember is what Istio, Envoy Gateway and Higress look for in an image
// (solo-io/wasm spec-compat).
const compatMember = "plugin.wasm"
