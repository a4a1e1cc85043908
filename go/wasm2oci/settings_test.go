package wasm2oci_test

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestCredentialsOfTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		env     wasm2oci.Environment
		options wasm2oci.ClientOptions
		told    string
	}{
		{"a password", wasm2oci.Environment{"WASM2OCI_USERNAME": "me", "WASM2OCI_PASSWORD": "s3cret"}, quick(), basicOf("me", "s3cret")},
		{"an empty password", wasm2oci.Environment{"WASM2OCI_USERNAME": "me", "WASM2OCI_PASSWORD": ""}, quick(), basicOf("me", "")},
		{"a token", wasm2oci.Environment{"WASM2OCI_TOKEN": "s3cret"}, quick(), "Bearer s3cret"},
		{"this host's", wasm2oci.Environment{"WASM2OCI_TOKEN": "s3cret", "WASM2OCI_REGISTRY": "HOST"}, quick(), "Bearer s3cret"},
		{"another host's", wasm2oci.Environment{"WASM2OCI_TOKEN": "s3cret", "WASM2OCI_REGISTRY": "other.example"}, quick(), ""},
		{"not in place of one that is given", wasm2oci.Environment{"WASM2OCI_TOKEN": "s3cret"}, with(quick(), "you", "own"), basicOf("you", "own")},
		{"nor is a broken one looked at then", wasm2oci.Environment{"WASM2OCI_PASSWORD": "s3cret"}, with(quick(), "you", "own"), basicOf("you", "own")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			registry.Break(demanding(cmp.Or(test.told, "nobody")))
			if test.env["WASM2OCI_REGISTRY"] == "HOST" {
				test.env["WASM2OCI_REGISTRY"] = registry.Host
			}
			_, err := newClient(t, test.options, test.env).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
			if test.told == "" {
				wantError(t, err, wasm2oci.Unauthenticated, registry.Host)
				if told := told(registry); len(told) > 0 {
					t.Errorf("it was told %q", told)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func with(options wasm2oci.ClientOptions, user, password string) wasm2oci.ClientOptions {
	options.Username, options.Password = user, &password
	return options
}

// Whoever set a variable is told which one, and not to set it.
func TestRefusedCredentialsOfTheEnvironment(t *testing.T) {
	t.Parallel()
	for name, env := range map[string]wasm2oci.Environment{
		"WASM2OCI_TOKEN":    {"WASM2OCI_TOKEN": "s3cret"},
		"WASM2OCI_PASSWORD": {"WASM2OCI_USERNAME": "me", "WASM2OCI_PASSWORD": "s3cret"},
	} {
		registry := testregistry.New(t)
		registry.Break(demanding("nobody"))
		_, err := newClient(t, quick(), env).Resolve(t.Context(), registry.Host+"/org/mod:v1", wasm2oci.ResolveOptions{})
		wantError(t, err, wasm2oci.Unauthenticated, "check ", name, registry.Host)
		without(t, err, "s3cret", "give {", "log in to")
	}
}

func TestSettingsOfTheEnvironment(t *testing.T) {
	t.Parallel()
	secure := testregistry.NewTLS(t)
	reference, _ := addModule(secure, module("content"))
	ca := authority(t, secure)
	env := wasm2oci.Environment{"WASM2OCI_CA_FILE": ca}
	if _, err := newClient(t, quick(), env).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
		t.Error(err)
	}
	plain := testregistry.New(t)
	reference, _ = addModule(plain, module("content"))
	for _, options := range []wasm2oci.ClientOptions{{PlainHTTP: ptr(true)}, {}} {
		env := wasm2oci.Environment{"WASM2OCI_CA_FILE": ca}
		if options.PlainHTTP == nil {
			env = wasm2oci.Environment{"WASM2OCI_PLAIN_HTTP": "1"}
		}
		if _, err := newClient(t, options, env).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
			t.Errorf("%+v: %v", options, err)
		}
	}
}

func TestVariablesThatAreWrong(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	for _, test := range []struct {
		env  wasm2oci.Environment
		kind wasm2oci.Kind
		says []string
	}{
		{wasm2oci.Environment{"WASM2OCI_PLAIN_HTTP": "maybe"}, wasm2oci.InvalidArgument, []string{"WASM2OCI_PLAIN_HTTP", "maybe"}},
		{wasm2oci.Environment{"WASM2OCI_PLAIN_HTTP": "1", "WASM2OCI_CA_FILE": missing}, wasm2oci.InvalidArgument, []string{"WASM2OCI_PLAIN_HTTP", "WASM2OCI_CA_FILE"}},
		{wasm2oci.Environment{"WASM2OCI_CA_FILE": missing}, wasm2oci.Filesystem, []string{"WASM2OCI_CA_FILE", missing}},
		{wasm2oci.Environment{"WASM2OCI_PASSWORD": "s3cret"}, wasm2oci.InvalidArgument, []string{"WASM2OCI_USERNAME"}},
		{wasm2oci.Environment{"WASM2OCI_USERNAME": "me"}, wasm2oci.InvalidArgument, []string{"WASM2OCI_PASSWORD"}},
		{wasm2oci.Environment{"WASM2OCI_USERNAME": "me", "WASM2OCI_PASSWORD": "s3cret", "WASM2OCI_TOKEN": "s3cret"}, wasm2oci.InvalidArgument, []string{"WASM2OCI_TOKEN"}},
		{wasm2oci.Environment{"WASM2OCI_USERNAME": "m:e", "WASM2OCI_PASSWORD": "s3cret"}, wasm2oci.InvalidArgument, []string{"colon"}},
		{wasm2oci.Environment{"WASM2OCI_TOKEN": "s3cret\n"}, wasm2oci.InvalidArgument, []string{"WASM2OCI_TOKEN"}},
		{wasm2oci.Environment{"WASM2OCI_TOKEN": "s3cret", "WASM2OCI_REGISTRY": "ghcr.io/me"}, wasm2oci.InvalidArgument, []string{"WASM2OCI_REGISTRY", "ghcr.io/me"}},
	} {
		_, err := wasm2oci.NewClient(wasm2oci.ClientOptions{}, test.env)
		wantError(t, err, test.kind, test.says...)
		without(t, err, "s3cret")
	}
}

// A file that the environment names is missing for every verb but a login, which makes it.
func TestAuthFileOfTheEnvironmentThatIsMissing(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	path := filepath.Join(t.TempDir(), "auth.json")
	client := newClient(t, quick(), wasm2oci.Environment{"WASM2OCI_AUTH_FILE": path})
	_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.Filesystem, "WASM2OCI_AUTH_FILE", path)
	registry.Break(base(demanding(basicOf("me", "s3cret"))))
	if _, err := client.Login(t.Context(), registry.Host, wasm2oci.LoginOptions{Username: "me", Password: ptr("s3cret")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
		t.Error(err)
	}
}

func TestEmptyPasswordsAreSent(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"Basic", "Bearer"} {
		for name, given := range map[string]bool{"given": true, "of a file": false} {
			t.Run(scheme+" "+name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				registry.Break(demanding(basicOf("me", "")))
				if scheme == "Bearer" {
					service := &tokens{issue: func(asked tokenRequest) string {
						return map[string]string{basicOf("me", ""): "issued"}[asked.authorization]
					}}
					registry.Break(service.fault("issued"))
				}
				options, env := quick(), wasm2oci.Environment{}
				if given {
					options = with(options, "me", "")
				} else {
					env = configured(t, registry, `{"auths":{"HOST":{"auth":"`+auth("me", "")+`"}}}`)
				}
				client := newClient(t, options, env)
				for range 2 {
					if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

// A file that was named and does not know the registry is named in the refusal.
func TestAuthFileWithoutTheRegistry(t *testing.T) {
	t.Parallel()
	for content, says := range map[string]string{`{"auths":{}}`: "has no credential for", `{}`: "neither auths"} {
		registry := testregistry.New(t)
		registry.Break(demanding("nobody"))
		options := quick()
		options.AuthFile = filepath.Join(t.TempDir(), "auth.json")
		if err := os.WriteFile(options.AuthFile, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := newClient(t, options, nil).Resolve(t.Context(), registry.Host+"/org/mod:v1", wasm2oci.ResolveOptions{})
		wantError(t, err, wasm2oci.Unauthenticated, options.AuthFile, says, registry.Host)
	}
}
