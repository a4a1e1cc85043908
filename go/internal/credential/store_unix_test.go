//go:build unix

package credential_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/secret"
)

// written reads a file of credentials, which nobody else may.
func written(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if !json.Valid(raw) {
		t.Errorf("not JSON: %s", raw)
	}
	return string(raw)
}

func compact(t *testing.T, text string) string {
	t.Helper()
	return strings.NewReplacer("\n", "", "\t", "", ": ", ":").Replace(text)
}

func TestAllElseInAFileStays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ before, after, erased string }{
		{"", `{"auths":{"HOST":{"auth":"AUTH"}}}`, `{"auths":{}}`},
		{"{}", `{"auths":{"HOST":{"auth":"AUTH"}}}`, `{"auths":{}}`},
		{`{"auths":null,"psFormat":"<&>"}`, `{"auths":{"HOST":{"auth":"AUTH"}},"psFormat":"<&>"}`, `{"auths":{},"psFormat":"<&>"}`},
		{
			`{"z":12345678901234567890,"auths":{"other.example/a":{"auth":"x","new":1.0},"HOST":{"auth":"old","email":"e","password":"p"}},"credHelpers":{"gcr.io":"g"}}`,
			`{"z":12345678901234567890,"auths":{"other.example/a":{"auth":"x","new":1.0},"HOST":{"email":"e","auth":"AUTH"}},"credHelpers":{"gcr.io":"g"}}`,
			`{"z":12345678901234567890,"auths":{"other.example/a":{"auth":"x","new":1.0}},"credHelpers":{"gcr.io":"g"}}`,
		},
		{`{"other.example":{"auth":"x"}}`, `{"other.example":{"auth":"x"},"HOST":{"auth":"AUTH"}}`, `{"other.example":{"auth":"x"}}`},
		{"\xef\xbb\xbf" + `{"auths":{"https://HOST/v1/":{"auth":"old"}}}`, `{"auths":{"https://HOST/v1/":{"auth":"old"},"HOST":{"auth":"AUTH"}}}`, `{"auths":{}}`},
	} {
		t.Run(test.before, func(t *testing.T) {
			t.Parallel()
			fill := strings.NewReplacer("HOST", host, "AUTH", encoded("me:s3cret")).Replace
			path := write(t, filepath.Join(t.TempDir(), "config.json"), fill(test.before))
			if err := os.Chmod(path, 0o644); err != nil {
				t.Fatal(err)
			}
			finder := credential.NewFinder(path, nil, nil)
			stored, err := finder.Store(t.Context(), host, auth.Credential{Username: "me", Password: "s3cret"})
			if err != nil || stored.Path != path || stored.Helper != "" {
				t.Fatal(stored, err)
			}
			if text := compact(t, written(t, path)); text != fill(test.after) {
				t.Errorf("%s\nnot %s", text, fill(test.after))
			}
			if found := finder.Find(t.Context(), host, "org/mod"); found.Username != "me" || found.Password != "s3cret" {
				t.Errorf("%+v", found)
			}
			erased, err := finder.Erase(t.Context(), host, "")
			if err != nil || fmt.Sprint(erased.Registries) != "["+host+"]" {
				t.Error(erased, err)
			}
			if text := compact(t, written(t, path)); text != fill(test.erased) {
				t.Errorf("%s\nnot %s", text, fill(test.erased))
			}
			if again, err := finder.Erase(t.Context(), host, ""); err != nil || len(again.Registries) != 0 {
				t.Error(again, err)
			}
		})
	}
}

func TestAFileThatIsBrokenIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, content := range []string{`{"auths":`, `[]`, `{"auths":[]}`, `{"auths":{}} s3cret`, `"s3cret"`} {
		path := write(t, filepath.Join(t.TempDir(), "config.json"), content)
		_, err := credential.NewFinder(path, nil, nil).Store(t.Context(), host, auth.Credential{Username: "me", Password: "s3cret"})
		if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", content, err)
		}
		if raw, _ := os.ReadFile(path); string(raw) != content {
			t.Errorf("%s became %s", content, raw)
		}
	}
}

