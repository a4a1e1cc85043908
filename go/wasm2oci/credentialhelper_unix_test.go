//go:build unix

package wasm2oci_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/subprocess"
	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// helper puts a script on the PATH of an environment as docker-credential-NAME.
func helper(t *testing.T, env wasm2oci.Environment, name, script string) (asked string) {
	t.Helper()
	dir := t.TempDir()
	asked = filepath.Join(dir, "asked")
	path := filepath.Join(dir, "docker-credential-"+name)
	subprocess.WriteProgram(t, path, fmt.Appendf(nil, "#!/bin/sh\nread host\necho \"$1 $host\" >> %q\n%s\n", asked, script))
	env["PATH"] = dir + string(os.PathListSeparator) + os.Getenv("PATH")
	return asked
}

func TestHelperIsAsked(t *testing.T) {
	t.Parallel()
	const answer = `echo '{"ServerURL":"x","Username":"user","Secret":"s3cret"}'`
	for _, test := range []struct{ name, config string }{
		{"for all hosts", `{"credsStore":"wasm2oci-test"}`},
		{"for this host", `{"credHelpers":{"HOST":"wasm2oci-test"}}`},
		{"for this host before the one for all", `{"credHelpers":{"HOST":"wasm2oci-test"},"credsStore":"wasm2oci-no-such-helper"}`},
		{"with an empty entry", `{"auths":{"HOST":{}},"credsStore":"wasm2oci-test"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			registry.Break(demanding(basicOf("user", "s3cret")))
			env := configured(t, registry, test.config)
			asked := helper(t, env, "wasm2oci-test", answer)
			client := newClient(t, quick(), env)
			if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
				t.Fatal(err)
			}
			if got := read(t, asked); got != "get "+registry.Host+"\n" {
				t.Errorf("it was asked %q", got)
			}
		})
	}
}

func TestHelperGivesAnIdentityToken(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	service := &tokens{issue: func(asked tokenRequest) string {
		if asked.values.Get("refresh_token") != "s3cret-identity" {
			return ""
		}
		return "issued"
	}}
	registry.Break(service.fault("issued"))
	env := configured(t, registry, `{"credsStore":"wasm2oci-test"}`)
	helper(t, env, "wasm2oci-test", `echo '{"ServerURL":"x","Username":"<token>","Secret":"s3cret-identity"}'`)
	client := newClient(t, quick(), env)
	if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
		t.Error(err)
	}
}

func TestHelperThatFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, script, says string }{
		{"has none", "echo credentials not found in native keychain; exit 1", "credentials"},
		{"is locked", "echo the keychain is locked >&2; exit 1", "keychain is locked"},
		{"prints what may be the secret", "echo s3cret; exit 1", "exit status 1"},
		{"answers nonsense", "echo s3cret; exit 0", "config.json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			registry.Break(demanding(basicOf("user", "s3cret")))
			env := configured(t, registry, `{"credsStore":"wasm2oci-test"}`)
			helper(t, env, "wasm2oci-test", test.script)
			client := newClient(t, quick(), env)
			_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
			wantError(t, err, wasm2oci.Unauthenticated, test.says)
		})
	}
}

func TestHelperThatHangs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, script string }{
		{"itself", "exec sleep 600"},
		// What is left of it holds the pipe.
		{"in a child", "sleep 30 2>/dev/null; exit 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			registry.Break(demanding(basicOf("user", "s3cret")))
			env := configured(t, registry, `{"credsStore":"wasm2oci-test"}`)
			helper(t, env, "wasm2oci-test", test.script)
			client := newClient(t, quick(), env)
			began := time.Now()
			_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{Timeout: 300})
			wantError(t, err, wasm2oci.Timeout, "0.3 s")
			if elapsed := time.Since(began); elapsed > soon {
				t.Errorf("ended after %s", elapsed)
			}
			if strings.Contains(fmt.Sprint(told(registry)), "s3cret") {
				t.Error("the registry was told a secret")
			}
		})
	}
}

// However many requests ask for one, and whatever for.
func TestHelperIsAskedOnceByAnOperation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, script string }{
		{"it knows", `echo '{"ServerURL":"x","Username":"user","Secret":"s3cret"}'`},
		{"it fails", "echo the keychain is locked >&2; exit 1"},
	} {
		for _, one := range append([]verb{resolving, pushing, tagging}, loading...) {
			t.Run(test.name+", "+one.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				service := &tokens{issue: func(asked tokenRequest) string {
					// Of another scope, so that each request asks for its own.
					return "issued" + fmt.Sprint(asked.values["scope"])
				}}
				registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
					if strings.HasPrefix(r.Header.Get("Authorization"), "Bearer issued") {
						return false
					}
					answer := service.fault("none")
					if r.URL.Path != "/token" {
						// As those do that want a token for each thing.
						w = adding{w, fmt.Sprintf(`,scope="repository:%s:pull"`, r.URL.Path)}
					}
					return answer(w, r)
				})
				env := configured(t, registry, `{"credsStore":"wasm2oci-test"}`)
				asked := helper(t, env, "wasm2oci-test", test.script)
				warnings, err := warned(t, one, newClient(t, quick(), env), reference)
				if err != nil && (one.name != "push" && one.name != "tag" || test.name == "it knows") {
					t.Fatal(err)
				}
				if got := strings.Count(read(t, asked), "\n"); got != 1 {
					t.Errorf("it was asked %d times", got)
				}
				if got := strings.Count(warnings, "keychain"); got > 1 {
					t.Errorf("it is told %d times: %s", got, warnings)
				}
			})
		}
	}
}

// adding puts something after the challenge.
type adding struct {
	http.ResponseWriter
	text string
}

func (a adding) WriteHeader(status int) {
	if challenge := a.Header().Get("WWW-Authenticate"); challenge != "" {
		a.Header().Set("WWW-Authenticate", challenge+a.text)
	}
	a.ResponseWriter.WriteHeader(status)
}

// That a token is of too narrow a scope says nothing of the password.
func TestHelperIsNotAskedAgainForAWiderScope(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	service := &tokens{issue: func(asked tokenRequest) string {
		return fmt.Sprint(len(strings.Fields(strings.Join(asked.values["scope"], " "))))
	}}
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/blobs/") {
			return service.fault("2")(adding{w, `,scope="repository:org/other:pull"`}, r)
		}
		return service.fault("1")(w, r)
	})
	env := configured(t, registry, `{"credsStore":"wasm2oci-test"}`)
	asked := helper(t, env, "wasm2oci-test", `echo '{"ServerURL":"x","Username":"user","Secret":"s3cret"}'`)
	if _, _, err := newClient(t, quick(), env).Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{}); err != nil {
		t.Fatal(err)
	}
	if len(service.requests) != 2 || strings.Count(read(t, asked), "\n") != 1 {
		t.Errorf("%d tokens, and %q", len(service.requests), read(t, asked))
	}
}
