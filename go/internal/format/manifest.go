package format

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Media types of manifests.
const (
	manifestOCI      = ocispec.MediaTypeImageManifest
	manifestDocker   = "application/vnd.docker.distribution.manifest.v2+json"
	manifestArtifact = "application/vnd.oci.artifact.manifest.v1+json"
	indexOCI         = ocispec.MediaTypeImageIndex
	indexDocker      = "application/vnd.docker.distribution.manifest.list.v2+json"
)

// Manifest is an OCI or Docker manifest, or the withdrawn artifact manifest.
type Manifest struct {
	// Descriptor is what the manifest was found by.
	Descriptor ocispec.Descriptor
	// Raw is the document.
	Raw []byte
	// ArtifactType is empty for most.
	ArtifactType string
	// Config has an empty digest where there is none.
	Config ocispec.Descriptor
	// ConfigSize is nil where the config's descriptor has no size.
	ConfigSize *int64
	// Layers are the layers, or the blobs of an artifact manifest.
	Layers []ocispec.Descriptor
	// Annotations are those of the manifest.
	Annotations map[string]string
	// Subject is what the manifest points at; nil for most, and where it is no descriptor.
	Subject *ocispec.Descriptor
}

// Index is an OCI index or a Docker manifest list.
type Index struct {
	Manifests []ocispec.Descriptor
}

// IsIndex reports whether a document lists manifests rather than layers.
func IsIndex(desc ocispec.Descriptor, raw []byte) bool {
	switch desc.MediaType {
	case indexOCI, indexDocker:
		return true
	case manifestOCI, manifestDocker, manifestArtifact:
		return false
	}
	var document struct {
		Manifests []json.RawMessage `json:"manifests"`
	}
	return json.Unmarshal(raw, &document) == nil && document.Manifests != nil
}

// ParseManifest reads a manifest.
//
// Errors: InvalidManifest.
func ParseManifest(desc ocispec.Descriptor, raw []byte) (*Manifest, error) {
	var document struct {
		SchemaVersion int                  `json:"schemaVersion"`
		MediaType     string               `json:"mediaType"`
		ArtifactType  string               `json:"artifactType"`
		Config        *sizedDescriptor     `json:"config"`
		Layers        []ocispec.Descriptor `json:"layers"`
		Blobs         []ocispec.Descriptor `json:"blobs"`
		Manifests     []json.RawMessage    `json:"manifests"`
		Annotations   map[string]string    `json:"annotations"`
		Subject       json.RawMessage      `json:"subject"`
	}
	if err := unmarshal(raw, &document); err != nil {
		return nil, err
	}
	manifest := &Manifest{
		Descriptor: desc, Raw: raw, ArtifactType: document.ArtifactType,
		Layers: document.Layers, Annotations: document.Annotations, Subject: readSubject(document.Subject),
	}
	if desc.MediaType == manifestArtifact || document.MediaType == manifestArtifact {
		manifest.Layers = document.Blobs
		return manifest, checkLayers(manifest.Layers)
	}
	switch {
	case document.MediaType != "" && desc.MediaType != "" && isManifestType(desc.MediaType) && document.MediaType != desc.MediaType:
		return nil, Invalid("it is served as %q and calls itself %q", desc.MediaType, document.MediaType)
	case document.SchemaVersion != 2:
		return nil, Invalid("schemaVersion is %d; 2 is known", document.SchemaVersion)
	case document.Config == nil:
		return nil, Invalid("it has no config")
	case document.Layers == nil:
		return nil, Invalid("it has no layers")
	case document.Manifests != nil:
		return nil, Invalid("it has layers and manifests")
	}
	manifest.Config, manifest.ConfigSize = document.Config.Descriptor, document.Config.Size
	if manifest.ConfigSize != nil {
		manifest.Config.Size = *manifest.ConfigSize
	}
	if err := checkDigest("the config", manifest.Config); err != nil {
		return nil, err
	}
	return manifest, checkLayers(manifest.Layers)
}

