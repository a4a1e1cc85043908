package wasm2oci

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"sync"

	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// connections are all that a client has open. Registries share them, but for those that
// want certificates of their own, or none.
type connections struct {
	environment Environment
	// tls is for all registries; it is cloned.
	tls       *tls.Config
	transport func(config *tls.Config, insecure bool) http.RoundTripper

	mu sync.Mutex
	// folders are those with certificates, by registry; "" for none.
	folders map[string]string
	open    map[connectionKey]*http.Client
}

type connectionKey struct {
	// folder has the certificates, if any.
	folder string
	// insecure registries need neither have a certificate nor speak TLS.
	insecure bool
	// copying are the connections that copies read by: a blob on its way holds one to
	// either side, and those that wait for the other must not hold all.
	copying bool
}

// folder returns the folder with the certificates for a registry, or "".
func (c *connections) folder(registry string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	folder, known := c.folders[registry]
	if !known {
		folder = c.environment.certificateFolder(registry)
		c.folders[registry] = folder
	}
	return folder
}

// to returns the connections to a registry, to its token service, and to where it
// redirects. What is wrong with the certificates for it is found here.
func (c *connections) to(registry string, insecure, copying bool) (*http.Client, error) {
	key := connectionKey{c.folder(registry), insecure, copying}
	c.mu.Lock()
	defer c.mu.Unlock()
	if client, known := c.open[key]; known {
		return client, nil
	}
	config := c.tls
	if key.folder != "" {
		certificates, err := readCertificates(key.folder)
		if err != nil {
			return nil, err
		}
		config = certificates.addTo(config, c.environment)
	}
	client := &http.Client{Transport: c.transport(config, insecure), CheckRedirect: transfer.CheckRedirect}
	c.open[key] = client
	return client, nil
}

// close lets all of them go that nobody uses.
func (c *connections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, client := range c.open {
		client.CloseIdleConnections()
	}
}

// addTo returns a configuration with these certificates as well. A certificate that the
// client was given is the one that it shows.
func (c *certificatesOf) addTo(config *tls.Config, environment Environment) *tls.Config {
	config = config.Clone()
	if len(config.Certificates) == 0 {
		config.Certificates = c.pairs
	}
	if len(c.authorities) == 0 {
		return config
	}
	pool := config.RootCAs
	if pool != nil {
		pool = pool.Clone()
	} else {
		pool = authoritiesOf(environment)
	}
	for _, raw := range c.authorities {
		pool.AppendCertsFromPEM(raw)
	}
	config.RootCAs = pool
	return config
}

// authoritiesOf returns the authorities of the environment, or of the system.
func authoritiesOf(environment Environment) *x509.CertPool {
	if pool := environmentCAs(environment); pool != nil {
		return pool
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return x509.NewCertPool()
	}
	return pool
}
