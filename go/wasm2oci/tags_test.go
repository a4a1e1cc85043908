package wasm2oci_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// list reads all pages, and returns the tags and how many pages there were.
func list(t *testing.T, client *wasm2oci.Client, place string, options wasm2oci.TagsOptions) (tags []string, pages int, err error) {
	t.Helper()
	for pages < 1000 {
		page, err := client.Tags(t.Context(), place, options)
		if err != nil {
			return tags, pages, err
		}
		tags, pages = append(tags, page.Tags...), pages+1
		if page.Next == "" {
			return tags, pages, nil
		}
		options = wasm2oci.TagsOptions{Next: page.Next}
	}
	t.Fatal("the list does not end")
	return nil, 0, nil
}

// page answers with a page of tags, and with a link where it is not empty.
func page(w http.ResponseWriter, link string, tags ...string) {
	if link != "" {
		w.Header().Set("Link", link)
	}
	_, _ = fmt.Fprintf(w, `{"name":"org/mod","tags":["%s"]}`, strings.Join(tags, `","`))
}

func TestTagsFollowOpaqueLinks(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.RawQuery {
		case "n=1000":
			page(w, `</v2/org/mod/tags/list?next_page=opaque%3D>; rel="next"`, "b", "c")
		case "next_page=opaque%3D":
			page(w, "<"+registry.URL+`/v2/org/mod/tags/list?next_page=%2b+~>; rel="next"`, "d")
		case "next_page=%2b+~":
			page(w, "", "a")
		}
		return true
	})
	client := newClient(t, quick(), nil)
	tags, pages, err := list(t, client, registry.Host+"/org/mod", wasm2oci.TagsOptions{})
	if fmt.Sprint(tags, pages, err) != "[b c d a] 3 <nil>" {
		t.Errorf("got %q on %d pages, %v", tags, pages, err)
	}
	want := []string{"n=1000", "next_page=opaque%3D", "next_page=%2b+~"}
	for i, line := range registry.Lines() {
		if line != "GET /v2/org/mod/tags/list?"+want[i] {
			t.Errorf("the registry saw %q", line)
		}
	}
	sorted, err := client.Tags(t.Context(), registry.Host+"/org/mod", wasm2oci.TagsOptions{Sort: "name", Limit: ptr(int64(3))})
	if err != nil || fmt.Sprint(sorted.Tags) != "[a b c]" || sorted.Next != "" || sorted.Repository != registry.Host+"/org/mod" {
		t.Errorf("sorted they are %+v, %v", sorted, err)
	}
}

func TestTagsAreSortedByVersion(t *testing.T) {
	t.Parallel()
	client, place := newClient(t, quick(), nil), "oci:"+filepath.Join(t.TempDir(), "layout")
	tagged(t, client, place)
	names := []string{"latest", "v1.10.0", "1.9.0", "v1.10.0-rc.2", "v1.10.0-rc.10", "1.10.0", "2", "v1.2", "canary", "v01.0", "1.0.0-alpha"}
	if _, err := client.Tag(t.Context(), place+":v1", names, wasm2oci.TagOptions{}); err != nil {
		t.Fatal(err)
	}
	found, err := client.Tags(t.Context(), place, wasm2oci.TagsOptions{Sort: "semver"})
	want := "[1.0.0-alpha v1 v1.2 1.9.0 v1.10.0-rc.2 v1.10.0-rc.10 1.10.0 v1.10.0 2 canary latest v01.0]"
	if err != nil || fmt.Sprint(found.Tags) != want {
		t.Errorf("they are %v, %v", found.Tags, err)
	}
}

