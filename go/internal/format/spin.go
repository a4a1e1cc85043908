package format

import (
	"encoding/json"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// SpinApplication is the locked application of a Spin artifact: which components
// are in which layer (spinframework/spin crates/locked-app).
type SpinApplication struct {
	components map[digest.Digest][]string
}

// SpinLayer finds the layer that describes a Spin application. It is worth
// reading only where there is something to choose: several modules, or one asked
// for that no layer is found by otherwise.
func SpinLayer(m *Manifest, selector Selector) (ocispec.Descriptor, bool) {
	if selector.Layer == "" {
		modules := matching(m.Layers, func(layer ocispec.Descriptor) bool { return isRawWasm(layer.MediaType) })
		if len(modules) < 2 {
			return ocispec.Descriptor{}, false
		}
	} else if _, err := selectLayer(m, selector.Layer, nil); err == nil {
		return ocispec.Descriptor{}, false
	}
	for _, layer := range m.Layers {
		if layer.MediaType == configSpin {
			return layer, true
		}
	}
	return ocispec.Descriptor{}, false
}

// ParseSpin reads the description. What it does not understand it leaves out:
// layers can still be selected by index and digest.
func ParseSpin(raw []byte) *SpinApplication {
	var document struct {
		Components []struct {
			ID     string `json:"id"`
			Source struct {
				Digest digest.Digest `json:"digest"`
			} `json:"source"`
		} `json:"components"`
	}
	application := &SpinApplication{components: map[digest.Digest][]string{}}
	if json.Unmarshal(raw, &document) == nil {
		for _, component := range document.Components {
			ids := application.components[component.Source.Digest]
			application.components[component.Source.Digest] = append(ids, component.ID)
		}
	}
	return application
}

// ids gives the ids of the components that are in a layer.
func (a *SpinApplication) ids(layer digest.Digest) []string {
	if a == nil {
		return nil
	}
	return a.components[layer]
}

// layers returns the layers that a component of that id is in.
func (a *SpinApplication) layers(id string) map[digest.Digest]bool {
	found := map[digest.Digest]bool{}
	if a == nil {
		return found
	}
	for layer, ids := range a.components {
		if slices.Contains(ids, id) {
			found[layer] = true
		}
	}
	return found
}
