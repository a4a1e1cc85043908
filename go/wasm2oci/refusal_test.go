package wasm2oci_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// only lets a fault see the requests of a method to a path that has a part.
func only(method, part string, fault testregistry.Fault) testregistry.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == method && strings.Contains(r.URL.Path, part) && fault(w, r)
	}
}

// detailed answers with one error that has a detail.
func detailed(status int, code, message, detail string) testregistry.Fault {
	return answering(status, fmt.Sprintf(`{"errors":[{"code":%q,"message":%q,"detail":%s}]}`, code, message, detail), "Content-Type: application/json")
}

// push stores a module as org/mod:v1.
func push(t *testing.T, registry *testregistry.Registry, options wasm2oci.ClientOptions, env wasm2oci.Environment, packaging wasm2oci.Packaging) error {
	t.Helper()
	_, err := newClient(t, options, env).Push(t.Context(), wasm2oci.BytesSource(module("content")), registry.Host+"/org/mod:v1", wasm2oci.PushOptions{Packaging: packaging})
	return err
}

func without(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(err.Error(), part) {
			t.Errorf("%q says %q", err, part)
		}
	}
}

func TestRefusedPushSaysWhatWouldHelp(t *testing.T) {
	t.Parallel()
	const tag, shape = "check the repository and the tag", "images only"
	plain := wasm2oci.Packaging{}
	for _, test := range []struct {
		name      string
		fault     testregistry.Fault
		packaging wasm2oci.Packaging
		kind      wasm2oci.Kind
		says      []string
		never     []string
	}{
		{"no repository", only("POST", "/uploads/", refusing(404, "NAME_UNKNOWN", "repository name not known to registry")), plain, wasm2oci.NotFound, []string{"NAME_UNKNOWN", "create the repository first"}, []string{tag}},
		{"no registry", only("POST", "/uploads/", answering(404, "<html>", "Content-Type: text/html")), plain, wasm2oci.NotFound, []string{"create the repository first", "is a registry"}, []string{tag}},
		{"upload session lost", only("PUT", "/uploads/", refusing(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")), plain, wasm2oci.Registry, []string{"upload session", "BLOB_UPLOAD_UNKNOWN"}, []string{tag}},
		{"manifest not found", only("PUT", "/manifests/", refusing(404, "NOT_FOUND", "no")), plain, wasm2oci.Registry, []string{"refused the manifest"}, []string{tag}},
		{"manifest without a repository", only("PUT", "/manifests/", refusing(404, "NAME_UNKNOWN", "no")), plain, wasm2oci.Registry, []string{"refused the manifest", "create the repository first"}, []string{tag}},
		{"read-only", only("POST", "/uploads/", refusing(405, "UNSUPPORTED", "The operation is unsupported.")), plain, wasm2oci.Unsupported, []string{"read-only"}, []string{shape, "format"}},
		{"cause in the detail", only("PUT", "/manifests/", detailed(400, "MANIFEST_INVALID", "manifest invalid", `"invalid media type in manifest: \"application/wasm\""`)), plain, wasm2oci.Registry, []string{"invalid media type in manifest", shape}, nil},
		{"cause in a detail that is an object", only("PUT", "/manifests/", detailed(400, "MANIFEST_INVALID", "", `{"reason":"no such\ntype"}`)), plain, wasm2oci.Registry, []string{"reason", "no such"}, nil},
		{"message of its own", only("PUT", "/manifests/", detailed(400, "MANIFEST_INVALID", "the quota is used up", `"internal"`)), plain, wasm2oci.Registry, []string{"quota"}, []string{"internal"}},
		{"empty detail", only("PUT", "/manifests/", detailed(400, "MANIFEST_INVALID", "manifest invalid", `{}`)), plain, wasm2oci.Registry, []string{"manifest invalid"}, []string{"{}"}},
		{"image refused", only("PUT", "/manifests/", refusing(400, "MANIFEST_INVALID", "no")), wasm2oci.Packaging{Format: "image"}, wasm2oci.Registry, []string{"refused"}, []string{"use format image", "images only"}},
		{"config type refused", only("PUT", "/manifests/", refusing(400, "MANIFEST_INVALID", "no")), wasm2oci.Packaging{ConfigMediaType: "a/b"}, wasm2oci.Registry, []string{"media types that were given"}, []string{"another config_media_type"}},
		{"mediaType demanded", only("PUT", "/manifests/", refusing(400, "MANIFEST_INVALID", "mediaType is missing")), wasm2oci.Packaging{Format: "wasm-to-oci"}, wasm2oci.Registry, []string{"mediaType", "use format wasm"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			registry.Break(test.fault)
			err := push(t, registry, quick(), nil, test.packaging)
			wantError(t, err, test.kind, append(test.says, registry.Host)...)
			without(t, err, test.never...)
		})
	}
}

func TestServerThatAnswersEverythingIsNoRegistry(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault testregistry.Fault
	}{
		{"login page", answering(200, "<html>log in</html>", "Content-Type: text/html; charset=utf-8")},
		{"text", answering(200, "OK", "Content-Type: text/plain")},
		{"nothing", answering(200, "")},
		{"JSON of its own", answering(200, `{"status":"ok"}`, "Content-Type: application/json")},
		{"no content", answering(204, "")},
		{"created", answering(201, "")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry := testregistry.New(t)
			registry.Break(test.fault)
			err := push(t, registry, quick(), nil, wasm2oci.Packaging{})
			wantError(t, err, wasm2oci.Registry, "check that the address is that of a registry")
			for _, verb := range reading {
				if err := verb.call(t.Context(), newClient(t, quick(), nil), registry.Host+"/org/mod:v1", t.TempDir()); err == nil {
					t.Errorf("%s succeeds", verb.name)
				}
			}
		})
	}
}

func TestReadOnlyRegistryThatHasTheBlobs(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	if err := push(t, registry, quick(), nil, wasm2oci.Packaging{}); err != nil {
		t.Fatal(err)
	}
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method != "GET" && r.Method != "HEAD" && refusing(405, "UNSUPPORTED", "The operation is unsupported.")(w, r)
	})
	err := push(t, registry, quick(), nil, wasm2oci.Packaging{})
	wantError(t, err, wasm2oci.Unsupported, "read-only")
	without(t, err, "format", "images")
}

