package wasm2oci_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// files is a layer as names and contents, in turn.
func tarLayer(t *testing.T, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		if err := writer.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(writer, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func packed(t *testing.T, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	if _, err := writer.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const (
	ociImage     = "application/vnd.oci.image.config.v1+json"
	ociTar       = "application/vnd.oci.image.layer.v1.tar"
	ociTarGzip   = "application/vnd.oci.image.layer.v1.tar+gzip"
	ociTarZstd   = "application/vnd.oci.image.layer.v1.tar+zstd"
	dockerLayer  = "application/vnd.docker.image.rootfs.diff.tar.gzip"
	dockerConfig = "application/vnd.docker.container.image.v1+json"
)

// image stores a manifest with a config as org/mod:v1 and gives its descriptor.
func image(t *testing.T, registry *testregistry.Registry, configType, config string, layers ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	desc := registry.AddBlob(configType, []byte(config))
	var list []string
	for _, layer := range layers {
		title := ""
		if name := layer.Annotations[ocispec.AnnotationTitle]; name != "" {
			title = fmt.Sprintf(`,"annotations":{%q:%q}`, ocispec.AnnotationTitle, name)
		}
		list = append(list, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d%s}`, layer.MediaType, layer.Digest, layer.Size, title))
	}
	raw := fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":%q,"digest":%q,"size":%d},"layers":[%s]}`,
		ocispec.MediaTypeImageManifest, configType, desc.Digest, desc.Size, strings.Join(list, ","))
	return registry.AddManifest("org/mod:v1", ocispec.MediaTypeImageManifest, []byte(raw))
}

func titled(desc ocispec.Descriptor, title string) ocispec.Descriptor {
	desc.Annotations = map[string]string{ocispec.AnnotationTitle: title}
	return desc
}

func TestPullFindsTheModuleInLayers(t *testing.T) {
	t.Parallel()
	want, other := string(module("wanted")), string(module("other"))
	for _, test := range []struct {
		name, config, configType string
		layers                   func(t *testing.T, add func(mediaType string, content []byte) ocispec.Descriptor) []ocispec.Descriptor
		selection                wasm2oci.Selection
		format, member           string
	}{
		{
			name: "compat", configType: ociImage, format: "compat", member: "plugin.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add(ociTarGzip, packed(t, tarLayer(t, "runtime-config.json", "{}", "./plugin.wasm", want)))}
			},
		},
		{
			name: "pushed by Docker, the module in the last layer", configType: dockerConfig, format: "compat", member: "plugin.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add(dockerLayer, packed(t, tarLayer(t, "etc/x", "x"))), add(dockerLayer, packed(t, tarLayer(t, "plugin.wasm", want)))}
			},
		},
		{
			name: "image whose entrypoint names one of several", configType: ociImage, config: `{"config":{"Entrypoint":["/app/b.wasm"]}}`, format: "image", member: "app/b.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add(ociTar, tarLayer(t, "app/a.wasm", other, "app/b.wasm", want))}
			},
		},
		{
			name: "image whose command is below its working directory", configType: ociImage, config: `{"config":{"Cmd":["b.wasm"],"WorkingDir":"/app"}}`, format: "image", member: "app/b.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add(ociTar, tarLayer(t, "b.wasm", other, "app/b.wasm", want))}
			},
		},
		{
			name: "crun, the only file of another name", configType: ociImage, format: "image", member: "hello.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add(ociTarGzip, packed(t, tarLayer(t, "hello.wasm", want, "README", "text")))}
			},
		},
		{
			name: "Higress", configType: "application/vnd.oci.empty.v1+json", config: "{}", format: "higress", member: "main.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{
					titled(add("application/vnd.module.wasm.spec.v1+yaml", []byte("a: b")), "spec.yaml"),
					titled(add("application/vnd.module.wasm.doc.v1+markdown", []byte("# doc")), "README.md"),
					titled(add(ociTarGzip, packed(t, tarLayer(t, "main.wasm", want))), "plugin.tar.gz"),
				}
			},
		},
		{
			name: "Helm plugin", configType: "application/vnd.helm.plugin.v1+json", config: "{}", format: "helm-plugin", member: "plugin.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{
					titled(add(ociTar, packed(t, tarLayer(t, "plugin.yaml", "a: b", "plugin.wasm", want))), "p-1.0.tgz"),
					titled(add(ociTar, []byte("provenance")), "p-1.0.tgz.prov"),
				}
			},
		},
		{
			name: "a whiteout hides a lower file", configType: ociImage, format: "image", member: "b.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add(ociTar, tarLayer(t, "a.wasm", other)), add(ociTar, tarLayer(t, ".wh.a.wasm", "", "b.wasm", want))}
			},
		},
		{
			name: "an upper file hides a lower one", configType: ociImage, format: "image", member: "a.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add(ociTar, tarLayer(t, "a.wasm", other)), add(ociTar, tarLayer(t, "a.wasm", want))}
			},
		},
		{
			name: "an upper file that is no module hides a lower one", configType: ociImage, format: "image", member: "b",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add(ociTar, tarLayer(t, "a", other, "b", want)), add(ociTar, tarLayer(t, "a", "#!/bin/sh"))}
			},
		},
		{
			name: "a layer lies once more on the one that hid it", configType: ociImage, format: "image", member: "a.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				first := add(ociTar, tarLayer(t, "a.wasm", want))
				return []ocispec.Descriptor{first, add(ociTar, tarLayer(t, "a.wasm", other)), first}
			},
		},
		{
			name: "a module under the type of a tar", configType: "application/vnd.unknown.config.v1+json", format: "generic",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{titled(add(ociTar, []byte(want)), "m.wasm")}
			},
		},
		{
			name: "a packed tar under the type of a module", configType: ociImage, format: "wasm", member: "m.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add("application/wasm", packed(t, tarLayer(t, "m.wasm", want)))}
			},
		},
		{
			name: "the base of a Windows image, which is not in the registry", configType: ociImage, format: "image", member: "a.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				base := ocispec.Descriptor{MediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Digest: digest.FromString("elsewhere"), Size: 9}
				return []ocispec.Descriptor{base, add(ociTar, tarLayer(t, "a.wasm", want))}
			},
		},
		{
			name: "selected by member", configType: ociImage, selection: wasm2oci.Selection{Member: "/x/../b.wasm"}, format: "image", member: "b.wasm",
			layers: func(t *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add(ociTar, tarLayer(t, "plugin.wasm", other, "b.wasm", want))}
			},
		},
		{
			name: "selected by index", configType: ociImage, selection: wasm2oci.Selection{Layer: "1"}, format: "wasm",
			layers: func(_ *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add("application/wasm", []byte(other)), add("application/wasm", []byte(want))}
			},
		},
		{
			name: "selected by title", configType: ociImage, selection: wasm2oci.Selection{Layer: "b.wasm"}, format: "wasm",
			layers: func(_ *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{titled(add("application/wasm", []byte(other)), "a.wasm"), titled(add("application/wasm", []byte(want)), "b.wasm")}
			},
		},
		{
			name: "selected by digest", configType: ociImage, selection: wasm2oci.Selection{Layer: digest.FromString(want).String()}, format: "wasm",
			layers: func(_ *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add("application/wasm", []byte(other)), add("application/wasm", []byte(want))}
			},
		},
		{
			name: "selected by the id of a Spin component", configType: ociImage, selection: wasm2oci.Selection{Layer: "two"}, format: "spin",
			layers: func(_ *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				first, second := add("application/vnd.wasm.content.layer.v1+wasm", []byte(other)), add("application/vnd.wasm.content.layer.v1+wasm", []byte(want))
				locked := fmt.Sprintf(`{"components":[{"id":"one","source":{"digest":%q}},{"id":"two","source":{"digest":%q}}]}`, first.Digest, second.Digest)
				return []ocispec.Descriptor{first, second, add("application/vnd.fermyon.spin.application.v1+config", []byte(locked))}
			},
		},
		{
			name: "selected by the id of the first of two Spin components that are one module", configType: ociImage, selection: wasm2oci.Selection{Layer: "one"}, format: "spin",
			layers: func(_ *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				both := add("application/vnd.wasm.content.layer.v1+wasm", []byte(want))
				locked := fmt.Sprintf(`{"components":[{"id":"one","source":{"digest":%[1]q}},{"id":"two","source":{"digest":%[1]q}}]}`, both.Digest)
				return []ocispec.Descriptor{both, both, add("application/vnd.fermyon.spin.application.v1+config", []byte(locked))}
			},
		},
		{
			name: "the only layer, of a type that somebody made up", configType: ociImage, format: "generic",
			layers: func(_ *testing.T, add func(string, []byte) ocispec.Descriptor) []ocispec.Descriptor {
				return []ocispec.Descriptor{add("application/vnd.example.filter.v1", []byte(want))}
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			image(t, registry, test.configType, test.config, test.layers(t, registry.AddBlob)...)
			client, path := newClient(t, quick(), nil), filepath.Join(t.TempDir(), "out.wasm")
			result, err := client.Pull(t.Context(), registry.Host+"/org/mod:v1", path, wasm2oci.PullOptions{Selection: test.selection})
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, path); got != want {
				t.Errorf("pulled %q", got)
			}
			if result.Format != test.format || result.Member != test.member || result.FileDigest != digest.FromString(want).String() || result.FileSize != int64(len(want)) {
				t.Errorf("got %+v", result)
			}
			if test.member != "" && result.Layer.Digest == result.FileDigest {
				t.Errorf("the layer and the file have one digest: %+v", result)
			}
			artifact, err := client.Inspect(t.Context(), registry.Host+"/org/mod:v1", wasm2oci.InspectOptions{Selection: test.selection})
			if err != nil || artifact.Kind == nil || *artifact.Kind != "module" || artifact.Member != test.member {
				t.Errorf("inspected %+v, %v", artifact, err)
			}
		})
	}
}

