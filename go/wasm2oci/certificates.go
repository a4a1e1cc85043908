package wasm2oci

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// systemFolder has the settings of all users; "" where there is no such folder.
var systemFolder = func() string {
	if runtime.GOOS == "windows" {
		return ""
	}
	return "/etc"
}()

// certificateFolder returns the folder with the certificates for a registry, or "". As
// with docker and podman, the first that is there is the only one (containers-certs.d(5);
// Docker, "Verify repository client with certificates").
func (e Environment) certificateFolder(host string) string {
	if runtime.GOOS == "windows" {
		host = strings.ReplaceAll(host, ":", "")
	}
	var above []string
	add := func(base string, rest ...string) {
		if base != "" {
			above = append(above, filepath.Join(append([]string{base}, rest...)...))
		}
	}
	if config := e["XDG_CONFIG_HOME"]; filepath.IsAbs(config) {
		add(config, "containers", "certs.d")
	}
	add(e.either("HOME", "USERPROFILE"), ".config", "containers", "certs.d")
	add(systemFolder, "containers", "certs.d")
	add(systemFolder, "docker", "certs.d")
	for _, folder := range above {
		folder = filepath.Join(folder, host)
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			return folder
		}
	}
	return ""
}

// certificatesOf are what a folder of certificates has.
type certificatesOf struct {
	// authorities are files of further authorities, by their paths.
	authorities map[string][]byte
	pairs       []tls.Certificate
}

// readCertificates reads a folder: *.crt are authorities, and NAME.cert with NAME.key a
// certificate of the client.
func readCertificates(folder string) (*certificatesOf, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		var pathErr *fs.PathError
		errors.As(err, &pathErr)
		unreadable := fault.New(Filesystem, "the certificates in %s cannot be listed: %w", fault.Quote(folder), pathErr.Err).WithPath(folder)
		unreadable.Detail.Errno = errnoOf(err)
		return nil, unreadable
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	found := &certificatesOf{authorities: map[string][]byte{}}
	for _, name := range names {
		path := filepath.Join(folder, name)
		base := strings.TrimSuffix(name, filepath.Ext(name))
		switch filepath.Ext(name) {
		case ".crt":
			if found.authorities[path], err = readAuthorities(path); err != nil {
				return nil, err
			}
		case ".cert":
			if !slices.Contains(names, base+".key") {
				return nil, fault.New(TLS, "the certificate %s has no key %s beside it", fault.Quote(path), fault.Quote(base+".key")).
					WithPath(path).WithHint("name the certificate of an authority %s", fault.Quote(base+".crt"))
			}
			pair, err := readPair(path, filepath.Join(folder, base+".key"))
			if err != nil {
				return nil, err
			}
			found.pairs = append(found.pairs, pair)
		case ".key":
			if !slices.Contains(names, base+".cert") {
				return nil, fault.New(TLS, "the key %s has no certificate %s beside it", fault.Quote(path), fault.Quote(base+".cert")).WithPath(path)
			}
		}
	}
	return found, nil
}

func readAuthorities(path string) ([]byte, error) {
	raw, err := readFile("the certificate", path)
	if err == nil && !x509.NewCertPool().AppendCertsFromPEM(raw) {
		err = fault.New(TLS, "%s contains no PEM certificate", fault.Quote(path)).WithPath(path)
	}
	return raw, err
}

func readPair(certificate, key string) (tls.Certificate, error) {
	rawCertificate, err := readFile("the certificate", certificate)
	if err != nil {
		return tls.Certificate{}, err
	}
	rawKey, err := readFile("the key", key)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(rawCertificate, rawKey)
	if err != nil {
		return pair, fault.New(TLS, "the certificate %s with the key %s: %s", fault.Quote(certificate), fault.Quote(key), inOurWords(err)).WithPath(certificate)
	}
	return pair, nil
}