func TestTagsComeInPages(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 25 {
		names = append(names, fmt.Sprintf("t%02d", i))
	}
	for _, test := range []struct {
		name   string
		behave testregistry.Fault
	}{
		{"as it should", nil},
		{"a registry that ignores how many are wanted", func(w http.ResponseWriter, _ *http.Request) bool {
			page(w, "", names...)
			return true
		}},
		{"one that cuts the list short without a link", func(w http.ResponseWriter, r *http.Request) bool {
			rest := names[:]
			if at := slices.IndexFunc(names, func(name string) bool { return name > r.FormValue("last") }); at >= 0 {
				rest = names[at:] // go-containerregistry's begins anew at the end
			}
			var size int
			_, _ = fmt.Sscan(r.FormValue("n"), &size)
			page(w, "", rest[:min(len(rest), size)]...)
			return true
		}},
		{"one that refuses the size", func(w http.ResponseWriter, r *http.Request) bool {
			return r.FormValue("n") != "" && refusing(400, "PAGINATION_NUMBER_INVALID", "n is too large")(w, r)
		}},
		{"empty pages between", func(w http.ResponseWriter, r *http.Request) bool {
			query := r.URL.RawQuery
			if empty := strings.TrimPrefix(query, "empty&"); empty == query {
				_, _ = fmt.Fprint(addLink(w, "empty&"+query), `{"name":"org/mod","tags":null}`)
				return true
			}
			return false
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := newRegistryWith(t, names, test.behave)
			client := newClient(t, quick(), nil)
			for _, limit := range []int64{1, 5, 24, 25, 26, 1000} {
				page, err := client.Tags(t.Context(), registry.Host+"/org/mod", wasm2oci.TagsOptions{Limit: &limit})
				if err != nil || len(page.Tags) > int(limit) {
					t.Fatalf("up to %d: %+v, %v", limit, page, err)
				}
				tags := page.Tags
				for pages := 1; page.Next != ""; pages++ {
					if page, err = client.Tags(t.Context(), registry.Host+"/org/mod", wasm2oci.TagsOptions{Limit: &limit, Next: page.Next}); err != nil || pages > 100 {
						t.Fatal(err)
					}
					if len(page.Tags) > int(limit) {
						t.Errorf("%d came, up to %d were wanted", len(page.Tags), limit)
					}
					tags = append(tags, page.Tags...)
				}
				if !slices.Equal(tags, names) {
					t.Errorf("up to %d: %q", limit, tags)
				}
			}
			tags, _, err := list(t, client, registry.Host+"/org/mod", wasm2oci.TagsOptions{Last: "t21"})
			if test.name != "empty pages between" && fmt.Sprint(tags, err) != "[t22 t23 t24] <nil>" {
				t.Errorf("after t21 come %q, %v", tags, err)
			}
		})
	}
}

// addLink adds a link to another query.
func addLink(w http.ResponseWriter, query string) http.ResponseWriter {
	w.Header().Set("Link", "<?"+query+`>; rel="next"`)
	return w
}

// newRegistryWith starts a registry with org/mod under these tags; a fault may list
// them in its place.
func newRegistryWith(t *testing.T, tags []string, listed testregistry.Fault) *testregistry.Registry {
	t.Helper()
	registry := testregistry.New(t)
	layer := registry.AddBlob("application/wasm", module("content"))
	for _, tag := range tags {
		registry.AddArtifact("org/mod:"+tag, layer)
	}
	if listed != nil {
		registry.Break(only("GET", "/tags/list", listed))
	}
	return registry
}

func TestTagsThatGoInACircle(t *testing.T) {
	t.Parallel()
	for _, length := range []int{1, 2, 3, 7, 50} {
		for _, test := range []struct {
			name string
			page func(w http.ResponseWriter, number, asked int)
		}{
			{"by their links", func(w http.ResponseWriter, number, _ int) {
				page(w, fmt.Sprintf(`<?page=%d>; rel="next"`, (number+1)%length), fmt.Sprintf("t%d", number))
			}},
			{"without a tag", func(w http.ResponseWriter, number, _ int) {
				_, _ = fmt.Fprint(addLink(w, fmt.Sprintf("page=%d", (number+1)%length)), `{"name":"org/mod","tags":null}`)
			}},
			{"under new links", func(w http.ResponseWriter, number, asked int) {
				page(w, fmt.Sprintf(`<?page=%d&token=%d>; rel="next"`, (number+1)%length, asked), fmt.Sprintf("t%d", number))
			}},
		} {
			t.Run(fmt.Sprintf("%d pages %s", length, test.name), func(t *testing.T) {
				t.Parallel()
				asked := 0
				registry := testregistry.New(t)
				registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
					number := 0
					_, _ = fmt.Sscan(r.FormValue("page"), &number)
					asked++
					test.page(w, number, asked)
					return true
				})
				client := newClient(t, quick(), nil)
				_, pages, err := list(t, client, registry.Host+"/org/mod", wasm2oci.TagsOptions{})
				wantError(t, err, wasm2oci.Registry, "circle")
				if pages > 3*length+1 {
					t.Errorf("it was found out after %d pages", pages)
				}
				_, err = client.Tags(t.Context(), registry.Host+"/org/mod", wasm2oci.TagsOptions{Sort: "name"})
				wantError(t, err, wasm2oci.Registry, "circle")
			})
		}
	}
}

