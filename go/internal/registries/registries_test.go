package registries_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/registries"
)

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, content string) *registries.Config {
	t.Helper()
	config, err := registries.Load(write(t, filepath.Join(t.TempDir(), "registries.conf"), content))
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// found lists all places in their order, as texts; those that are insecure end in "!".
func found(t *testing.T, config *registries.Config, text string) string {
	t.Helper()
	reference, err := ref.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	places, err := config.Find(reference)
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, place := range append(places.Mirrors, places.Origin) {
		one := place.Reference.String()
		if place.Insecure {
			one += "!"
		}
		all = append(all, one)
	}
	return strings.Join(all, " ")
}

const digest = "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// containers-registries.conf(5) has this example.
const example = `
unqualified-search-registries = ["example.com"]

[[registry]]
prefix = "example.com/foo"
insecure = false
blocked = false
location = "internal-registry-for-example.com/bar"

[[registry.mirror]]
location = "example-mirror-0.local/mirror-for-foo"

[[registry.mirror]]
location = "example-mirror-1.local/mirrors/foo"
insecure = true

[[registry]]
location = "registry.com"

[[registry.mirror]]
location = "mirror.registry.com"
`

func TestFind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, config, reference, want string }{
		{
			"the manual's example", example, "example.com/foo/image:latest",
			"example-mirror-0.local/mirror-for-foo/image:latest example-mirror-1.local/mirrors/foo/image:latest! internal-registry-for-example.com/bar/image:latest",
		},
		{"its second registry", example, "registry.com/image:latest", "mirror.registry.com/image:latest registry.com/image:latest"},
		{"none of its registries", example, "example.com/other/image:latest", "example.com/other/image:latest"},
		{"a part of a name is no prefix", example, "example.com/foobar/image:v1", "example.com/foobar/image:v1"},
		{"nothing", "", "a.example/b:v1", "a.example/b:v1"},
		{"another port is another registry", "[[registry]]\nlocation='a.example'\ninsecure=true", "a.example:5000/b:v1", "a.example:5000/b:v1"},
		{"a port", "[[registry]]\nprefix='a.example:5000'\nlocation='b.example'", "a.example:5000/b:v1", "b.example/b:v1"},
		{"the longest prefix", "[[registry]]\nprefix='a.example'\nlocation='one.example'\n[[registry]]\nprefix='a.example/b'\nlocation='two.example'", "a.example/b/c:v1", "two.example/c:v1"},
		{"the first of two that are the same", "[[registry]]\nprefix='a.example'\nlocation='one.example'\n[[registry]]\nprefix='a.example'\nlocation='two.example'", "a.example/b:v1", "one.example/b:v1"},
		{"a whole repository", "[[registry]]\nprefix='a.example/b'\nlocation='one.example/x'", "a.example/b:v1", "one.example/x:v1"},
		{"a tag", "[[registry]]\nprefix='a.example/b:v1'\nlocation='one.example/x'", "a.example/b:v1", "one.example/x:v1"},
		{"another tag", "[[registry]]\nprefix='a.example/b:v1'\nlocation='one.example/x'", "a.example/b:v10", "a.example/b:v10"},
		{"a digest", "[[registry]]\nprefix='a.example/b'\nlocation='one.example/x'", "a.example/b" + digest, "one.example/x" + digest},
		{"a slash at the end", "[[registry]]\nprefix='a.example/'\nlocation='one.example/x/'", "a.example/b:v1", "one.example/x/b:v1"},
		{"Docker Hub", "[[registry]]\nprefix='docker.io/library'\nlocation='one.example/hub'", "index.docker.io/hello:1", "one.example/hub/hello:1"},
		{"a wildcard", "[[registry]]\nprefix='*.example'\n[[registry.mirror]]\nlocation='m.test/x'", "a.b.example/c:v1", "m.test/x/c:v1 a.b.example/c:v1"},
		{"a wildcard, with a port", "[[registry]]\nprefix='*.example'\ninsecure=true", "a.example:5000/c:v1", "a.example:5000/c:v1!"},
		{"not without a subdomain", "[[registry]]\nprefix='*.example.com'\ninsecure=true", "example.com/c:v1", "example.com/c:v1"},
		{"nor in the path", "[[registry]]\nprefix='*.example.com'\ninsecure=true", "a.test/b.example.com/c:v1", "a.test/b.example.com/c:v1"},
		{"a wildcard with a location", "[[registry]]\nprefix='*.example'\nlocation='one.test/x'", "a.example:5000/c:v1", "one.test/x/c:v1"},
		{"mirrors for digests, a tag", "[[registry]]\nlocation='a.example'\nmirror-by-digest-only=true\n[[registry.mirror]]\nlocation='m.test'", "a.example/b:v1", "a.example/b:v1"},
		{"mirrors for digests, a digest", "[[registry]]\nlocation='a.example'\nmirror-by-digest-only=true\n[[registry.mirror]]\nlocation='m.test'", "a.example/b" + digest, "m.test/b" + digest + " a.example/b" + digest},
		{"each mirror its own, a tag", mirrors, "a.example/b:v1", "t.test/b:v1 all.test/b:v1 none.test/b:v1 a.example/b:v1"},
		{"each mirror its own, a digest", mirrors, "a.example/b" + digest, "d.test/b" + digest + " all.test/b" + digest + " none.test/b" + digest + " a.example/b" + digest},
		{"version 1, insecure", "[registries.insecure]\nregistries=['a.example']", "a.example/b:v1", "a.example/b:v1!"},
		{"version 1, search", "[registries.search]\nregistries=['x.example']", "a.example/b:v1", "a.example/b:v1"},
		{"keys that are not known", "credential-helpers=[]\nnew-key={a=1}\n[[registry]]\nlocation='a.example'\nnewer=1\n[aliases]\n\"x\"=\"y/z\"", "a.example/b:v1", "a.example/b:v1"},
	} {
		if got := found(t, load(t, test.config), test.reference); got != test.want {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}

const mirrors = `
[[registry]]
location = "a.example"
[[registry.mirror]]
location = "d.test"
pull-from-mirror = "digest-only"
[[registry.mirror]]
location = "t.test"
pull-from-mirror = "tag-only"
[[registry.mirror]]
location = "all.test"
pull-from-mirror = "all"
[[registry.mirror]]
location = "none.test"
`

func TestBlocked(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"[[registry]]\nprefix='a.example/bad'\nlocation='b.example'\nblocked=true\n[[registry.mirror]]\nlocation='m.test'",
		"[registries.block]\nregistries=['a.example/bad']",
	} {
		config := load(t, content)
		reference, _ := ref.Parse("a.example/bad/mod:v1")
		places, err := config.Find(reference)
		if err != nil {
			t.Error(err)
		}
		err = places.Blocked
		if fault.KindOf(err) != fault.PermissionDenied || !strings.Contains(err.Error(), `"a.example/bad" is blocked by "`) || !strings.Contains(err.Error(), "registries.conf") {
			t.Errorf("%v", err)
		}
		if got := found(t, config, "a.example/good/mod:v1"); got != "a.example/good/mod:v1" {
			t.Errorf("%s", got)
		}
	}
}

