package format

import (
	"fmt"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// MaxNesting is how many indexes may lead to a manifest, one through the other.
const MaxNesting = 4

// ChooseManifest finds the manifest of an index that holds WebAssembly: the one
// for a WebAssembly platform, else the only one. Attestations do not count.
//
// Errors: *NotWasmError, *AmbiguousError.
func ChooseManifest(index *Index) (ocispec.Descriptor, error) {
	children := matching(index.Manifests, func(desc ocispec.Descriptor) bool { return !isAttestation(desc) })
	if wasm := matching(children, isWasmPlatform); len(wasm) > 0 {
		children = wasm
	}
	switch len(children) {
	case 0:
		return ocispec.Descriptor{}, &NotWasmError{}
	case 1:
		return children[0], nil
	}
	ambiguous := &AmbiguousError{What: "platforms"}
	for _, desc := range children {
		ambiguous.Candidates = append(ambiguous.Candidates, fmt.Sprintf("%s %s", platform(desc), desc.Digest))
	}
	return ocispec.Descriptor{}, ambiguous
}

// isAttestation knows what docker buildx adds to an index.
func isAttestation(desc ocispec.Descriptor) bool {
	return desc.Annotations["vnd.docker.reference.type"] == "attestation-manifest" ||
		desc.Platform != nil && desc.Platform.OS == "unknown" && desc.Platform.Architecture == "unknown"
}

func isWasmPlatform(desc ocispec.Descriptor) bool {
	if desc.Platform == nil {
		return false
	}
	switch desc.Platform.Architecture {
	case "wasm", "wasm32", "wasm64":
		return true
	}
	return strings.HasPrefix(desc.Platform.OS, "wasi")
}

func platform(desc ocispec.Descriptor) string {
	if desc.Platform == nil {
		return "unknown/unknown"
	}
	return desc.Platform.OS + "/" + desc.Platform.Architecture
}
