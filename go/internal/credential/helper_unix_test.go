//go:build unix

package credential_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
	"github.com/wasm2oci/wasm2oci/go/internal/secret"
	"github.com/wasm2oci/wasm2oci/go/internal/subprocess"
)

// helpers makes a PATH with programs docker-credential-NAME.
func helpers(t *testing.T, scripts map[string]string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	for name, script := range scripts {
		subprocess.WriteProgram(t, filepath.Join(dir, "docker-credential-"+name), []byte("#!/bin/sh\nread address\n"+script+"\n"))
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
		{"locked", `{"credsStore":"all"}`, map[string]string{"all": isLocked}, "", []string{"docker-credential-all", "exit status 1", "is not shown"}},
		{"locked, without a word", `{"credsStore":"all"}`, map[string]string{"all": "exit 3"}, "", []string{"failed: exit status 3"}},
		{"leaves a child behind", `{"credsStore":"all"}`, map[string]string{"all": knows + "; sleep 60 &"}, "docker-credential-all", nil},
		{"locked, on standard error", `{"credsStore":"all"}`, map[string]string{"all": saysMore}, "", []string{"keychain is locked"}},
		{"nonsense", `{"credsStore":"all"}`, map[string]string{"all": "echo s3cret"}, "", []string{"not JSON"}},
		{"a path in place of a name", `{"credsStore":"../x"}`, nil, "", []string{"not the name of a helper"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, filepath.Join(t.TempDir(), "config.json"), test.config)
			found := credential.NewFinder(path, helpers(t, test.scripts), nil).Find(t.Context(), host, "org/mod")
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
		credential.NewFinder(path, helpers(t, map[string]string{"all": script}), nil).Find(ctx, host, "org/mod")
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: took %s", script, took)
		}
	}
}

// What a helper prints may be the secret, whatever goes wrong with it.
func TestWhatHelpersPrintIsNotShown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, script, want string }{
		{"its JSON is cut short", `printf '{"Username":"u","Secret":"s3cret'`, "its answer is not JSON"},
		{"a line follows", knows + "; echo s3cret", "its answer is not JSON"},
		{"it fails after the answer", knows + "; exit 1", "exit status 1"},
		{"it fails after half of it", `printf '{"Username":"u","Secret":"s3cret'; exit 1`, "exit status 1"},
		{"it fails after a line", "echo s3cret; exit 1", "exit status 1"},
		{"it is killed after the answer", knows + "; kill -9 $$", "signal: killed"},
		{"it repeats it on the other output", knows + `; echo "cannot store s3cret" >&2; exit 1`, "cannot store ***"},
		{"it repeats half an answer", `echo '{"Secret":"s3cret'; echo 'broken: {"Secret":"s3cret' >&2; exit 1`, `broken: {"Secret":"***`},
		{"it says more than a line", `echo one >&2; echo s3cret >&2; exit 1`, "failed: one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, filepath.Join(t.TempDir(), "config.json"), `{"credsStore":"all"}`)
			found := credential.NewFinder(path, helpers(t, map[string]string{"all": test.script}), nil).Find(t.Context(), host, "org/mod")
			withoutSecrets(t, found)
			if text := fmt.Sprint(found.Problems); !strings.Contains(text, test.want) || strings.Contains(text, "\n") {
				t.Errorf("%s does not say %q", text, test.want)
			}
		})
	}
}

// A helper that writes without end is ended with all that it has started.
func TestAHelperThatFloodsIsEnded(t *testing.T) {
	t.Parallel()
	for _, flood := range []string{"yes", "yes >&2", "yes & wait", "cat /dev/zero"} {
		t.Run(flood, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			alive := filepath.Join(dir, "alive")
			if err := syscall.Mkfifo(alive, 0o600); err != nil {
				t.Fatal(err)
			}
			pipe, err := os.OpenFile(alive, os.O_RDONLY|syscall.O_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = pipe.Close() }()
			path := write(t, filepath.Join(dir, "config.json"), `{"credsStore":"all"}`)
			script := "exec 9>" + alive + "; sleep 600 & " + flood
			found := credential.NewFinder(path, helpers(t, map[string]string{"all": script}), nil).Find(t.Context(), host, "org/mod")
			if text := fmt.Sprint(found.Problems); !strings.Contains(text, "it wrote more than 1048576 bytes") || len(text) > 1000 {
				t.Errorf("%.1000s", text)
			}
			if err := pipe.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := pipe.Read(make([]byte, 1)); err != io.EOF { //nolint:errorlint // the contract of io.Reader
				t.Errorf("a child of it is alive: %v", err)
			}
		})
	}
}

func TestAHelperHasATimeLimit(t *testing.T) {
	t.Parallel()
	path := write(t, filepath.Join(t.TempDir(), "config.json"), `{"credsStore":"all"}`)
	finder := credential.NewFinder(path, helpers(t, map[string]string{"all": "sleep 600"}), nil)
	finder.LimitHelpers(200 * time.Millisecond)
	began := time.Now()
	found := finder.Find(t.Context(), host, "org/mod")
	if text := fmt.Sprint(found.Problems); !strings.Contains(text, "it gave no answer within 0.2 s; allow more with helper_timeout") || time.Since(began) > 10*time.Second {
		t.Errorf("after %s: %s", time.Since(began), text)
	}
}

func TestWhatIsFoundIsMasked(t *testing.T) {
	t.Parallel()
	for _, script := range []string{knows, `echo '{"Username":"<token>","Secret":"s3cret"}'`} {
		secrets := &secret.Set{}
		path := write(t, filepath.Join(t.TempDir(), "config.json"), `{"credsStore":"all"}`)
		credential.NewFinder(path, helpers(t, map[string]string{"all": script}), secrets).Find(t.Context(), host, "org/mod")
		if text := secrets.Mask("the s3cret"); text != "the ***" {
			t.Errorf("%s: %q", script, text)
		}
	}
}
