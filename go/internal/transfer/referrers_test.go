package transfer_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const asIndex = "Content-Type: application/vnd.oci.image.index.v1+json"

var subject = digest.FromString("subject")

// entry is a descriptor of a list, as JSON.
func entry(text, members string) string {
	return fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":%q,"size":2%s}`, digest.FromString(text), members)
}

// listOf is a list of referrers.
func listOf(entries ...string) string {
	return `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[` + strings.Join(entries, ",") + `]}`
}

// texts returns which of some texts a list names by their digests.
func texts(listed []ocispec.Descriptor, among ...string) string {
	var found []string
	for _, one := range listed {
		at := slices.IndexFunc(among, func(text string) bool { return digest.FromString(text) == one.Digest })
		if at < 0 {
			found = append(found, one.Digest.String())
			continue
		}
		found = append(found, among[at])
	}
	return strings.Join(found, " ")
}

func TestReferrersTag(t *testing.T) {
	t.Parallel()
	long := digest.Digest("sha512:" + strings.Repeat("ab", 64))
	for dgst, want := range map[digest.Digest]string{
		subject: "sha256-" + subject.Encoded(),
		long:    "sha512-" + strings.Repeat("ab", 32),
		digest.Digest("sha256+b64u:" + strings.Repeat("x", 5)): "sha256-b64u-xxxxx",
	} {
		if got := transfer.ReferrersTag(dgst); got != want {
			t.Errorf("%s has the tag %s, not %s", dgst, got, want)
		}
	}
}

// What is not the answer of a referrers API leads to the fallback tag, and who may
// not ask is told so (REG-21, REG-22).
func TestWhatCountsAsAReferrersAPI(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
		kind   fault.Kind
	}{
		{"a list", answer(200, listOf(entry("a", ""), entry("b", ""), entry("a", "")), asIndex), "a b", 0},
		{"an empty list", answer(200, listOf(), asIndex), "", 0},
		{"type with a parameter", answer(200, listOf(entry("a", "")), asIndex+"; charset=utf-8"), "a", 0},
		{"bad entries are left out", answer(200, listOf(`{}`, `1`, `{"digest":"sha256:x","size":1}`, entry("a", "")), asIndex), "a", 0},
		{"404", answer(404, "404 page not found"), "tag", 0},
		{"404 as JSON", answer(404, `{"errors":[{"code":"NAME_UNKNOWN"}]}`), "tag", 0},
		{"405", answer(405, ""), "tag", 0},
		{"406", answer(406, ""), "tag", 0},
		{"400", answer(400, ""), "tag", 0},
		{"415", answer(415, ""), "tag", 0},
		{"501", answer(501, ""), "tag", 0},
		{"a page", answer(200, "<html>", "Content-Type: text/html"), "tag", 0},
		{"a list as plain JSON", answer(200, listOf(entry("a", "")), "Content-Type: application/json"), "tag", 0},
		{"no type", answer(200, listOf(entry("a", ""))), "tag", 0},
		{"a page that calls itself an index", answer(200, "<html>", asIndex), "tag", 0},
		{"nothing", answer(200, "", asIndex), "tag", 0},
		{"null", answer(200, "null", asIndex), "tag", 0},
		{"no manifests", answer(200, `{"schemaVersion":2}`, asIndex), "tag", 0},
		{"a manifest", answer(200, `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]}`, asIndex), "tag", 0},
		{"manifests twice", answer(200, `{"manifests":[],"manifests":[]}`, asIndex), "tag", 0},
		{"manifests of another type", answer(200, `{"manifests":{}}`, asIndex), "tag", 0},
		{"401", answer(401, "", `WWW-Authenticate: Basic realm="r"`), "", fault.Unauthenticated},
		{"403", answer(403, `{"errors":[{"code":"DENIED"}]}`), "", fault.PermissionDenied},
		{"429", answer(429, ""), "", fault.RateLimited},
		{"500", answer(500, ""), "", fault.Registry},
		{"too large", answer(200, listOf(entry("a", `,"annotations":{"a":"`+strings.Repeat("x", 33<<20)+`"}`)), asIndex), "", fault.SizeExceeded},
		{"other host for the next page", answer(200, listOf(), asIndex, `Link: <http://evil.test/>; rel="next"`), "", fault.Registry},
		{"next page is the same", answer(200, listOf(), asIndex, `Link: <?artifactType=a%2Fb>; rel="next"`), "", fault.Registry},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/referrers/") {
					test.answer(w, r)
					return
				}
				answer(200, listOf(entry("tag", "")), asIndex)(w, r)
			})
			credential := user
			listed, err := repository(t, hostOf(server), 0, credential).Referrers(t.Context(), subject, "a/b")
			if test.kind != 0 {
				if fault.KindOf(err) != test.kind {
					t.Errorf("got %v", err)
				}
				return
			}
			if got := texts(listed, "a", "b", "tag"); err != nil || got != test.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestReferrersAsks(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, answer(404, ""))
	listed, err := repository(t, hostOf(server), 0, nil).Referrers(t.Context(), subject, "a/b+c d")
	if err != nil || len(listed) > 0 {
		t.Errorf("got %v, %v", listed, err)
	}
	seen.wantLines(t, "GET /v2/org/mod/referrers/"+subject.String()+"?artifactType=a%2Fb%2Bc+d", "GET /v2/org/mod/manifests/sha256-"+subject.Encoded())
	if accept := seen.all()[0].header.Get("Accept"); accept != ocispec.MediaTypeImageIndex {
		t.Errorf("it accepts %q", accept)
	}
}

