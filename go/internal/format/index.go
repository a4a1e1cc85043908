package format

import (
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// MaxNesting is how many indexes may lead to a manifest, one through the other.
const MaxNesting = 4

// ChooseManifest finds the manifest of an index that holds WebAssembly: the one of
// the platform asked for, else the one for a WebAssembly platform, else the only
// one. Attestations do not count.
//
// Errors: NotWasm, Ambiguous, NotFound.
func ChooseManifest(index *Index, platform string) (ocispec.Descriptor, error) {
	children := matching(index.Manifests, func(desc ocispec.Descriptor) bool { return !isAttestation(desc) })
	wanted := children
	if platform != "" {
		wanted = matching(index.Manifests, func(desc ocispec.Descriptor) bool { return !isAttestation(desc) && hasPlatform(desc, platform) })
		if len(wanted) == 0 {
			// What an inner index is for stands in it.
			wanted = matching(index.Manifests, func(desc ocispec.Descriptor) bool { return desc.Platform == nil && IsIndex(desc, nil) })
		}
		if len(wanted) == 0 {
			all := slices.DeleteFunc(slices.Clone(index.Manifests), isAttestation)
			return ocispec.Descriptor{}, missing(fmt.Sprintf("platform %q", platform), platforms(all))
		}
	} else if wasm := matching(index.Manifests, isWasmPlatform); len(wasm) > 0 {
		wanted = wasm
	} else if len(children) > 1 && allNative(children) {
		return ocispec.Descriptor{}, notWasm(platforms(children)).WithHint("to look into one of them nevertheless, name it with {platform}")
	}
	switch len(wanted) {
	case 0:
		return ocispec.Descriptor{}, notWasm([]string{"an index without manifests"})
	case 1:
		return wanted[0], nil
	}
	var candidates []string
	for _, desc := range wanted {
		candidates = append(candidates, platformOf(desc)+" "+desc.Digest.String())
	}
	several := ambiguous("platforms", candidates)
	names := platforms(wanted)
	if slices.Sort(names); len(slices.Compact(names)) < len(wanted) {
		return ocispec.Descriptor{}, several.WithHint("name one by its digest, as in REPOSITORY@sha256:...")
	}
	return ocispec.Descriptor{}, several.WithHint("select one with {platform}")
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

// allNative tells whether every child says that it is for another machine.
func allNative(children []ocispec.Descriptor) bool {
	for _, desc := range children {
		if desc.Platform == nil || desc.Platform.OS == "" || isWasmPlatform(desc) {
			return false
		}
	}
	return true
}

// hasPlatform compares in Docker's order; a variant counts only where it is named.
func hasPlatform(desc ocispec.Descriptor, platform string) bool {
	return desc.Platform != nil && (platformOf(desc) == platform || desc.Platform.OS+"/"+desc.Platform.Architecture == platform)
}

func platformOf(desc ocispec.Descriptor) string {
	if desc.Platform == nil {
		return "no platform"
	}
	text := desc.Platform.OS + "/" + desc.Platform.Architecture
	if desc.Platform.Variant != "" {
		text += "/" + desc.Platform.Variant
	}
	return text
}

func platforms(children []ocispec.Descriptor) []string {
	var names []string
	for _, desc := range children {
		names = append(names, platformOf(desc))
	}
	return names
}
