package wasm2oci_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// authority writes the certificate of a registry as a PEM file.
func authority(t *testing.T, registry *testregistry.Registry) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	write(t, path, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: registry.Certificate().Raw})))
	return path
}

// identity writes a client's certificate and its key.
func identity(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certificate, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})))
	return certificate, key
}

func TestAuthorities(t *testing.T) {
	t.Parallel()
	registry := testregistry.NewTLS(t)
	reference, _ := addModule(registry, module("content"))
	ca := authority(t, registry)
	secure := func(change func(*wasm2oci.ClientOptions)) wasm2oci.ClientOptions {
		options := quick()
		change(&options)
		return options
	}
	https := func(o *wasm2oci.ClientOptions) { o.PlainHTTP = ptr(false) }
	for _, test := range []struct {
		name    string
		options wasm2oci.ClientOptions
		env     wasm2oci.Environment
		says    []string // empty: it works
	}{
		{"ca_file, which means HTTPS", secure(func(o *wasm2oci.ClientOptions) { o.CAFile = ca }), nil, nil},
		{"insecure, which means HTTPS", secure(func(o *wasm2oci.ClientOptions) { o.Insecure = true }), nil, nil},
		{"SSL_CERT_FILE", secure(https), wasm2oci.Environment{"SSL_CERT_FILE": ca}, nil},
		{"SSL_CERT_DIR", secure(https), wasm2oci.Environment{"SSL_CERT_DIR": "/nonexistent" + string(os.PathListSeparator) + filepath.Dir(ca)}, nil},
		{"none", secure(https), nil, []string{registry.Host, "unknown authority", "ca_file"}},
		{"SSL_CERT_FILE that is missing", secure(https), wasm2oci.Environment{"SSL_CERT_FILE": "/nonexistent"}, []string{"unknown authority"}},
	} {
		for _, verb := range every {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				err := verb.call(t.Context(), newClient(t, test.options, test.env), reference, t.TempDir())
				switch {
				case len(test.says) > 0:
					wantError(t, err, wasm2oci.TLS, test.says...)
				case err != nil:
					t.Error(err)
				}
			})
		}
	}
}

func TestCertificateOfAnotherHost(t *testing.T) {
	t.Parallel()
	registry := testregistry.NewTLS(t)
	_, port, _ := strings.Cut(registry.Host, ":")
	options := wasm2oci.ClientOptions{CAFile: authority(t, registry)} // with retries, which do not help
	began := time.Now()
	_, err := newClient(t, options, nil).Resolve(t.Context(), "localhost:"+port+"/org/mod", wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.TLS, "localhost:"+port, "another host")
	if elapsed := time.Since(began); elapsed > soon {
		t.Errorf("ended after %s", elapsed)
	}
}

func TestHTTPMeetsHTTPS(t *testing.T) {
	t.Parallel()
	plain, secure := testregistry.New(t), testregistry.NewTLS(t)
	for _, verb := range every {
		for _, options := range []wasm2oci.ClientOptions{{PlainHTTP: ptr(false)}, {Insecure: true}} {
			options.Retries = ptr(0)
			err := verb.call(t.Context(), newClient(t, options, nil), plain.Host+"/org/mod:v1", t.TempDir())
			wantError(t, err, wasm2oci.TLS, plain.Host, "plain_http")
		}
		err := verb.call(t.Context(), newClient(t, quick(), nil), secure.Host+"/org/mod:v1", t.TempDir())
		wantError(t, err, wasm2oci.TLS, "plain_http")
	}
}

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	registry := testregistry.NewTLS(t)
	registry.TLS.ClientAuth = tls.RequireAnyClientCert
	reference, _ := addModule(registry, module("content"))
	ca := authority(t, registry)
	certificate, key := identity(t)
	for _, verb := range every {
		options := wasm2oci.ClientOptions{CAFile: ca, ClientCert: certificate, ClientKey: key, Retries: ptr(0)}
		if err := verb.call(t.Context(), newClient(t, options, nil), reference, t.TempDir()); err != nil {
			t.Error(err)
		}
		err := verb.call(t.Context(), newClient(t, wasm2oci.ClientOptions{CAFile: ca, Retries: ptr(0)}, nil), reference, t.TempDir())
		wantError(t, err, wasm2oci.TLS, registry.Host)
	}
}

