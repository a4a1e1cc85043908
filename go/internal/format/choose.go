package format

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Selector says which of several modules is meant. The zero value leaves the
// choice to the rules.
type Selector struct {
	// Platform is "os/architecture[/variant]" and chooses from an index.
	Platform string
	// Layer is a layer's index, digest or title, or the id of a Spin component.
	Layer string
	// Member is the path of a file in a tar layer.
	Member string
}

// Choose finds the layers that may hold the module, of which later ones cover
// earlier ones. The rules, in their order:
//
//  1. a layer type that promises WebAssembly; of several, the selected one;
//  2. a layer whose title ends in ".wasm", where there is one such layer;
//  3. the archive of a Helm plugin;
//  4. archives, and layers whose type says nothing;
//  5. the only layer, of whatever type that is not known for something else.
//
// spin is the application description of a Spin artifact (see SpinLayer), whose
// component ids select layers; nil for others, or where it is not needed.
//
// Errors: NotWasm, Ambiguous, NotFound.
func Choose(m *Manifest, selector Selector, spin *SpinApplication) ([]ocispec.Descriptor, error) {
	if selector.Layer != "" {
		layer, err := selectLayer(m, selector.Layer, spin)
		return []ocispec.Descriptor{layer}, err
	}
	if selector.Member == "" {
		candidates := matching(m.Layers, func(layer ocispec.Descriptor) bool { return isRawWasm(layer.MediaType) })
		if len(candidates) == 0 {
			candidates = matching(m.Layers, func(layer ocispec.Descriptor) bool {
				return !isForeign(layer.MediaType) && strings.HasSuffix(strings.ToLower(title(layer)), ".wasm")
			})
		}
		switch len(candidates) {
		case 0:
		case 1:
			return candidates, nil
		default:
			return nil, ambiguousLayers(m, candidates, spin)
		}
	}
	if isHelmPlugin(m) {
		plugins := matching(m.Layers, func(layer ocispec.Descriptor) bool { return strings.HasSuffix(title(layer), ".tgz") })
		if len(plugins) > 0 {
			return plugins, nil
		}
	}
	layers := uppermost(m.Layers, func(layer ocispec.Descriptor) bool {
		return !isForeign(layer.MediaType) && (isArchive(layer.MediaType) || saysNothing(layer.MediaType))
	})
	switch {
	case len(layers) > 0:
		return layers, nil
	case len(m.Layers) == 1 && isUnknown(m.Layers[0].MediaType):
		return m.Layers, nil
	case selector.Member != "" && slices.ContainsFunc(m.Layers, func(layer ocispec.Descriptor) bool { return isRawWasm(layer.MediaType) }):
		return nil, missing(fmt.Sprintf("member %q, since no layer is an archive", selector.Member), nil)
	}
	return nil, noModule(m)
}

// selectLayer finds a layer by index, digest, title or Spin component id. A
// number is an index first.
func selectLayer(m *Manifest, wanted string, spin *SpinApplication) (ocispec.Descriptor, error) {
	if index, err := strconv.Atoi(wanted); err == nil && index >= 0 && index < len(m.Layers) {
		return m.Layers[index], nil
	}
	named := spin.layers(wanted)
	found := matching(m.Layers, func(layer ocispec.Descriptor) bool {
		return layer.Digest.String() == wanted || title(layer) == wanted || named[layer.Digest]
	})
	switch len(found) {
	case 0:
		return ocispec.Descriptor{}, missing(fmt.Sprintf("layer %q", wanted), describeLayers(m, matching(m.Layers, func(ocispec.Descriptor) bool { return true }), spin))
	case 1:
		return found[0], nil
	}
	return ocispec.Descriptor{}, ambiguousLayers(m, found, spin)
}

// matching returns the layers that a test accepts; a blob that is listed twice
// counts once.
func matching(layers []ocispec.Descriptor, accept func(ocispec.Descriptor) bool) []ocispec.Descriptor {
	var found []ocispec.Descriptor
	seen := map[digest.Digest]bool{}
	for _, layer := range layers {
		if accept(layer) && !seen[layer.Digest] {
			seen[layer.Digest] = true
			found = append(found, layer)
		}
	}
	return found
}

// uppermost is as matching, for layers that lie on each other: of a layer that is
// listed twice the upper one covers all that the lower one has.
func uppermost(layers []ocispec.Descriptor, accept func(ocispec.Descriptor) bool) []ocispec.Descriptor {
	down := slices.Clone(layers)
	slices.Reverse(down)
	found := matching(down, accept)
	slices.Reverse(found)
	return found
}

func title(layer ocispec.Descriptor) string { return layer.Annotations[ocispec.AnnotationTitle] }

func ambiguousLayers(m *Manifest, layers []ocispec.Descriptor, spin *SpinApplication) error {
	return ambiguous("modules", describeLayers(m, layers, spin)).WithHint("select one with {layer}")
}

// describeLayers names layers by all that selects them.
func describeLayers(m *Manifest, layers []ocispec.Descriptor, spin *SpinApplication) []string {
	first := map[digest.Digest]int{}
	for index, layer := range slices.Backward(m.Layers) {
		first[layer.Digest] = index
	}
	var described []string
	for _, layer := range layers {
		parts := []string{strconv.Itoa(first[layer.Digest])}
		for _, id := range spin.ids(layer.Digest) {
			parts = append(parts, strconv.Quote(id))
		}
		if name := title(layer); name != "" {
			parts = append(parts, strconv.Quote(name))
		}
		described = append(described, strings.Join(append(parts, layer.Digest.String()), " "))
	}
	return described
}

// noModule returns the fault of a manifest without a module.
func noModule(m *Manifest) error {
	var types []string
	seen := map[string]bool{}
	for _, layer := range m.Layers {
		name := layer.MediaType
		if name == "" {
			name = "a layer without a type"
		}
		if !seen[name] {
			seen[name] = true
			types = append(types, name)
		}
	}
	return notWasm(types)
}