// denying answers 403, or 401 where the token of an open token service is not
// enough.
func denying(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.URL.Path == "/token":
		return answering(200, `{"token":"anonymous"}`)(w, r)
	case r.Header.Get("Authorization") == "":
		return answering(401, "", fmt.Sprintf(`WWW-Authenticate: Bearer realm="http://%s/token"`, r.Host))(w, r)
	}
	return refusing(403, "DENIED", "requested access to the resource is denied")(w, r)
}

func TestWhoseCredentialLacksTheRight(t *testing.T) {
	t.Parallel()
	entry := fmt.Sprintf(`{"auths":{"HOST":{"auth":%q}}}`, auth("user", "s3cret"))
	for _, test := range []struct {
		name    string
		options wasm2oci.ClientOptions
		config  string
		fault   testregistry.Fault
		kind    wasm2oci.Kind
		says    []string
		never   []string
	}{
		{"nobody's", quick(), "", denying, wasm2oci.PermissionDenied, []string{"no credentials were given for HOST"}, []string{"in use"}},
		{"a password's", wasm2oci.ClientOptions{Username: "user", Password: ptr("s3cret")}, "", denying, wasm2oci.PermissionDenied, []string{"the username given for HOST"}, []string{"no credentials", "give username"}},
		{"a token's", wasm2oci.ClientOptions{Token: "s3cret"}, "", denying, wasm2oci.PermissionDenied, []string{"the token given for HOST"}, []string{"no credentials", "give username"}},
		{"a file's", quick(), entry, denying, wasm2oci.PermissionDenied, []string{"the credential for HOST in ", "config.json"}, []string{"no credentials"}},
		{"a firewall", quick(), "", answering(403, "<html>", "Content-Type: text/html"), wasm2oci.PermissionDenied, []string{"no credentials were sent to HOST", "proxy"}, []string{"lack"}},
		{"wrong password", wasm2oci.ClientOptions{Username: "user", Password: ptr("s3cret")}, "", demanding("nobody"), wasm2oci.Unauthenticated, []string{"the username and the password given for HOST"}, []string{"give username"}},
		{"wrong token", wasm2oci.ClientOptions{Token: "s3cret"}, "", demanding("nobody"), wasm2oci.Unauthenticated, []string{"the token given for HOST"}, []string{"give username", "or token"}},
	} {
		for _, verb := range every {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				registry.Break(test.fault)
				var env wasm2oci.Environment
				if test.config != "" {
					env = configured(t, registry, test.config)
				}
				says := make([]string, len(test.says))
				for i, text := range test.says {
					says[i] = strings.ReplaceAll(text, "HOST", registry.Host)
				}
				err := verb.call(t.Context(), newClient(t, test.options, env), registry.Host+"/org/mod:v1", t.TempDir())
				wantError(t, err, test.kind, says...)
				without(t, err, test.never...)
			})
		}
	}
}

