package format_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
)

// choose returns the layer that surely holds the module, and the format.
func choose(manifest *format.Manifest) (ocispec.Descriptor, format.Format, error) {
	layers, err := format.Choose(manifest, format.Selector{}, nil)
	if err != nil {
		return ocispec.Descriptor{}, "", err
	}
	if len(layers) != 1 {
		return ocispec.Descriptor{}, "", errors.New("more than one layer to look into")
	}
	return layers[0], format.Recognise(manifest, layers[0].MediaType, ""), nil
}

// chooseManifest returns the child of an index that is followed.
func chooseManifest(index *format.Index) (ocispec.Descriptor, error) {
	return format.ChooseManifest(index, "")
}

func parse(t *testing.T, raw string) *format.Manifest {
	t.Helper()
	raw = expand(raw)
	mediaType := ociManifest
	for _, other := range []string{dockerManifest, ociArtifact} {
		if strings.Contains(raw, `"mediaType":"`+other+`"`) {
			mediaType = other
		}
	}
	manifest, err := format.ParseManifest(ocispec.Descriptor{MediaType: mediaType}, []byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return manifest
}

// layered returns a manifest with a config type and layers; a layer is a type, or a
// type and a title.
func layered(config string, layers ...string) string {
	var list []string
	for i, layer := range layers {
		mediaType, title, titled := strings.Cut(layer, "|")
		text := `{"mediaType":"` + mediaType + `","digest":"<` + string("123456789abc"[i]) + `>","size":8`
		if titled {
			text += `,"annotations":{"org.opencontainers.image.title":"` + title + `"}`
		}
		list = append(list, text+"}")
	}
	return `{"schemaVersion":2,"config":{"mediaType":"` + config + `","digest":"<0>","size":2},"layers":[` + strings.Join(list, ",") + `]}`
}

const (
	cncfConfig    = "application/vnd.wasm.config.v0+json"
	oldConfig     = "application/vnd.wasm.config.v1+json"
	oldLayer      = "application/vnd.wasm.content.layer.v1+wasm"
	proxyLayer    = "application/vnd.module.wasm.content.layer.v1+wasm"
	runwasiLayer  = "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm"
	imageConfig   = "application/vnd.oci.image.config.v1+json"
	unknownConfig = "application/vnd.unknown.config.v1+json"
	emptyConfig   = "application/vnd.oci.empty.v1+json"
)

// The shapes are those found in the wild; who writes them is said in mediatype.go.
func TestShapesInTheWild(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, raw string
		layer     string
		format    format.Format
	}{
		{"wasm-to-oci", layered(oldConfig, oldLayer+"|target/wasm32-wasi/release/app.wasm"), hash("1"), format.WasmToOCI},
		{"wkg, without a title", layered(cncfConfig, "application/wasm"), hash("1"), format.Wasm},
		{"Kubewarden", strings.Replace(layered(oldConfig, oldLayer), "{", `{"annotations":{"org.opencontainers.image.title":"some-policy"},`, 1), hash("1"), format.WasmToOCI},
		{"wasme", layered("application/vnd.module.wasm.config.v1+json", "application/vnd.module.wasm.config.v1+json|runtime-config.json", proxyLayer+"|filter.wasm"), hash("2"), format.ProxyWasm},
		{"Spin", layered(imageConfig, oldLayer, "application/vnd.wasm.content.layer.v1+data|static/index.html", "application/vnd.fermyon.spin.application.v1+config"), hash("1"), format.Spin},
		{"old Spin", layered("application/vnd.fermyon.spin.application.v1+config", oldLayer), hash("1"), format.Spin},
		{"runwasi", strings.Replace(layered(imageConfig, runwasiLayer), "2,", `2,"artifactType":"application/vnd.bytecodealliance.component.v1+wasm",`, 1), hash("1"), format.Runwasi},
		{"old wasmCloud", layered("application/vnd.wasmcloud.actor.archive.config", proxyLayer+"|echo_s.wasm"), hash("1"), format.WasmCloud},
		{"withdrawn artifact", `{"mediaType":"` + ociArtifact + `","artifactType":"` + oldConfig + `","blobs":[{"mediaType":"application/wasm","digest":"<c>","size":5120,"annotations":{"org.opencontainers.image.title":"m.wasm"}}]}`, hash("c"), ""},
		{"old oras, which calls it a tar", layered(unknownConfig, "application/vnd.oci.image.layer.v1.tar|m.wasm"), hash("1"), format.Generic},
		{"oras with a type", layered(emptyConfig, "application/wasm|m.wasm"), hash("1"), format.Wasm},
		{"gadget", layered(unknownConfig, "application/vnd.gadget.wasm.program.v1+binary", "application/vnd.gadget.ebpf.program.v1+binary"), hash("1"), format.Gadget},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			layer, found, err := choose(parse(t, test.raw))
			if err != nil || layer.Digest.String() != test.layer || test.format != "" && found != test.format {
				t.Errorf("%s in %s, %v", found, layer.Digest, err)
			}
		})
	}
}

