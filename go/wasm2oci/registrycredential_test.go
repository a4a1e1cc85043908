package wasm2oci_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// credentialFor is a user and a password for a registry.
func credentialFor(registry, user string) wasm2oci.RegistryCredential {
	return wasm2oci.RegistryCredential{Registry: registry, Username: user, Password: ptr("s3cret")}
}

func TestCredentialsOfSingleRegistries(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		keys   []string // HOST stands for the registry; each has a user of its own name
		user   string   // that is given for all
		env    wasm2oci.Environment
		config string
		want   string
	}{
		{"the host", []string{"HOST"}, "", nil, "", "HOST"},
		{"what is above", []string{"HOST", "HOST/org"}, "", nil, "", "HOST/org"},
		{"the repository", []string{"HOST/org", "HOST/org/mod", "HOST"}, "", nil, "", "HOST/org/mod"},
		{"another repository", []string{"HOST/org/mod2", "HOST/or", "HOST"}, "", nil, "", "HOST"},
		{"before that for all", []string{"HOST"}, "all", nil, "", "HOST"},
		{"that for all others", []string{"other.test", "HOST/other"}, "all", nil, "", "all"},
		{"before the environment", []string{"HOST"}, "", wasm2oci.Environment{"WASM2OCI_USERNAME": "env", "WASM2OCI_PASSWORD": "s3cret"}, "", "HOST"},
		{"the environment for others", []string{"other.test"}, "", wasm2oci.Environment{"WASM2OCI_USERNAME": "env", "WASM2OCI_PASSWORD": "s3cret"}, "", "env"},
		{"before a file", []string{"HOST"}, "", nil, `{"auths":{"HOST/org/mod":{"auth":"ENTRY"}}}`, "HOST"},
		{"a file for others", []string{"other.test"}, "", nil, `{"auths":{"HOST":{"auth":"ENTRY"}}}`, "file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			options := quick()
			for _, key := range test.keys {
				options.Credentials = append(options.Credentials, credentialFor(strings.Replace(key, "HOST", registry.Host, 1), strings.Replace(key, "/", "-", -1)))
			}
			if test.user != "" {
				options.Username, options.Password = test.user, ptr("s3cret")
			}
			env := test.env
			if test.config != "" {
				env = configured(t, registry, strings.ReplaceAll(test.config, "ENTRY", auth("file", "s3cret")))
			}
			want := basicOf(strings.ReplaceAll(test.want, "/", "-"), "s3cret")
			registry.Break(demanding(want))
			client := newClient(t, options, env)
			for _, verb := range every {
				if err := verb.call(t.Context(), client, reference, t.TempDir()); err != nil {
					t.Errorf("%s: %v", verb.name, err)
				}
			}
			if said := slices.Compact(told(registry)); len(said) != 1 {
				t.Errorf("it was told %q", said)
			}
		})
	}
}

// Each registry gets its own secret, and no other.
func TestOneClientTalksToManyRegistries(t *testing.T) {
	t.Parallel()
	basic, token, identity := testregistry.New(t), testregistry.New(t), testregistry.New(t)
	service := &tokens{issue: func(asked tokenRequest) string {
		if asked.values.Get("refresh_token") == "s3cret-identity" {
			return "issued"
		}
		return ""
	}}
	basic.Break(demanding(basicOf("me", "s3cret-password")))
	token.Break(demanding("Bearer s3cret-token")) // N-11: it asks for Basic
	identity.Break(service.fault("issued"))
	options := quick()
	options.Credentials = []wasm2oci.RegistryCredential{
		{Registry: basic.Host, Username: "me", Password: ptr("s3cret-password")},
		{Registry: token.Host, Token: "s3cret-token"},
		{Registry: identity.Host, IdentityToken: "s3cret-identity"},
	}
	client := newClient(t, options, nil)
	for _, registry := range []*testregistry.Registry{basic, token, identity} {
		reference, _ := addModule(registry, module("content"))
		for _, verb := range every {
			if err := verb.call(t.Context(), client, reference, t.TempDir()); err != nil {
				t.Errorf("%s: %v", verb.name, err)
			}
		}
	}
	for registry, others := range map[*testregistry.Registry][]string{
		basic: {"s3cret-token", "s3cret-identity"}, token: {basicOf("me", "s3cret-password"), "s3cret-identity"}, identity: {basicOf("me", "s3cret-password"), "s3cret-token"},
	} {
		for _, header := range told(registry) {
			for _, other := range others {
				if strings.Contains(header, other) {
					t.Errorf("%s was told %q", registry.Host, header)
				}
			}
		}
	}
}