func TestTokenServiceThatRefusesNamesTheRegistry(t *testing.T) {
	t.Parallel()
	service := testregistry.New(t)
	service.Break(refusing(401, "UNAUTHORIZED", "wrong name or password"))
	registry := testregistry.New(t)
	// The same text for the host, as oras-go wants of a loopback address.
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		return answering(401, "", fmt.Sprintf(`WWW-Authenticate: Bearer realm="http://%s/token"`, service.Host))(w, r)
	})
	err := push(t, registry, wasm2oci.ClientOptions{Username: "user", Password: ptr("s3cret")}, nil, wasm2oci.Packaging{})
	wantError(t, err, wasm2oci.Unauthenticated, service.Host, "given for "+registry.Host)
}

// aging is a registry whose tokens pass for so many requests; what is said of one
// that has expired is for the fault.
func aging(requests int64, tokens *atomic.Int64, expired testregistry.Fault) testregistry.Fault {
	var left atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == "/token":
			left.Store(requests)
			return answering(200, fmt.Sprintf(`{"token":"t%d"}`, tokens.Add(1)))(w, r)
		case r.Header.Get("Authorization") == "":
			return answering(401, "", fmt.Sprintf(`WWW-Authenticate: Bearer realm="http://%s/token"`, r.Host))(w, r)
		case r.Header.Get("Authorization") == fmt.Sprintf("Bearer t%d", tokens.Load()) && left.Add(-1) >= 0:
			return false
		}
		return expired(w, r)
	}
}