func TestWhereACredentialIsKept(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file, content string
		set                 []string
		path                string
	}{
		{"at home", "", "", nil, "home/.docker/config.json"},
		{"docker's folder", "", "", []string{"DOCKER_CONFIG=docker"}, "docker/config.json"},
		{"podman's variable", "", "", []string{"DOCKER_CONFIG=docker", "REGISTRY_AUTH_FILE=mine.json"}, "mine.json"},
		{"where the registry is known", "run/containers/auth.json", entries("old", host), []string{"DOCKER_CONFIG=docker", "XDG_RUNTIME_DIR=run"}, "run/containers/auth.json"},
		{"not where another is", "run/containers/auth.json", entries("old", "other.example"), []string{"XDG_RUNTIME_DIR=run"}, "home/.docker/config.json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			environment := map[string]string{"HOME": filepath.Join(dir, "home")}
			for _, one := range test.set {
				name, value, _ := strings.Cut(one, "=")
				environment[name] = filepath.Join(dir, value)
			}
			if test.file != "" {
				write(t, filepath.Join(dir, test.file), test.content)
			}
			finder := credential.NewFinder("", environment, nil)
			stored, err := finder.Store(t.Context(), host, auth.Credential{Username: "me", Password: "s3cret"})
			if err != nil || stored.Path != filepath.Join(dir, test.path) {
				t.Fatal(stored, err)
			}
			if found := finder.Find(t.Context(), host, "org/mod"); found.Username != "me" {
				t.Errorf("%+v", found)
			}
		})
	}
	if _, err := credential.NewFinder("", nil, nil).Store(t.Context(), host, auth.Credential{Username: "me"}); err == nil || !strings.Contains(err.Error(), "auth_file") {
		t.Error(err)
	}
}

// keeps is a helper with a file of its own for each registry.
const keeps = `at=$KEPT/$(printf '%s' "$address" | sed 's/.*"ServerURL":"\([^"]*\)".*/\1/' | tr '/:' '__')
case $1 in
store) printf '%s' "$address" > "$at";;
get) cat "$at" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; };;
erase) rm "$at";;
esac`

func TestAHelperKeepsACredential(t *testing.T) {
	t.Parallel()
	for _, config := range []string{`{"credsStore":"all"}`, `{"auths":{"` + host + `":{"auth":"b2xk"}},"credHelpers":{"` + host + `":"all"}}`} {
		for _, given := range []auth.Credential{{Username: "me", Password: "s3cret"}, {RefreshToken: "s3cret"}} {
			path := write(t, filepath.Join(t.TempDir(), "config.json"), config)
			environment := helpers(t, map[string]string{"all": keeps})
			environment["KEPT"] = t.TempDir()
			finder := credential.NewFinder(path, environment, nil)
			stored, err := finder.Store(t.Context(), host, given)
			if err != nil || stored.Helper != "docker-credential-all" || stored.Path != path {
				t.Fatal(stored, err)
			}
			if text := written(t, path); strings.Contains(text, "s3cret") || strings.Contains(text, "b2xk") || !strings.Contains(text, host) {
				t.Errorf("the file has %s", text)
			}
			if found := finder.Find(t.Context(), host, "org/mod"); found.Credential != given || found.Helper == "" {
				t.Errorf("%+v", found)
			}
			erased, err := finder.Erase(t.Context(), "", "")
			if err != nil || fmt.Sprint(erased.Registries) != "["+host+"]" {
				t.Error(erased, err)
			}
			if found := finder.Find(t.Context(), host, "org/mod"); found.Path != "" {
				t.Errorf("%+v", found)
			}
		}
	}
}

func TestAHelperThatFailsToKeep(t *testing.T) {
	t.Parallel()
	const config = `{"credsStore":"all"}`
	path := write(t, filepath.Join(t.TempDir(), "config.json"), config)
	finder := credential.NewFinder(path, helpers(t, map[string]string{"all": `printf %s "$address" >&2; exit 1`}), &secret.Set{})
	_, err := finder.Store(t.Context(), host, auth.Credential{Username: "me", Password: "s3cret"})
	if err == nil || !strings.Contains(err.Error(), "docker-credential-all") || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "s3cret") {
		t.Error(err)
	}
	if raw, _ := os.ReadFile(path); string(raw) != config {
		t.Errorf("%s", raw)
	}
}

