package ref_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

func TestParseDestination(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, reference, tags string }{
		{"one tag", "ghcr.io/mod:v1", "ghcr.io/mod:v1", "[v1]"},
		{"no tag", "ghcr.io/mod", "ghcr.io/mod:latest", "[latest]"},
		{"several", "ghcr.io/mod:v1,v1.2,latest", "ghcr.io/mod:v1", "[v1 v1.2 latest]"},
		{"one twice", "ghcr.io/mod:v1,latest,v1", "ghcr.io/mod:v1", "[v1 latest]"},
		{"port", "127.0.0.1:5000/mod:v1,v2", "127.0.0.1:5000/mod:v1", "[v1 v2]"},
		{"digest alone", "ghcr.io/mod@" + sha256Text, "ghcr.io/mod@" + sha256Text, "[]"},
		{"several and a digest", "ghcr.io/mod:v1,v2@" + sha256Text, "ghcr.io/mod:v1@" + sha256Text, "[v1 v2]"},
		{"layout", "oci:a,b/dir:v1,v2", "oci:a,b/dir:v1", "[v1 v2]"},
		{"layout with a comma and no tag", "oci:a,b", "oci:a,b:latest", "[latest]"},
		{"layout not in UTF-8", "oci:\xff:v1,v2", "oci:\xff:v1", "[v1 v2]"},
		{"archive", "oci-archive:mod.tar:v1,v2", "oci-archive:mod.tar:v1", "[v1 v2]"},
		{"many", "ghcr.io/mod:" + strings.Repeat("v1,", 1e5) + "v2", "ghcr.io/mod:v1", "[v1 v2]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			reference, tags, err := ref.ParseDestination(test.in)
			if err != nil || reference.String() != test.reference || fmt.Sprint(tags) != test.tags {
				t.Errorf("%.100q gave %q, %q, %v", test.in, reference, tags, err)
			}
		})
	}
}

func TestParseDestinationRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, says string }{
		{"an empty tag between", "ghcr.io/mod:v1,,v2", `a tag in the list "v1,,v2" is empty`},
		{"an empty tag at the end", "ghcr.io/mod:v1,", `a tag in the list "v1," is empty`},
		{"an empty tag at the start", "oci:dir:,v1", `a tag in the list ",v1" is empty`},
		{"a comma alone", "oci:dir:,", "is empty"},
		{"a space", "ghcr.io/mod:v1, v2", `invalid tag " v2"`},
		{"a bad one at the end", "ghcr.io/mod:v1,v2,.x", `invalid tag ".x"`},
		{"a long one", "ghcr.io/mod:v1," + strings.Repeat("t", 129), "129 characters"},
		{"a reference", "ghcr.io/mod:v1,ghcr.io/mod:v2", `write the tag alone, such as "v2"`},
		{"the digest within", "ghcr.io/mod:v1@" + sha256Text + ",v2", "invalid digest"},
		{"a bad repository", "ghcr.io/Mod:v1,v2", `write "mod"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			reference, tags, err := ref.ParseDestination(test.in)
			if fault.KindOf(err) != fault.InvalidReference || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q gave %q, %q, %v", test.in, reference, tags, err)
			}
		})
	}
}

func TestAListIsRefusedWhereOneIsMeant(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"ghcr.io/mod:v1,v2", "oci:dir:v1,v2", "oci:dir:v1,"} {
		_, err := ref.Parse(text)
		if fault.KindOf(err) != fault.InvalidReference || !strings.Contains(err.Error(), `are several tags, but only one is allowed here; write one of them, such as ":v1"`) {
			t.Errorf("%q gave %v", text, err)
		}
	}
}

func TestCheckTagKnowsAReference(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"ghcr.io/mod:v2":                `write the tag alone, such as "v2"`,
		"oci:dir:v2":                    `write the tag alone, such as "v2"`,
		"127.0.0.1:5000/mod":            `write the tag alone, such as "latest"`,
		"127.0.0.1:5000/mod:v2,v3":      "invalid tag",
		"a/b":                           "invalid tag",
		"ghcr.io/mod@" + sha256Text:     `write the tag alone, such as "latest"`,
		strings.Repeat("h.io/r:", 1e5):  "characters",
		strings.Repeat("a", 200) + "/b": "characters",
	} {
		if err := ref.CheckTag(text); fault.KindOf(err) != fault.InvalidReference || !strings.Contains(err.Error(), says) {
			t.Errorf("%.100q gave %v", text, err)
		}
	}
}
