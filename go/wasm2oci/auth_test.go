package wasm2oci_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// basicOf is the header of a user and a password.
func basicOf(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// auth is the same as Docker's configuration has it.
func auth(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

// demanding lets requests pass that carry this header.
func demanding(header string) testregistry.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == header {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		testregistry.Refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "log in")
		return true
	}
}

// configured returns an environment whose Docker configuration is this one, in
// which HOST stands for the registry.
func configured(t *testing.T, registry *testregistry.Registry, config string) wasm2oci.Environment {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "config.json"), strings.ReplaceAll(config, "HOST", registry.Host))
	return wasm2oci.Environment{"DOCKER_CONFIG": dir}
}

// told returns all secrets that a registry was told.
func told(registry *testregistry.Registry) []string {
	var found []string
	for _, one := range registry.Requests() {
		if header := one.Header.Get("Authorization"); header != "" {
			found = append(found, header)
		}
	}
	return found
}

func TestCredentialsOfDockersConfiguration(t *testing.T) {
	t.Parallel()
	entry := fmt.Sprintf(`{"auth":%q}`, auth("user", "s3cret"))
	for _, test := range []struct{ name, config, want string }{
		{"host", `{"auths":{"HOST":` + entry + `}}`, basicOf("user", "s3cret")},
		{"host among others", `{"auths":{"other.test":{"auth":"eDp5"},"HOST":` + entry + `}}`, basicOf("user", "s3cret")},
		{"https and slash", `{"auths":{"https://HOST/":` + entry + `}}`, basicOf("user", "s3cret")},
		{"http", `{"auths":{"http://HOST":` + entry + `}}`, basicOf("user", "s3cret")},
		{"https and path", `{"auths":{"https://HOST/v1/":` + entry + `}}`, basicOf("user", "s3cret")},
		{"colons in the password", fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, auth("bob", "a:b:c")), basicOf("bob", "a:b:c")},
		{"password beyond ASCII", fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, auth("bob", "pässwörd €")), basicOf("bob", "pässwörd €")},
	} {
		for _, verb := range every {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				registry.Break(demanding(test.want))
				client := newClient(t, quick(), configured(t, registry, test.config))
				if err := verb.call(t.Context(), client, reference, t.TempDir()); err != nil {
					t.Errorf("%v; the registry was told %q", err, told(registry))
				}
			})
		}
	}
}

func TestWhichConfigurationCounts(t *testing.T) {
	t.Parallel()
	const option, file, docker, home = "option", "file", "docker", "home"
	for _, test := range []struct {
		name  string
		given []string
		want  string
	}{
		{"options before all", []string{option, docker, home}, option},
		{"auth_file before the rest", []string{file, docker, home}, file},
		{"DOCKER_CONFIG before HOME", []string{docker, home}, docker},
		{"HOME", []string{home}, home},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			registry.Break(demanding(basicOf(test.want, "s3cret")))
			options, env := quick(), wasm2oci.Environment{}
			for _, one := range test.given {
				dir := t.TempDir()
				path := filepath.Join(dir, "config.json")
				if one == home {
					path = filepath.Join(dir, ".docker", "config.json")
				}
				write(t, path, fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, registry.Host, auth(one, "s3cret")))
				switch one {
				case option:
					options.Username, options.Password = one, ptr("s3cret")
				case file:
					options.AuthFile = path
				case docker:
					env["DOCKER_CONFIG"] = dir
				case home:
					env["HOME"] = dir
				}
			}
			if _, err := newClient(t, options, env).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
				t.Errorf("%v; the registry was told %q", err, told(registry))
			}
		})
	}
}

// Podman's files may have a user for each repository (containers-auth.json(5)).
func TestEachRepositoryHasItsUser(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	var mu sync.Mutex
	said := map[string]string{}
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		header := r.Header.Get("Authorization")
		if header == "" {
			return demanding("a secret")(w, r)
		}
		mu.Lock()
		defer mu.Unlock()
		said[strings.Split(r.URL.Path, "/")[3]] += header + ";"
		return false
	})
	config := fmt.Sprintf(`{"auths":{"HOST/org/mod":{"auth":%q},"HOST/org/other":{"auth":%q}}}`, auth("one", "s3cret"), auth("two", "s3cret"))
	client := newClient(t, quick(), configured(t, registry, config))
	for _, name := range []string{"org/mod", "org/other", "org/mod"} {
		// What is not there is asked for all the same.
		_, _ = client.Resolve(t.Context(), strings.Replace(reference, "org/mod", name, 1), wasm2oci.ResolveOptions{})
	}
	for name, user := range map[string]string{"mod": "one", "other": "two"} {
		if rest := strings.ReplaceAll(said[name], basicOf(user, "s3cret")+";", ""); said[name] == "" || rest != "" {
			t.Errorf("%s was asked for with %q", name, said[name])
		}
	}
}

func TestCredentialsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, config string
		says         []string
	}{
		{"none", `{}`, []string{"credentials"}},
		{"of another host", fmt.Sprintf(`{"auths":{"other.test":{"auth":%q}}}`, auth("user", "s3cret")), []string{"credentials"}},
		{"of another port", fmt.Sprintf(`{"auths":{"127.0.0.1:1":{"auth":%q}}}`, auth("user", "s3cret")), []string{"credentials"}},
		{"wrong", fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, auth("user", "s3cret-wrong")), []string{"log in"}},
		{"no JSON", `{"auths":`, []string{"config.json"}},
		{"not base64", `{"auths":{"HOST":{"auth":"!!!"}}}`, []string{"config.json"}},
		{"no colon", fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, base64.StdEncoding.EncodeToString([]byte("user"))), []string{"config.json"}},
		{"helper that is missing", `{"credsStore":"wasm2oci-no-such-helper"}`, []string{"wasm2oci-no-such-helper"}},
	} {
		for _, verb := range every {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				registry.Break(demanding(basicOf("user", "right")))
				client := newClient(t, quick(), configured(t, registry, test.config))
				err := verb.call(t.Context(), client, reference, t.TempDir())
				wantError(t, err, wasm2oci.Unauthenticated, test.says...)
				if secrets := told(registry); test.name != "wrong" && len(secrets) > 0 {
					t.Errorf("the registry was told %q", secrets)
				}
			})
		}
	}
}

func TestPublicArtifactNeedsNoCredentials(t *testing.T) {
	t.Parallel()
	for _, config := range []string{
		`{"auths":`, `{"credsStore":"wasm2oci-no-such-helper"}`,
		fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, auth("user", "s3cret")),
	} {
		registry := testregistry.New(t)
		reference, _ := addModule(registry, module("content"))
		client := newClient(t, quick(), configured(t, registry, config))
		if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
			t.Errorf("%s: %v", config, err)
		}
		if secrets := told(registry); len(secrets) > 0 {
			t.Errorf("%s: nobody asked, and the registry was told %q", config, secrets)
		}
	}
}

func TestAuthFileThatIsMissing(t *testing.T) {
	t.Parallel()
	options := quick()
	options.AuthFile = filepath.Join(t.TempDir(), "missing.json")
	_, err := wasm2oci.NewClient(options, nil) // whether or not anybody would ask for a credential
	if e := wantError(t, err, wasm2oci.Filesystem, "auth_file", "missing.json", "no such file"); e.Detail.Path != options.AuthFile || e.Detail.Errno == 0 {
		t.Errorf("the detail is %+v", e.Detail)
	}
}

func TestRealmThatIsNoAddress(t *testing.T) {
	t.Parallel()
	for _, challenge := range []string{
		`Bearer`, `Bearer realm=""`, `Bearer realm="::bad"`, `Bearer realm="/token"`, `Bearer realm="ftp://127.0.0.1/token"`,
	} {
		t.Run(challenge, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			reference, _ := addModule(registry, module("content"))
			registry.Break(func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("WWW-Authenticate", challenge)
				testregistry.Refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "log in")
				return true
			})
			options := quick()
			options.Username, options.Password = "user", ptr("s3cret")
			_, err := newClient(t, options, nil).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
			wantError(t, err, wasm2oci.Unauthenticated, "realm")
		})
	}
}

func TestTokenWhereAPasswordIsAskedFor(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	registry.Break(demanding(basicOf("user", "s3cret")))
	options := quick()
	options.Token = "s3cret"
	_, err := newClient(t, options, nil).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.Unauthenticated, "username and password")
}

