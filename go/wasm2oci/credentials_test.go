package wasm2oci_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// warned runs a verb and gives its error and its warnings.
func warned(t *testing.T, one verb, client *wasm2oci.Client, reference string) (warnings string, err error) {
	t.Helper()
	m := &wasm2oci.Monitor{}
	err = one.call(wasm2oci.WithMonitor(t.Context(), m), client, reference, t.TempDir())
	var told []string
	for _, line := range m.TakeRecords() {
		if line.Level == monitor.Warning {
			told = append(told, line.Message)
		}
	}
	return strings.Join(told, "\n"), err
}

// openToAnybody makes a registry whose token service gives a token to whoever names nobody,
// and to nobody else.
func openToAnybody(registry *testregistry.Registry) {
	service := &tokens{issue: func(asked tokenRequest) string {
		if asked.authorization != "" || asked.values.Get("refresh_token") != "" {
			return ""
		}
		return "issued"
	}}
	registry.Break(service.fault("issued"))
}

func TestRefusedCredentialKeepsNobodyFromWhatIsPublic(t *testing.T) {
	t.Parallel()
	stored := []string{
		fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, auth("user", "s3cret-old")),
		`{"auths":{"HOST":{"identitytoken":"s3cret-old"}}}`,
	}
	for _, config := range stored {
		for _, one := range append([]verb{resolving}, loading...) {
			t.Run(one.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				openToAnybody(registry)
				env := configured(t, registry, config)
				warnings, err := warned(t, one, newClient(t, quick(), env), reference)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(warnings, registry.Host) || !strings.Contains(warnings, env["DOCKER_CONFIG"]) || strings.Contains(warnings, "s3cret") {
					t.Errorf("the warnings are %q", warnings)
				}
			})
		}
	}
}

func TestRefusedCredentialEndsAPush(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	openToAnybody(registry)
	env := configured(t, registry, fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, auth("user", "s3cret-old")))
	_, err := warned(t, pushing, newClient(t, quick(), env), reference)
	wantError(t, err, wasm2oci.Unauthenticated, registry.Host, env["DOCKER_CONFIG"])
}

func TestRefusedOptionsAreAnError(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	openToAnybody(registry)
	options := quick()
	options.Username, options.Password = "user", ptr("s3cret-old")
	_, err := warned(t, resolving, newClient(t, options, nil), reference)
	wantError(t, err, wasm2oci.Unauthenticated, registry.Host)
}

// unusable are configurations from which no credential can be had.
var unusable = []struct{ name, config, says string }{
	{"not JSON", `{"auths":`, "not JSON"},
	{"a helper that is missing", `{"credsStore":"wasm2oci-no-such-helper"}`, "docker-credential-wasm2oci-no-such-helper"},
}

func TestUnusableCredentialsKeepNobodyFromWhatIsPublic(t *testing.T) {
	t.Parallel()
	for _, test := range unusable {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			openToAnybody(registry)
			env := configured(t, registry, test.config)
			warnings, err := warned(t, resolving, newClient(t, quick(), env), reference)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(warnings, test.says) || !strings.Contains(warnings, env["DOCKER_CONFIG"]) {
				t.Errorf("the warnings are %q", warnings)
			}
		})
	}
}

func TestUnusableCredentialsAreNamedInARefusal(t *testing.T) {
	t.Parallel()
	for _, test := range unusable {
		for _, one := range []verb{resolving, pushing} {
			t.Run(test.name+", "+one.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				registry.Break(demanding(basicOf("user", "s3cret")))
				env := configured(t, registry, test.config)
				_, err := warned(t, one, newClient(t, quick(), env), reference)
				if e := wantError(t, err, wasm2oci.Unauthenticated, test.says, env["DOCKER_CONFIG"]); e.Detail.Path == "" {
					t.Error("the detail has no path")
				}
			})
		}
	}
}

// A push is not begun by somebody who cannot be named.
func TestUnusableCredentialsEndAPushAtOnce(t *testing.T) {
	t.Parallel()
	for _, test := range unusable {
		registry := testregistry.New(t)
		reference, _ := addModule(registry, module("content"))
		openToAnybody(registry)
		_, err := warned(t, pushing, newClient(t, quick(), configured(t, registry, test.config)), reference)
		wantError(t, err, wasm2oci.Unauthenticated, test.says)
		if strings.Count(err.Error(), test.says) != 1 {
			t.Errorf("it is not said once: %s", err)
		}
	}
}
