package wasm2oci_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

const spdx = "application/spdx+json"

// places returns a registry and a layout by their names, each with a module as v1.
func places(t *testing.T, client *wasm2oci.Client) (*testregistry.Registry, map[string]string) {
	t.Helper()
	registry := testregistry.New(t)
	return registry, map[string]string{
		"registry": tagged(t, client, registry.Host+"/org/mod"),
		"layout":   tagged(t, client, "oci:"+filepath.Join(t.TempDir(), "layout")),
	}
}

// attach attaches a text as an SBOM.
func attach(t *testing.T, client *wasm2oci.Client, reference, text string) *wasm2oci.AttachResult {
	t.Helper()
	result, err := client.Attach(t.Context(), reference, []wasm2oci.Source{wasm2oci.BytesSource([]byte(text))}, wasm2oci.AttachOptions{ArtifactType: spdx})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// The manifest is that of "oras attach", with the base name for a title, a type that does
// not claim to be a tar, and no time of its own.
func TestManifestOfAnAttachment(t *testing.T) {
	t.Parallel()
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	registry := testregistry.New(t)
	place := tagged(t, client, registry.Host+"/org/mod")
	subject, err := client.Resolve(t.Context(), place+":v1", wasm2oci.ResolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "sub", "a.json"), "sbom")
	write(t, filepath.Join(dir, "b"), "more")
	result, err := client.Attach(t.Context(), place+":v1", []wasm2oci.Source{
		wasm2oci.FileSource(filepath.Join(dir, "sub", "a.json")), wasm2oci.FileSource(filepath.Join(dir, "b")),
	}, wasm2oci.AttachOptions{ArtifactType: spdx, MediaType: "text/plain", Annotations: map[string]string{"z": "1", "a": "<2>"}, Created: "2026-01-02T03:04:05+01:00"})
	if err != nil {
		t.Fatal(err)
	}
	layer := func(text, title string) string {
		return fmt.Sprintf(`{"mediaType":"text/plain","digest":%q,"size":%d,"annotations":{"org.opencontainers.image.title":%q}}`, digest.FromString(text), len(text), title)
	}
	want := `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/spdx+json",` +
		`"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"data":"e30="},` +
		`"layers":[` + layer("sbom", "a.json") + `,` + layer("more", "b") + `],` +
		fmt.Sprintf(`"subject":{"mediaType":%q,"digest":%q,"size":%d},`, subject.MediaType, subject.Digest, subject.Size) +
		`"annotations":{"a":"<2>","org.opencontainers.image.created":"2026-01-02T02:04:05Z","z":"1"}}`
	if got := string(registry.Manifest(result.Digest)); got != want {
		t.Errorf("the manifest is\n%s\nnot\n%s", got, want)
	}
	if string(registry.Blob(digest.FromString("{}"))) != "{}" || string(registry.Blob(digest.FromString("sbom"))) != "sbom" {
		t.Error("a blob is missing")
	}
	if result.Reference != place+"@"+result.Digest || result.ArtifactType != spdx || result.Size != int64(len(want)) ||
		result.Subject.Digest != subject.Digest || len(result.Layers) != 2 || result.Layers[1].Annotations["org.opencontainers.image.title"] != "b" {
		t.Errorf("the result is %+v", result)
	}
}

