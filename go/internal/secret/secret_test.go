package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/secret"
)

func TestAllSpellingsAreMasked(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"hunter22", "p@ss/w:rd?&=", "ünï✓codé", "qu\"o\\te{}<>", "~~~~????>>>>", "with space"} {
		set := &secret.Set{}
		set.AddPassword("user", password)
		quoted, err := json.Marshal(password)
		if err != nil {
			t.Fatal(err)
		}
		pair := []byte("user:" + password)
		for _, spelling := range []string{
			password, "user:" + password, string(quoted[1 : len(quoted)-1]), url.QueryEscape(password), url.PathEscape(password),
			base64.StdEncoding.EncodeToString(pair), base64.URLEncoding.EncodeToString(pair),
			base64.RawStdEncoding.EncodeToString(pair), base64.RawURLEncoding.EncodeToString(pair),
			base64.StdEncoding.EncodeToString([]byte(password)), base64.RawURLEncoding.EncodeToString([]byte(password)),
			url.QueryEscape(base64.StdEncoding.EncodeToString(pair)), fmt.Sprintf("%q", password),
		} {
			masked := set.Mask("before " + spelling + " after")
			if strings.ReplaceAll(masked, `"`, "") != "before *** after" {
				t.Errorf("%q became %q", spelling, masked)
			}
		}
	}
}

func TestAnswersAreMasked(t *testing.T) {
	t.Parallel()
	set := &secret.Set{}
	set.AddPassword("user", "p/w:12")
	for _, test := range []struct{ body, want string }{
		{`plain p/w:12`, `plain ***`},
		{`{"errors":[{"code":"DENIED","message":"p/w:12"}]}`, `{"errors":[{"code":"DENIED","message":"***"}]}`},
		{`{"errors":[{"message":"p\/w\u003a12"}]}`, `{"errors":[{"message":"***"}]}`},
		{`{"errors":[{"detail":{"p/w:12":["p/w:12",1,null]}}]}`, `{"errors":[{"detail":{"***":["***",1,null]}}]}`},
	} {
		if got := string(set.MaskAnswer([]byte(test.body))); got != test.want {
			t.Errorf("%s became %s", test.body, got)
		}
	}
}

func TestNamesOfAnswersAreKept(t *testing.T) {
	t.Parallel()
	set := &secret.Set{}
	set.AddPassword("user", "errors")
	if got := string(set.MaskAnswer([]byte(`{"errors":[{"message":"no errors"}]}`))); got != `{"errors":[{"message":"no ***"}]}` {
		t.Error(got)
	}
}

func TestPasswordsOfURLsAreMasked(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"http://user:hunter22@proxy:3128", "user:hunter22@proxy:3128", "socks5://user:hunter22@proxy"} {
		set := &secret.Set{}
		set.AddURL(text)
		if got := set.Mask("hunter22 " + base64.StdEncoding.EncodeToString([]byte("user:hunter22"))); got != "*** ***" {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestASetIsBounded(t *testing.T) {
	t.Parallel()
	set := &secret.Set{}
	set.Add("the first of all")
	set.Pin()
	for i := range 1000 {
		set.Add(fmt.Sprintf("token-%04d", i))
	}
	if got := set.Mask("the first of all, token-0001, token-0999"); got != "***, token-0001, ***" {
		t.Error(got)
	}
}

func TestAnEmptySetMasksNothing(t *testing.T) {
	t.Parallel()
	short := &secret.Set{}
	short.Add("a")
	for _, set := range []*secret.Set{nil, {}, short} {
		if got := set.Mask("a text"); got != "a text" {
			t.Error(got)
		}
		if got := string(set.MaskAnswer([]byte(`{"a":1}`))); got != `{"a":1}` {
			t.Error(got)
		}
	}
	if got := secret.From(t.Context()).Mask("a text"); got != "a text" {
		t.Error(got)
	}
}
