package wasm2oci_test

import (
	"crypto/tls"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// settings returns the environment of a user with files below ~/.config/containers, in
// which HOST stands for the registry.
func settings(t *testing.T, registry *testregistry.Registry, files map[string]string) wasm2oci.Environment {
	t.Helper()
	home := t.TempDir()
	for name, content := range files {
		write(t, filepath.Join(home, ".config", "containers", "certs.d", registry.Host, name), content)
	}
	return wasm2oci.Environment{"HOME": home}
}

// Not beside others, for the sake of the folder of the system.
func TestFoldersOfCertificates(t *testing.T) {
	for _, place := range []string{"home/.config/containers", "xdg/containers", "etc/containers", "etc/docker"} {
		registry := testregistry.NewTLS(t)
		reference, _ := addModule(registry, module("content"))
		root := t.TempDir()
		wasm2oci.UseSystemFolder(t, filepath.Join(root, "etc"))
		write(t, filepath.Join(root, place, "certs.d", registry.Host, "any.crt"), read(t, authority(t, registry)))
		env := wasm2oci.Environment{"HOME": filepath.Join(root, "home"), "XDG_CONFIG_HOME": filepath.Join(root, "xdg")}
		for _, verb := range every {
			if err := verb.call(t.Context(), newClient(t, quick(), env), reference, t.TempDir()); err != nil {
				t.Errorf("%s, %s: %v", place, verb.name, err)
			}
		}
		// Those of another registry are not for this one.
		other := testregistry.NewTLS(t)
		options := quick()
		options.PlainHTTP = ptr(false)
		_, err := newClient(t, options, env).Resolve(t.Context(), other.Host+"/org/mod:v1", wasm2oci.ResolveOptions{})
		wantError(t, err, wasm2oci.TLS, other.Host, "unknown authority")
	}
}

func TestFolderOfTheUserComesFirst(t *testing.T) {
	registry := testregistry.NewTLS(t)
	reference, _ := addModule(registry, module("content"))
	root := t.TempDir()
	wasm2oci.UseSystemFolder(t, filepath.Join(root, "etc"))
	write(t, filepath.Join(root, "etc", "docker", "certs.d", registry.Host, "bad.crt"), "nonsense")
	env := settings(t, registry, map[string]string{"ca.crt": read(t, authority(t, registry))})
	if _, err := newClient(t, quick(), env).Resolve(t.Context(), reference, wasm2oci.ResolveOptions{}); err != nil {
		t.Error(err)
	}
}

func TestClientCertificateInAFolder(t *testing.T) {
	t.Parallel()
	registry := testregistry.NewTLS(t)
	registry.TLS.ClientAuth = tls.RequireAnyClientCert
	reference, _ := addModule(registry, module("content"))
	certificate, key := identity(t)
	ca := read(t, authority(t, registry))
	for _, verb := range every {
		env := settings(t, registry, map[string]string{"ca.crt": ca, "client.cert": read(t, certificate), "client.key": read(t, key)})
		if err := verb.call(t.Context(), newClient(t, quick(), env), reference, t.TempDir()); err != nil {
			t.Error(err)
		}
		err := verb.call(t.Context(), newClient(t, quick(), settings(t, registry, map[string]string{"ca.crt": ca})), reference, t.TempDir())
		wantError(t, err, wasm2oci.TLS, registry.Host, "client_cert")
	}
}

func TestCertificatesThatAreNoGood(t *testing.T) {
	t.Parallel()
	registry := testregistry.NewTLS(t)
	reference, _ := addModule(registry, module("content"))
	certificatePath, keyPath := identity(t)
	_, otherPath := identity(t)
	certificate, key, other := read(t, certificatePath), read(t, keyPath), read(t, otherPath)
	for _, test := range []struct {
		name  string
		files map[string]string
		says  []string
	}{
		{"no certificate of an authority", map[string]string{"bad.crt": "nonsense"}, []string{"bad.crt", "no PEM certificate"}},
		{"no key", map[string]string{"me.cert": certificate}, []string{"me.cert", `"me.key"`, `"me.crt"`}},
		{"no certificate", map[string]string{"me.key": key}, []string{"me.key", `"me.cert"`}},
		{"another key", map[string]string{"me.cert": certificate, "me.key": other}, []string{"me.cert", "me.key", "belongs to another certificate"}},
		{"a certificate that is none", map[string]string{"me.cert": "nonsense", "me.key": key}, []string{"me.cert", "no PEM certificate"}},
		{"a key that is none", map[string]string{"me.cert": certificate, "me.key": "nonsense"}, []string{"me.key", "no PEM key"}},
		{"both swapped", map[string]string{"me.cert": key, "me.key": certificate}, []string{"me.cert", "me.key", "holds a key"}},
	} {
		for _, verb := range every {
			err := verb.call(t.Context(), newClient(t, quick(), settings(t, registry, test.files)), reference, t.TempDir())
			e := wantError(t, err, wasm2oci.TLS, test.says...)
			if e.Detail.Path == "" {
				t.Errorf("%s: no path in %+v", test.name, e.Detail)
			}
		}
	}
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("it was asked %q", lines)
	}
}

// What a server says at the begin of TLS is told in words for people.
func TestAlertsInWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*tls.Config)
		says   string
	}{
		{"an old version of TLS", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, "another version of TLS than 1.2 or 1.3"},
		{"an unknown name", func(c *tls.Config) {
			c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("no such host") }
		}, "reports an error of its own"},
		{"no common cipher", func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}
		}, "no common cipher"},
		{"a client certificate of TLS 1.2", func(c *tls.Config) { c.MaxVersion, c.ClientAuth = tls.VersionTLS12, tls.RequireAnyClientCert }, "or a client certificate is missing; if it wants one, give it with client_cert"},
		{"a client certificate of TLS 1.3", func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }, "want of a client certificate"},
	} {
		registry := testregistry.NewTLS(t)
		test.change(registry.TLS)
		options := quick()
		options.CAFile = authority(t, registry)
		for _, verb := range every {
			err := verb.call(t.Context(), newClient(t, options, nil), registry.Host+"/org/mod:v1", t.TempDir())
			e := wantError(t, err, wasm2oci.TLS, registry.Host, test.says)
			for _, jargon := range []string{"tls:", "remote error", "local error", "x509", "handshake failure", "alert"} {
				if strings.Contains(e.Error(), jargon) {
					t.Errorf("%s, %s: %v", test.name, verb.name, e)
				}
			}
		}
	}
}