// readSubject reads what a manifest points at. Nobody follows it, so that a broken one is
// no reason to refuse the rest.
func readSubject(raw json.RawMessage) *ocispec.Descriptor {
	var subject ocispec.Descriptor
	if len(raw) == 0 || json.Unmarshal(raw, &subject) != nil || subject.Digest.Validate() != nil || subject.Size < 0 {
		return nil
	}
	return &subject
}

// sizedDescriptor is a descriptor whose size may be missing.
type sizedDescriptor struct {
	ocispec.Descriptor
	Size *int64 `json:"size"`
}

// CheckConfig refuses the descriptor of a config that cannot be read: one without a
// size, or of size 0 with the digest of something else. Who does not read the config
// need not care: old tools wrote many an odd one.
//
// Errors: InvalidManifest.
func (m *Manifest) CheckConfig() error {
	switch {
	case m.Config.Digest == "":
		return nil
	case m.ConfigSize == nil:
		return Invalid("the config %s has no size", m.Config.Digest)
	case *m.ConfigSize == 0 && m.Config.Digest.Validate() == nil && m.Config.Digest != m.Config.Digest.Algorithm().FromBytes(nil):
		return Invalid("the config %s has the size 0, which is not that of its digest", m.Config.Digest)
	}
	return nil
}

func isManifestType(mediaType string) bool {
	return mediaType == manifestOCI || mediaType == manifestDocker || mediaType == indexOCI || mediaType == indexDocker
}

// ParseIndex reads an index.
//
// Errors: InvalidManifest.
func ParseIndex(raw []byte) (*Index, error) {
	var document struct {
		SchemaVersion int                  `json:"schemaVersion"`
		Manifests     []ocispec.Descriptor `json:"manifests"`
		Layers        []json.RawMessage    `json:"layers"`
	}
	if err := unmarshal(raw, &document); err != nil {
		return nil, err
	}
	switch {
	case document.SchemaVersion != 2:
		return nil, Invalid("schemaVersion is %d; 2 is known", document.SchemaVersion)
	case document.Manifests == nil:
		return nil, Invalid("the index has no manifests")
	case document.Layers != nil:
		return nil, Invalid("it has layers and manifests")
	}
	for i, desc := range document.Manifests {
		if err := checkDigest(fmt.Sprintf("manifest %d", i), desc); err != nil {
			return nil, err
		}
	}
	return &Index{document.Manifests}, nil
}

func unmarshal(raw []byte, into any) error {
	if !strings.HasPrefix(strings.TrimLeft(string(raw[:min(len(raw), 64)]), " \t\r\n"), "{") {
		return Invalid("it is not a JSON object")
	}
	if err := checkJSON(raw); err != nil {
		return Invalid("%w", err)
	}
	err := json.Unmarshal(raw, into)
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mistyped):
		return Invalid("%q cannot be a JSON %s", mistyped.Field, mistyped.Value)
	case err != nil:
		return Invalid("%w", err)
	}
	return nil
}

func checkLayers(layers []ocispec.Descriptor) error {
	for i, layer := range layers {
		if err := checkDigest(fmt.Sprintf("layer %d", i), layer); err != nil {
			return err
		}
	}
	return nil
}

// checkDigest looks at the form only: an algorithm that we cannot compute does
// not matter unless that very blob is wanted.
func checkDigest(what string, desc ocispec.Descriptor) error {
	algorithm, encoded, found := strings.Cut(desc.Digest.String(), ":")
	if !found || algorithm == "" || encoded == "" || strings.ContainsAny(desc.Digest.String(), "/\\ ?#%") {
		return Invalid("%s has the digest %q", what, desc.Digest)
	}
	if desc.Size < 0 {
		return Invalid("%s has the size %d", what, desc.Size)
	}
	return nil
}

func (m *Manifest) hasLayer(mediaType string) bool {
	return slices.ContainsFunc(m.Layers, func(layer ocispec.Descriptor) bool { return layer.MediaType == mediaType })
}

func (m *Manifest) hasLayerPrefix(prefix string) bool {
	return slices.ContainsFunc(m.Layers, func(layer ocispec.Descriptor) bool { return strings.HasPrefix(layer.MediaType, prefix) })
}