func TestPagesOfReferrersAreGathered(t *testing.T) {
	t.Parallel()
	for name, link := range map[string]string{"relative": "", "absolute": "http://HOST"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch at := r.URL.Query().Get("at"); at {
				case "2":
					answer(200, listOf(entry("c", "")), asIndex)(w, r)
				default:
					following := map[string]string{"": "1", "1": "2"}[at]
					address := strings.Replace(link, "HOST", r.Host, 1) + r.URL.Path + "?at=" + following
					answer(200, listOf(entry("ab"[len(at):len(at)+1], "")), asIndex, "Link: <"+address+`>; rel="next"`)(w, r)
				}
			})
			listed, err := repository(t, hostOf(server), 0, nil).Referrers(t.Context(), subject, "")
			if got := texts(listed, "a", "b", "c"); err != nil || got != "a b c" {
				t.Errorf("got %q, %v", got, err)
			}
			if lines := seen.lines(); len(lines) != 3 {
				t.Errorf("asked %q", lines)
			}
		})
	}
}

// A list that is not whole must not pass for one.
func TestLaterPageThatFailsIsAnError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		kind   fault.Kind
	}{
		{"404", answer(404, ""), fault.NotFound},
		{"a page of HTML", answer(200, "<html>", "Content-Type: text/html"), fault.InvalidManifest},
		{"back to the first", answer(200, listOf(), asIndex, `Link: <`+subject.String()+`>; rel="next"`), fault.Registry},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.RawQuery != "" {
					test.answer(w, r)
					return
				}
				answer(200, listOf(entry("a", "")), asIndex, `Link: <?page=2>; rel="next"`)(w, r)
			})
			listed, err := repository(t, hostOf(server), 0, nil).Referrers(t.Context(), subject, "")
			if fault.KindOf(err) != test.kind || listed != nil {
				t.Errorf("got %v, %v", listed, err)
			}
			if len(seen.lines()) != 2 {
				t.Errorf("asked %q", seen.lines())
			}
		})
	}
}

func TestEndlessReferrersAreAnError(t *testing.T) {
	t.Parallel()
	for name, perPage := range map[string]int{"full pages": 500, "empty pages": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := 0
			server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
				page++
				var entries []string
				for i := range perPage {
					entries = append(entries, entry(fmt.Sprint(page, i), ""))
				}
				answer(200, listOf(entries...), asIndex, fmt.Sprintf(`Link: <?page=%d>; rel="next"`, page))(w, r)
			})
			_, err := repository(t, hostOf(server), 0, nil).Referrers(t.Context(), subject, "")
			if fault.KindOf(err) != fault.SizeExceeded || len(seen.lines()) > 1001 {
				t.Errorf("got %v after %d requests", err, len(seen.lines()))
			}
		})
	}
}

func TestPageThatBreaksIsAskedForAgain(t *testing.T) {
	t.Parallel()
	calls := 0
	inBubble(t, func(w http.ResponseWriter, r *http.Request) {
		list := listOf(entry("a", ""))
		if calls++; calls == 1 {
			answer(200, list[:20], asIndex, fmt.Sprintf("Content-Length: %d", len(list)))(w, r)
			return
		}
		answer(200, list, asIndex)(w, r)
	}, 3, func(t *testing.T, r *transfer.Repository, _ *journal) {
		listed, err := r.Referrers(t.Context(), subject, "")
		if got := texts(listed, "a"); err != nil || got != "a" || calls != 2 {
			t.Errorf("got %q, %v after %d calls", got, err, calls)
		}
	})
}