func TestExpiredTokenIsReplacedWhateverTheAnswer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault testregistry.Fault
	}{
		{"400 denied", refusing(400, "DENIED", "Your Authorization Token has expired. Please run the login command again.")},
		{"401 without a challenge", answering(401, "")},
		{"403", refusing(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")},
	} {
		for _, verb := range every {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				var tokens atomic.Int64
				registry.Break(aging(20, &tokens, test.fault))
				client := newClient(t, quick(), nil)
				for tokens.Load() < 3 {
					if err := verb.call(t.Context(), client, reference, t.TempDir()); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

func TestTokenThatLacksTheRightIsReplacedOnce(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	var tokens atomic.Int64
	registry.Break(aging(20, &tokens, answering(403, "")))
	client := newClient(t, quick(), nil)
	if _, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
		t.Fatal(err)
	}
	registry.Break(denying)
	before := len(registry.Lines())
	_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.PermissionDenied, "no credentials were given")
	if lines := registry.Lines()[before:]; strings.Count(strings.Join(lines, "\n"), "/token") > 2 {
		t.Errorf("the registry was asked %q", lines)
	}
}

func TestTokenIsSentWhereTheRegistryNamesBasicOnly(t *testing.T) {
	t.Parallel()
	for _, verb := range every {
		for _, filed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, in a file %t", verb.name, filed), func(t *testing.T) {
				t.Parallel()
				registry := testregistry.New(t)
				reference, _ := addModule(registry, module("content"))
				registry.Break(demanding("Bearer s3cret"))
				options, env := wasm2oci.ClientOptions{Token: "s3cret", Retries: ptr(0)}, wasm2oci.Environment(nil)
				if filed {
					options, env = quick(), configured(t, registry, `{"auths":{"HOST":{"registrytoken":"s3cret"}}}`)
				}
				if err := verb.call(t.Context(), newClient(t, options, env), reference, t.TempDir()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// speaking answers each connection with a text.
func speaking(t *testing.T, text string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				// SSH speaks first; what comes before a request from others is lost.
				if !strings.HasPrefix(text, "SSH") {
					_, _ = io.ReadAll(io.LimitReader(conn, 1))
				}
				_, _ = io.WriteString(conn, text)
				_, _ = io.ReadAll(io.LimitReader(conn, 50))
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

func TestWordsOfGosLibraryAreNotShown(t *testing.T) {
	t.Parallel()
	jargon := []string{"readLoop", "malformed HTTP", "net/http", "x509", "tls: ", "http: ", "unsupported protocol", "tcp", "persistConn", "EOF"}
	redirect := testregistry.New(t)
	redirect.Break(answering(307, "", "Location: gopher://HOST/x"))
	nowhere := testregistry.New(t)
	nowhere.Break(answering(307, "", "Location: http:///x"))
	unnamed := testregistry.New(t)
	unnamed.Break(answering(307, ""))
	for _, test := range []struct {
		name, host string
		options    wasm2oci.ClientOptions
		kind       wasm2oci.Kind
		says       string
	}{
		{"SSH", speaking(t, "SSH-2.0-OpenSSH_9.6\r\n"), quick(), wasm2oci.Network, "does not speak HTTP"},
		{"SSH over TLS", speaking(t, "SSH-2.0-OpenSSH_9.6\r\n"), wasm2oci.ClientOptions{Insecure: true, Retries: ptr(0)}, wasm2oci.TLS, "does not speak TLS"},
		{"an alert of TLS", speaking(t, "\x15\x03\x01\x00\x02\x02\x46"), quick(), wasm2oci.TLS, "plain_http=False"},
		{"half an answer", speaking(t, "HTTP/1.1 200 OK\r\nContent-Le"), quick(), wasm2oci.Network, "does not speak HTTP"},
		{"nothing", speaking(t, ""), quick(), wasm2oci.Network, "closed the connection"},
		{"a redirect to another scheme", redirect.Host, quick(), wasm2oci.Network, "not the address of a server"},
		{"a redirect to no host", nowhere.Host, quick(), wasm2oci.Network, "not the address of a server"},
		{"a redirect without an address", unnamed.Host, quick(), wasm2oci.Registry, "307"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, test.options, nil).Open(t.Context(), test.host+"/org/mod:v1", wasm2oci.OpenOptions{})
			wantError(t, err, test.kind, test.says)
			without(t, err, jargon...)
		})
	}
}

func TestOptionThatWasGivenIsNotAdvised(t *testing.T) {
	t.Parallel()
	secure, plain := testregistry.NewTLS(t), testregistry.New(t)
	other := testregistry.NewTLS(t)
	ca := authority(t, secure)
	stranger := filepath.Join(t.TempDir(), "stranger.pem")
	certificate, key := identity(t)
	write(t, stranger, read(t, certificate))
	demanding := testregistry.NewTLS(t)
	demanding.TLS.ClientAuth = tls.RequireAndVerifyClientCert
	page := testregistry.New(t)
	page.Break(answering(400, "<html><center>No required SSL certificate was sent</center></html>", "Content-Type: text/html"))
	for _, test := range []struct {
		name    string
		host    string
		options wasm2oci.ClientOptions
		says    string
		never   string
	}{
		{"loopback, nothing given", secure.Host, wasm2oci.ClientOptions{}, "use plain_http=False", "leave out"},
		{"loopback, plain HTTP", secure.Host, wasm2oci.ClientOptions{PlainHTTP: ptr(true)}, "use plain_http=False", "leave out"},
		{"no CA", other.Host, wasm2oci.ClientOptions{PlainHTTP: ptr(false)}, "give its CA with ca_file", ""},
		{"another CA", other.Host, wasm2oci.ClientOptions{CAFile: stranger}, "check that its CA is in the ca_file", "give"},
		{"plain HTTP asked in TLS", plain.Host, wasm2oci.ClientOptions{Insecure: true}, "in place of insecure", ""},
		{"no client certificate", demanding.Host, wasm2oci.ClientOptions{CAFile: ca}, "give one with client_cert and client_key", ""},
		{"another client certificate", demanding.Host, wasm2oci.ClientOptions{CAFile: ca, ClientCert: certificate, ClientKey: key}, "check that it accepts the client_cert", "give"},
		{"a page about the client certificate", page.Host, wasm2oci.ClientOptions{}, "client_cert", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			options := test.options
			options.Retries = ptr(0)
			_, err := newClient(t, options, nil).Open(t.Context(), test.host+"/org/mod:v1", wasm2oci.OpenOptions{})
			wantError(t, err, wasm2oci.TLS, test.says)
			if test.never != "" {
				without(t, err, test.never)
			}
		})
	}
}

func TestMissingDigestIsNotCalledATag(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference := registry.Host + "/org/mod@sha256:" + strings.Repeat("0", 64)
	for _, verb := range reading {
		err := verb.call(t.Context(), newClient(t, quick(), nil), reference, t.TempDir())
		wantError(t, err, wasm2oci.NotFound, "check the repository and the digest")
		without(t, err, "tag")
	}
}
