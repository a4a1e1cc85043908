package transfer

import (
	"net/url"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

func TestNextPageIsFound(t *testing.T) {
	t.Parallel()
	const path = "/v2/org/mod/tags/list"
	for _, test := range []struct {
		name  string
		links []string
		query string
		found bool
	}{
		{"none", nil, "", false},
		{"relative, opaque", []string{`</v2/org/mod/tags/list?next_page=opaque%3D>; rel="next"`}, "next_page=opaque%3D", true},
		{"absolute", []string{`<http://registry.test:5000` + path + `?last=a%2Bb&n=2>; rel="next"`}, "last=a%2Bb&n=2", true},
		{"the host in other letters", []string{`<http://REGISTRY.test:5000` + path + `?x>; rel="next"`}, "x", true},
		{"a query alone", []string{`<?last=a&n=%7E~>; rel=next`}, "last=a&n=%7E~", true},
		{"without a scheme", []string{`<//registry.test:5000` + path + `?a=b;c,d>;rel=next`}, "a=b;c,d", true},
		{"beside the path", []string{`<list?last=a>; rel="next"`}, "last=a", true},
		{"a space", []string{`<?last=a b&n=2>; rel="next"`}, "last=a%20b&n=2", true},
		{"no query", []string{`<` + path + `>; rel="next"`}, "", true},
		{"the second of a header", []string{`<?x=1>; rel="prev", <?x=3>; title="a,b;\">"; rel="next"`}, "x=3", true},
		{"of another header", []string{`<?x=1>; rel="prev"`, `<?x=3>; rel="next"`}, "x=3", true},
		{"several relations", []string{`<?x=1>; REL="prev Next"`}, "x=1", true},
		{"the first relation counts", []string{`<?x=1>; rel="prev"; rel="next"`}, "", false},
		{"of something else", []string{`<?x=1>; rel="next"; anchor="/v2/other/tags/list"`}, "", false},
		{"another relation", []string{`<?x=1>; rel="nextish"`}, "", false},
		{"spaces", []string{"  <?x=1> \t; rel = next ; a"}, "x=1", true},
		{"not a link", []string{`?x=1; rel="next"`, `<?x=1; rel="next"`, "", ",", ";"}, "", false},
		{"an open quote", []string{`<?x=1>; title="abc; rel="next`, `<?x=2>; rel="next\`}, "x=2", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			asked, err := url.Parse("http://registry.test:5000" + path + "?n=2")
			if err != nil {
				t.Fatal(err)
			}
			query, found, err := nextQuery(asked, test.links)
			if query != test.query || found != test.found || err != nil {
				t.Errorf("got %q, %t, %v", query, found, err)
			}
		})
	}
}

func TestLinksElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	for target, says := range map[string]string{
		"http://evil.test/v2/org/mod/tags/list?n=2":                  "evil.test",
		"//evil.test/v2/org/mod/tags/list?n=2":                       "evil.test",
		"http://registry.test:5001/v2/org/mod/tags/list?n=2":         "another host",
		"http://user:s3cret@registry.test:5000/v2/org/mod/tags/list": "another host",
		"https://registry.test:5000/v2/org/mod/tags/list?n=2":        "https",
		"/v2/org/other/tags/list?n=2":                                "/v2/org/mod/tags/list",
		"/v2/org/mod/tags/list/../../blobs":                          "leads out",
		"/token?n=2":                                                 "leads out",
		"../../../../x":                                              "leads out",
		"http://[":                                                   "not an address",
		"file:///etc/passwd":                                         "another host",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			asked, err := url.Parse("http://registry.test:5000/v2/org/mod/tags/list")
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = nextQuery(asked, []string{"<" + target + `>; rel="next"`})
			if fault.KindOf(err) != fault.Registry || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A header of a stranger's is read in one go.
func TestLongLinksAreReadInTime(t *testing.T) {
	t.Parallel()
	for _, part := range []string{",", ";", "<", `"`, "<>;", `<>;a="\`, "<>,", " ", "<>;rel=x", `a="b"`} {
		asked := &url.URL{Scheme: "http", Host: "registry.test", Path: "/v2/a/tags/list"}
		if _, found, err := nextQuery(asked, []string{strings.Repeat(part, 1<<20/len(part))}); found || err != nil {
			t.Errorf("%q is a link, %v", part, err)
		}
	}
}