// Only an index that is not the subject is a list (oras-project/oras-go#1396).
func TestWhatTheFallbackTagMayBe(t *testing.T) {
	t.Parallel()
	own := listOf(entry("child", ""))
	for _, test := range []struct {
		name    string
		subject digest.Digest
		answer  http.HandlerFunc
		want    string
		kind    fault.Kind
	}{
		{"a list", subject, answer(200, listOf(entry("a", "")), asIndex), "a", 0},
		{"nothing", subject, answer(404, ""), "", 0},
		{"the subject itself", digest.FromString(own), answer(200, own, asIndex), "", 0},
		{"a manifest", subject, answer(200, document, "Content-Type: "+manifestType), "", 0},
		{"a Docker list", subject, answer(200, listOf(entry("a", "")), "Content-Type: application/vnd.docker.distribution.manifest.list.v2+json"), "", 0},
		{"a broken index", subject, answer(200, `{"manifests":`, asIndex), "", 0},
		{"a page", subject, answer(200, "<html>", "Content-Type: text/html"), "", fault.InvalidManifest},
		{"403", subject, answer(403, ""), "", fault.PermissionDenied},
		{"500", subject, answer(500, ""), "", fault.Registry},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/referrers/") {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				test.answer(w, r)
			})
			listed, err := repository(t, hostOf(server), 0, nil).Referrers(t.Context(), test.subject, "")
			if test.kind != 0 {
				if fault.KindOf(err) != test.kind {
					t.Errorf("got %v", err)
				}
				return
			}
			if got := texts(listed, "a", "child"); err != nil || got != test.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestReadReferrer(t *testing.T) {
	t.Parallel()
	pointing := fmt.Sprintf(`"subject":{"mediaType":"a/b","digest":%q,"size":1}`, subject)
	for _, test := range []struct{ name, raw, artifactType string }{
		{"its own type", `{` + pointing + `,"artifactType":"x/y","config":{"mediaType":"c/d"}}`, "x/y"},
		{"type of the config", `{` + pointing + `,"config":{"mediaType":"c/d"}}`, "c/d"},
		{"an index without a type", `{` + pointing + `,"manifests":[]}`, ""},
	} {
		found, ok := transfer.ReadReferrer(ocispec.Descriptor{Size: 7}, []byte(test.raw))
		if !ok || found.Subject != subject || found.Descriptor.ArtifactType != test.artifactType || found.Descriptor.Size != 7 {
			t.Errorf("%s: %+v, %v", test.name, found, ok)
		}
	}
	for _, raw := range []string{``, `[]`, `{}`, `{"subject":null}`, `{"subject":{}}`, `{"subject":{"digest":"sha256:x"}}`, `{"Subject":{` + pointing[len(`"subject":{`):] + `}`, `{` + pointing + `,` + pointing + `}`} {
		if found, ok := transfer.ReadReferrer(ocispec.Descriptor{}, []byte(raw)); ok {
			t.Errorf("%s is %+v", raw, found)
		}
	}
}

// referrer is a manifest that points at the subject.
func referrer(text string) (ocispec.Descriptor, []byte) {
	raw := []byte(fmt.Sprintf(`{"schemaVersion":2,"artifactType":"x/y","subject":{"digest":%q},"annotations":{"text":%q}}`, subject, text))
	return ocispec.Descriptor{MediaType: manifestType, Digest: digest.FromBytes(raw), Size: int64(len(raw))}, raw
}

func mustPut(t *testing.T, r *transfer.Repository, text string) ocispec.Descriptor {
	t.Helper()
	desc, raw := referrer(text)
	if err := r.PutManifest(t.Context(), desc.Digest.String(), desc, raw); err != nil {
		t.Fatal(err)
	}
	return desc
}

const listName = "org/mod:sha256-"

// listed returns the digests under the fallback tag.
func listed(t *testing.T, registry *testregistry.Registry) []digest.Digest {
	t.Helper()
	var index ocispec.Index
	raw := registry.Manifest(listName + subject.Encoded())
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		t.Fatal(err)
	}
	var found []digest.Digest
	for _, one := range index.Manifests {
		found = append(found, one.Digest)
	}
	return found
}