func TestAttachAndReferrers(t *testing.T) {
	t.Parallel()
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	_, all := places(t, client)
	for name, place := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := attach(t, client, place+":v1", "one"), attach(t, client, place+":v1", "two")
			if again := attach(t, client, place+":v1", "one"); again.Digest != first.Digest {
				t.Errorf("the same content gave %s and %s", first.Digest, again.Digest)
			}
			signature, err := client.Attach(t.Context(), first.Reference, nil, wasm2oci.AttachOptions{ArtifactType: "x/signature", Annotations: map[string]string{"by": "me"}})
			if err != nil {
				t.Fatal(err)
			}
			for reference, want := range map[string]string{first.Reference: first.Subject.Digest, signature.Reference: first.Digest, place + ":v1": ""} {
				inspected, err := client.Inspect(t.Context(), reference, wasm2oci.InspectOptions{})
				if err != nil || (inspected.Subject == nil) != (want == "") || want != "" && inspected.Subject.Digest != want {
					t.Errorf("%s is attached to %+v, %v", reference, inspected, err)
				}
			}
			for _, test := range []struct {
				reference, artifactType string
				want                    []string
			}{
				{place + ":v1", "", []string{first.Digest, second.Digest}},
				{place + "@" + first.Subject.Digest, spdx, []string{first.Digest, second.Digest}},
				{place + ":v1", "x/signature", nil},
				{first.Reference, "", []string{signature.Digest}},
				{place + "@" + digest.FromString("nothing").String(), "", nil},
			} {
				result, err := client.Referrers(t.Context(), test.reference, wasm2oci.ReferrersOptions{ArtifactType: test.artifactType})
				if err != nil {
					t.Fatal(err)
				}
				var found []string
				for _, one := range result.Referrers {
					found = append(found, one.Digest)
				}
				if !slices.Equal(found, test.want) || result.Reference != test.reference {
					t.Errorf("%s of the type %q: %+v", test.reference, test.artifactType, result)
				}
			}
			listed, err := client.Referrers(t.Context(), first.Reference, wasm2oci.ReferrersOptions{})
			if err != nil || listed.Referrers[0].Annotations["by"] != "me" || listed.Referrers[0].ArtifactType != "x/signature" {
				t.Errorf("got %+v, %v", listed, err)
			}
			if _, _, err := client.Fetch(t.Context(), place+":v1", nil, wasm2oci.FetchOptions{}); err != nil {
				t.Errorf("the subject: %v", err)
			}
		})
	}
}

func TestTimeOfAnAttachment(t *testing.T) {
	t.Parallel()
	const name = "org.opencontainers.image.created"
	for _, test := range []struct {
		epoch, created string
		annotations    map[string]string
		want           string
	}{
		{"", "", nil, ""},
		{"86400", "", nil, "1970-01-02T00:00:00Z"},
		{"86400", "2026-01-02T03:04:05Z", nil, "2026-01-02T03:04:05Z"},
		{"86400", "", map[string]string{name: "mine"}, "mine"},
		{"86400", "", map[string]string{name: ""}, ""},
	} {
		client := newClient(t, wasm2oci.ClientOptions{}, wasm2oci.Environment{"SOURCE_DATE_EPOCH": test.epoch})
		place := tagged(t, client, "oci:"+filepath.Join(t.TempDir(), "layout"))
		_, err := client.Attach(t.Context(), place+":v1", []wasm2oci.Source{wasm2oci.BytesSource(nil)}, wasm2oci.AttachOptions{ArtifactType: spdx, Created: test.created, Annotations: test.annotations})
		if err != nil {
			t.Fatal(err)
		}
		listed, err := client.Referrers(t.Context(), place+":v1", wasm2oci.ReferrersOptions{})
		if err != nil || listed.Referrers[0].Annotations[name] != test.want {
			t.Errorf("%+v gave %+v, %v", test, listed, err)
		}
	}
}

func TestAttachRefuses(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	registry, all := places(t, client)
	file := filepath.Join(t.TempDir(), "a")
	write(t, file, "a")
	other := filepath.Join(t.TempDir(), "a")
	write(t, other, "b")
	before := len(registry.Lines())
	for _, test := range []struct {
		name    string
		paths   []string
		options wasm2oci.AttachOptions
		kind    wasm2oci.Kind
		says    string
	}{
		{"no type", []string{file}, wasm2oci.AttachOptions{}, wasm2oci.InvalidArgument, "artifact_type is missing"},
		{"bad type", []string{file}, wasm2oci.AttachOptions{ArtifactType: "sbom"}, wasm2oci.InvalidArgument, `artifact_type "sbom"`},
		{"bad media type", []string{file}, wasm2oci.AttachOptions{ArtifactType: spdx, MediaType: "a b"}, wasm2oci.InvalidArgument, `media_type "a b"`},
		{"nothing", nil, wasm2oci.AttachOptions{ArtifactType: spdx}, wasm2oci.InvalidArgument, "nothing to attach"},
		{"one title twice", []string{file, other}, wasm2oci.AttachOptions{ArtifactType: spdx}, wasm2oci.InvalidArgument, `two files are called "a"`},
		{"bad time", []string{file}, wasm2oci.AttachOptions{ArtifactType: spdx, Created: "today"}, wasm2oci.InvalidArgument, "created"},
		{"annotation without a name", []string{file}, wasm2oci.AttachOptions{ArtifactType: spdx, Annotations: map[string]string{"": "x"}}, wasm2oci.InvalidArgument, "empty name"},
	} {
		var sources []wasm2oci.Source
		for _, path := range test.paths {
			sources = append(sources, wasm2oci.FileSource(path))
		}
		_, err := client.Attach(t.Context(), all["registry"]+":v1", sources, test.options)
		t.Log(test.name)
		wantError(t, err, test.kind, test.says)
	}
	if lines := registry.Lines()[before:]; len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
	for name, place := range all {
		t.Log(name)
		_, err := client.Attach(t.Context(), place+":nope", []wasm2oci.Source{wasm2oci.FileSource(file)}, wasm2oci.AttachOptions{ArtifactType: spdx})
		wantError(t, err, wasm2oci.NotFound, "nope")
		_, err = client.Attach(t.Context(), place+":v1", []wasm2oci.Source{wasm2oci.FileSource(file + "x")}, wasm2oci.AttachOptions{ArtifactType: spdx})
		wantError(t, err, wasm2oci.Filesystem, "no such file")
	}
	if lines := registry.Lines(); slices.ContainsFunc(lines[before:], func(line string) bool { return !strings.HasPrefix(line, "HEAD ") && !strings.HasPrefix(line, "GET ") }) {
		t.Errorf("the registry saw %q", lines[before:])
	}
}