func TestPullRefusesLayers(t *testing.T) {
	t.Parallel()
	one, two := string(module("one")), string(module("two"))
	for _, test := range []struct {
		name, configType, mediaType string
		content                     func(t *testing.T) []byte
		selection                   wasm2oci.Selection
		kind                        wasm2oci.Kind
		says                        string
	}{
		{"several members", ociImage, ociTar, func(t *testing.T) []byte { return tarLayer(t, "a.wasm", one, "b.wasm", two) }, wasm2oci.Selection{}, wasm2oci.Ambiguous, "select one with member"},
		{"no such member", ociImage, ociTar, func(t *testing.T) []byte { return tarLayer(t, "a.wasm", one) }, wasm2oci.Selection{Member: "x"}, wasm2oci.NotFound, "a.wasm"},
		{"a member of what is no archive", ociImage, "application/wasm", func(*testing.T) []byte { return []byte(one) }, wasm2oci.Selection{Member: "x"}, wasm2oci.NotFound, "only a layer without members"},
		{"no such layer", ociImage, ociTar, func(t *testing.T) []byte { return tarLayer(t, "a.wasm", one) }, wasm2oci.Selection{Layer: "7"}, wasm2oci.NotFound, `layer "7"`},
		{"an ordinary image", ociImage, ociTarGzip, func(t *testing.T) []byte { return packed(t, tarLayer(t, "bin/sh", "\x7fELF")) }, wasm2oci.Selection{}, wasm2oci.NotWasm, ociTarGzip},
		{"a Helm chart", "application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip", func(t *testing.T) []byte { return packed(t, tarLayer(t, "x/Chart.yaml", "a: b")) }, wasm2oci.Selection{}, wasm2oci.NotWasm, "helm"},
		{"a wasmCloud provider", "application/vnd.wasmcloud.provider.archive.config", "application/vnd.wasmcloud.provider.archive.layer.v1+par", func(t *testing.T) []byte { return tarLayer(t, "claims.jwt", "x") }, wasm2oci.Selection{}, wasm2oci.NotWasm, "+par"},
		{"a signature", ociImage, "application/vnd.dev.cosign.simplesigning.v1+json", func(*testing.T) []byte { return []byte("{}") }, wasm2oci.Selection{}, wasm2oci.NotWasm, "cosign"},
		{"an attestation", ociImage, "application/vnd.in-toto+json", func(*testing.T) []byte { return []byte("{}") }, wasm2oci.Selection{}, wasm2oci.NotWasm, "in-toto"},
		{"nothing but the empty blob", "application/vnd.oci.empty.v1+json", "application/vnd.oci.empty.v1+json", func(*testing.T) []byte { return []byte("{}") }, wasm2oci.Selection{}, wasm2oci.NotWasm, "empty"},
		{"a broken tar", ociImage, ociTar, func(t *testing.T) []byte {
			return tarLayer(t, "a.wasm", one+strings.Repeat("x", 4096))[:1024]
		}, wasm2oci.Selection{}, wasm2oci.InvalidManifest, "tar"},
		{"too large", ociImage, ociTar, func(t *testing.T) []byte { return tarLayer(t, "a.wasm", one) }, wasm2oci.Selection{MaxSize: 100}, wasm2oci.SizeExceeded, "100"},
		{"too large when unpacked", ociImage, ociTarZstd, func(t *testing.T) []byte { return packed(t, tarLayer(t, "a.wasm", one+strings.Repeat("\x00", 1<<20))) }, wasm2oci.Selection{MaxUnpackedSize: 1 << 16}, wasm2oci.SizeExceeded, "max_unpacked_size"},
		{"a negative limit", ociImage, ociTar, func(t *testing.T) []byte { return tarLayer(t, "a.wasm", one) }, wasm2oci.Selection{MaxSize: -1}, wasm2oci.InvalidArgument, "max_size"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			image(t, registry, test.configType, "{}", registry.AddBlob(test.mediaType, test.content(t)))
			dir := t.TempDir()
			_, err := newClient(t, quick(), nil).Pull(t.Context(), registry.Host+"/org/mod:v1", filepath.Join(dir, "out.wasm"), wasm2oci.PullOptions{Selection: test.selection})
			wantError(t, err, test.kind, test.says)
			if left := names(t, dir); len(left) > 0 {
				t.Errorf("%q is left", left)
			}
		})
	}
}