// Of writers at the same time, none loses what another has written.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.json")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			_, err := credential.NewFinder(path, nil, nil).Store(t.Context(), fmt.Sprintf("r%d.example", i), auth.Credential{Username: "me", Password: "s3cret"})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if count := strings.Count(written(t, path), `"auth"`); count != 20 {
		t.Errorf("%d entries", count)
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("%v", names)
	}
}

// A link leads to where somebody keeps the file.
func TestALinkThatLeadsNowhereStays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		target string
		lost   bool
	}{{"real/config.json", false}, {"nowhere/config.json", true}} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "real"), 0o700); err != nil {
			t.Fatal(err)
		}
		link, target := filepath.Join(dir, "config.json"), filepath.Join(dir, test.target)
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		finder := credential.NewFinder(link, nil, nil)
		if _, err := finder.Erase(t.Context(), host, ""); err == nil {
			t.Error("there was nothing to erase")
		}
		_, err := finder.Store(t.Context(), host, auth.Credential{Username: "me", Password: "s3cret"})
		if to, broken := os.Readlink(link); broken != nil || to != target {
			t.Error(to, broken)
		}
		if test.lost {
			if fault.KindOf(err) != fault.Filesystem || !strings.Contains(err.Error(), target) {
				t.Errorf("it said %v", err)
			}
			if _, err := os.Lstat(filepath.Dir(target)); !os.IsNotExist(err) {
				t.Errorf("the folder was made: %v", err)
			}
			continue
		}
		if err != nil || !strings.Contains(written(t, target), host) {
			t.Error(err)
		}
		if erased, err := finder.Erase(t.Context(), host, ""); err != nil || len(erased.Registries) != 1 {
			t.Error(erased, err)
		}
		if to, err := os.Readlink(link); err != nil || to != target {
			t.Error(to, err)
		}
	}
}

func TestALinkIsFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := write(t, filepath.Join(dir, "real", "config.json"), `{}`)
	link := filepath.Join(dir, "config.json")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if _, err := credential.NewFinder(link, nil, nil).Store(t.Context(), host, auth.Credential{Username: "me", Password: "s3cret"}); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); err != nil || to != target || !strings.Contains(written(t, target), host) {
		t.Error(to, err)
	}
}

func TestDockerHubHasItsName(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "config.json")
	finder := credential.NewFinder(path, nil, nil)
	if _, err := finder.Store(t.Context(), "registry-1.docker.io", auth.Credential{Username: "me", Password: "s3cret"}); err != nil {
		t.Fatal(err)
	}
	if text := written(t, path); !strings.Contains(text, `"https://index.docker.io/v1/"`) {
		t.Error(text)
	}
	if erased, err := finder.Erase(t.Context(), "registry-1.docker.io", ""); err != nil || fmt.Sprint(erased.Registries) != "[registry-1.docker.io]" {
		t.Error(erased, err)
	}
}

// As podman login HOST/PATH writes them.
func TestEntriesForPartsOfARegistry(t *testing.T) {
	t.Parallel()
	path := write(t, filepath.Join(t.TempDir(), "auth.json"), entries("me", host, host+"/me", host+"/me/mod", host+"/v2/", "docker.io/me"))
	finder := credential.NewFinder(path, nil, nil)
	for _, test := range []struct{ host, path, erased, left string }{
		{host, "you", "[]", "[]"},
		{host, "me", "[HOST/me]", "[]"},
		{host, "", "[HOST]", "[HOST/me/mod]"},
		{host, "me/mod", "[HOST/me/mod]", "[]"},
		{"registry-1.docker.io", "", "[]", "[docker.io/me]"},
		{"registry-1.docker.io", "me", "[docker.io/me]", "[]"},
	} {
		fill := strings.NewReplacer("HOST", host).Replace
		erased, err := finder.Erase(t.Context(), test.host, test.path)
		if err != nil || fmt.Sprint(erased.Registries) != fill(test.erased) || fmt.Sprint(erased.Left) != fill(test.left) {
			t.Errorf("%s %s: %+v, %v", test.host, test.path, erased, err)
		}
	}
	if text := compact(t, written(t, path)); text != `{"auths":{}}` {
		t.Error(text)
	}
}
