package transfer

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

func TestNextLink(t *testing.T) {
	t.Parallel()
	const page, next = "https://registry.test:5000/v2/org/mod/tags/list?n=2", "https://registry.test:5000/v2/org/mod/tags/list?n=2&last=b"
	for _, test := range []struct {
		name  string
		links []string
		want  string // empty for the last page
		says  string // of the error
	}{
		{"none", nil, "", ""},
		{"relative", []string{`</v2/org/mod/tags/list?n=2&last=b>; rel="next"`}, next, ""},
		{"relative to the page", []string{`<list?n=2&last=b>; rel="next"`}, next, ""},
		{"query alone", []string{`<?n=2&last=b>; rel="next"`}, next, ""},
		{"absolute", []string{`<https://registry.test:5000/v2/org/mod/tags/list?n=2&last=b>; rel="next"`}, next, ""},
		{"by the scheme behind a proxy", []string{`<http://registry.test/v2/org/mod/tags/list?n=2&last=b>; rel="next"`}, next, ""},
		{"host in capitals", []string{`<https://REGISTRY.test:5000/v2/org/mod/tags/list?n=2&last=b>; rel=next`}, next, ""},
		{"among others", []string{`</first>; rel="first", <list?n=2&last=b>; title="a, b; c"; rel="last next"`}, next, ""},
		{"in a second header", []string{`</first>; rel=first`, `<list?n=2&last=b>;rel=NEXT`}, next, ""},
		{"without a relation", []string{`<list?n=2&last=b>`}, next, ""},
		{"parameter without a value", []string{`<list?n=2&last=b>; crossorigin; rel="next"`}, next, ""},
		{"quoted with escapes", []string{`<list?n=2&last=b>; title="a\"<>"; rel="next"`}, next, ""},
		{"user is dropped", []string{`<https://a:b@registry.test:5000/v2/org/mod/tags/list?n=2&last=b#x>; rel="next"`}, next, ""},
		{"other relation", []string{`</first>; rel="prev"`}, "", ""},
		{"not closed", []string{`</first; rel="next"`}, "", ""},
		{"nonsense", []string{`next`, ``, `;,;,<`}, "", ""},
		{"other host", []string{`<https://evil.test/v2/org/mod/tags/list>; rel="next"`}, "", "on another host, evil.test"},
		{"other host without a scheme", []string{`<//evil.test/v2/org/mod/tags/list>; rel="next"`}, "", "on another host, evil.test"},
		{"no address", []string{`<http://[::1>; rel="next"`}, "", "not an address"},
		{"no server", []string{`<mailto:a@b>; rel="next"`}, "", "on another host"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			base, err := url.Parse(page)
			if err != nil {
				t.Fatal(err)
			}
			found, err := nextLink(&http.Response{Header: http.Header{"Link": test.links}}, base)
			if test.says != "" {
				if fault.KindOf(err) != fault.Registry || !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v", err)
				}
				return
			}
			got := ""
			if found != nil {
				got = found.String()
			}
			if err != nil || got != test.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
