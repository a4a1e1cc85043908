package wasm2oci_test

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// socks is a SOCKS 5 proxy (RFC 1928, RFC 1929) that leads everything to one registry.
type socks struct {
	address, registry string
	// secret is "user:password", or empty for none.
	secret string
	// reply is what it answers to those that want a connection; 0 gives them one.
	reply byte

	mu    sync.Mutex
	asked []string
}

func newSocks(t *testing.T, registry *testregistry.Registry, secret string, reply byte) *socks {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &socks{address: listener.Addr().String(), registry: registry.Host, secret: secret, reply: reply}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s *socks) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	next := func(n int) []byte {
		piece := make([]byte, n)
		_, _ = io.ReadFull(conn, piece)
		return piece
	}
	methods := next(int(next(2)[1]))
	if s.secret == "" {
		_, _ = conn.Write([]byte{5, 0})
	} else {
		if !slices.Contains(methods, 2) {
			_, _ = conn.Write([]byte{5, 0xff})
			return
		}
		_, _ = conn.Write([]byte{5, 2})
		user := string(next(int(next(2)[1])))
		password := string(next(int(next(1)[0])))
		if user+":"+password != s.secret {
			_, _ = conn.Write([]byte{1, 1})
			return
		}
		_, _ = conn.Write([]byte{1, 0})
	}
	host := ""
	switch next(4)[3] {
	case 1:
		host = net.IP(next(4)).String()
	case 3:
		host = string(next(int(next(1)[0])))
	case 4:
		host = net.IP(next(16)).String()
	}
	port := binary.BigEndian.Uint16(next(2))
	s.mu.Lock()
	s.asked = append(s.asked, host)
	s.mu.Unlock()
	_, _ = conn.Write(binary.BigEndian.AppendUint16([]byte{5, s.reply, 0, 1, 0, 0, 0, 0}, port))
	if s.reply != 0 {
		return
	}
	server, err := net.Dial("tcp", s.registry)
	if err != nil {
		return
	}
	go func() { _, _ = io.Copy(server, conn); _ = server.Close() }()
	_, _ = io.Copy(conn, server)
}

func (s *socks) hosts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Compact(slices.Clone(s.asked))
}

func TestSocksProxy(t *testing.T) {
	t.Parallel()
	const host = "example.com" // which the certificate of net/http/httptest is for
	for _, secure := range []bool{false, true} {
		for _, scheme := range []string{"socks5", "socks5h"} {
			for _, secret := range []string{"", "user:s3cret"} {
				registry := testregistry.New(t)
				options := wasm2oci.ClientOptions{PlainHTTP: ptr(true), Retries: ptr(0)}
				if secure {
					registry = testregistry.NewTLS(t)
					options = wasm2oci.ClientOptions{CAFile: authority(t, registry), Retries: ptr(0)}
				}
				addModule(registry, module("content"))
				s := newSocks(t, registry, secret, 0)
				address := scheme + "://" + s.address
				if secret != "" {
					address = scheme + "://" + secret + "@" + s.address
				}
				env := wasm2oci.Environment{"ALL_PROXY": address}
				for _, verb := range every {
					if err := verb.call(t.Context(), newClient(t, options, env), host+"/org/mod:v1", t.TempDir()); err != nil {
						t.Errorf("%v, %s, %s: %v", secure, address, verb.name, err)
					}
				}
				if got := s.hosts(); !slices.Equal(got, []string{host}) {
					t.Errorf("the proxy was asked for %q", got)
				}
			}
		}
	}
}

func TestSocksProxyThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	for _, test := range []struct {
		name, user string
		secret     string
		reply      byte
		says       string
	}{
		{"wrong password", "user:s3cret@", "user:right", 0, "refused the user name and the password"},
		{"no password", "", "user:right", 0, "wants a user name and a password"},
		{"forbidden", "", "", 2, "did not reach registry.test: connection not allowed by ruleset"},
		{"no such host", "", "", 4, "did not reach registry.test: host unreachable"},
		{"nobody there", "", "", 5, "did not reach registry.test: connection refused"},
	} {
		for _, plain := range []bool{true, false} {
			s := newSocks(t, registry, test.secret, test.reply)
			options := wasm2oci.ClientOptions{PlainHTTP: &plain, Retries: ptr(0), Proxy: ptr("socks5://" + test.user + s.address)}
			for _, verb := range every {
				err := verb.call(t.Context(), newClient(t, options, nil), "registry.test/org/mod:v1", t.TempDir())
				wantError(t, err, wasm2oci.Network, "the proxy "+s.address, test.says)
			}
		}
	}
	// A proxy of another kind.
	p := newProxy(t, registry, "")
	options := wasm2oci.ClientOptions{Retries: ptr(0), ConnectTimeout: ptr(int64(300)), Proxy: ptr(strings.Replace(p.URL, "http:", "socks5:", 1))}
	_, err := newClient(t, options, nil).Resolve(t.Context(), "registry.test/org/mod:v1", wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.Timeout, strings.TrimPrefix(p.URL, "http://"), "scheme")
}

func TestProxiesOfTheEnvironmentInTheirOrder(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	addModule(registry, module("content"))
	p := newProxy(t, registry, "")
	nobody := "http://127.0.0.1:1"
	for _, test := range []struct {
		name string
		env  wasm2oci.Environment
		used bool
	}{
		{"ALL_PROXY", wasm2oci.Environment{"ALL_PROXY": p.URL}, true},
		{"all_proxy", wasm2oci.Environment{"all_proxy": p.URL}, true},
		{"that of the scheme first", wasm2oci.Environment{"ALL_PROXY": nobody, "http_proxy": p.URL}, true},
		{"that of another scheme not", wasm2oci.Environment{"ALL_PROXY": p.URL, "HTTPS_PROXY": nobody}, true},
		{"NO_PROXY", wasm2oci.Environment{"ALL_PROXY": p.URL, "NO_PROXY": "*.test"}, false},
		{"no_proxy, with a port", wasm2oci.Environment{"ALL_PROXY": p.URL, "no_proxy": "registry.test:80"}, false},
		{"no_proxy, with another port", wasm2oci.Environment{"ALL_PROXY": p.URL, "no_proxy": "registry.test:81"}, true},
		{"no_proxy, all", wasm2oci.Environment{"ALL_PROXY": p.URL, "no_proxy": "*"}, false},
		{"NO_PROXY, with spaces alone", wasm2oci.Environment{"ALL_PROXY": p.URL, "NO_PROXY": "a.test  registry.test\tb.test"}, false},
		{"no_proxy, spaces and others", wasm2oci.Environment{"ALL_PROXY": p.URL, "no_proxy": "a.test, b.test"}, true},
	} {
		before := len(p.hosts())
		options := wasm2oci.ClientOptions{PlainHTTP: ptr(true), Retries: ptr(0), Timeout: 500}
		if test.used {
			options.Timeout = 0
		}
		_, err := newClient(t, options, test.env).Resolve(t.Context(), "registry.test/org/mod:v1", wasm2oci.ResolveOptions{})
		if (err == nil) != test.used {
			t.Errorf("%s: %v, after %d", test.name, err, before)
		}
	}
}
