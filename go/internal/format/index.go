package format

import (
	"fmt"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// MaxNesting is how many indexes may lead to a manifest, one through the other.
const MaxNesting = 4

// ChooseManifest finds the manifest of an index that holds WebAssembly: the one of
// the platform asked for, else the one for a WebAssembly platform, else the only
// one. Attestations do not count, and what accompanies an artifact, such as a list
// of its parts (SBOM), only where there is nothing else.
//
// Errors: NotWasm, Ambiguous, NotFound.
func ChooseManifest(index *Index, platform string) (ocispec.Descriptor, error) {
	children := mainOnes(matching(index.Manifests, func(desc ocispec.Descriptor) bool { return !isAttestation(desc) }))
	wanted := children
	if platform != "" {
		wanted = mainOnes(matching(index.Manifests, func(desc ocispec.Descriptor) bool { return !isAttestation(desc) && hasPlatform(desc, platform) }))
		if len(wanted) == 0 {
			// What an inner index is for is written in it.
			wanted = matching(index.Manifests, func(desc ocispec.Descriptor) bool { return desc.Platform == nil && IsIndex(desc, nil) })
		}
		if len(wanted) == 0 {
			return ocispec.Descriptor{}, missing(fmt.Sprintf("platform %q", platform), platforms(children))
		}
	} else if wasm := matching(children, isWasmPlatform); len(wasm) > 0 {
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
	return ocispec.Descriptor{}, severalPlatforms(wanted)
}

// severalPlatforms returns the fault of children among which nothing decides, and
// says what does select each.
func severalPlatforms(wanted []ocispec.Descriptor) error {
	var candidates []string
	count := map[string]int{}
	for _, desc := range wanted {
		candidates = append(candidates, platformOf(desc)+" "+desc.Digest.String())
		count[platformOf(desc)]++
	}
	var selectable []string
	for _, desc := range wanted {
		if desc.Platform != nil && count[platformOf(desc)] == 1 {
			selectable = append(selectable, platformOf(desc))
		}
	}
	several := ambiguous("platforms", candidates)
	switch len(selectable) {
	case len(wanted):
		return several.WithHint("select one with {platform}")
	case 0:
		return several.WithHint("name one by its digest, as in REPOSITORY@sha256:...")
	}
	return several.WithHint("select %s with {platform}, or name another by its digest, as in REPOSITORY@sha256:...", enumerate(selectable))
}

// mainOnes leaves out what accompanies an artifact, unless there is nothing else.
func mainOnes(children []ocispec.Descriptor) []ocispec.Descriptor {
	if found := matching(children, func(desc ocispec.Descriptor) bool { return !isAside(desc) }); len(found) > 0 {
		return found
	}
	return children
}

// isAside reports whether a child is attached to another rather than one to be run:
// it has a type of artifact that is not WebAssembly, or half a platform.
func isAside(desc ocispec.Descriptor) bool {
	return desc.ArtifactType != "" && !strings.Contains(desc.ArtifactType, "wasm") ||
		desc.Platform != nil && (desc.Platform.OS == "") != (desc.Platform.Architecture == "")
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

// allNative reports whether every child says that it is for another machine.
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
