package format

import (
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// NotWasmError says that an artifact holds no module.
type NotWasmError struct {
	// Types are the media types that were seen.
	Types []string
}

func (e *NotWasmError) Error() string {
	if len(e.Types) == 0 {
		return "no WebAssembly inside: the artifact has no layers"
	}
	return "no WebAssembly inside; the types are " + strings.Join(e.Types[:min(len(e.Types), 8)], ", ")
}

// AmbiguousError says that there is more than one module or platform.
type AmbiguousError struct {
	What string
	// Candidates say what to choose from.
	Candidates []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%d %s to choose from: %s", len(e.Candidates), e.What, strings.Join(e.Candidates[:min(len(e.Candidates), 8)], ", "))
}

// Choice is where the module of an artifact is.
type Choice struct {
	Format Format
	Layer  ocispec.Descriptor
}

// Choose finds the layer that holds the module.
//
// Errors: *NotWasmError, *AmbiguousError.
func Choose(m *Manifest) (Choice, error) {
	candidates := matching(m.Layers, func(layer ocispec.Descriptor) bool { return isRawWasm(layer.MediaType) })
	if len(candidates) == 0 {
		candidates = matching(m.Layers, func(layer ocispec.Descriptor) bool {
			return !isForeign(layer.MediaType) && strings.HasSuffix(strings.ToLower(title(layer)), ".wasm")
		})
	}
	if len(candidates) == 0 && len(m.Layers) == 1 && mayHoldRawWasm(m.Layers[0].MediaType) {
		candidates = m.Layers
	}
	switch len(candidates) {
	case 0:
		return Choice{}, NewNotWasmError(m)
	case 1:
		return Choice{recognise(m, candidates[0].MediaType), candidates[0]}, nil
	}
	ambiguous := &AmbiguousError{What: "modules"}
	for _, layer := range candidates {
		ambiguous.Candidates = append(ambiguous.Candidates, describe(slices.IndexFunc(m.Layers, func(other ocispec.Descriptor) bool {
			return other.Digest == layer.Digest && title(other) == title(layer)
		}), layer))
	}
	return Choice{}, ambiguous
}

// matching gives the layers that a test accepts; a blob that is listed twice
// under one title counts once.
func matching(layers []ocispec.Descriptor, accept func(ocispec.Descriptor) bool) []ocispec.Descriptor {
	var found []ocispec.Descriptor
	for _, layer := range layers {
		if accept(layer) && !slices.ContainsFunc(found, func(other ocispec.Descriptor) bool { return other.Digest == layer.Digest }) {
			found = append(found, layer)
		}
	}
	return found
}

func title(layer ocispec.Descriptor) string { return layer.Annotations[ocispec.AnnotationTitle] }

func describe(index int, layer ocispec.Descriptor) string {
	if name := title(layer); name != "" {
		return fmt.Sprintf("layer %d %q %s", index, name, layer.Digest)
	}
	return fmt.Sprintf("layer %d %s", index, layer.Digest)
}

// NewNotWasmError lists the types of a manifest.
func NewNotWasmError(m *Manifest) *NotWasmError {
	notWasm := &NotWasmError{}
	for _, layer := range m.Layers {
		if !slices.Contains(notWasm.Types, layer.MediaType) {
			notWasm.Types = append(notWasm.Types, layer.MediaType)
		}
	}
	return notWasm
}