func TestOptionsThatAreNoGood(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	nonsense := filepath.Join(dir, "nonsense.pem")
	write(t, nonsense, "nonsense")
	missing := filepath.Join(dir, "missing.pem")
	certificate, key := identity(t)
	_, otherKey := identity(t)
	for _, test := range []struct {
		name    string
		options wasm2oci.ClientOptions
		kind    wasm2oci.Kind
		says    []string
	}{
		{"token and password", wasm2oci.ClientOptions{Token: "s3cret", Username: "user", Password: ptr("s3cret")}, wasm2oci.InvalidArgument, []string{"token"}},
		{"user without password", wasm2oci.ClientOptions{Username: "user"}, wasm2oci.InvalidArgument, []string{"given together"}},
		{"password without user", wasm2oci.ClientOptions{Password: ptr("s3cret")}, wasm2oci.InvalidArgument, []string{"given together"}},
		{"negative timeout", wasm2oci.ClientOptions{Timeout: -1}, wasm2oci.InvalidArgument, []string{"timeout is negative"}},
		{"negative connect timeout", wasm2oci.ClientOptions{ConnectTimeout: ptr(int64(-1))}, wasm2oci.InvalidArgument, []string{"connect_timeout"}},
		{"negative idle timeout", wasm2oci.ClientOptions{IdleTimeout: ptr(int64(-1))}, wasm2oci.InvalidArgument, []string{"idle_timeout"}},
		{"negative retries", wasm2oci.ClientOptions{Retries: ptr(-1)}, wasm2oci.InvalidArgument, []string{"retries"}},
		{"no connections", wasm2oci.ClientOptions{Connections: ptr(0)}, wasm2oci.InvalidArgument, []string{"connections"}},
		{"plain and insecure", wasm2oci.ClientOptions{PlainHTTP: ptr(true), Insecure: true}, wasm2oci.InvalidArgument, []string{"plain_http"}},
		{"plain and a CA", wasm2oci.ClientOptions{PlainHTTP: ptr(true), CAFile: certificate}, wasm2oci.InvalidArgument, []string{"plain_http"}},
		{"line break in the agent", wasm2oci.ClientOptions{UserAgentSuffix: "a\nb"}, wasm2oci.InvalidArgument, []string{"user_agent_suffix"}},
		{"proxy without a scheme", wasm2oci.ClientOptions{Proxy: ptr("user:s3cret@host:80")}, wasm2oci.InvalidArgument, []string{"proxy"}},
		{"proxy without a host", wasm2oci.ClientOptions{Proxy: ptr("http://")}, wasm2oci.InvalidArgument, []string{"proxy"}},
		{"proxy of another kind", wasm2oci.ClientOptions{Proxy: ptr("ftp://user:s3cret@host")}, wasm2oci.InvalidArgument, []string{"proxy"}},
		{"proxy that is no address", wasm2oci.ClientOptions{Proxy: ptr("http://user:s3cret@[::1")}, wasm2oci.InvalidArgument, []string{"proxy"}},
		{"missing CA", wasm2oci.ClientOptions{CAFile: missing}, wasm2oci.Filesystem, []string{"ca_file", "missing.pem"}},
		{"a directory for a CA", wasm2oci.ClientOptions{CAFile: dir}, wasm2oci.Filesystem, []string{"ca_file"}},
		{"CA that is none", wasm2oci.ClientOptions{CAFile: nonsense}, wasm2oci.TLS, []string{"ca_file", "nonsense.pem"}},
		{"certificate without key", wasm2oci.ClientOptions{ClientCert: certificate}, wasm2oci.InvalidArgument, []string{"given together"}},
		{"key without certificate", wasm2oci.ClientOptions{ClientKey: key}, wasm2oci.InvalidArgument, []string{"given together"}},
		{"missing certificate", wasm2oci.ClientOptions{ClientCert: missing, ClientKey: key}, wasm2oci.Filesystem, []string{"client_cert"}},
		{"missing key", wasm2oci.ClientOptions{ClientCert: certificate, ClientKey: missing}, wasm2oci.Filesystem, []string{"client_key"}},
		{"key that is none", wasm2oci.ClientOptions{ClientCert: certificate, ClientKey: nonsense}, wasm2oci.TLS, []string{"client_key"}},
		{"key of another certificate", wasm2oci.ClientOptions{ClientCert: certificate, ClientKey: otherKey}, wasm2oci.TLS, []string{"client_cert"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, err := wasm2oci.NewClient(test.options, nil)
			if err == nil {
				client.Close()
			}
			wantError(t, err, test.kind, test.says...)
		})
	}
}

