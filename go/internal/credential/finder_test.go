package credential_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
)

const host = "registry.test:5000"

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

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// entries is a file that has one user for some keys.
func entries(user string, keys ...string) string {
	var parts []string
	for _, key := range keys {
		parts = append(parts, fmt.Sprintf(`%q:{"auth":%q}`, key, encoded(user+":s3cret")))
	}
	return `{"auths":{` + strings.Join(parts, ",") + `}}`
}

// withoutSecrets fails where a problem shows a secret.
func withoutSecrets(t *testing.T, found credential.Found) {
	t.Helper()
	if text := fmt.Sprint(found.Problems); strings.Contains(text, "s3cret") {
		t.Errorf("a problem shows the secret: %s", text)
	}
}

func TestTheFilesHaveAnOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	places := []struct{ name, path string }{
		{"REGISTRY_AUTH_FILE", filepath.Join(dir, "explicit.json")},
		{"DOCKER_CONFIG", filepath.Join(dir, "docker", "config.json")},
		{"XDG_RUNTIME_DIR", filepath.Join(dir, "run", "containers", "auth.json")},
		{"XDG_CONFIG_HOME", filepath.Join(dir, "config", "containers", "auth.json")},
	}
	environment := map[string]string{
		"REGISTRY_AUTH_FILE": places[0].path, "DOCKER_CONFIG": filepath.Join(dir, "docker"),
		"XDG_RUNTIME_DIR": filepath.Join(dir, "run"), "XDG_CONFIG_HOME": filepath.Join(dir, "config"),
		"HOME": filepath.Join(dir, "home"),
	}
	for _, place := range places {
		write(t, place.path, entries(place.name, host))
	}
	named := write(t, filepath.Join(dir, "named.json"), entries("named", host))
	write(t, filepath.Join(dir, "home", ".docker", "config.json"), entries("hidden by DOCKER_CONFIG", host))

	if found := credential.NewFinder(named, environment, nil).Find(t.Context(), host, "org/mod"); found.Username != "named" || found.Path != named {
		t.Errorf("the named file: %q of %s", found.Username, found.Path)
	}
	finder := credential.NewFinder("", environment, nil)
	for i, place := range places {
		found := finder.Find(t.Context(), host, "org/mod")
		if found.Username != place.name || found.Path != place.path || len(found.Problems) > 0 {
			t.Errorf("%s: %q of %s, %v", place.name, found.Username, found.Path, found.Problems)
		}
		// A file without the host ends nothing, nor does one that is missing.
		write(t, place.path, entries("other", "other.test"))
		if i%2 == 1 {
			if err := os.Remove(place.path); err != nil {
				t.Fatal(err)
			}
		}
	}
	if found := finder.Find(t.Context(), host, "org/mod"); found.Path != "" || len(found.Problems) > 0 {
		t.Errorf("none is left, and there is %+v", found)
	}
	delete(environment, "DOCKER_CONFIG")
	delete(environment, "XDG_CONFIG_HOME")
	if found := credential.NewFinder("", environment, nil).Find(t.Context(), host, "org/mod"); found.Username != "hidden by DOCKER_CONFIG" {
		t.Errorf("docker's file at home: %+v", found)
	}
	write(t, filepath.Join(dir, "home", ".config", "containers", "auth.json"), entries("at home", host))
	if found := credential.NewFinder("", environment, nil).Find(t.Context(), host, "org/mod"); found.Username != "at home" {
		t.Errorf("podman's file at home: %+v", found)
	}
}

func TestWhichEntryIsMeant(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, host, repository string
		keys                   []string
		want                   bool
	}{
		{"host", host, "org/mod", []string{host}, true},
		{"scheme", host, "org/mod", []string{"https://" + host}, true},
		{"scheme and path", host, "org/mod", []string{"http://" + host + "/v1/"}, true},
		{"path of an interface", host, "org/mod", []string{host + "/v2/"}, true},
		{"another case", host, "org/mod", []string{"Registry.Test:5000"}, true},
		{"another port", host, "org/mod", []string{"registry.test:5001"}, false},
		{"no port", host, "org/mod", []string{"registry.test"}, false},
		{"the beginning of the host", host, "org/mod", []string{"registry.test:500"}, false},
		{"repository", host, "org/mod", []string{host + "/org/mod"}, true},
		{"what is above the repository", host, "org/sub/mod", []string{host + "/org"}, true},
		{"another repository", host, "org/mod", []string{host + "/org/mod2"}, false},
		{"the beginning of a part", host, "organic/mod", []string{host + "/org"}, false},
		{"Docker Hub as docker has it", "registry-1.docker.io", "library/mod", []string{"https://index.docker.io/v1/"}, true},
		{"Docker Hub as podman has it", "registry-1.docker.io", "me/mod", []string{"docker.io"}, true},
		{"a repository of Docker Hub", "registry-1.docker.io", "me/mod", []string{"docker.io/me"}, true},
		{"not Docker Hub", host, "org/mod", []string{"https://index.docker.io/v1/"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, filepath.Join(t.TempDir(), "auth.json"), entries("me", test.keys...))
			found := credential.NewFinder(path, nil, nil).Find(t.Context(), test.host, test.repository)
			if (found.Username == "me") != test.want || len(found.Problems) > 0 {
				t.Errorf("%+v", found)
			}
		})
	}
}