func TestRefusedCredentialOfARegistryIsNamed(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	registry.Break(demanding(basicOf("other", "x")))
	options := quick()
	options.Credentials = []wasm2oci.RegistryCredential{credentialFor(registry.Host, "me")}
	client := newClient(t, options, nil)
	for _, verb := range every {
		wantError(t, verb.call(t.Context(), client, reference, t.TempDir()), wasm2oci.Unauthenticated, "credential for "+registry.Host+" in credentials")
	}
}

func TestCredentialsOfRegistriesThatAreWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		list []wasm2oci.RegistryCredential
		says string
	}{
		{[]wasm2oci.RegistryCredential{{}}, "HOST"},
		{[]wasm2oci.RegistryCredential{credentialFor("ghcr", "me")}, `"ghcr"`},
		{[]wasm2oci.RegistryCredential{credentialFor("https://ghcr.io", "me")}, "HOST"},
		{[]wasm2oci.RegistryCredential{credentialFor("ghcr.io/", "me")}, "path"},
		{[]wasm2oci.RegistryCredential{credentialFor("ghcr.io/ME", "me")}, "path"},
		{[]wasm2oci.RegistryCredential{credentialFor("ghcr.io/me:v1", "me")}, "path"},
		{[]wasm2oci.RegistryCredential{credentialFor("me:s3cret@ghcr.io", "me")}, "HOST"},
		{[]wasm2oci.RegistryCredential{credentialFor("ghcr.io", "me"), credentialFor("GHCR.io", "you")}, "twice"},
		{[]wasm2oci.RegistryCredential{credentialFor("docker.io", "me"), credentialFor("registry-1.docker.io", "you")}, "twice"},
		{[]wasm2oci.RegistryCredential{{Registry: "ghcr.io"}}, "nothing"},
		{[]wasm2oci.RegistryCredential{{Registry: "ghcr.io", Username: "me"}}, "together"},
		{[]wasm2oci.RegistryCredential{credentialFor("ghcr.io", "m:e")}, "colon"},
		{[]wasm2oci.RegistryCredential{{Registry: "ghcr.io", Token: "s3cret\n"}}, "control"},
		{[]wasm2oci.RegistryCredential{{Registry: "ghcr.io", Token: "s3cret", IdentityToken: "s3cret"}}, "combined"},
	} {
		options := quick()
		options.Credentials = test.list
		_, err := wasm2oci.NewClient(options, nil)
		wantError(t, err, wasm2oci.InvalidArgument, "credentials", test.says)
	}
}

func TestMembersOfACredential(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		`{"registry":"a.test","pasword":"s3cret"}`:                 `"pasword"`,
		`{"registry":"a.test","Token":"s3cret"}`:                   `"Token"`,
		`{"registry":"a.test","token":"s3cret","token":"s3cret2"}`: "twice",
		`7`: "object",
	} {
		var one wasm2oci.RegistryCredential
		if err := json.Unmarshal([]byte(text), &one); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestCredentialsAreRenewed(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	var valid atomic.Pointer[string]
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		return demanding(basicOf(*valid.Load(), "s3cret"))(w, r)
	})
	client := newClient(t, quick(), nil)
	resolve := func() error {
		_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
		return err
	}
	for _, user := range []string{"first", "second", "second"} {
		valid.Store(&user)
		if err := client.SetCredentials([]wasm2oci.RegistryCredential{credentialFor(registry.Host+"/org/mod", user)}); err != nil {
			t.Fatal(err)
		}
		if err := resolve(); err != nil {
			t.Fatal(err)
		}
	}
	before := len(registry.Lines())
	if err := resolve(); err != nil || len(registry.Lines()) != before+1 {
		t.Errorf("%v, %q", err, registry.Lines()[before:])
	}
	wantError(t, client.SetCredentials([]wasm2oci.RegistryCredential{{Registry: registry.Host + "/org/mod"}, credentialFor("x", "y")}), wasm2oci.InvalidArgument)
	if err := resolve(); err != nil {
		t.Errorf("what is refused changes nothing: %v", err)
	}
	if err := client.SetCredentials([]wasm2oci.RegistryCredential{{Registry: registry.Host + "/org/mod"}}); err != nil {
		t.Fatal(err)
	}
	wantError(t, resolve(), wasm2oci.Unauthenticated, "no")
}