// A registry may be blocked so that its mirrors alone are read. What is blocked as a mirror, or as
// where a name leads, is so by its own table.
func TestMirrorsOfWhatIsBlocked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, config, mirrors string
		blocked               bool
	}{
		{"the origin alone", "[[registry]]\nlocation='a.example'\nblocked=true\n[[registry.mirror]]\nlocation='m.test'", "m.test", true},
		{"a mirror", "[[registry]]\nlocation='a.example'\n[[registry.mirror]]\nlocation='m.test'\n[[registry.mirror]]\nlocation='n.test'\n[[registry]]\nlocation='m.test'\nblocked=true", "n.test", false},
		{"below the origin", "[[registry]]\nlocation='a.example'\nblocked=true\n[[registry.mirror]]\nlocation='a.example/mirror'", "", true},
		{"where it leads", "[[registry]]\nprefix='a.example'\nlocation='b.example/x'\n[[registry]]\nlocation='b.example'\nblocked=true", "", true},
	} {
		reference, _ := ref.Parse("a.example/mod:v1")
		places, err := load(t, test.config).Find(reference)
		if err != nil {
			t.Fatal(err)
		}
		var hosts []string
		for _, one := range places.Mirrors {
			hosts = append(hosts, one.Reference.Registry)
		}
		if got := strings.Join(hosts, " "); got != test.mirrors || (places.Blocked != nil) != test.blocked {
			t.Errorf("%s: %s, %v", test.name, got, places.Blocked)
		}
	}
}

