package format

import (
	"encoding/json"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// SpinApplication is the locked application of a Spin artifact: which component
// is in which layer (spinframework/spin crates/locked-app).
type SpinApplication struct {
	components map[digest.Digest]string
}

// SpinLayer finds the layer that describes a Spin application. It is worth
// reading only where there is more than one module to choose from.
func SpinLayer(m *Manifest) (ocispec.Descriptor, bool) {
	modules := matching(m.Layers, func(layer ocispec.Descriptor) bool { return isRawWasm(layer.MediaType) })
	if len(modules) < 2 {
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
	application := &SpinApplication{components: map[digest.Digest]string{}}
	if json.Unmarshal(raw, &document) == nil {
		for _, component := range document.Components {
			application.components[component.Source.Digest] = component.ID
		}
	}
	return application
}

// component gives the id of the component in a layer, or "".
func (a *SpinApplication) component(layer digest.Digest) string {
	if a == nil {
		return ""
	}
	return a.components[layer]
}