func TestPlatformsOfAnIndex(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		platforms []string
		selected  string
		want      int
		kind      wasm2oci.Kind
	}{
		{"WebAssembly beside an attestation", []string{"wasi/wasm", "unknown/unknown"}, "", 0, 0},
		{"WebAssembly beside Linux", []string{"linux/amd64", "wasip1/wasm"}, "", 1, 0},
		{"the only one", []string{"linux/amd64"}, "", 0, 0},
		{"asked for", []string{"linux/amd64", "linux/arm64"}, "linux/arm64", 1, 0},
		{"one manifest for two, the second asked for", []string{"wasi/wasm", "wasip1/wasm", "linux/amd64"}, "wasip1/wasm", 1, 0},
		{"asked for, though another is WebAssembly", []string{"linux/amd64", "wasi/wasm"}, "linux/amd64", 0, 0},
		{"two for WebAssembly", []string{"wasip1/wasm", "wasip2/wasm"}, "", 0, wasm2oci.Ambiguous},
		{"not there", []string{"wasi/wasm"}, "linux/amd64", 0, wasm2oci.NotFound},
		{"none for WebAssembly", []string{"linux/amd64", "linux/arm64"}, "", 0, wasm2oci.NotWasm},
		{"nothing but attestations", []string{"unknown/unknown"}, "", 0, wasm2oci.NotWasm},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			var children, contents []string
			for i, platform := range test.platforms {
				content := module(fmt.Sprint("child ", i))
				child := image(t, registry, ociImage, "{}", registry.AddBlob(ociTar, tarLayer(t, "m.wasm", string(content))))
				system, architecture, _ := strings.Cut(platform, "/")
				children = append(children, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d,"platform":{"os":%q,"architecture":%q}}`, child.MediaType, child.Digest, child.Size, system, architecture))
				contents = append(contents, string(content))
			}
			index := registry.AddManifest("org/mod:v1", ocispec.MediaTypeImageIndex, []byte(`{"schemaVersion":2,"manifests":[`+strings.Join(children, ",")+`]}`))
			path := filepath.Join(t.TempDir(), "out.wasm")
			result, err := newClient(t, quick(), nil).Pull(t.Context(), registry.Host+"/org/mod:v1", path, wasm2oci.PullOptions{Selection: wasm2oci.Selection{Platform: test.selected}})
			if test.kind != 0 {
				wantError(t, err, test.kind)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, path); got != contents[test.want] || result.IndexDigest != index.Digest.String() {
				t.Errorf("pulled %q: %+v", got, result)
			}
		})
	}
}
