package wasm2oci

import (
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// What fails in an archive leaves no tag, whichever was the first.
func TestAnErrorInAnArchiveNamesNoTags(t *testing.T) {
	t.Parallel()
	raw := []byte("{}")
	desc := ocispec.Descriptor{Digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", Size: 2}
	target := newArchiveTarget(Reference{Scheme: ref.Archive, Path: t.TempDir()}, &lastLook{})
	err := putNames(t.Context(), target, []string{"v1"}, []string{"v2"}, desc, raw)
	if err == nil || strings.Contains(err.Error(), "tagged as") {
		t.Errorf("got %v", err)
	}
}
