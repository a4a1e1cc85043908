package format_test

import (
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// The documents, byte by byte. The CNCF layout is that of
// tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact; the other that of
// engineerd/wasm-to-oci pkg/oci/push.go.
func TestWriters(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 1, 31, 12, 0, 0, 0, time.FixedZone("", 7200))
	core := format.Content{Kind: wasm.KindModule, Digest: digest.Digest(hash("1")), Size: 8}
	component := format.Content{
		Kind: wasm.KindComponent, Digest: digest.Digest(hash("2")), Size: 9,
		Imports: []string{"wasi:http/types@0.2.0"}, Exports: []string{"wasi:http/incoming-handler@0.2.0", "run"},
	}
	for _, test := range []struct {
		name             string
		format           format.Format
		content          format.Content
		metadata         format.Metadata
		config, manifest string
	}{
		{
			"module", format.Wasm, core,
			format.Metadata{},
			`{"created":"0001-01-01T00:00:00Z","author":null,"architecture":"wasm","os":"wasip1","layerDigests":["<1>"]}`,
			`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
				`"config":{"mediaType":"application/vnd.wasm.config.v0+json","digest":"CONFIG","size":SIZE},` +
				`"layers":[{"mediaType":"application/wasm","digest":"<1>","size":8}]}`,
		},
		{
			"component", format.Wasm, component,
			format.Metadata{Title: "a&b<x>.wasm", Created: created, Annotations: map[string]string{"z": "1", "a": "ü—\"\\", "m": ""}},
			`{"created":"2026-01-31T10:00:00Z","author":null,"architecture":"wasm","os":"wasip2","layerDigests":["<2>"],` +
				`"component":{"exports":["wasi:http/incoming-handler@0.2.0","run"],"imports":["wasi:http/types@0.2.0"],"target":null}}`,
			`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
				`"config":{"mediaType":"application/vnd.wasm.config.v0+json","digest":"CONFIG","size":SIZE},` +
				`"layers":[{"mediaType":"application/wasm","digest":"<2>","size":9,"annotations":{"org.opencontainers.image.title":"a&b<x>.wasm"}}],` +
				`"annotations":{"a":"ü—\"\\","m":"","z":"1"}}`,
		},
		{
			"component without imports and exports", format.Wasm,
			format.Content{Kind: wasm.KindComponent, Digest: digest.Digest(hash("3")), Size: 1},
			format.Metadata{Created: time.Unix(0, 0)},
			`{"created":"1970-01-01T00:00:00Z","author":null,"architecture":"wasm","os":"wasip2","layerDigests":["<3>"],"component":{"exports":[],"imports":[],"target":null}}`,
			`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
				`"config":{"mediaType":"application/vnd.wasm.config.v0+json","digest":"CONFIG","size":SIZE},` +
				`"layers":[{"mediaType":"application/wasm","digest":"<3>","size":1}]}`,
		},
		{
			"wasm-to-oci", format.WasmToOCI, core,
			format.Metadata{Title: "app.wasm", Created: created},
			`{}`,
			`{"schemaVersion":2,"config":{"mediaType":"application/vnd.wasm.config.v1+json","digest":"CONFIG","size":SIZE},` +
				`"layers":[{"mediaType":"application/vnd.wasm.content.layer.v1+wasm","digest":"<1>","size":8,"annotations":{"org.opencontainers.image.title":"app.wasm"}}]}`,
		},
		{
			"wasm-to-oci with annotations", format.WasmToOCI, component,
			format.Metadata{Annotations: map[string]string{"io.kubewarden.policy.title": "p"}},
			`{}`,
			`{"schemaVersion":2,"config":{"mediaType":"application/vnd.wasm.config.v1+json","digest":"CONFIG","size":SIZE},` +
				`"layers":[{"mediaType":"application/vnd.wasm.content.layer.v1+wasm","digest":"<2>","size":9}],"annotations":{"io.kubewarden.policy.title":"p"}}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config := expand(test.config)
			manifest := strings.NewReplacer("CONFIG", digest.FromString(config).String(), "SIZE", strconv.Itoa(len(config))).Replace(expand(test.manifest))
			for range 20 { // the order of a map is by chance
				artifact, err := format.Writers[test.format](test.content, test.metadata)
				if err != nil {
					t.Fatal(err)
				}
				if got := string(artifact.Config.Raw); got != config {
					t.Fatalf("the config is\n%s\nnot\n%s", got, config)
				}
				if got := string(artifact.Manifest.Raw); got != manifest {
					t.Fatalf("the manifest is\n%s\nnot\n%s", got, manifest)
				}
				for _, document := range []format.Document{artifact.Config, artifact.Manifest} {
					checkDocument(t, document)
				}
				if artifact.Layer.Digest != test.content.Digest || artifact.Layer.Size != test.content.Size {
					t.Fatalf("the layer is %+v", artifact.Layer)
				}
			}
		})
	}
}