func TestCredentialThatNoHeaderCanHold(t *testing.T) {
	t.Parallel()
	for _, options := range []wasm2oci.ClientOptions{
		{Username: "a:b", Password: ptr("s3cret")},
		{Username: "a\nb", Password: ptr("s3cret")},
		{Username: "a", Password: ptr("s3\x00cret")},
		{Token: "s3c\r\nret"},
		{Token: "s3cret "},
	} {
		_, err := wasm2oci.NewClient(options, nil)
		wantError(t, err, wasm2oci.InvalidArgument)
	}
}

// One registry's secret is no other's business.
func TestSecretStaysWithItsRegistry(t *testing.T) {
	t.Parallel()
	mine, other := testregistry.New(t), testregistry.New(t)
	env := configured(t, mine, fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, auth("user", "s3cret")))
	other.Break(demanding(basicOf("user", "s3cret")))
	client := newClient(t, quick(), env)
	for _, verb := range every {
		wantError(t, verb.call(t.Context(), client, other.Host+"/org/mod:v1", t.TempDir()), wasm2oci.Unauthenticated)
	}
	if secrets := told(other); len(secrets) > 0 {
		t.Errorf("it was told %q", secrets)
	}
}

func TestStorageGetsNeitherSecretNorAnswer(t *testing.T) {
	t.Parallel()
	for _, asking := range []bool{false, true} {
		registry, storage := testregistry.New(t), testregistry.New(t)
		reference, layer := addModule(registry, module("content"))
		pass := demanding(basicOf("user", "s3cret"))
		registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
			if pass(w, r) {
				return true
			}
			if strings.Contains(r.URL.Path, "/blobs/") {
				http.Redirect(w, r, storage.URL+"/v2/x/blobs/"+layer.Digest.String()+"?sig=a%2Fb", http.StatusTemporaryRedirect)
				return true
			}
			return false
		})
		storage.AddBlob("", module("content"))
		if asking {
			storage.Break(pass)
		}
		options := quick()
		options.Username, options.Password = "user", ptr("s3cret")
		for _, verb := range loading {
			err := verb.call(t.Context(), newClient(t, options, nil), reference, t.TempDir())
			switch {
			case asking:
				wantError(t, err, wasm2oci.Unauthenticated, "storage", storage.Host, registry.Host)
			case err != nil:
				t.Error(err)
			}
		}
		if secrets := told(storage); len(secrets) > 0 {
			t.Errorf("storage was told %q", secrets)
		}
		for _, line := range storage.Lines() {
			if !strings.HasSuffix(line, "?sig=a%2Fb") {
				t.Errorf("storage saw %q", line)
			}
		}
	}
}

// tokens is a token service at /token of the registry itself.
type tokens struct {
	mu       sync.Mutex
	requests []tokenRequest
	// issue returns the token for a request, or "" to refuse it.
	issue func(tokenRequest) string
}

type tokenRequest struct {
	method, authorization string
	values                url.Values
}

