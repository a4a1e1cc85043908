package layout_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/layout"
)

// called is a manifest in an index, with its names: that of the specification, and
// that of containerd.
type called struct{ text, name, image string }

// layoutOf writes a layout whose index lists manifests as others write them.
func layoutOf(t *testing.T, listed ...called) layout.Layout {
	t.Helper()
	l := newLayout(t)
	if err := l.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	var entries []string
	for _, one := range listed {
		desc := mustStore(t, l, one.text, "")
		var annotations []string
		for name, value := range map[string]string{"org.opencontainers.image.ref.name": one.name, "io.containerd.image.name": one.image} {
			if value != "" {
				annotations = append(annotations, fmt.Sprintf("%q:%q", name, value))
			}
		}
		entries = append(entries, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d,"annotations":{%s}}`,
			desc.MediaType, desc.Digest, desc.Size, strings.Join(annotations, ",")))
	}
	write(t, filepath.Join(l.Dir, "index.json"), `{"schemaVersion":2,"manifests":[`+strings.Join(entries, ",")+`]}`)
	return l
}

func digestOf(text string) digest.Digest {
	desc, _ := manifest(text)
	return desc.Digest
}

func TestWhatIsTaken(t *testing.T) {
	t.Parallel()
	const whole = "docker.io/library/hello:v1"
	for _, test := range []struct {
		name   string
		listed []called
		wanted string
		text   string
	}{
		{"nothing typed, one without a name", []called{{text: "one"}}, "", "one"},
		{"nothing typed, one with a name", []called{{text: "one", name: "v1"}}, "", "one"},
		{"nothing typed, one with two names", []called{{text: "one", name: "v1"}, {text: "one", name: "v2"}}, "", "one"},
		{"nothing typed, latest among others", []called{{text: "one", name: "v1"}, {text: "two", name: "latest"}, {text: "three"}}, "", "two"},
		{"a whole reference", []called{{text: "one", name: whole}, {text: "two", name: "v1"}}, whole, "one"},
		{"its tag, where another has it", []called{{text: "one", name: whole}, {text: "two", name: "v1"}}, "v1", "two"},
		{"containerd's name", []called{{text: "one", name: "v1", image: whole}, {text: "two", name: "v1", image: "docker.io/library/other:v1"}}, whole, "one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got, err := layoutOf(t, test.listed...).Resolve(test.wanted, ""); err != nil || got.Digest != digestOf(test.text) {
				t.Errorf("took %+v, %v", got, err)
			}
		})
	}
}

func TestWhatIsOfferedInstead(t *testing.T) {
	t.Parallel()
	const whole, other = "docker.io/library/hello:v1", "docker.io/library/other:v1"
	for _, test := range []struct {
		name    string
		listed  []called
		wanted  string
		kind    fault.Kind
		offered []string
		says    string
	}{
		{"nothing there", nil, "", fault.NotFound, nil, "is empty"},
		{"nothing typed, two with names", []called{{text: "one", name: "v2"}, {text: "two", name: "v1"}}, "", fault.NotFound, []string{"v1", "v2"}, "has the tags v1, v2"},
		{
			"nothing typed, two without",
			[]called{{text: "one"}, {text: "two"}},
			"", fault.NotFound,
			[]string{digestOf("one").String(), digestOf("two").String()},
			"has the manifests sha256:",
		},
		{"a tag, one without a name", []called{{text: "one"}}, "v1", fault.NotFound, []string{digestOf("one").String()}, digestOf("one").String()},
		{"a tag, one with a whole reference", []called{{text: "one", name: whole}}, "v1", fault.NotFound, []string{whole}, whole},
		{"a tag, one with a name that is none", []called{{text: "one", name: "a b"}}, "v1", fault.NotFound, []string{digestOf("one").String()}, digestOf("one").String()},
		{"names before digests", []called{{text: "one"}, {text: "two", name: "v2"}}, "v1", fault.NotFound, []string{"v2", digestOf("one").String()}, "v2, sha256:"},
		{
			"a tag of two images",
			[]called{{text: "one", name: "v1", image: whole}, {text: "two", name: "v1", image: other}},
			"v1", fault.Ambiguous,
			[]string{whole, other},
			"name one by " + whole,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := layoutOf(t, test.listed...).Resolve(test.wanted, "")
			var refused *fault.Error
			if !errors.As(err, &refused) || refused.Kind != test.kind {
				t.Fatalf("got %v", err)
			}
			if !slices.Equal(refused.Detail.Candidates, test.offered) || !strings.Contains(refused.Error(), test.says) {
				t.Errorf("%q offers %q", refused, refused.Detail.Candidates)
			}
		})
	}
}

func TestManyAreNotAllOffered(t *testing.T) {
	t.Parallel()
	var listed []called
	for i := range 150 {
		listed = append(listed, called{text: fmt.Sprint(i), name: fmt.Sprintf("v%03d", i)})
	}
	_, err := layoutOf(t, listed...).Resolve("nope", "")
	var refused *fault.Error
	if !errors.As(err, &refused) || len(refused.Detail.Candidates) != 100 || !strings.HasSuffix(refused.Error(), "v009 and 140 more") {
		t.Errorf("got %v", err)
	}
}

func TestNamesThatCanBeTyped(t *testing.T) {
	t.Parallel()
	for name, typed := range map[string]bool{
		"v1": true, "docker.io/library/hello:v1": true, "docker.io/library/hello": true, "localhost:5000/hello:v1": true, "hello:v1": true,
		"": false, "a b": false, "v1+build": false, "docker.io/library/hello@" + digestOf("one").String(): false,
	} {
		desc := ocispec.Descriptor{Annotations: map[string]string{ocispec.AnnotationRefName: name}}
		if got := layout.TypedName(desc); (got == name && name != "") != typed {
			t.Errorf("%q gave %q", name, got)
		}
	}
}

func TestCutName(t *testing.T) {
	t.Parallel()
	l := newLayout(t)
	mustStore(t, l, "one", "v1")
	archive := archivePath(t)
	mustKeep(t, archive, "one", "v1")
	for _, test := range []struct {
		path         string
		archive      bool
		before, name string
	}{
		{l.Dir + ":docker.io/library/hello", false, l.Dir, "docker.io/library/hello"},
		{l.Dir + ":localhost:5000/hello", false, l.Dir, "localhost:5000/hello"},
		{l.Dir + ":docker.io/library/hello", true, "", ""},
		{archive + ":docker.io/library/hello", true, archive, "docker.io/library/hello"},
		{archive + ":docker.io/library/hello", false, "", ""},
		{filepath.Dir(l.Dir) + ":docker.io/library/hello", false, "", ""},
		{filepath.Join(l.Dir, "absent") + ":x/y", false, "", ""},
		{":x/y", false, "", ""},
		{strings.Repeat(":", 100_000), false, "", ""},
	} {
		before, name, found := layout.CutName(test.path, test.archive)
		if found != (test.name != "") || found && (before != test.before || name != test.name) {
			t.Errorf("%.100q gave %.100q and %.100q, %t", test.path, before, name, found)
		}
	}
}