func TestEveryRawLayerWithEveryConfig(t *testing.T) {
	t.Parallel()
	for _, layer := range []string{"application/wasm", oldLayer, proxyLayer, runwasiLayer, "application/vnd.example.v9+wasm"} {
		for _, config := range []string{cncfConfig, oldConfig, imageConfig, unknownConfig, emptyConfig, ""} {
			found, name, err := choose(parse(t, layered(config, layer)))
			if err != nil || found.Digest.String() != hash("1") || name == "" {
				t.Errorf("%s under %s: %s in %s, %v", layer, config, name, found.Digest, err)
			}
		}
	}
}

func TestDocumentationMayStandAnywhere(t *testing.T) {
	t.Parallel()
	beside := []string{"text/markdown|README.md", "application/vnd.module.wasm.spec.v1+yaml|spec.yaml", "application/vnd.in-toto+json", "image/png|icon.png", "application/json"}
	for place := range len(beside) + 1 {
		layers := slices.Insert(slices.Clone(beside), place, "application/wasm")
		layer, _, err := choose(parse(t, layered(unknownConfig, layers...)))
		if want := hash(string("123456789abc"[place])); err != nil || layer.Digest.String() != want {
			t.Errorf("in place %d: %s, %v", place, layer.Digest, err)
		}
	}
}

func TestOneBlobListedTwiceIsOne(t *testing.T) {
	t.Parallel()
	raw := strings.ReplaceAll(layered(unknownConfig, "application/wasm|a.wasm", "application/wasm|b.wasm"), "<2>", "<1>")
	if layer, _, err := choose(parse(t, raw)); err != nil || layer.Digest.String() != hash("1") {
		t.Errorf("%s, %v", layer.Digest, err)
	}
}

func TestSeveralModulesAreAmbiguous(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		layers []string
	}{
		{"same type", []string{"application/wasm", "text/plain", "application/wasm"}},
		{"different types", []string{oldLayer, "text/plain", proxyLayer}},
		{"same title", []string{"application/wasm|m.wasm", "text/plain", "application/wasm|m.wasm"}},
		{"titles that differ in case", []string{"application/wasm|m.wasm", "text/plain", "application/wasm|M.wasm"}},
		{"by their titles", []string{"text/x-one|a.wasm", "text/plain", "text/x-two|b.wasm"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := choose(parse(t, layered(unknownConfig, test.layers...)))
			candidates := wantFault(t, err, fault.Ambiguous).Detail.Candidates
			if len(candidates) != 2 {
				t.Fatalf("got %v", err)
			}
			for i, digit := range []string{"1", "3"} {
				if !strings.Contains(candidates[i], hash(digit)) || !strings.Contains(err.Error(), hash(digit)) {
					t.Errorf("%q does not name %s", candidates, hash(digit))
				}
			}
		})
	}
}

// wantFault checks the kind of an error.
func wantFault(t *testing.T, err error, kind fault.Kind) *fault.Error {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("got %v, not a fault of the kind %s", err, kind)
	}
	return e
}

