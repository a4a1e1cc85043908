package strictjson_test

import (
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/strictjson"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, document, want string }{
		{"plain", `{"size":1,"annotations":{"Size":"a","size":"b"},"other":{"SIZE":1}}`, ""},
		{"list", `[{"size":1},{"size":2}]`, ""},
		{"given twice", `{"size":1,"size":2}`, `the key "size" is given twice`},
		{"given twice, escaped", `{"size":1,"\u0073ize":2}`, `the key "size" is given twice`},
		{"given twice below", `{"other":[{"x":1,"x":2}]}`, `the key "x" is given twice`},
		{"another case", `{"Size":1}`, `the key "Size" is written "size"`},
		{"another case in a list", `[{"sIze":1}]`, `the key "sIze" is written "size"`},
		{"another form of a letter", `{"ſize":1}`, `is written "size"`},
		{"text after it", `{} x`, "text follows"},
		{"a second document", `{}{}`, "text follows"},
		{"deep", strings.Repeat("[", 100) + strings.Repeat("]", 100), "nested deeper than 64 levels"},
		{"cut short", `{"size":`, "EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := strictjson.Check([]byte(test.document), []string{"size", "annotations"}, "annotations")
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	members, err := strictjson.Members([]byte(` {"b": [1, {"x":1,"x":2}], "a":null} `))
	if err != nil || len(members) != 2 || members[0].Name != "b" || string(members[0].Value) != `[1, {"x":1,"x":2}]` || members[1].Name != "a" {
		t.Errorf("got %q, %v", members, err)
	}
	for document, want := range map[string]string{
		`{"a":1,"a":2}`: `the key "a" is given twice`, `[]`: "not a JSON object", ``: "not a JSON object",
		`{"a":1} 2`: "text follows", `{"a":}`: "invalid character", `{"a"`: "EOF",
	} {
		if _, err := strictjson.Members([]byte(document)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", document, err, want)
		}
	}
}