// Pages without a tag are nothing that anybody could stop reading at.
func TestTagsThatNeverCome(t *testing.T) {
	t.Parallel()
	asked := 0
	registry := testregistry.New(t)
	registry.Break(func(w http.ResponseWriter, _ *http.Request) bool {
		asked++
		_, _ = fmt.Fprint(addLink(w, fmt.Sprintf("page=%d", asked)), `{"name":"org/mod","tags":[]}`)
		return true
	})
	_, err := newClient(t, quick(), nil).Tags(t.Context(), registry.Host+"/org/mod", wasm2oci.TagsOptions{Sort: "name"})
	wantError(t, err, wasm2oci.Registry, "does not end")
	if asked > 1001 {
		t.Errorf("%d pages were read", asked)
	}
}

func TestTagsThatAreNotAList(t *testing.T) {
	t.Parallel()
	const html = "Content-Type: text/html"
	for _, test := range []struct {
		name  string
		fault testregistry.Fault
		kind  wasm2oci.Kind
		says  []string
	}{
		{"null", answering(200, `{"name":"org/mod","tags":null}`), 0, nil},
		{"empty", answering(200, `{"name":"org/mod","tags":[]}`), 0, nil},
		{"a name alone", answering(200, `{"name":"org/mod"}`), 0, nil},
		{"names that are not tags", answering(200, `{"tags":["v1\u001b[31m","a b","","x/y"]}`), wasm2oci.Registry, []string{"without a name"}},
		{"numbers", answering(200, `{"name":"org/mod","tags":["a",1]}`), wasm2oci.Registry, []string{"JSON number"}},
		{"null in it", answering(200, `{"name":"org/mod","tags":["a",null]}`), wasm2oci.Registry, []string{"without a name"}},
		{"a text", answering(200, `{"name":"org/mod","tags":"a"}`), wasm2oci.Registry, []string{"in place of a list of tags", "address"}},
		{"an array", answering(200, `["a"]`), wasm2oci.Registry, []string{"in place of a list of tags"}},
		{"another document", answering(200, `{"ok":true}`), wasm2oci.Registry, []string{"in place of a list of tags"}},
		{"HTML", answering(200, "<html>hello</html>", html), wasm2oci.Registry, []string{"text/html", "address"}},
		{"nothing", answering(200, ""), wasm2oci.Registry, []string{"nothing"}},
		{"cut short", answering(200, `{"name":"org/mod","tags":["a","b`), wasm2oci.Registry, []string{"in place of a list of tags"}},
		{"too large", answering(200, `{"name":"org/mod","tags":["`+strings.Repeat("a", 17<<20)+`"]}`), wasm2oci.SizeExceeded, []string{"16777216 bytes"}},
		{"to another host", answering(200, `{"name":"org/mod","tags":["a"]}`, `Link: <http://evil.test/v2/org/mod/tags/list>; rel="next"`), wasm2oci.Registry, []string{"evil.test"}},
		{"to https", answering(200, `{"name":"org/mod","tags":["a"]}`, `Link: <https://HOST/v2/org/mod/tags/list>; rel="next"`), wasm2oci.Registry, []string{"next page"}},
		{"no such repository", refusing(404, "NAME_UNKNOWN", "repository name not known"), wasm2oci.NotFound, []string{"NAME_UNKNOWN", "check the repository"}},
		{"not supported", refusing(405, "UNSUPPORTED", "no tags here"), wasm2oci.Unsupported, []string{"no tags here"}},
		{"denied", refusing(403, "DENIED", "not for you"), wasm2oci.PermissionDenied, []string{"not for you"}},
		{"who are you", refusing(401, "UNAUTHORIZED", "who are you"), wasm2oci.Unauthenticated, []string{"who are you"}},
		{"broken", refusing(500, "UNKNOWN", "oops"), wasm2oci.Registry, []string{"oops"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			registry.Break(test.fault)
			client := newClient(t, quick(), nil)
			tags, _, err := list(t, client, registry.Host+"/org/mod", wasm2oci.TagsOptions{})
			if test.kind == 0 {
				if err != nil || len(tags) > 0 {
					t.Errorf("got %q, %v", tags, err)
				}
				return
			}
			wantError(t, err, test.kind, append(test.says, `tags "`+registry.Host)...)
		})
	}
}