func TestAMemberNeedsAnArchive(t *testing.T) {
	t.Parallel()
	_, err := format.Choose(parse(t, layered(unknownConfig, "application/json|config.json", proxyLayer)), format.Selector{Member: "x.wasm"}, nil)
	if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), `no member "x.wasm", since no layer is an archive`) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoWebAssembly(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, config string
		layers       []string
	}{
		{"no layers", unknownConfig, nil},
		{"documentation", unknownConfig, []string{"text/markdown|README.md"}},
		{"Helm chart", "application/vnd.cncf.helm.config.v1+json", []string{"application/vnd.cncf.helm.chart.content.v1.tar+gzip"}},
		{"wasmCloud provider", "application/vnd.wasmcloud.provider.archive.config", []string{"application/vnd.wasmcloud.provider.archive.layer.v1+par"}},
		{"signature", imageConfig, []string{"application/vnd.dev.cosign.simplesigning.v1+json"}},
		{"attestation", imageConfig, []string{"application/vnd.in-toto+json", "application/vnd.in-toto+json"}},
		{"nothing but the empty layer", emptyConfig, []string{"application/vnd.oci.empty.v1+json"}},
		{"signature of a module", imageConfig, []string{"application/vnd.dev.cosign.simplesigning.v1+json|m.wasm"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := choose(parse(t, layered(test.config, test.layers...)))
			seen := wantFault(t, err, fault.NotWasm).Detail.Candidates
			var types []string
			for _, layer := range test.layers {
				mediaType, _, _ := strings.Cut(layer, "|")
				types = append(types, mediaType)
			}
			if types = slices.Compact(types); !slices.Equal(seen, types) {
				t.Errorf("it lists %q", seen)
			}
			for _, mediaType := range types {
				if !strings.Contains(err.Error(), mediaType) {
					t.Errorf("%q does not name %s", err, mediaType)
				}
			}
		})
	}
}

func TestChooseManifest(t *testing.T) {
	t.Parallel()
	const attestation = `{"digest":"<f>","size":1,"annotations":{"vnd.docker.reference.type":"attestation-manifest"},"platform":{"architecture":"unknown","os":"unknown"}}`
	child := func(digit, os, architecture string) string {
		return `{"digest":"<` + digit + `>","size":1,"platform":{"os":"` + os + `","architecture":"` + architecture + `"}}`
	}
	bare := func(digit string) string { return `{"digest":"<` + digit + `>","size":1}` }
	for _, test := range []struct {
		name     string
		children []string
		want     string   // the child that is followed
		several  []string // or the candidates
	}{
		{"wasi and an attestation", []string{child("1", "wasi", "wasm"), attestation}, hash("1"), nil},
		{"attestation first", []string{attestation, child("1", "wasip1", "wasm")}, hash("1"), nil},
		{"attestation without a platform", []string{`{"digest":"<e>","size":1,"annotations":{"vnd.docker.reference.type":"attestation-manifest"}}`, bare("1")}, hash("1"), nil},
		{"wasm32", []string{child("1", "linux", "amd64"), child("2", "linux", "wasm32")}, hash("2"), nil},
		{"wasm64", []string{child("1", "linux", "amd64"), child("2", "linux", "wasm64")}, hash("2"), nil},
		{"wasip2 of another architecture", []string{child("1", "linux", "amd64"), child("2", "wasip2", "any")}, hash("2"), nil},
		{"the only one, whatever it is for", []string{child("1", "linux", "amd64")}, hash("1"), nil},
		{"the only one, for nobody", []string{bare("1")}, hash("1"), nil},
		{"one listed twice", []string{bare("1"), bare("1")}, hash("1"), nil},
		{"two for WebAssembly", []string{child("1", "wasip1", "wasm"), child("2", "wasip2", "wasm")}, "", []string{"wasip1/wasm " + hash("1"), "wasip2/wasm " + hash("2")}},
		{"two for nobody", []string{bare("1"), bare("2")}, "", []string{hash("1"), hash("2")}},
		{"a list of parts with half a platform", []string{bare("1"), child("2", "linux", "")}, hash("1"), nil},
		{"a list of parts first", []string{child("2", "", "amd64"), bare("1")}, hash("1"), nil},
		{"a list of parts by its type", []string{`{"digest":"<2>","size":1,"artifactType":"application/vnd.cyclonedx+json"}`, bare("1")}, hash("1"), nil},
		{"a list of parts that claims the platform", []string{`{"digest":"<2>","size":1,"artifactType":"application/spdx+json","platform":{"os":"wasi","architecture":"wasm"}}`, child("1", "wasi", "wasm")}, hash("1"), nil},
		{"an artifact of WebAssembly", []string{`{"digest":"<1>","size":1,"artifactType":"application/vnd.bytecodealliance.component.v1+wasm"}`, child("2", "linux", "")}, hash("1"), nil},
		{"nothing but a list of parts", []string{child("1", "linux", "")}, hash("1"), nil},
		{"none", nil, "", nil},
		{"nothing but an attestation", []string{attestation}, "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			index, err := format.ParseIndex([]byte(expand(`{"schemaVersion":2,"manifests":[` + strings.Join(test.children, ",") + `]}`)))
			if err != nil {
				t.Fatal(err)
			}
			chosen, err := chooseManifest(index)
			switch {
			case test.want != "":
				if err != nil || chosen.Digest.String() != test.want {
					t.Errorf("%s, %v", chosen.Digest, err)
				}
			case len(test.several) == 0:
				wantFault(t, err, fault.NotWasm)
			default:
				candidates := wantFault(t, err, fault.Ambiguous).Detail.Candidates
				if len(candidates) != len(test.several) {
					t.Fatalf("got %v", err)
				}
				for i, candidate := range test.several {
					if !strings.Contains(candidates[i], candidate) {
						t.Errorf("%q does not name %q", candidates[i], candidate)
					}
				}
			}
		})
	}
}

