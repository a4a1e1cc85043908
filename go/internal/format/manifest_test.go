package format_test

import (
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
)

const (
	ociManifest    = "application/vnd.oci.image.manifest.v1+json"
	ociIndex       = "application/vnd.oci.image.index.v1+json"
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerIndex    = "application/vnd.docker.distribution.manifest.list.v2+json"
	ociArtifact    = "application/vnd.oci.artifact.manifest.v1+json"
)

// hash returns a digest of one hexadecimal digit, over and over.
func hash(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }

// expand puts digests in the place of <a>, <b> and so on.
func expand(text string) string {
	for digit := range strings.SplitSeq("0123456789abcdef", "") {
		text = strings.ReplaceAll(text, "<"+digit+">", hash(digit))
	}
	return text
}

const plain = `{"schemaVersion":2,"config":{"mediaType":"c","digest":"<a>","size":2},"layers":[{"mediaType":"application/wasm","digest":"<b>","size":8}]}`

func TestParseManifest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, mediaType, raw string
		layers               int
		config               bool
	}{
		{"OCI", ociManifest, plain, 1, true},
		{"Docker", dockerManifest, plain, 1, true},
		{"without a type", "", plain, 1, true},
		{"of a type nobody knows", "application/vnd.example+json", plain, 1, true},
		{"with its own type", ociManifest, strings.Replace(plain, "2,", `2,"mediaType":"`+ociManifest+`",`, 1), 1, true},
		{"with spaces around", ociManifest, " \r\n\t" + plain + "\n", 1, true},
		{"no layers in it", ociManifest, `{"schemaVersion":2,"config":{"digest":"<a>"},"layers":[]}`, 0, true},
		{"empty config", ociManifest, `{"schemaVersion":2,"config":{"mediaType":"c","digest":"<e>","size":0},"layers":[]}`, 0, true},
		{"unknown algorithm", ociManifest, `{"schemaVersion":2,"config":{"digest":"<a>"},"layers":[{"digest":"blake3:abc","size":1}]}`, 1, true},
		{"unknown keys", ociManifest, strings.Replace(plain, "{", `{"x":{"Size":1,"size":2,"deep":[[[]]]},`, 1), 1, true},
		{"annotations of any name", ociManifest, strings.Replace(plain, "{", `{"annotations":{"Size":"1","size":"2","Layers":"3"},`, 1), 1, true},
		{"withdrawn artifact, by its type", ociArtifact, `{"artifactType":"x","blobs":[{"mediaType":"application/wasm","digest":"<c>","size":5}]}`, 1, false},
		{"withdrawn artifact, by its own word", "", `{"mediaType":"` + ociArtifact + `","blobs":[{"digest":"<c>","size":5}]}`, 1, false},
		{"withdrawn artifact without blobs", ociArtifact, `{"artifactType":"x"}`, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			raw := []byte(expand(test.raw))
			desc := ocispec.Descriptor{MediaType: test.mediaType, Size: int64(len(raw))}
			manifest, err := format.ParseManifest(desc, raw)
			if err != nil {
				t.Fatal(err)
			}
			if len(manifest.Layers) != test.layers || (manifest.Config.Digest != "") != test.config || string(manifest.Raw) != string(raw) || manifest.Descriptor.MediaType != test.mediaType {
				t.Errorf("read as %+v", manifest)
			}
		})
	}
}

