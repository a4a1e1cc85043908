package format_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
	"github.com/wasm2oci/wasm2oci/go/internal/worktime"
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
			var err error
			took := worktime.Of(func() { err = test.choose() })
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %.200v", err)
			}
			if took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// A config may name as much as there is room for.
func TestManyArgumentsAndModulesTakeLinearTime(t *testing.T) {
	t.Parallel()
	config := format.ImageConfig{}
	for i := range 400_000 {
		config.Entrypoint = append(config.Entrypoint, fmt.Sprintf("/no%08d", i))
	}
	var stack format.Stack
	listing := &unpack.Listing{}
	for i := range 10_000 {
		listing.Members = append(listing.Members, unpack.Member{Path: fmt.Sprintf("m%09d", i)})
	}
	stack.Lay(0, listing)
	var err error
	took := worktime.Of(func() { _, err = format.ChooseMember(&format.Manifest{}, stack.Found(), config, "") })
	if fault.KindOf(err) != fault.Ambiguous {
		t.Errorf("got %v", err)
	}
	if took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// A layer may be listed often, and be many components.
func TestManyComponentsOfALayerTakeLinearTime(t *testing.T) {
	t.Parallel()
	const many = 30_000
	one := digest.FromString("one")
	manifest := &format.Manifest{}
	var components []string
	for i := range many {
		manifest.Layers = append(manifest.Layers, ocispec.Descriptor{MediaType: "application/wasm", Digest: one})
		components = append(components, fmt.Sprintf(`{"id":"c%d","source":{"digest":%q}}`, i, one))
	}
	spin := format.ParseSpin([]byte(`{"components":[` + strings.Join(components, ",") + `]}`))
	took := worktime.Of(func() {
		if _, err := format.Choose(manifest, format.Selector{Layer: "missing"}, spin); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %.200v", err)
		}
		if layers, err := format.Choose(manifest, format.Selector{Layer: fmt.Sprint("c", many-1)}, spin); err != nil || layers[0].Digest != one {
			t.Errorf("got %.200v", err)
		}
	})
	if took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