func TestFallbackTagIsKept(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	r := repository(t, registry.Host, 0, nil)
	a, b := mustPut(t, r, "a"), mustPut(t, r, "b")
	mustPut(t, r, "a") // again
	want := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[`+
		`{"mediaType":%[1]q,"digest":%[2]q,"size":%[3]d,"annotations":{"text":"a"},"artifactType":"x/y"},`+
		`{"mediaType":%[1]q,"digest":%[4]q,"size":%[3]d,"annotations":{"text":"b"},"artifactType":"x/y"}]}`,
		manifestType, a.Digest, a.Size, b.Digest)
	if got := string(registry.Manifest(listName + subject.Encoded())); got != want {
		t.Errorf("the list is\n%s\nnot\n%s", got, want)
	}
	found, err := r.Referrers(t.Context(), subject, "")
	if err != nil || len(found) != 2 || found[0].ArtifactType != "x/y" || found[1].Annotations["text"] != "b" {
		t.Errorf("found %+v, %v", found, err)
	}
	for _, gone := range []ocispec.Descriptor{a, b} {
		if err := r.RemoveReferrer(t.Context(), transfer.Referrer{Subject: subject, Descriptor: gone}); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(listed(t, registry), gone.Digest) {
			t.Errorf("%s is still listed", gone.Digest)
		}
	}
	if registry.Manifest(listName+subject.Encoded()) != nil {
		t.Error("the tag of an empty list is still there")
	}
}

// Whatever others wrote into the list stays, byte by byte.
func TestFallbackTagKeepsWhatOthersWrote(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	r := repository(t, registry.Host, 0, nil)
	theirs := entry("theirs", `,"annotations":{"b":"\u00e9","a":"1"},"x-extra":[1, 2]`)
	registry.AddManifest(listName+subject.Encoded(), ocispec.MediaTypeImageIndex,
		[]byte(`{"x-first":{"a": 1},"manifests":[`+theirs+`,{"bad":true}],"schemaVersion":2,"annotations":{"kept":"yes"}}`))
	mine := mustPut(t, r, "mine")
	got := string(registry.Manifest(listName + subject.Encoded()))
	if !strings.HasPrefix(got, `{"x-first":{"a": 1},"manifests":[`+theirs+`,{"bad":true},{`) || !strings.HasSuffix(got, `],"schemaVersion":2,"annotations":{"kept":"yes"}}`) {
		t.Errorf("the list is %s", got)
	}
	if err := r.RemoveReferrer(t.Context(), transfer.Referrer{Subject: subject, Descriptor: mine}); err != nil {
		t.Fatal(err)
	}
	if got := string(registry.Manifest(listName + subject.Encoded())); !strings.Contains(got, theirs+`,{"bad":true}]`) {
		t.Errorf("the list is %s", got)
	}
}

// What the tag names already is not overwritten unless it is a list.
func TestFallbackTagThatIsSomethingElseIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, mediaType, raw, says string
		kind                       fault.Kind
	}{
		{"a manifest", manifestType, document, "is something else", fault.InvalidManifest},
		{"a Docker list", "application/vnd.docker.distribution.manifest.list.v2+json", listOf(), "is something else", fault.InvalidManifest},
		{"a broken index", ocispec.MediaTypeImageIndex, `{"manifests":[`, "is something else", fault.InvalidManifest},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			registry.AddManifest(listName+subject.Encoded(), test.mediaType, []byte(test.raw))
			desc, raw := referrer("a")
			err := repository(t, registry.Host, 0, nil).PutManifest(t.Context(), desc.Digest.String(), desc, raw)
			if fault.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "is stored, but not listed") {
				t.Errorf("got %v", err)
			}
			if got := string(registry.Manifest(listName + subject.Encoded())); got != test.raw {
				t.Errorf("the tag is %s now", got)
			}
		})
	}
}

func TestRegistryThatTakesTheTagForTheDigest(t *testing.T) {
	t.Parallel()
	server, seen := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch {
		case r.Method == http.MethodPut:
			_, name, _ := strings.Cut(r.URL.Path, "/manifests/")
			answer(201, "", "Docker-Content-Digest: "+name)(w, r)
		default:
			answer(200, "subject", "Content-Type: "+manifestType)(w, r)
		}
	})
	desc, raw := referrer("a")
	err := repository(t, hostOf(server), 0, nil).PutManifest(t.Context(), desc.Digest.String(), desc, raw)
	if fault.KindOf(err) != fault.Unsupported || !strings.Contains(err.Error(), "for the digest") {
		t.Errorf("got %v", err)
	}
	if lines := seen.lines(); len(lines) != 2 {
		t.Errorf("it was asked %q", lines)
	}
}

// Others who knew no more than what was there before write over our change.
func TestFallbackTagSurvivesOthers(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	theirs := []string{listOf(entry("other1", "")), listOf(entry("other1", ""), entry("other2", ""))}
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/sha256-") || len(theirs) == 0 {
			return false
		}
		raw, _ := io.ReadAll(r.Body)
		registry.AddManifest(listName+subject.Encoded(), ocispec.MediaTypeImageIndex, []byte(theirs[0]))
		theirs = theirs[1:]
		w.Header().Set("Docker-Content-Digest", digest.FromBytes(raw).String())
		w.WriteHeader(http.StatusCreated)
		return true
	})
	mine := mustPut(t, repository(t, registry.Host, 0, nil), "mine")
	if got := listed(t, registry); !slices.Equal(got, []digest.Digest{digest.FromString("other1"), digest.FromString("other2"), mine.Digest}) {
		t.Errorf("listed are %q", got)
	}
}

func TestManyAtOnceAreAllListed(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() { mustPut(t, repository(t, registry.Host, 0, nil), fmt.Sprint(i)) })
	}
	group.Wait()
	if got := listed(t, registry); len(got) != 6 {
		t.Errorf("listed are %q", got)
	}
}

// CNCF distribution takes no list with a manifest that is gone.
func TestWhatIsGoneIsTakenOffTheList(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	r := repository(t, registry.Host, 0, nil)
	kept := mustPut(t, r, "kept")
	list := string(registry.Manifest(listName + subject.Encoded()))
	registry.AddManifest(listName+subject.Encoded(), ocispec.MediaTypeImageIndex, []byte(strings.Replace(list, "[", "["+entry("gone", "")+",", 1)))
	refused := false
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/sha256-") && !refused {
			refused = true
			testregistry.Refuse(w, http.StatusBadRequest, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
			return true
		}
		return false
	})
	mine := mustPut(t, r, "mine")
	if got := listed(t, registry); !refused || !slices.Equal(got, []digest.Digest{kept.Digest, mine.Digest}) {
		t.Errorf("listed are %q", got)
	}
}

func TestFallbackTagThatCannotBeSetIsAnError(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/sha256-") {
			testregistry.Refuse(w, http.StatusForbidden, "DENIED", "tags are immutable")
			return true
		}
		return false
	})
	desc, raw := referrer("a")
	err := repository(t, registry.Host, 0, nil).PutManifest(t.Context(), desc.Digest.String(), desc, raw)
	if fault.KindOf(err) != fault.PermissionDenied || !strings.Contains(err.Error(), "immutable") || !strings.Contains(err.Error(), desc.Digest.String()+" is stored, but not listed among the referrers of "+subject.String()) {
		t.Errorf("got %v", err)
	}
}

// withAPI answers as a registry with the referrers API does, which lists what is put
// from then on, and some texts more.
func withAPI(registry *testregistry.Registry, entries ...string) {
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.Contains(r.URL.Path, "/referrers/"):
			answer(200, listOf(entries...), asIndex)(w, r)
			return true
		case r.Method == http.MethodPut:
			w.Header().Set("OCI-Subject", subject.String())
		}
		return false
	})
}

func TestRegistryWithTheAPIIsLeftAlone(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	withAPI(registry)
	r := repository(t, registry.Host, 0, nil)
	desc := mustPut(t, r, "a")
	if err := r.RemoveReferrer(t.Context(), transfer.Referrer{Subject: subject, Descriptor: desc}); err != nil {
		t.Error(err)
	}
	want := []string{"PUT /v2/org/mod/manifests/" + desc.Digest.String(), "GET /v2/org/mod/referrers/" + subject.String()}
	if lines := registry.Lines(); !slices.Equal(lines, want) {
		t.Errorf("it was asked %q", lines)
	}
}

// The tag of the time before the API goes once the API lists all of it, and no sooner.
func TestStaleFallbackTagIsRemoved(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		api  []string
		kept bool
	}{
		{"all listed", []string{entry("b", ""), entry("a", ""), entry("c", "")}, false},
		{"one missing", []string{entry("a", "")}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			registry.AddManifest(listName+subject.Encoded(), ocispec.MediaTypeImageIndex, []byte(listOf(entry("a", ""), entry("b", ""))))
			withAPI(registry, test.api...)
			r := repository(t, registry.Host, 0, nil)
			r.TidyReferrers(t.Context(), subject)
			if lines := registry.Lines(); len(lines) > 0 {
				t.Errorf("without a sign of the API it was asked %q", lines)
			}
			mustPut(t, r, "c")
			r.TidyReferrers(t.Context(), subject)
			if kept := registry.Manifest(listName+subject.Encoded()) != nil; kept != test.kept {
				t.Errorf("kept: %v", kept)
			}
		})
	}
}