func TestParseManifestRefuses(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string {
		return `{"x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + "," + plain[1:]
	}
	for _, test := range []struct{ name, mediaType, raw, says string }{
		{"nothing", ociManifest, ``, "not a JSON object"},
		{"null", ociManifest, `null`, "not a JSON object"},
		{"a list", ociManifest, `[` + plain + `]`, "not a JSON object"},
		{"a number", ociManifest, `2`, "not a JSON object"},
		{"a web page", ociManifest, `<html>`, "not a JSON object"},
		{"half of it", ociManifest, plain[:60], "EOF"},
		{"two of them", ociManifest, plain + plain, "follows"},
		{"text after it", ociManifest, plain + "x", "follows"},
		{"a bracket after it", ociManifest, plain + "}", "invalid manifest"},
		{"schema 1", ociManifest, strings.Replace(plain, "2", "1", 1), "schemaVersion is 1"},
		{"no schema", ociManifest, `{}`, "schemaVersion is 0"},
		{"schema as text", ociManifest, strings.Replace(plain, "2", `"2"`, 1), "schemaVersion"},
		{"no config", ociManifest, `{"schemaVersion":2,"layers":[]}`, "no config"},
		{"null for the config", ociManifest, `{"schemaVersion":2,"config":null,"layers":[]}`, "no config"},
		{"a list for the config", ociManifest, `{"schemaVersion":2,"config":[],"layers":[]}`, "config"},
		{"config without a digest", ociManifest, `{"schemaVersion":2,"config":{},"layers":[]}`, "config"},
		{"no layers", ociManifest, `{"schemaVersion":2,"config":{"digest":"<a>"}}`, "no layers"},
		{"null for the layers", ociManifest, `{"schemaVersion":2,"config":{"digest":"<a>"},"layers":null}`, "no layers"},
		{"null for a layer", ociManifest, `{"schemaVersion":2,"config":{"digest":"<a>"},"layers":[null]}`, "layer 0"},
		{"an object for the layers", ociManifest, `{"schemaVersion":2,"config":{"digest":"<a>"},"layers":{}}`, "layers"},
		{"layer without a digest", ociManifest, `{"schemaVersion":2,"config":{"digest":"<a>"},"layers":[{"size":1}]}`, "layer 0"},
		{"a path for a digest", ociManifest, `{"schemaVersion":2,"config":{"digest":"<a>"},"layers":[{"digest":"sha256:../../etc"}]}`, "layer 0"},
		{"an address for a digest", ociManifest, `{"schemaVersion":2,"config":{"digest":"<a>"},"layers":[{"digest":"sha256:x?y=1#z"}]}`, "layer 0"},
		{"negative size", ociManifest, strings.Replace(plain, `"size":8`, `"size":-8`, 1), "size -8"},
		{"half a byte", ociManifest, strings.Replace(plain, `"size":8`, `"size":8.5`, 1), "8.5"},
		{"size as text", ociManifest, strings.Replace(plain, `"size":8`, `"size":"8"`, 1), `"layers.size" cannot be a JSON string`},
		{"size beyond all numbers", ociManifest, strings.Replace(plain, `"size":8`, `"size":99999999999999999999`, 1), "size"},
		{"a number for an annotation", ociManifest, strings.Replace(plain, "{", `{"annotations":{"a":1},`, 1), "annotations"},
		{"layers and manifests", ociManifest, strings.Replace(plain, "{", `{"manifests":[],`, 1), "layers and manifests"},
		{"another type than it says", ociManifest, strings.Replace(plain, "2,", `2,"mediaType":"`+dockerManifest+`",`, 1), "calls itself"},
		{"an index served as a manifest", ociManifest, strings.Replace(plain, "2,", `2,"mediaType":"`+ociIndex+`",`, 1), "calls itself"},
		{"a key twice", ociManifest, strings.Replace(plain, "{", `{"layers":[],`, 1), `"layers" is given twice`},
		{"a key twice in a layer", ociManifest, strings.Replace(plain, `"size":8`, `"size":8,"size":8`, 1), `"size" is given twice`},
		{"an annotation twice", ociManifest, strings.Replace(plain, "{", `{"annotations":{"a":"1","a":"2"},`, 1), `"a" is given twice`},
		{"a key twice, once in capitals", ociManifest, strings.Replace(plain, "{", `{"Layers":[],`, 1), `"Layers"`},
		{"a key in other letters only", ociManifest, strings.Replace(plain, `"layers"`, `"LAYERS"`, 1), `"LAYERS"`},
		{"a key of a layer in other letters", ociManifest, strings.Replace(plain, `"size":8`, `"size":8,"Digest":"<c>"`, 1), `"Digest"`},
		{"a letter that folds to another", ociManifest, strings.Replace(plain, "{", `{"layerſ":[],`, 1), "layer"},
		{"nested deeply", ociManifest, nested(70), "nested deeper"},
		{"nested very deeply", ociManifest, nested(1_000_000), "nested deeper"},
		{"a bad blob", ociArtifact, `{"blobs":[{"digest":"nonsense"}]}`, "nonsense"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := format.ParseManifest(ocispec.Descriptor{MediaType: test.mediaType}, []byte(expand(test.raw)))
			if fault.KindOf(err) != fault.InvalidManifest {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "invalid manifest: ") {
				t.Errorf("%q does not say %q", err, test.says)
			}
		})
	}
}

func TestParseIndex(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, raw string
		children  int
		says      string // empty: it is good
	}{
		{"one child", `{"schemaVersion":2,"manifests":[{"mediaType":"m","digest":"<a>","size":1}]}`, 1, ""},
		{"no child", `{"schemaVersion":2,"manifests":[]}`, 0, ""},
		{"no list", `{"schemaVersion":2}`, 0, "no manifests"},
		{"null for the list", `{"schemaVersion":2,"manifests":null}`, 0, "no manifests"},
		{"null for a child", `{"schemaVersion":2,"manifests":[null]}`, 0, "manifest 0"},
		{"schema 1", `{"schemaVersion":1,"manifests":[]}`, 0, "schemaVersion is 1"},
		{"layers as well", `{"schemaVersion":2,"manifests":[],"layers":[]}`, 0, "layers and manifests"},
		{"a bad digest", `{"schemaVersion":2,"manifests":[{"digest":"a/b:c"}]}`, 0, "a/b:c"},
		{"a key twice", `{"schemaVersion":2,"manifests":[],"manifests":[]}`, 0, "twice"},
		{"a key in capitals", `{"schemaVersion":2,"manifests":[],"Manifests":[]}`, 0, `"Manifests"`},
		{"a key of a platform in capitals", `{"schemaVersion":2,"manifests":[{"digest":"<a>","platform":{"OS":"wasi"}}]}`, 0, `"OS"`},
		{"null", `null`, 0, "not a JSON object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			index, err := format.ParseIndex([]byte(expand(test.raw)))
			if test.says == "" {
				if err != nil || len(index.Manifests) != test.children {
					t.Errorf("read as %+v, %v", index, err)
				}
				return
			}
			if fault.KindOf(err) != fault.InvalidManifest || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestIsIndex(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, mediaType, raw string
		index                bool
	}{
		{"OCI index", ociIndex, `{}`, true},
		{"Docker list", dockerIndex, `{}`, true},
		{"OCI manifest", ociManifest, `{"manifests":[]}`, false},
		{"Docker manifest", dockerManifest, `{"manifests":[]}`, false},
		{"withdrawn artifact", ociArtifact, `{"manifests":[]}`, false},
		{"by its shape", "", `{"manifests":[]}`, true},
		{"by its shape, no index", "", `{"layers":[]}`, false},
		{"nonsense", "", `nonsense`, false},
	} {
		if got := format.IsIndex(ocispec.Descriptor{MediaType: test.mediaType}, []byte(test.raw)); got != test.index {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add(ociManifest, []byte(expand(plain)))
	f.Add(ociArtifact, []byte(expand(`{"blobs":[{"mediaType":"application/wasm","digest":"<c>","size":5}]}`)))
	f.Add("", []byte(`{"schemaVersion":2,"config":{"digest":"a:b"},"layers":[{"annotations":{"org.opencontainers.image.title":"x.wasm"},"digest":"a:c"}]}`))
	f.Fuzz(func(t *testing.T, mediaType string, raw []byte) {
		manifest, err := format.ParseManifest(ocispec.Descriptor{MediaType: mediaType}, raw)
		if err != nil {
			if fault.KindOf(err) != fault.InvalidManifest {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		for _, layer := range manifest.Layers {
			if layer.Size < 0 || strings.ContainsAny(layer.Digest.String(), "/\\ ?#") || !strings.Contains(layer.Digest.String(), ":") {
				t.Errorf("a layer is %+v", layer)
			}
		}
		if layer, _, err := choose(manifest); err == nil && layer.Digest == "" {
			t.Error("a layer without a digest was chosen")
		}
	})
}

func FuzzParseIndex(f *testing.F) {
	f.Add([]byte(expand(`{"schemaVersion":2,"manifests":[{"mediaType":"m","digest":"<a>","size":1,"platform":{"os":"wasip1","architecture":"wasm"}}]}`)))
	f.Add([]byte(expand(`{"schemaVersion":2,"manifests":[{"digest":"<a>"},{"digest":"<b>"}]}`)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		index, err := format.ParseIndex(raw)
		if err != nil {
			if fault.KindOf(err) != fault.InvalidManifest {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		if child, err := chooseManifest(index); err == nil && child.Digest == "" {
			t.Error("a child without a digest was chosen")
		}
	})
}