func TestClosedClientLeavesNoConnection(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	addModule(registry, module("content"))
	var open sync.WaitGroup
	front := httptest.NewUnstartedServer(registry.Config.Handler)
	front.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Done()
		}
	}
	front.Start()
	t.Cleanup(front.Close)
	reference := front.Listener.Addr().String() + "/org/mod:v1"
	client := newClient(t, quick(), nil)
	if _, _, err := client.Fetch(t.Context(), reference, nil, wasm2oci.FetchOptions{}); err != nil {
		t.Fatal(err)
	}
	client.Close()
	closed := make(chan struct{})
	go func() { open.Wait(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(soon):
		t.Error("the connection is still open")
	}
	client.Close()
	_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.Cancelled)
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	options := quick()
	options.UserAgentSuffix = "host/1.0"
	if _, err := newClient(t, options, nil).Pull(t.Context(), reference, t.TempDir(), wasm2oci.PullOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, one := range registry.Requests() {
		if got := one.Header.Get("User-Agent"); got != "wasm2oci/"+wasm2oci.Version()+" host/1.0" {
			t.Errorf("%s came from %q", one.Target, got)
		}
	}
}

// proxy is a forward proxy that leads every name to one registry and notes what
// it was asked.
type proxy struct {
	*httptest.Server
	registry *testregistry.Registry
	password string // Proxy-Authorization that is asked for, if any

	mu    sync.Mutex
	asked []string
}

func newProxy(t *testing.T, registry *testregistry.Registry, password string) *proxy {
	t.Helper()
	p := &proxy{registry: registry, password: password}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	p.mu.Unlock()
	if p.password != "" && r.Header.Get("Proxy-Authorization") != p.password {
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	if r.Method != http.MethodConnect {
		r.Header.Del("Proxy-Authorization")
		p.registry.Config.Handler.ServeHTTP(w, r)
		return
	}
	server, err := net.Dial("tcp", p.registry.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusOK)
	client, begun, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = server.Close()
		return
	}
	// The server may have read the first byte of what follows already.
	go func() { _, _ = io.Copy(server, begun); _ = server.Close() }()
	_, _ = io.Copy(client, server)
	_ = client.Close()
}

func (p *proxy) hosts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Compact(slices.Clone(p.asked))
}

// with puts a user and a password into the address of the proxy.
func (p *proxy) with(user string) string {
	return strings.Replace(p.URL, "http://", "http://"+user+"@", 1)
}

func TestProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	addModule(registry, module("content"))
	const remote = "registry.test/org/mod:v1"
	for _, test := range []struct {
		name    string
		options func(address string) wasm2oci.ClientOptions
		env     func(address string) wasm2oci.Environment
		used    bool
	}{
		{"HTTP_PROXY", nil, func(a string) wasm2oci.Environment { return wasm2oci.Environment{"HTTP_PROXY": a} }, true},
		{"http_proxy", nil, func(a string) wasm2oci.Environment { return wasm2oci.Environment{"http_proxy": a} }, true},
		{"without a scheme", nil, func(a string) wasm2oci.Environment {
			return wasm2oci.Environment{"HTTP_PROXY": strings.TrimPrefix(a, "http://")}
		}, true},
		{"option", func(a string) wasm2oci.ClientOptions { return wasm2oci.ClientOptions{Proxy: &a} }, nil, true},
		{"option before the environment", func(a string) wasm2oci.ClientOptions { return wasm2oci.ClientOptions{Proxy: &a} }, func(string) wasm2oci.Environment {
			return wasm2oci.Environment{"HTTP_PROXY": "http://127.0.0.1:1"}
		}, true},
		{"NO_PROXY", nil, func(a string) wasm2oci.Environment {
			return wasm2oci.Environment{"HTTP_PROXY": a, "NO_PROXY": "other.test,.registry.test,registry.test"}
		}, false},
		{"option for none", func(string) wasm2oci.ClientOptions { return wasm2oci.ClientOptions{Proxy: ptr("")} }, func(a string) wasm2oci.Environment {
			return wasm2oci.Environment{"HTTP_PROXY": a}
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProxy(t, registry, "")
			var options wasm2oci.ClientOptions
			var env wasm2oci.Environment
			if test.options != nil {
				options = test.options(p.URL)
			}
			if test.env != nil {
				env = test.env(p.URL)
			}
			options.PlainHTTP, options.Retries = ptr(true), ptr(0)
			if !test.used {
				// Without the proxy the name leads nowhere, and asking for it
				// may take as long as it likes.
				options.Timeout = 500
			}
			_, err := newClient(t, options, env).Resolve(t.Context(), remote, wasm2oci.ResolveOptions{})
			if used := slices.Equal(p.hosts(), []string{"HEAD registry.test"}); used != test.used || (err == nil) != test.used {
				t.Errorf("the proxy saw %q; %v", p.hosts(), err)
			}
		})
	}
}