// fault lets requests pass that carry the token.
func (s *tokens) fault(token string) testregistry.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			_ = r.ParseForm()
			asked := tokenRequest{r.Method, r.Header.Get("Authorization"), r.Form}
			s.mu.Lock()
			s.requests = append(s.requests, asked)
			s.mu.Unlock()
			if issued := s.issue(asked); issued != "" {
				_, _ = fmt.Fprintf(w, `{"access_token":%q}`, issued)
			} else {
				testregistry.Refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "who are you")
			}
			return true
		}
		if r.Header.Get("Authorization") == "Bearer "+token {
			return false
		}
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="http://%s/token",service="the registry"`, r.Host))
		testregistry.Refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "log in")
		return true
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	given := func(user, password, token string) wasm2oci.ClientOptions {
		options := quick()
		options.Username, options.Token = user, token
		if user != "" {
			options.Password = &password
		}
		return options
	}
	for _, test := range []struct {
		name    string
		options wasm2oci.ClientOptions
		config  string
		want    *tokenRequest // nil: the service is not asked
		token   string
	}{
		{"anonymous", quick(), "{}", &tokenRequest{method: "GET"}, "issued"},
		{"user and password", given("user", "s3cret", ""), "{}", &tokenRequest{method: "GET", authorization: basicOf("user", "s3cret")}, "issued"},
		{"Docker's configuration", quick(), fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, auth("user", "s3cret")), &tokenRequest{method: "GET", authorization: basicOf("user", "s3cret")}, "issued"},
		{"identity token", quick(), `{"auths":{"HOST":{"identitytoken":"s3cret-identity"}}}`, &tokenRequest{
			method: "POST", values: url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"s3cret-identity"}},
		}, "issued"},
		{"registry token", quick(), `{"auths":{"HOST":{"registrytoken":"s3cret-registry"}}}`, nil, "s3cret-registry"},
		{"token option", given("", "", "s3cret-token"), "{}", nil, "s3cret-token"},
	} {
		for _, verb := range []verb{resolving, pushing} {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				service := &tokens{issue: func(tokenRequest) string { return "issued" }}
				registry.Break(service.fault(test.token))
				client := newClient(t, test.options, configured(t, registry, test.config))
				if err := verb.call(t.Context(), client, reference, t.TempDir()); err != nil {
					t.Fatal(err)
				}
				if test.want == nil {
					if len(service.requests) > 0 {
						t.Errorf("the service was asked: %+v", service.requests)
					}
					return
				}
				if len(service.requests) != 1 {
					t.Fatalf("the service was asked %d times", len(service.requests))
				}
				asked := service.requests[0]
				right := "pull"
				if verb.name == "push" {
					right = "pull,push"
				}
				if asked.method != test.want.method || asked.authorization != test.want.authorization ||
					asked.values.Get("scope") != "repository:org/mod:"+right || asked.values.Get("service") != "the registry" {
					t.Errorf("the service was asked %+v", asked)
				}
				for name, values := range test.want.values {
					if asked.values.Get(name) != values[0] {
						t.Errorf("%s is %q", name, asked.values.Get(name))
					}
				}
			})
		}
	}
}

func TestTokenThatEndsIsRenewed(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	service := &tokens{}
	issued := 0
	service.issue = func(tokenRequest) string { issued++; return fmt.Sprintf("token%d", issued) }
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		valid := "token1"
		if strings.Contains(r.URL.Path, "/blobs/") {
			valid = "token2"
		}
		return service.fault(valid)(w, r)
	})
	if _, err := newClient(t, quick(), nil).Pull(t.Context(), reference, t.TempDir(), wasm2oci.PullOptions{}); err != nil {
		t.Fatal(err)
	}
	if issued != 2 {
		t.Errorf("%d tokens were issued", issued)
	}
}

// The address of the token service is the registry's word (GHSA-xf85-363p-868w).
func TestTokenServiceAtASuspiciousPlace(t *testing.T) {
	t.Parallel()
	other := testregistry.New(t)
	_, port, _ := strings.Cut(other.Host, ":")
	for _, realm := range []string{"http://169.254.169.254/latest/meta-data", "http://[::1]:" + port + "/token", "http://127.0.0.2:" + port + "/token", "ftp://example.test/token", "file:///etc/passwd"} {
		registry := testregistry.New(t)
		reference, _ := addModule(registry, module("content"))
		registry.Break(answering(401, "", `WWW-Authenticate: Bearer realm="`+realm+`"`))
		options := quick()
		options.Username, options.Password = "user", ptr("s3cret")
		for _, verb := range []verb{resolving, pushing} {
			err := verb.call(t.Context(), newClient(t, options, nil), reference, t.TempDir())
			wantError(t, err, wasm2oci.Unauthenticated, "realm")
		}
	}
	if lines := other.Lines(); len(lines) > 0 {
		t.Errorf("it saw %q", lines)
	}
}

func TestLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, layer := addModule(registry, module("content"))
	service := &tokens{issue: func(tokenRequest) string { return "s3cret-token" }}
	pass := service.fault("s3cret-token")
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if pass(w, r) {
			return true
		}
		if strings.Contains(r.URL.Path, "/blobs/") && r.URL.RawQuery == "" {
			http.Redirect(w, r, "/v2/org/mod/blobs/"+layer.Digest.String()+"?sig=s3cret", http.StatusFound)
			return true
		}
		return false
	})
	options := quick()
	options.Username, options.Password = "user", ptr("s3cret")
	m := &wasm2oci.Monitor{}
	stream, err := newClient(t, options, nil).Open(wasm2oci.WithMonitor(t.Context(), m), reference, wasm2oci.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	if _, err := io.Copy(io.Discard, stream); err != nil {
		t.Fatal(err)
	}
	records := m.TakeRecords()
	if len(records) < 4 {
		t.Errorf("only %d records", len(records))
	}
	for _, record := range records {
		for _, secret := range []string{"s3cret", auth("user", "s3cret"), url.QueryEscape("s3cret")} {
			if strings.Contains(record.Message, secret) {
				t.Errorf("logged %q", record.Message)
			}
		}
	}
}

// What is wrong with a token service is not cured by another password.
func TestTokenServiceThatIsNone(t *testing.T) {
	t.Parallel()
	closed, _ := listening(t, closing)
	mute, _ := listening(t, silent)
	const report = "report it to whoever runs the registry"
	for _, test := range []struct {
		name, realm string
		secure      bool
		kind        wasm2oci.Kind
		says        []string
	}{
		{"a path", "/token", false, wasm2oci.Unauthenticated, []string{`"/token"`, "not the address of a server", report}},
		{"empty", "", false, wasm2oci.Unauthenticated, []string{"realm is not an address", report}},
		{"broken", "http://[::1/token", false, wasm2oci.Unauthenticated, []string{"realm is not an address", report}},
		{"another scheme", "ftp://127.0.0.1/token", false, wasm2oci.Unauthenticated, []string{`"ftp://127.0.0.1/token"`, "not the address of a server", report}},
		{"this machine by another name", "http://127.0.0.2/token", false, wasm2oci.Unauthenticated, []string{`"127.0.0.2"`, "nothing is asked there", report}},
		{"a service of the cloud", "http://169.254.169.254/token", false, wasm2oci.Unauthenticated, []string{`"169.254.169.254"`, "nothing is asked there", report}},
		{"http of an https registry", "http://127.0.0.1/token", true, wasm2oci.Unauthenticated, []string{"reached by https, names the http realm", report}},
		{"a name that leads nowhere", "https://no.invalid/token", false, wasm2oci.Network, []string{"no token from no.invalid", `no such host "no.invalid"`}},
		{"nobody there", "http://" + unused(t) + "/token", false, wasm2oci.Network, []string{"no token from 127.0.0.1:", "refused the connection"}},
		{"hangs up", "http://" + closed + "/token", false, wasm2oci.Network, []string{"no token from " + closed, "closed the connection early"}},
		{"silent", "http://" + mute + "/token", false, wasm2oci.Timeout, []string{"no token from " + mute, "no byte came or went"}},
		{"a page", "{self}/page", false, wasm2oci.Unauthenticated, []string{"the token service {host} answered with something other than a token", report}},
		{"no token", "{self}/none", false, wasm2oci.Unauthenticated, []string{"the token service {host} answered with something other than a token", report}},
		{"not found", "{self}/404", false, wasm2oci.Unauthenticated, []string{"no token from {host}: HTTP 404", report}},
		{"too many", "{self}/429", false, wasm2oci.RateLimited, []string{"no token from {host}: HTTP 429", "try again later"}},
		{"wrong password", "{self}/401", false, wasm2oci.Unauthenticated, []string{"no token from {host}: HTTP 401", "check the username and the password given for {host}"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			options := with(wasm2oci.ClientOptions{Retries: ptr(0), IdleTimeout: ptr(int64(300))}, "user", "s3cret")
			if test.secure {
				registry = testregistry.NewTLS(t)
				options.CAFile = authority(t, registry)
			}
			realm := strings.ReplaceAll(test.realm, "{self}", "http://"+registry.Host)
			registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
				switch r.URL.Path {
				case "/page":
					return answering(200, "<html>", "Content-Type: text/html")(w, r)
				case "/none":
					return answering(200, "{}")(w, r)
				case "/404", "/429", "/401":
					status, _ := strconv.Atoi(r.URL.Path[1:])
					return answering(status, "")(w, r)
				}
				return answering(401, "", `WWW-Authenticate: Bearer realm="`+realm+`",service="s"`)(w, r)
			})
			for _, verb := range every {
				err := verb.call(t.Context(), newClient(t, options, nil), registry.Host+"/org/mod:v1", t.TempDir())
				for i := range test.says {
					test.says[i] = strings.ReplaceAll(test.says[i], "{host}", registry.Host)
				}
				wantError(t, err, test.kind, test.says...)
				if strings.Count(err.Error(), "no token from") > 1 || slices.Contains(test.says, report) && strings.Contains(err.Error(), "check the username") {
					t.Error(err)
				}
			}
		})
	}
}

// unused is an address that nobody listens at.
func unused(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