func TestChooseManifestOfAPlatform(t *testing.T) {
	t.Parallel()
	const inner = `{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"<3>","size":1}`
	child := func(digit, os, variant string) string {
		return `{"digest":"<` + digit + `>","size":1,"platform":{"os":"` + os + `","architecture":"wasm","variant":"` + variant + `"}}`
	}
	for _, test := range []struct {
		name, platform string
		children       []string
		want, says     string
	}{
		{"one manifest for two platforms", "wasip1/wasm", []string{child("1", "wasi", ""), child("1", "wasip1", "")}, hash("1"), ""},
		{"a variant", "wasi/wasm/v2", []string{child("1", "wasi", "v1"), child("2", "wasi", "v2")}, hash("2"), ""},
		{"an inner index may have it", "wasi/wasm", []string{child("1", "linux", ""), inner}, hash("3"), ""},
		{"the outer index has it", "wasi/wasm", []string{inner, child("1", "wasi", "")}, hash("1"), ""},
		{"two variants", "wasi/wasm", []string{child("1", "wasi", "v1"), child("2", "wasi", "v2")}, "", "select one with platform"},
		{"one without a platform", "", []string{`{"digest":"<1>","size":1}`, `{"digest":"<2>","size":1,"platform":{"os":"linux","architecture":"riscv64"}}`}, "", "select linux/riscv64 with platform, or name another by its digest"},
		{"two of one platform", "wasi/wasm", []string{child("1", "wasi", ""), child("2", "wasi", "")}, "", "by its digest"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			index, err := format.ParseIndex([]byte(expand(`{"schemaVersion":2,"manifests":[` + strings.Join(test.children, ",") + `]}`)))
			if err != nil {
				t.Fatal(err)
			}
			chosen, err := format.ChooseManifest(index, test.platform)
			if test.want != "" && (err != nil || chosen.Digest.String() != test.want) {
				t.Errorf("%s, %v", chosen.Digest, err)
			}
			if test.want == "" {
				if hint := wantFault(t, err, fault.Ambiguous).Hint.String(); !strings.Contains(hint, test.says) {
					t.Errorf("the hint is %q", hint)
				}
			}
		})
	}
}