func TestLoopbackNeedsNoProxy(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	p := newProxy(t, registry, "")
	if _, err := newClient(t, quick(), wasm2oci.Environment{"HTTP_PROXY": p.URL}).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := p.hosts(); len(got) > 0 {
		t.Errorf("the proxy saw %q", got)
	}
}

func TestAllRequestsPassTheProxy(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		registry := testregistry.New(t)
		options := wasm2oci.ClientOptions{PlainHTTP: ptr(true), Retries: ptr(0)}
		// The certificate of net/http/httptest is for this name.
		const host = "example.com"
		want := []string{"GET " + host}
		if secure {
			registry = testregistry.NewTLS(t)
			options = wasm2oci.ClientOptions{CAFile: authority(t, registry), Retries: ptr(0)}
			want = []string{"CONNECT " + host + ":443"}
		}
		addModule(registry, module("content"))
		scheme := "http"
		if secure {
			scheme = "https"
		}
		registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
			switch {
			case strings.HasPrefix(r.URL.Path, "/token"):
				return answering(200, `{"token":"issued"}`)(w, r)
			case r.Header.Get("Authorization") == "Bearer issued":
				return false
			}
			return answering(401, "", `WWW-Authenticate: Bearer realm="`+scheme+`://`+host+`/token"`)(w, r)
		})
		p := newProxy(t, registry, basicOf("user", "s3cret"))
		env := wasm2oci.Environment{"HTTP_PROXY": p.with("user:s3cret"), "HTTPS_PROXY": p.with("user:s3cret")}
		_, err := newClient(t, options, env).Pull(t.Context(), host+"/org/mod:v1", t.TempDir(), wasm2oci.PullOptions{})
		if err != nil {
			t.Error(err)
		}
		if got := p.hosts(); !slices.Equal(got, want) {
			t.Errorf("the proxy saw %q", got)
		}
		for _, one := range registry.Requests() {
			if strings.Contains(one.Header.Get("Proxy-Authorization"), "Basic") && secure {
				t.Error("the registry was told the secret of the proxy")
			}
		}
	}
}

func TestProxyThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	registry := testregistry.NewTLS(t)
	p := newProxy(t, registry, basicOf("user", "right"))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	_ = listener.Close()
	for _, test := range []struct{ name, address string }{
		{"wrong password", p.with("user:s3cret")},
		{"no password", p.URL},
		{"closed port", "http://user:s3cret@" + closed},
	} {
		for _, plain := range []bool{true, false} {
			for _, verb := range every {
				t.Run(test.name+", "+verb.name, func(t *testing.T) {
					t.Parallel()
					options := wasm2oci.ClientOptions{PlainHTTP: &plain, Retries: ptr(0), Proxy: &test.address}
					_, host, _ := strings.Cut(strings.ReplaceAll(test.address, "user:s3cret@", ""), "//")
					err := verb.call(t.Context(), newClient(t, options, nil), "registry.test/org/mod:v1", t.TempDir())
					wantError(t, err, wasm2oci.Network, "proxy", host)
				})
			}
		}
	}
}

// Docker keeps the credential of its Hub under a name of its own.
func TestDockerHubUnderAllItsNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"docker.io", "index.docker.io", "registry-1.docker.io"} {
		hub := testregistry.New(t)
		hub.AddArtifact("library/hello:1", hub.AddBlob("application/wasm", module("content")))
		hub.Break(demanding(basicOf("user", "s3cret")))
		p := newProxy(t, hub, "")
		env := configured(t, hub, `{"auths":{"https://index.docker.io/v1/":{"auth":"`+auth("user", "s3cret")+`"}}}`)
		options := wasm2oci.ClientOptions{PlainHTTP: ptr(true), Retries: ptr(0), Proxy: &p.URL}
		if _, err := newClient(t, options, env).Resolve(t.Context(), name+"/hello:1", wasm2oci.ResolveOptions{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := p.hosts(); !slices.Equal(got, []string{"HEAD registry-1.docker.io"}) {
			t.Errorf("%s: the proxy saw %q", name, got)
		}
	}
}

func TestIPv6Registry(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	addModule(registry, module("content"))
	front := listenIPv6(t, registry.Config.Handler)
	if _, err := newClient(t, quick(), nil).Pull(t.Context(), front+"/org/mod:v1", t.TempDir(), wasm2oci.PullOptions{}); err != nil {
		t.Error(err)
	}
}

// listenIPv6 serves on [::1] and gives the host and the port.
func listenIPv6(t *testing.T, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6: %v", err)
	}
	server := httptest.NewUnstartedServer(handler)
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return listener.Addr().String()
}