func TestTagsLeavesOutWhatIsNoTag(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(answering(200, `{"tags":["v1","v1\u001b[31m","a b","x/y","v2"]}`))
	m := &wasm2oci.Monitor{}
	found, err := newClient(t, quick(), nil).Tags(wasm2oci.WithMonitor(t.Context(), m), registry.Host+"/org/mod", wasm2oci.TagsOptions{})
	if err != nil || fmt.Sprint(found.Tags) != "[v1 v2]" {
		t.Errorf("got %+v, %v", found, err)
	}
	if records := fmt.Sprint(m.TakeRecords()); !strings.Contains(records, "3 names that are not tags") {
		t.Errorf("it said %s", records)
	}
}

func TestTagsRefuses(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client := newClient(t, quick(), nil)
	place := registry.Host + "/org/mod"
	for _, test := range []struct {
		place   string
		options wasm2oci.TagsOptions
		kind    wasm2oci.Kind
		says    string
	}{
		{place + ":v1", wasm2oci.TagsOptions{}, wasm2oci.InvalidReference, `write "` + place + `"`},
		{place + "@sha256:" + strings.Repeat("0", 64), wasm2oci.TagsOptions{}, wasm2oci.InvalidReference, "digest"},
		{"oci:dir:v1", wasm2oci.TagsOptions{}, wasm2oci.InvalidReference, `write "oci:dir"`},
		{"hello", wasm2oci.TagsOptions{}, wasm2oci.InvalidReference, "no registry"},
		{"", wasm2oci.TagsOptions{}, wasm2oci.InvalidReference, "empty"},
		{place, wasm2oci.TagsOptions{Limit: ptr(int64(0))}, wasm2oci.InvalidArgument, "limit"},
		{place, wasm2oci.TagsOptions{Limit: ptr(int64(-1))}, wasm2oci.InvalidArgument, "limit"},
		{place, wasm2oci.TagsOptions{Sort: "date"}, wasm2oci.InvalidArgument, "name, semver"},
		{place, wasm2oci.TagsOptions{Next: "!"}, wasm2oci.InvalidArgument, "next"},
		{place, wasm2oci.TagsOptions{Next: "eyJxIjoiYSBiIn0"}, wasm2oci.InvalidArgument, "next"},
		{place, wasm2oci.TagsOptions{Next: "e30", Last: "v1"}, wasm2oci.InvalidArgument, "last"},
		{place, wasm2oci.TagsOptions{Next: "e30", Sort: "name"}, wasm2oci.InvalidArgument, "sort"},
	} {
		_, err := client.Tags(t.Context(), test.place, test.options)
		wantError(t, err, test.kind, test.says)
		wantError(t, wasm2oci.CheckTags(test.place, test.options), test.kind)
	}
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("the registry saw %q", lines)
	}
}

func TestTagsOfABrokenConnectionAreAskedForAgain(t *testing.T) {
	t.Parallel()
	registry := newRegistryWith(t, []string{"v1", "v2"}, nil)
	asked := 0
	registry.Break(only("GET", "/tags/list", func(w http.ResponseWriter, _ *http.Request) bool {
		if asked++; asked > 1 {
			return false
		}
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"name":"org/mod","ta`))
		return true
	}))
	tags, _, err := list(t, newClient(t, wasm2oci.ClientOptions{}, nil), registry.Host+"/org/mod", wasm2oci.TagsOptions{})
	if fmt.Sprint(tags, err) != "[v1 v2] <nil>" || asked != 2 {
		t.Errorf("got %q after %d requests, %v", tags, asked, err)
	}
}
