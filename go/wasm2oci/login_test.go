package wasm2oci_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// atHome returns an environment whose files are in a folder of their own.
func atHome(t *testing.T) (wasm2oci.Environment, string) {
	t.Helper()
	home := t.TempDir()
	return wasm2oci.Environment{"HOME": home}, filepath.Join(home, ".docker", "config.json")
}

func TestLogin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		options wasm2oci.LoginOptions
		told    string
		member  string
	}{
		{"password", wasm2oci.LoginOptions{Username: "me", Password: ptr("s3cret")}, basicOf("me", "s3cret"), `"auth"`},
		{"empty password", wasm2oci.LoginOptions{Username: "me", Password: ptr("")}, basicOf("me", ""), `"auth"`},
		{"token", wasm2oci.LoginOptions{Token: "s3cret"}, "Bearer s3cret", `"registrytoken"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			registry.Break(base(demanding(test.told)))
			env, path := atHome(t)
			client := newClient(t, quick(), env)
			result, err := client.Login(t.Context(), registry.Host, test.options)
			if err != nil || result.Registry != registry.Host || result.Path != path {
				t.Fatal(result, err)
			}
			if !strings.Contains(read(t, path), test.member) {
				t.Errorf("the file has %s", read(t, path))
			}
			if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
				t.Error(err)
			}
			gone, err := client.Logout(t.Context(), registry.Host, wasm2oci.LogoutOptions{})
			if err != nil || len(gone.Registries) != 1 || gone.Registries[0] != registry.Host {
				t.Error(gone, err)
			}
			_, err = client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
			wantError(t, err, wasm2oci.Unauthenticated, registry.Host)
			if gone, err := client.Logout(t.Context(), "", wasm2oci.LogoutOptions{AllRegistries: true}); err != nil || len(gone.Registries) != 0 {
				t.Error(gone, err)
			}
		})
	}
}

// base answers at the base of the interface whoever may pass.
func base(fault testregistry.Fault) testregistry.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		return fault(w, r) || r.URL.Path == "/v2/" && answering(200, "{}")(w, r)
	}
}

func TestLoginWithAnIdentityToken(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	service := &tokens{issue: func(asked tokenRequest) string {
		if asked.values.Get("grant_type") == "refresh_token" && asked.values.Get("refresh_token") == "s3cret" {
			return "issued"
		}
		return ""
	}}
	registry.Break(base(service.fault("issued")))
	env, path := atHome(t)
	client := newClient(t, quick(), env)
	_, err := client.Login(t.Context(), registry.Host, wasm2oci.LoginOptions{IdentityToken: "s3cret-old"})
	wantError(t, err, wasm2oci.Unauthenticated, "identity_token")
	if _, err := client.Login(t.Context(), registry.Host, wasm2oci.LoginOptions{IdentityToken: "s3cret"}); err != nil {
		t.Fatal(err)
	}
	if text := read(t, path); !strings.Contains(text, `"identitytoken": "s3cret"`) || !strings.Contains(text, auth("<token>", "")) {
		t.Errorf("the file has %s", text)
	}
}

func TestLoginThatIsRefusedKeepsNothing(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]wasm2oci.LoginOptions{
		"username": {Username: "me", Password: ptr("s3cret")}, "token": {Token: "s3cret"},
	} {
		registry := testregistry.New(t)
		registry.Break(demanding("nobody"))
		env, path := atHome(t)
		_, err := newClient(t, quick(), env).Login(t.Context(), registry.Host, options)
		wantError(t, err, wasm2oci.Unauthenticated, "check the "+name)
		without(t, err, "log in to", "give ")
		if _, err := os.Stat(filepath.Dir(path)); err == nil {
			t.Error("something was written")
		}
	}
}

func TestLoginSaysWhatWasNotChecked(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(answering(200, "{}"))
	env, path := atHome(t)
	warnings, err := warned(t, verb{name: "login", call: func(ctx context.Context, client *wasm2oci.Client, host, _ string) error {
		_, err := client.Login(ctx, host, wasm2oci.LoginOptions{Username: "me", Password: ptr("s3cret")})
		return err
	}}, newClient(t, quick(), env), registry.Host)
	if err != nil || !strings.Contains(warnings, "not checked") || !strings.Contains(warnings, "unencrypted") || !strings.Contains(warnings, path) {
		t.Error(warnings, err)
	}
}

func TestWhatIsNoLogin(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	client := newClient(t, quick(), nil)
	for _, options := range []wasm2oci.LoginOptions{
		{},
		{Username: "me"},
		{Password: ptr("s3cret")},
		{Token: "s3cret", Username: "me", Password: ptr("s3cret")},
		{IdentityToken: "s3cret", Password: ptr("s3cret")},
		{Username: "m:e", Password: ptr("s3cret")},
		{Token: "s3cret\n"},
	} {
		_, err := client.Login(t.Context(), registry.Host, options)
		wantError(t, err, wasm2oci.InvalidArgument)
	}
	for text, says := range map[string]string{
		"": "HOST", "ghcr": "docker.io", "https://ghcr.io": `write "ghcr.io"`, "ghcr.io/me": `write "ghcr.io"`, "ghcr.io/": `write "ghcr.io"`,
		"me:s3cret@ghcr.io": "username",
	} {
		_, err := client.Login(t.Context(), text, wasm2oci.LoginOptions{Token: "s3cret"})
		wantError(t, err, wasm2oci.InvalidReference, says)
		if text == "ghcr.io/me" {
			continue // which podman may have an entry for
		}
		_, err = client.Logout(t.Context(), text, wasm2oci.LogoutOptions{})
		wantError(t, err, wasm2oci.InvalidReference, says)
	}
	_, err := client.Logout(t.Context(), "ghcr.io", wasm2oci.LogoutOptions{AllRegistries: true})
	wantError(t, err, wasm2oci.InvalidArgument, "all_registries")
	if lines := registry.Lines(); len(lines) > 0 {
		t.Error(lines)
	}
}
