package format

import (
	"cmp"
	"io"
	"maps"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// VariantAnnotation marks the images that proxies look into (solo-io/wasm
// spec-compat).
const VariantAnnotation = "module.wasm.image/variant"

// writeCompat writes an image with plugin.wasm in one packed layer, which Istio,
// Envoy Gateway and Higress read.
func writeCompat(content Content, metadata Metadata) (*Artifact, error) {
	annotations := map[string]string{VariantAnnotation: "compat"}
	maps.Copy(annotations, metadata.Annotations)
	metadata.Annotations = annotations
	plain := func() (io.ReadCloser, error) { return openTar(compatMember, content.Size, content.Open) }
	packed := func() (io.ReadCloser, error) {
		stream, err := plain()
		if err != nil {
			return nil, err
		}
		return gzipped(stream), nil
	}
	return writeTarImage(content, metadata, ocispec.MediaTypeImageLayerGzip, plain, packed, ocispec.ImageConfig{
		// Proxies do not read it; podman and others make no container without.
		Entrypoint: []string{"/" + compatMember},
	})
}

// writeImage writes an image whose entrypoint is the module, in one plain layer,
// for containerd's shims and crun.
func writeImage(content Content, metadata Metadata) (*Artifact, error) {
	name := cmp.Or(FileName(metadata.Title), "module.wasm")
	plain := func() (io.ReadCloser, error) { return openTar(name, content.Size, content.Open) }
	return writeTarImage(content, metadata, ocispec.MediaTypeImageLayer, plain, plain, ocispec.ImageConfig{Entrypoint: []string{"/" + name}})
}

// FileName returns the base name of a title, or "" where that cannot name a file in
// an image: dots, and what is a whiteout to whoever unpacks it.
func FileName(title string) string {
	name := path.Base(title)
	if title == "" || name == "." || name == ".." || name == "/" || strings.HasPrefix(name, ".wh.") || strings.Contains(name, "\x00") {
		return ""
	}
	return name
}

// writeTarImage reads the content once more, to know the digests of what it
// becomes.
func writeTarImage(content Content, metadata Metadata, layerType string, plain, stored func() (io.ReadCloser, error), config ocispec.ImageConfig) (*Artifact, error) {
	diffID, size, err := measure(plain)
	if err != nil {
		return nil, err
	}
	described := Content{Digest: diffID, Size: size}
	if layerType != ocispec.MediaTypeImageLayer {
		if described.Digest, described.Size, err = measure(stored); err != nil {
			return nil, err
		}
	}
	system := "wasip1"
	if content.Kind == wasm.KindComponent {
		system = "wasip2"
	}
	created := metadata.Created.UTC()
	document, err := newConfig(configOCI, ocispec.Image{
		Created:  &created,
		Platform: ocispec.Platform{Architecture: "wasm", OS: system},
		Config:   config,
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{diffID}},
	}, metadata)
	if err != nil {
		return nil, err
	}
	metadata.Title = ""
	return newArtifact(manifestOCI, document, newLayer(layerType, described, metadata), stored, metadata)
}

// measure reads a stream to its end.
func measure(open func() (io.ReadCloser, error)) (digest.Digest, int64, error) {
	stream, err := open()
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = stream.Close() }()
	hash := digest.Canonical.Hash()
	size, err := io.CopyBuffer(struct{ io.Writer }{hash}, stream, make([]byte, 1<<20))
	return digest.NewDigest(digest.Canonical, hash), size, err
}