func TestTheLongestKeyWins(t *testing.T) {
	t.Parallel()
	path := write(t, filepath.Join(t.TempDir(), "auth.json"), fmt.Sprintf(
		`{"auths":{%q:{"auth":%q},%q:{"auth":%q},%q:{"auth":%q}}}`,
		host, encoded("host:x"), host+"/org", encoded("org:x"), host+"/org/mod", encoded("mod:x")))
	finder := credential.NewFinder(path, nil, nil)
	for repository, want := range map[string]string{"org/mod": "mod", "org/mod/sub": "mod", "org/other": "org", "other": "host"} {
		if found := finder.Find(t.Context(), host, repository); found.Username != want {
			t.Errorf("%s: %q, not %q", repository, found.Username, want)
		}
	}
}

func TestWhatAnEntryHolds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, entry, user, password, refresh, access string }{
		{"auth", `{"auth":"` + encoded("me:a:b:c") + `"}`, "me", "a:b:c", "", ""},
		{"fields", `{"username":"me","password":"pw"}`, "me", "pw", "", ""},
		{"auth wins", `{"auth":"` + encoded("me:pw") + `","username":"other","password":"x"}`, "me", "pw", "", ""},
		{"identity token", `{"identitytoken":"idt"}`, "", "", "idt", ""},
		{"registry token", `{"registrytoken":"rt"}`, "", "", "", "rt"},
		{"padded", `{"auth":"` + encoded("me:pw\x00\x00") + `"}`, "me", "pw", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, filepath.Join(t.TempDir(), "auth.json"), fmt.Sprintf(`{"auths":{%q:%s}}`, host, test.entry))
			found := credential.NewFinder(path, nil, nil).Find(t.Context(), host, "org/mod")
			if found.Username != test.user || found.Password != test.password || found.RefreshToken != test.refresh || found.AccessToken != test.access {
				t.Errorf("%+v", found)
			}
		})
	}
}

func TestFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, content, says string }{
		{"half", `{"auths":{"` + host + `":{"auth":"s3cret`, "not JSON"},
		{"a list", `["s3cret"]`, "not what docker or podman write"},
		{"a text for auths", `{"auths":"s3cret"}`, "auths"},
		{"not base64", `{"auths":{"` + host + `":{"auth":"s3cret!"}}}`, "base64"},
		{"no colon", `{"auths":{"` + host + `":{"auth":"` + encoded("s3cret") + `"}}}`, "USER:PASSWORD"},
		{"a number for auth", `{"auths":{"` + host + `":{"auth":7}}}`, "auth"},
		{"nothing", "", "neither auths"},
		{"an empty object", "{}", "neither auths"},
		{"no auths", `{"name":"s3cret","items":{"a":{"b":1}}}`, "neither auths"},
		{"auths that are null", `{"auths":null}`, "neither auths"},
		{"large", strings.Repeat(" ", 4<<20) + `{}`, "larger"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, filepath.Join(t.TempDir(), "auth.json"), test.content)
			found := credential.NewFinder(path, nil, nil).Find(t.Context(), host, "org/mod")
			withoutSecrets(t, found)
			if text := fmt.Sprint(found.Problems); len(found.Problems) != 1 || !strings.Contains(text, path) || !strings.Contains(text, test.says) {
				t.Errorf("%s does not name the file, and %q", text, test.says)
			}
		})
	}
	for _, test := range []struct{ name, path string }{
		{"a folder", t.TempDir()},
		{"missing", filepath.Join(t.TempDir(), "missing.json")},
	} {
		if found := credential.NewFinder(test.path, nil, nil).Find(t.Context(), host, "org/mod"); len(found.Problems) != 1 {
			t.Errorf("%s: %+v", test.name, found)
		}
	}
}

// N-13: what OpenShift calls .dockercfg.
func TestHostsAtTheTopOfANamedFile(t *testing.T) {
	t.Parallel()
	content := `{"` + host + `":{"auth":"` + encoded("me:s3cret") + `","email":"me@example"},"https://other.example":{"username":"you","password":"s3cret"}}`
	path := write(t, filepath.Join(t.TempDir(), ".dockercfg"), content)
	for where, user := range map[string]string{host: "me", "other.example": "you", "third.example": ""} {
		if found := credential.NewFinder(path, nil, nil).Find(t.Context(), where, "org/mod"); found.Username != user || len(found.Problems) > 0 {
			t.Errorf("%s: %+v", where, found)
		}
	}
	// Only docker's own name for it means that.
	env := map[string]string{"REGISTRY_AUTH_FILE": path}
	if found := credential.NewFinder("", env, nil).Find(t.Context(), host, "org/mod"); found.Username != "" {
		t.Errorf("%+v", found)
	}
}

func TestFilesThatSayNothing(t *testing.T) {
	t.Parallel()
	for _, content := range []string{`{"auths":{}}`, `{"credHelpers":{}}`, "\xef\xbb\xbf" + `{"auths":{}}`, `{"auths":{"` + host + `":{}}}`} {
		path := write(t, filepath.Join(t.TempDir(), "auth.json"), content)
		if found := credential.NewFinder(path, nil, nil).Find(t.Context(), host, "org/mod"); found.Path != "" || len(found.Problems) > 0 {
			t.Errorf("%q: %+v", content, found)
		}
	}
	path := write(t, filepath.Join(t.TempDir(), "auth.json"), "\xef\xbb\xbf"+entries("me", host))
	if found := credential.NewFinder(path, nil, nil).Find(t.Context(), host, "org/mod"); found.Username != "me" {
		t.Errorf("after a byte order mark: %+v", found)
	}
	if found := credential.NewFinder("", nil, nil).Find(t.Context(), host, "org/mod"); found.Path != "" || len(found.Problems) > 0 {
		t.Errorf("without a home: %+v", found)
	}
}