// Two users of one process, each with a client, at the same time.
func TestUsersAreNotMixed(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	service := &tokens{issue: func(asked tokenRequest) string {
		for _, user := range []string{"alice", "bob"} {
			if asked.authorization == basicOf(user, "s3cret") {
				return user
			}
		}
		return ""
	}}
	var wrong atomic.Int64
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		// The agent says whose client it is.
		_, user, _ := strings.Cut(r.Header.Get("User-Agent"), " ")
		if said := r.Header.Get("Authorization"); r.URL.Path != "/token" && said != "" && said != "Bearer "+user {
			wrong.Add(1)
		}
		return service.fault(user)(w, r)
	})
	var running sync.WaitGroup
	for _, user := range []string{"alice", "bob"} {
		options := quick()
		options.UserAgentSuffix = user
		options.Credentials = []wasm2oci.RegistryCredential{credentialFor(registry.Host, user)}
		client := newClient(t, options, nil)
		for range 10 {
			running.Go(func() {
				if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	running.Wait()
	if wrong.Load() > 0 {
		t.Errorf("%d requests with the token of the other", wrong.Load())
	}
}

// The token service answers once all have asked the registry.
func TestOneTokenServesManyOperations(t *testing.T) {
	t.Parallel()
	const many = 20
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	refused, release := atomic.Int64{}, make(chan struct{})
	service := &tokens{issue: func(tokenRequest) string { <-release; return "issued" }}
	answer := service.fault("issued")
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/token" && r.Header.Get("Authorization") == "" && refused.Add(1) == many {
			defer close(release)
		}
		return answer(w, r)
	})
	options := quick()
	options.Connections = ptr(many + 1)
	client := newClient(t, options, nil)
	var running sync.WaitGroup
	for range many {
		running.Go(func() {
			if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	if asked := len(service.requests); asked != 1 {
		t.Errorf("%d tokens were asked for", asked)
	}
}

func ExampleClient_SetCredentials() {
	client, err := wasm2oci.NewClient(wasm2oci.ClientOptions{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	password := "renewed"
	err = client.SetCredentials([]wasm2oci.RegistryCredential{{Registry: "registry.example", Username: "me", Password: &password}})
	fmt.Println(err)
	// Output: <nil>
}

// A helper, or who wrote the file, has renewed the password meanwhile; ECR's expires after
// twelve hours, and the registry does not ask for another.
func TestPasswordThatHasExpiredIsLookedUpAnew(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]testregistry.Fault{
		"400 denied":              refusing(400, "DENIED", "Your Authorization Token has expired. Please run the login command again."),
		"400 without words":       answering(400, ""),
		"401 without a challenge": answering(401, ""),
		"403":                     refusing(403, "DENIED", "Your authorization token has expired."),
	} {
		for _, verb := range every {
			t.Run(name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				var valid atomic.Pointer[string]
				registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
					header := basicOf("AWS", *valid.Load())
					if said := r.Header.Get("Authorization"); said != "" && said != header {
						return refuse(w, r)
					}
					return demanding(header)(w, r)
				})
				path := filepath.Join(t.TempDir(), "auth.json")
				options := quick()
				options.AuthFile = path
				var client *wasm2oci.Client
				for _, password := range []string{"s3cret-1", "s3cret-2", "s3cret-3"} {
					valid.Store(&password)
					write(t, path, fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, registry.Host, auth("AWS", password)))
					if client == nil {
						client = newClient(t, options, nil)
					}
					if err := verb.call(t.Context(), client, reference, t.TempDir()); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

// Nobody for a repository is not who one is above it.
func TestACredentialThatWasTakenAwayIsNotThatOfAnother(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	registry.Break(demanding(basicOf("other", "x")))
	client := newClient(t, quick(), nil)
	if err := client.SetCredentials([]wasm2oci.RegistryCredential{
		credentialFor(registry.Host+"/team", "alice"), {Registry: registry.Host + "/team/secret"},
	}); err != nil {
		t.Fatal(err)
	}
	_, err := client.Resolve(t.Context(), registry.Host+"/team/secret:v1", wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.Unauthenticated)
	if headers := told(registry); slices.Contains(headers, basicOf("alice", "s3cret")) {
		t.Errorf("it was told %q", headers)
	}
}

// A registry on loopback is asked by HTTP; whom it names as its token service is not.
func TestNoSecretIsSentUnencryptedToAnotherMachine(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "evil.test" && r.Header.Get("Authorization") != "" {
			asked.Add(1)
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(proxy.Close)
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	registry.Break(answering(401, "", `WWW-Authenticate: Bearer realm="http://evil.test/token",service="x"`))
	for _, plain := range []bool{false, true} {
		options := quick()
		options.Username, options.Password = "me", ptr("s3cret")
		if plain {
			options.PlainHTTP = &plain
		}
		client := newClient(t, options, wasm2oci.Environment{"HTTP_PROXY": proxy.URL})
		_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
		if !plain {
			wantError(t, err, wasm2oci.Unauthenticated, "evil.test")
		}
		if (asked.Load() > 0) != plain {
			t.Errorf("plain %v: asked %d times with a secret", plain, asked.Load())
		}
	}
}
