package wasm2oci_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// listening serves each connection by a function, and counts them.
func listening(t *testing.T, serve func(conn net.Conn)) (address string, connections *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	connections = &atomic.Int32{}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String(), connections
}

// silent reads and says nothing.
func silent(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// saying reads a little, says something, and then nothing more.
func saying(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, text)
		silent(conn)
	}
}

func closing(conn net.Conn) { _, _ = conn.Read(make([]byte, 4096)) }

// speakingTLS is the alert of a server that meets plain HTTP.
func speakingTLS(conn net.Conn) {
	_, _ = conn.Read(make([]byte, 4096))
	_, _ = io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x46")
}

// What goes wrong between us and a proxy is said of the proxy, and not waited for as long as
// a transfer is.
func TestProxyThatMisbehaves(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		scheme string
		plain  bool
		serve  func(conn net.Conn)
		kind   wasm2oci.Kind
		says   string
	}{
		{"silent", "http", false, silent, wasm2oci.Timeout, "did not answer within 1 s; check the scheme"},
		{"silent", "https", false, silent, wasm2oci.Timeout, "did not answer within 1 s; check the scheme"},
		{"silent", "https", true, silent, wasm2oci.Timeout, "did not answer within 1 s; check the scheme"},
		{"silent", "socks5", false, silent, wasm2oci.Timeout, "did not answer within 1 s; check the scheme"},
		{"silent", "socks5", true, silent, wasm2oci.Timeout, "did not answer within 1 s; check the scheme"},
		{"half an answer", "http", false, saying("HTTP/1.1 200"), wasm2oci.Timeout, "did not answer within 1 s; check the scheme"},
		{"half an answer", "socks5", false, saying("\x05"), wasm2oci.Timeout, "did not answer within 1 s; check the scheme"},
		{"silent after the greeting", "socks5", true, saying("\x05\x00"), wasm2oci.Timeout, "did not answer within 1 s; check the scheme"},
		{"agrees and is silent", "http", false, saying("HTTP/1.1 200 OK\r\n\r\n"), wasm2oci.Timeout, "registry.test did not answer within 1 s through the proxy"},
		{"closes", "http", false, closing, wasm2oci.Network, "closed the connection early"},
		{"closes", "http", true, closing, wasm2oci.Network, "closed the connection early"},
		{"closes", "https", false, closing, wasm2oci.Network, "closed the connection early"},
		{"closes", "socks5", false, closing, wasm2oci.Network, "closed the connection early"},
		{"closes", "socks5", true, closing, wasm2oci.Network, "closed the connection early"},
		{"speaks SSH", "http", false, saying("SSH-2.0-OpenSSH_9.2\r\n"), wasm2oci.Network, "does not speak HTTP"},
		{"speaks SSH", "http", true, saying("SSH-2.0-OpenSSH_9.2\r\n"), wasm2oci.Network, "does not speak HTTP"},
		{"speaks SSH", "socks5", false, saying("SSH-2.0-OpenSSH_9.2\r\n"), wasm2oci.Network, "does not speak SOCKS 5"},
		{"speaks HTTP", "socks5", true, saying("HTTP/1.1 400 Bad Request\r\n\r\n"), wasm2oci.Network, "does not speak SOCKS 5"},
		{"speaks HTTP", "https", false, saying("HTTP/1.1 400 Bad Request\r\n\r\n"), wasm2oci.TLS, "does not speak TLS; begin its URL with http://"},
		{"speaks TLS", "http", false, speakingTLS, wasm2oci.TLS, "speaks TLS, and was asked in plain HTTP; begin its URL with https://"},
		{"speaks TLS", "http", true, speakingTLS, wasm2oci.TLS, "speaks TLS, and was asked in plain HTTP; begin its URL with https://"},
		{"cannot reach it", "http", false, saying("HTTP/1.1 502 Bad Gateway\r\n\r\n"), wasm2oci.Network, "did not reach registry.test:443: it answered 502 bad gateway"},
		{"cannot reach it", "http", true, saying("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), wasm2oci.Registry, "503 service unavailable, through the proxy"},
		{"does not want to", "http", true, saying("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), wasm2oci.PermissionDenied, "403 forbidden, through the proxy"},
		{"does not want to", "http", false, saying("HTTP/1.1 403 Forbidden\r\n\r\n"), wasm2oci.Network, "does not let a connection to registry.test:443 pass"},
		{"is a web server", "http", false, saying("HTTP/1.1 405 Method Not Allowed\r\n\r\n"), wasm2oci.Network, "check that it is a proxy for HTTPS"},
		{"has a status of its own", "http", false, saying("HTTP/1.1 599 Odd\r\n\r\n"), wasm2oci.Network, "it answered 599;"},
		{"wants NTLM", "http", false, saying("HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n"), wasm2oci.Network, `wants authentication by "Negotiate, NTLM"`},
		{"wants NTLM", "http", true, saying("HTTP/1.1 407 No\r\nContent-Length: 0\r\nProxy-Authenticate: NTLM\r\n\r\n"), wasm2oci.Network, `wants authentication by "NTLM"`},
		{"wants a password", "http", false, saying("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\n\r\n"), wasm2oci.Network, "answered 407 proxy authentication required; write a user name"},
	} {
		t.Run(test.name+", "+test.scheme, func(t *testing.T) {
			t.Parallel()
			address, _ := listening(t, test.serve)
			// An idle limit that no test would wait for.
			options := wasm2oci.ClientOptions{PlainHTTP: &test.plain, Retries: ptr(0), IdleTimeout: ptr(int64(20_000)), Proxy: ptr(test.scheme + "://" + address)}
			if test.kind == wasm2oci.Timeout {
				options.ConnectTimeout = ptr(int64(1000))
			}
			began := time.Now()
			_, err := newClient(t, options, nil).Resolve(t.Context(), "registry.test/org/mod:v1", wasm2oci.ResolveOptions{})
			wantError(t, err, test.kind, address, test.says)
			if elapsed := time.Since(began); elapsed > soon {
				t.Errorf("it took %s", elapsed)
			}
		})
	}
}

func TestSecretOfAProxyThatMisbehavesIsMasked(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"http", "https", "socks5"} {
		for _, serve := range []func(net.Conn){silent, closing, saying("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=s3cret\r\n\r\n"), saying("s3cret\r\n")} {
			address, _ := listening(t, serve)
			options := wasm2oci.ClientOptions{Retries: ptr(0), ConnectTimeout: ptr(int64(1000)), Proxy: ptr(scheme + "://user:s3cret@" + address)}
			_, err := newClient(t, options, nil).Resolve(t.Context(), "registry.test/org/mod:v1", wasm2oci.ResolveOptions{})
			if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), address) {
				t.Errorf("%s: %v", scheme, err)
			}
		}
	}
}

