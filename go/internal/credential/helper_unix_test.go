//go:build unix

package credential_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
)

// helpers makes a PATH with programs docker-credential-NAME.
func helpers(t *testing.T, scripts map[string]string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	for name, script := range scripts {
		path := write(t, filepath.Join(dir, "docker-credential-"+name), "#!/bin/sh\nread address\n"+script+"\n")
		if err := os.Chmod(path, 0o700); err != nil { //nolint:gosec // it is run
			t.Fatal(err)
		}
	}
	return map[string]string{"PATH": dir + string(os.PathListSeparator) + os.Getenv("PATH"), "OF_THE_SNAPSHOT": "yes"}
}

const (
	knows     = `echo "{\"Username\":\"$0 $1 $address $OF_THE_SNAPSHOT\",\"Secret\":\"s3cret\"}"`
	knowsNone = `echo credentials not found in native keychain; exit 1`
	isLocked  = `echo the keychain is locked; exit 1`
	saysMore  = `echo the keychain is locked >&2; exit 1`
)

func TestHelpers(t *testing.T) {
	t.Parallel()
	entry := fmt.Sprintf(`"auths":{%q:{"auth":%q}}`, host, encoded("inline:s3cret"))
	own := fmt.Sprintf(`"credHelpers":{%q:"own"}`, host)
	for _, test := range []struct {
		name, config string
		scripts      map[string]string
		want         string
		problems     []string
	}{
		{"its own before the one for all", `{` + own + `,"credsStore":"all"}`, map[string]string{"own": knows, "all": "exit 1"}, "docker-credential-own get " + host + " yes", nil},
		{"one for all", `{"credsStore":"all"}`, map[string]string{"all": knows}, "docker-credential-all get " + host + " yes", nil},
		{"an identity token", `{"credsStore":"all"}`, map[string]string{"all": `echo '{"Username":"<token>","Secret":"idt"}'`}, "idt", nil},
		{"no entry, and one in the file", `{"credsStore":"all",` + entry + `}`, map[string]string{"all": knowsNone}, "inline", nil},
		{"its own has none, the one for all does", `{` + own + `,"credsStore":"all"}`, map[string]string{"own": knowsNone, "all": knows}, "docker-credential-all", nil},
		{"nobody has one", `{"credsStore":"all"}`, map[string]string{"all": knowsNone}, "", nil},
		{"missing, and one in the file", `{"credsStore":"all",` + entry + `}`, nil, "inline", []string{"docker-credential-all", "not on PATH"}},
		{"missing", `{"credsStore":"all"}`, nil, "", []string{"docker-credential-all", "not on PATH"}},
		{"locked", `{"credsStore":"all"}`, map[string]string{"all": isLocked}, "", []string{"docker-credential-all", "keychain is locked"}},
		{"locked, on standard error", `{"credsStore":"all"}`, map[string]string{"all": saysMore}, "", []string{"keychain is locked"}},
		{"nonsense", `{"credsStore":"all"}`, map[string]string{"all": "echo s3cret"}, "", []string{"not JSON"}},
		{"a path in place of a name", `{"credsStore":"../x"}`, nil, "", []string{"not the name of a helper"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, filepath.Join(t.TempDir(), "config.json"), test.config)
			found := credential.NewFinder(path, helpers(t, test.scripts)).Find(t.Context(), host, "org/mod")
			withoutSecrets(t, found)
			if got := found.Username + found.RefreshToken; !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
				t.Errorf("%q, not %q", got, test.want)
			}
			text := fmt.Sprint(found.Problems)
			if (len(found.Problems) > 0) != (test.problems != nil) {
				t.Errorf("problems: %s", text)
			}
			for _, part := range test.problems {
				if !strings.Contains(text, part) || !strings.Contains(text, path) {
					t.Errorf("%s does not say %q and %q", text, part, path)
				}
			}
		})
	}
}

func TestHelperThatHangsEndsWithTheContext(t *testing.T) {
	t.Parallel()
	for _, script := range []string{"exec sleep 600", "sleep 30 2>/dev/null; exit 1"} {
		path := write(t, filepath.Join(t.TempDir(), "config.json"), `{"credsStore":"all"}`)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		began := time.Now()
		credential.NewFinder(path, helpers(t, map[string]string{"all": script})).Find(ctx, host, "org/mod")
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: took %s", script, took)
		}
	}
}
