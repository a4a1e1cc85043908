package format_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/format"
)

// A manifest may list as much as fits into its size limit. A choice that compares
// every entry with every other takes minutes for that, and looks at no deadline.
func TestChoiceAmongVeryMany(t *testing.T) {
	t.Parallel()
	const many = 100_000
	listed := func(mediaType string) []ocispec.Descriptor {
		list := make([]ocispec.Descriptor, many)
		for i := range list {
			list[i] = ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromString(fmt.Sprint(i)), Size: 8}
		}
		return list
	}
	platformed := listed(ocispec.MediaTypeImageManifest)
	for i := range platformed {
		platformed[i].Platform = &ocispec.Platform{OS: "wasi", Architecture: "wasm"}
	}
	types := listed("")
	for i := range types {
		types[i].MediaType = fmt.Sprintf("application/vnd.example.%d+json", i)
	}
	for _, test := range []struct {
		name, want string
		choose     func() error
	}{
		{"modules", fmt.Sprint(many, " modules"), func() error {
			_, err := format.Choose(&format.Manifest{Layers: listed("application/wasm")}, format.Selector{}, nil)
			return err
		}},
		{"archives", "", func() error {
			layers, err := format.Choose(&format.Manifest{Layers: listed(ocispec.MediaTypeImageLayerGzip)}, format.Selector{}, nil)
			if len(layers) != many {
				t.Errorf("%d layers are left", len(layers))
			}
			return err
		}},
		{"other types", "no WebAssembly", func() error {
			_, err := format.Choose(&format.Manifest{Layers: types}, format.Selector{}, nil)
			return err
		}},
		{"a layer that is not there", `no layer "x"`, func() error {
			_, err := format.Choose(&format.Manifest{Layers: listed("application/wasm")}, format.Selector{Layer: "x"}, nil)
			return err
		}},
		{"platforms", fmt.Sprint(many, " platforms"), func() error {
			_, err := format.ChooseManifest(&format.Index{Manifests: platformed}, "")
			return err
		}},
		{"a platform that is not there", `no platform "linux/arm64"`, func() error {
			_, err := format.ChooseManifest(&format.Index{Manifests: platformed}, "linux/arm64")
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			started := time.Now()
			err := test.choose()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %.200v", err)
			}
			if took := time.Since(started); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