func TestIsInsecure(t *testing.T) {
	t.Parallel()
	config := load(t, "[[registry]]\nprefix='a.example'\nlocation='b.example/x'\ninsecure=true\n[[registry]]\nlocation='c.example'\nblocked=true")
	for host, want := range map[string]bool{"a.example": true, "b.example": false, "a.example:5000": false} {
		if got, err := config.IsInsecure(host); got != want || err != nil {
			t.Errorf("%s: %v, %v", host, got, err)
		}
	}
	if _, err := config.IsInsecure("c.example"); fault.KindOf(err) != fault.PermissionDenied {
		t.Errorf("%v", err)
	}
}

func TestFilesThatAreWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, content, want string }{
		{"no TOML", "# begin\n[[registry]\n", "line 2: "},
		{"a key twice", "[[registry]]\nlocation='a.example'\nlocation='b.example'\n", "line 3: "},
		{"another type", "[[registry]]\nlocation='a.example'\ninsecure='yes'\n", "line 3: "},
		{"another type, of the second", "[[registry]]\nlocation='a.example'\ninsecure=true\n\n[[registry]]\nlocation='b.example'\ninsecure='yes'\n", "line 7: "},
		{"a number", "[[registry]]\nlocation=5\n", "line 2: "},
		{"a scheme", "[[registry]]\nprefix='a.example'\nlocation='https://b.example'\n", `line 3: "https://b.example" has a scheme; write HOST[:PORT][/PATH]`},
		{"a short name", "[[registry]]\nlocation='b'\n", `line 2: "b" is not HOST[:PORT][/PATH]`},
		{"a tag in a location", "[[registry]]\nprefix='a.example/x'\nlocation='b.example/x:v1'\n", `line 3: "b.example/x:v1" is not HOST[:PORT][/PATH]`},
		{"a wildcard in the middle", "[[registry]]\nprefix='a.*.example'\nlocation='b.example'\n", `line 2: "a.*.example" is neither HOST[:PORT][/PATH] nor *.HOST`},
		{"a wildcard with a path", "[[registry]]\nprefix='*.example/x'\n", `line 2: "*.example/x" is not a prefix`},
		{"a wildcard for all", "[[registry]]\nprefix='*'\nlocation='b.example'\n", "line 2: "},
		{"neither prefix nor location", "[[registry]]\nlocation='a.example'\n\n[[registry]]\ninsecure=true\n", `line 4: the registry has neither a prefix nor a location; add location = "HOST"`},
		{"no location", "\n[[registry]]\nprefix='a.example'\n", `line 2: the registry with the prefix "a.example" has no location; add location = "a.example", or where`},
		{"a mirror without a location", "[[registry]]\nlocation='a.example'\n[[registry.mirror]]\ninsecure=true\n", `line 3: a mirror of "a.example" has no location; add location = `},
		{"a restriction that is not known", "[[registry]]\nlocation='a.example'\n[[registry.mirror]]\nlocation='m.test'\npull-from-mirror='never'\n", `line 5: pull-from-mirror is "never", not all, digest-only or tag-only`},
		{"a restriction of what is no mirror", "[[registry]]\nlocation='a.example'\npull-from-mirror='all'\n", "line 3: pull-from-mirror is a matter of mirrors"},
		{"two restrictions", "[[registry]]\nlocation='a.example'\nmirror-by-digest-only=true\n[[registry.mirror]]\nlocation='m.test'\npull-from-mirror='all'\n", "line 6: pull-from-mirror and mirror-by-digest-only exclude each other"},
	} {
		path := write(t, filepath.Join(t.TempDir(), "registries.conf"), test.content)
		_, err := registries.Load(path)
		var wrong *fault.Error
		if !errors.As(err, &wrong) || wrong.Kind != fault.InvalidArgument || wrong.Detail.Path != path ||
			!strings.Contains(err.Error(), `registries.conf", `+test.want) && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// A key that is not known may be misspelt: it is named, once for each. What containers/image knows
// and is of no interest here is not.
func TestKeysThatAreNotKnown(t *testing.T) {
	t.Parallel()
	known := "unqualified-search-registries=['a.example']\nshort-name-mode='enforcing'\ncredential-helpers=['x']\nadditional-layer-store-auth-helper='y'\n[aliases]\n\"x\"=\"y/z\"\n[registries.search]\nregistries=['b.example']\n"
	for content, want := range map[string][]string{
		known:   nil,
		example: nil,
		"[[registry]]\nlocation='a.example'\nblokced=true\n[[registry.mirror]]\nlocation='m.test'\ninsceure=true\n": {`line 3: the key "registry.blokced" is not known`, `line 6: the key "registry.mirror.insceure" is not known`},
		"[[registery]]\nlocation='a.example'\n": {`line 1: the key "registery" is not known`},
	} {
		config := load(t, content)
		odd := config.Odd()
		if len(odd) != len(want) {
			t.Errorf("%q: %q", content, odd)
			continue
		}
		for i, words := range want {
			if !strings.Contains(odd[i], words) || !strings.Contains(odd[i], `registries.conf", `) {
				t.Errorf("%q: %q", content, odd[i])
			}
		}
	}
	if config := load(t, strings.Repeat("[[registry]]\nlocation='a.example'\nodd=1\n", 1000)); len(config.Odd()) != 10 {
		t.Errorf("it says %d things", len(config.Odd()))
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.conf")
	if _, err := registries.Load(path); fault.KindOf(err) != fault.Filesystem || !strings.Contains(err.Error(), "none.conf") {
		t.Errorf("%v", err)
	}
}

func table(host string) string {
	return "[[registry]]\nprefix='a.example'\nlocation='" + host + "'\n"
}

func TestSystemFiles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"none", nil, "a.example/b:v1"},
		{"the system's", map[string]string{"system/registries.conf": table("s.test")}, "s.test/b:v1"},
		{"the user's in its place", map[string]string{"system/registries.conf": table("s.test"), "user/registries.conf": table("u.test")}, "u.test/b:v1"},
		{"an empty one of the user", map[string]string{"system/registries.conf": table("s.test"), "user/registries.conf": ""}, "a.example/b:v1"},
		{"the folder's after the file", map[string]string{"system/registries.conf": table("s.test"), "system/registries.conf.d/1.conf": table("f.test")}, "f.test/b:v1"},
		{"in the order of names", map[string]string{"system/registries.conf.d/1.conf": table("one.test"), "system/registries.conf.d/2.conf": table("two.test")}, "two.test/b:v1"},
		{"the user's folder last", map[string]string{"user/registries.conf.d/1.conf": table("u.test"), "system/registries.conf.d/2.conf": table("s.test")}, "u.test/b:v1"},
		{"no folder of the system beside the user's file", map[string]string{"user/registries.conf": "", "system/registries.conf.d/2.conf": table("s.test")}, "a.example/b:v1"},
		{"other names", map[string]string{"system/registries.conf.d/1.conf~": table("s.test"), "system/registries.conf.d/sub/1.conf": table("s.test")}, "a.example/b:v1"},
	} {
		dir := t.TempDir()
		for name, content := range test.files {
			write(t, filepath.Join(dir, name), content)
		}
		config, err := registries.LoadSystem(filepath.Join(dir, "system"), filepath.Join(dir, "user"))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := found(t, config, "a.example/b:v1"); got != test.want {
			t.Errorf("%s: %s", test.name, got)
		}
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "registries.conf.d", "bad.conf"), "[[registry]\n")
	if _, err := registries.LoadSystem(dir, ""); fault.KindOf(err) != fault.InvalidArgument || !strings.Contains(err.Error(), "bad.conf") {
		t.Errorf("%v", err)
	}
}
