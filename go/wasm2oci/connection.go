package wasm2oci

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// newConnections reads the files of the options now: what is wrong with them is found
// before any connection is made.
func newConnections(options ClientOptions, from origins, env Environment) (*connections, error) {
	config, err := tlsConfig(options, from, env)
	if err != nil {
		return nil, err
	}
	proxy, err := proxyFunc(options, env)
	if err != nil {
		return nil, err
	}
	roots := sync.OnceValue(func() *x509.CertPool { return environmentCAs(env) })
	return &connections{
		environment: env,
		tls:         config,
		folders:     map[string]string{},
		open:        map[connectionKey]*http.Client{},
		transport: func(config *tls.Config, insecure bool) http.RoundTripper {
			own := transfer.TransportConfig{
				TLS:            config,
				Proxy:          proxy,
				ConnectTimeout: milliseconds(options.ConnectTimeout, defaultConnectTimeout),
				IdleTimeout:    milliseconds(options.IdleTimeout, defaultIdleTimeout),
				Connections:    orDefault(options.Connections, defaultConnections),
			}
			if config.RootCAs == nil {
				own.Roots = roots
			}
			retry := &transfer.Retry{Retries: orDefault(options.Retries, defaultRetries)}
			if insecure {
				own.TLS = config.Clone()
				own.TLS.InsecureSkipVerify = true
			}
			base := transfer.NewTransport(own)
			retry.Base = base
			mayBePlain := orDefault(options.PlainHTTP, insecure)
			if insecure && mayBePlain {
				retry.Base = transfer.NewEitherScheme(base)
			}
			if !mayBePlain {
				return encrypting{retry}
			}
			return retry
		},
	}, nil
}

func milliseconds(value *int64, otherwise time.Duration) time.Duration {
	if value == nil {
		return otherwise
	}
	return duration(*value)
}

// duration saturates: a number of milliseconds may be too large for one.
func duration(milliseconds int64) time.Duration {
	const longest = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(min(milliseconds, longest)) * time.Millisecond
}

func orDefault[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

// tlsConfig reads the PEM files now: what is wrong with them is found before any
// connection is made.
func tlsConfig(options ClientOptions, from origins, env Environment) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: options.Insecure} //nolint:gosec // asked for by name
	if options.CAFile != "" {
		roots, err := rootCAs(from.caFile, options.CAFile, env)
		if err != nil {
			return nil, err
		}
		config.RootCAs = roots
	}
	if (options.ClientCert == "") != (options.ClientKey == "") {
		return nil, fault.New(InvalidArgument, "{client_cert} and {client_key} must be given together")
	}
	if options.ClientCert != "" {
		certificate, err := readFile(fault.Option("client_cert"), options.ClientCert)
		if err != nil {
			return nil, err
		}
		key, err := readFile(fault.Option("client_key"), options.ClientKey)
		if err != nil {
			return nil, err
		}
		pair, err := tls.X509KeyPair(certificate, key)
		if err != nil {
			return nil, fault.New(TLS, "{client_cert} %s with {client_key} %s: %s", fault.Quote(options.ClientCert), fault.Quote(options.ClientKey), inOurWords(err)).
				WithPath(options.ClientCert)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// rootCAs adds a ca_file to the authorities of the environment, or of the system.
func rootCAs(name any, caFile string, env Environment) (*x509.CertPool, error) {
	raw, err := readFile(name, caFile)
	if err != nil {
		return nil, err
	}
	pool := authoritiesOf(env)
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fault.New(TLS, "%s %s contains no PEM certificate", name, fault.Quote(caFile)).WithPath(caFile)
	}
	return pool, nil
}

// maxPEM is how large a file of certificates may be, or a folder of them in all, in bytes.
const maxPEM = 16 << 20

// environmentCAs returns nil for the system's authorities, which the SSL_CERT variables
// replace, as they do everywhere.
func environmentCAs(env Environment) *x509.CertPool {
	file, dirs := env["SSL_CERT_FILE"], env["SSL_CERT_DIR"]
	if file == "" && dirs == "" {
		return nil
	}
	pool := x509.NewCertPool()
	if file != "" {
		// Like the Go runtime, do not fail for a file that is missing.
		if raw, err := atomicfile.ReadRegular(file, maxPEM); err == nil {
			pool.AppendCertsFromPEM(raw)
		}
	}
	left := int64(maxPEM)
	for _, dir := range filepath.SplitList(dirs) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if raw, err := atomicfile.ReadRegular(filepath.Join(dir, entry.Name()), left); err == nil {
				pool.AppendCertsFromPEM(raw)
				left -= int64(len(raw))
			}
		}
	}
	return pool
}

func readFile(name any, path string) ([]byte, error) {
	raw, err := atomicfile.ReadRegular(path, maxPEM)
	if err != nil {
		var pathErr *fs.PathError
		errors.As(err, &pathErr)
		unreadable := fault.New(Filesystem, "%s %s: %w", name, fault.Quote(path), pathErr.Err).WithPath(path)
		unreadable.Detail.Errno = errnoOf(err)
		return nil, unreadable
	}
	return raw, nil
}