// Such as the log of a tool that had nothing to say.
func TestAttachAnEmptyFile(t *testing.T) {
	t.Parallel()
	client := newClient(t, quick(), nil)
	_, all := places(t, client)
	for name, place := range all {
		result := attach(t, client, place+":v1", "")
		if len(result.Layers) != 1 || result.Layers[0].Size != 0 {
			t.Errorf("%s: %+v", name, result)
		}
	}
}

// The registry takes no subject (ECR), or no artifactType (REG-23): nothing is dropped in
// silence.
func TestRefusedAttachmentSaysWhatIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault testregistry.Fault
		kind  wasm2oci.Kind
		says  []string
	}{
		{"subject", refusing(405, "UNSUPPORTED", "Invalid parameter at 'ImageManifest'"), wasm2oci.Unsupported, []string{"ImageManifest", "which has a subject and the artifactType", spdx, "no attached artifacts"}},
		{"artifactType", refusing(400, "MANIFEST_INVALID", "artifactType"), wasm2oci.Registry, []string{"which has a subject and the artifactType", spdx}},
		{"type of the config", refusing(415, "MANIFEST_INVALID", "config"), wasm2oci.Registry, []string{"which has a subject"}},
		{"whoever asks", refusing(403, "DENIED", "no"), wasm2oci.PermissionDenied, []string{"DENIED"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, quick(), nil)
			registry, all := places(t, client)
			registry.Break(only(http.MethodPut, "/manifests/", test.fault))
			before := len(registry.Lines())
			_, err := client.Attach(t.Context(), all["registry"]+":v1", []wasm2oci.Source{wasm2oci.BytesSource([]byte("a"))}, wasm2oci.AttachOptions{ArtifactType: spdx})
			wantError(t, err, test.kind, test.says...)
			puts := 0
			for _, line := range registry.Lines()[before:] {
				if strings.HasPrefix(line, "PUT ") && strings.Contains(line, "/manifests/") {
					puts++
				}
			}
			if puts != 1 {
				t.Errorf("the manifest was put %d times", puts)
			}
		})
	}
}

func TestAttachCanBeCancelledAndCounts(t *testing.T) {
	t.Parallel()
	client := newClient(t, wasm2oci.ClientOptions{}, nil)
	_, all := places(t, client)
	for name, place := range all {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := client.Attach(ctx, place+":v1", []wasm2oci.Source{wasm2oci.BytesSource([]byte("a"))}, wasm2oci.AttachOptions{ArtifactType: spdx})
		if name == "registry" {
			wantError(t, err, wasm2oci.Cancelled)
		}
		m := &monitor.Monitor{}
		_, err = client.Attach(monitor.With(t.Context(), m), place+":v1", []wasm2oci.Source{wasm2oci.BytesSource([]byte("abc"))}, wasm2oci.AttachOptions{ArtifactType: spdx})
		if snapshot := m.Snapshot(); err != nil || snapshot.Total != 5 || snapshot.Done != 5 {
			t.Errorf("%s: %+v, %v", name, snapshot, err)
		}
	}
}