// With retries a mistake in the address does not take many times as long.
func TestSilentProxyIsAskedOnce(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"http", "socks5"} {
		address, connections := listening(t, silent)
		options := wasm2oci.ClientOptions{ConnectTimeout: ptr(int64(100)), Proxy: ptr(scheme + "://" + address)}
		_, err := newClient(t, options, nil).Resolve(t.Context(), "registry.test/org/mod:v1", wasm2oci.ResolveOptions{})
		wantError(t, err, wasm2oci.Timeout, address)
		if got := connections.Load(); got != 1 {
			t.Errorf("%s: asked %d times", scheme, got)
		}
	}
}

// A proxy that passes plain requests on and says nothing is waited for as a registry is.
func TestSilentForwardProxyIsNamed(t *testing.T) {
	t.Parallel()
	address, _ := listening(t, silent)
	options := wasm2oci.ClientOptions{PlainHTTP: ptr(true), Retries: ptr(0), IdleTimeout: ptr(int64(100)), Proxy: ptr("http://" + address)}
	_, err := newClient(t, options, nil).Resolve(t.Context(), "registry.test/org/mod:v1", wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.Timeout, "no byte came from the proxy "+address, "idle_timeout")
}

// A connection that is made is under the limit for idleness alone.
func TestConnectTimeoutEndsWithTheConnection(t *testing.T) {
	t.Parallel()
	const limit = 2000
	registry := testregistry.NewTLS(t)
	addModule(registry, module("content"))
	registry.Break(func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/blobs/") {
			return false
		}
		select { // a registry that thinks for longer than the limit
		case <-time.After(2 * limit * time.Millisecond):
		case <-r.Context().Done():
		}
		return false
	})
	p := newProxy(t, registry, "")
	options := wasm2oci.ClientOptions{CAFile: authority(t, registry), Retries: ptr(0), ConnectTimeout: ptr(int64(limit)), Proxy: &p.URL}
	client := newClient(t, options, nil)
	if _, err := client.Pull(t.Context(), "example.com/org/mod:v1", t.TempDir(), wasm2oci.PullOptions{}); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.asked) != 1 { // one connection for all
		t.Errorf("the proxy was asked %q", p.asked)
	}
}