func checkDocument(t *testing.T, document format.Document) {
	t.Helper()
	stream, err := document.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	raw, err := io.ReadAll(stream)
	if err != nil || digest.FromBytes(raw) != document.Descriptor.Digest || int64(len(raw)) != document.Descriptor.Size {
		t.Errorf("%s is described as %+v, %v", raw, document.Descriptor, err)
	}
}

const header = "\x00asm\x01\x00\x00\x00"

// small is a module that can be opened.
func small(kind wasm.Kind) format.Content {
	return format.Content{
		Kind: kind, Digest: digest.FromString(header), Size: int64(len(header)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(header)), nil },
	}
}

func readLayer(t *testing.T, artifact *format.Artifact) string {
	t.Helper()
	stream, err := artifact.OpenLayer()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	raw, err := io.ReadAll(stream)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestWhatIsWrittenIsRecognised(t *testing.T) {
	t.Parallel()
	for name, write := range format.Writers {
		for _, kind := range []wasm.Kind{wasm.KindModule, wasm.KindComponent} {
			artifact, err := write(small(kind), format.Metadata{Title: "app.wasm"})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the same each time it is opened
				raw := readLayer(t, artifact)
				if digest.FromString(raw) != artifact.Layer.Digest || int64(len(raw)) != artifact.Layer.Size {
					t.Errorf("the layer of %s is not as described", name)
				}
			}
			manifest, err := format.ParseManifest(artifact.Manifest.Descriptor, artifact.Manifest.Raw)
			if err != nil {
				t.Fatal(err)
			}
			listing, err := unpack.Scan(t.Context(), strings.NewReader(readLayer(t, artifact)), 1<<20, nil)
			if err != nil || len(listing.Members) != 1 || listing.Members[0].Digest != digest.FromString(header) {
				t.Fatalf("%s holds %+v, %v", name, listing, err)
			}
			if found := format.Recognise(manifest, artifact.Layer.MediaType, listing.Members[0].Path); found != name {
				t.Errorf("%s was taken for %s", name, found)
			}
		}
	}
}

// The image specification, v1.1, config.md and manifest.md, and solo-io/wasm
// spec-compat.
func TestImagesAreWritten(t *testing.T) {
	t.Parallel()
	compat, err := format.Writers[format.Compat](small(wasm.KindModule), format.Metadata{Title: "app.wasm", Annotations: map[string]string{"a": "1"}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(compat.Manifest.Raw), `"annotations":{"a":"1","module.wasm.image/variant":"compat"}`) ||
		compat.Layer.MediaType != "application/vnd.oci.image.layer.v1.tar+gzip" || !strings.HasPrefix(readLayer(t, compat), "\x1f\x8b") {
		t.Errorf("compat is %s", compat.Manifest.Raw)
	}
	image, err := format.Writers[format.Image](small(wasm.KindComponent), format.Metadata{Title: "app.wasm", Created: time.Unix(1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"created":"1970-01-01T00:00:01Z","architecture":"wasm","os":"wasip2","config":{"Entrypoint":["/app.wasm"]},` +
		`"rootfs":{"type":"layers","diff_ids":["` + digest.FromString(readLayer(t, image)).String() + `"]}}`
	if string(image.Config.Raw) != want || image.Layer.MediaType != "application/vnd.oci.image.layer.v1.tar" {
		t.Errorf("image is %s\n%s", image.Config.Raw, image.Manifest.Raw)
	}
}

func TestTypesOfTheUser(t *testing.T) {
	t.Parallel()
	for name, write := range format.Writers {
		artifact, err := write(small(wasm.KindModule), format.Metadata{ConfigType: "a/config", LayerType: "a/layer", ArtifactType: "a/artifact"})
		if err != nil {
			t.Fatal(err)
		}
		if artifact.Config.Descriptor.MediaType != "a/config" || artifact.Layer.MediaType != "a/layer" || !strings.Contains(string(artifact.Manifest.Raw), `"artifactType":"a/artifact"`) {
			t.Errorf("%s is %s", name, artifact.Manifest.Raw)
		}
	}
}