func TestCertificateOfAProxy(t *testing.T) {
	t.Parallel()
	registry := testregistry.NewTLS(t)
	addModule(registry, module("content"))
	proxy := &proxy{registry: registry}
	proxy.Server = httptest.NewUnstartedServer(proxy)
	proxy.Server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	host := strings.TrimPrefix(proxy.URL, "https://")
	trusted := authority(t, registry)
	for _, test := range []struct {
		name    string
		options wasm2oci.ClientOptions
		proxy   string
		says    []string // empty: it works
	}{
		{"trusted", wasm2oci.ClientOptions{CAFile: trusted}, proxy.URL, nil},
		{"insecure", wasm2oci.ClientOptions{Insecure: true}, proxy.URL, nil},
		{"unknown authority", wasm2oci.ClientOptions{}, proxy.URL, []string{"the certificate of the proxy " + host + " is signed by an unknown authority", "ca_file"}},
		{"another name", wasm2oci.ClientOptions{CAFile: trusted}, strings.Replace(proxy.URL, "127.0.0.1", "localhost", 1), []string{"the certificate of the proxy localhost", "for another host", "check the name of the proxy"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.options.Retries, test.options.Proxy = ptr(0), &test.proxy
			_, err := newClient(t, test.options, nil).Pull(t.Context(), "example.com/org/mod:v1", t.TempDir(), wasm2oci.PullOptions{})
			switch {
			case len(test.says) > 0:
				wantError(t, err, wasm2oci.TLS, test.says...)
			case err != nil:
				t.Error(err)
			}
		})
	}
}

// What is not a proxy is an error where it would be used: to go without it could lead past
// what it guards.
func TestVariablesThatNameNoProxy(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	for value, says := range map[string]string{
		"socks4://user:s3cret@127.0.0.1:1":          "its scheme is not one of http, https, socks5, socks5h",
		"ftp://user:s3cret@host":                    "its scheme is not",
		"://user:s3cret@x":                          "its scheme is not",
		"http://user:s3cret@[::1":                   "its host cannot be read",
		"http://user:s3cret@":                       "it names no host",
		"http://:3128":                              "it names no host",
		"http://user:s3cret@127.0.0.1:99999":        "its port is not a number from 1 to 65535",
		"http://user:s3cret@127.0.0.1:0":            "its port is not a number",
		"socks5://user:s3cret@127.0.0.1:http":       "its port is not a number",
		"user:s3cret@127.0.0.1:70000":               "its port is not a number",
		"http://user:s3cret@fe80::1:3128":           "in brackets",
		"::1":                                       "in brackets",
		" http://user:s3cret@127.0.0.1:1":           "it contains a space",
		"http://user:s3cret@127.0.0.1:1 ":           "it contains a space",
		"http://user:s3cret@127.0.0.1:1\r\n":        "it contains a space",
		"http://user:s3cret@ho st:1":                "it contains a space",
		"http://user:1/s3cret@127.0.0.1:1":          "percent-encoded",
		"http://user:s3cret#1@127.0.0.1:1":          "percent-encoded",
		"http://user:s3cret%zz@127.0.0.1:1":         "percent-encoded",
		"http://a.test:1,http://user:s3cret@b.test": "percent-encoded",
	} {
		for _, name := range []string{"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
			env := wasm2oci.Environment{name: value}
			_, err := newClient(t, quick(), env).Resolve(t.Context(), "registry.test/org/mod:v1", wasm2oci.ResolveOptions{})
			wantError(t, err, wasm2oci.InvalidArgument, name+" is not a URL", says, "proxy")
			if strings.Contains(err.Error(), "s3cret") {
				t.Error(err)
			}
			if _, err := newClient(t, quick(), env).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		}
		if _, _, hasScheme := strings.Cut(value, "://"); !hasScheme {
			says = "it has no scheme"
		}
		_, err := wasm2oci.NewClient(wasm2oci.ClientOptions{Proxy: &value}, nil)
		wantError(t, err, wasm2oci.InvalidArgument, "proxy is not a URL", says)
		if strings.Contains(err.Error(), "s3cret") {
			t.Error(err)
		}
	}
}

// An exception that counts for nothing is an error for the host that it means: what it says
// would otherwise go where it was not to go.
func TestExceptionsThatCountForNothing(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	addModule(registry, module("content"))
	p := newProxy(t, registry, "")
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		for entry, counts := range map[string]bool{
			"http://registry.test": false, "https://user:s3cret@registry.test:443/path": false, "registry.test:port": false, "registry.test:99999": false,
			"http://other.test": true, "other.test:99999": true, "::1": true, "169.254/16": true, "[::1]:80": true, "registry": true,
		} {
			env := wasm2oci.Environment{"ALL_PROXY": p.URL, name: "localhost," + entry}
			options := wasm2oci.ClientOptions{PlainHTTP: ptr(true), Retries: ptr(0)}
			_, err := newClient(t, options, env).Resolve(t.Context(), "registry.test/org/mod:v1", wasm2oci.ResolveOptions{})
			if counts {
				if err != nil {
					t.Errorf("%s: %v", entry, err)
				}
				continue
			}
			wantError(t, err, wasm2oci.InvalidArgument, name+` names "registry.test" in a form that counts for nothing`)
		}
	}
}
