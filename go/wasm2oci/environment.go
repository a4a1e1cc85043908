package wasm2oci

import (
	"os"
	"strings"
)

// Environment is a snapshot of environment variables. The Go runtime inside
// another program sees only the variables that the process was started with, so
// the host reads them when it makes a client. Proxies (also by their lower-case
// names), DOCKER_CONFIG, REGISTRY_AUTH_FILE, SSL_CERT_FILE, SSL_CERT_DIR, HOME,
// USERPROFILE, XDG_CONFIG_HOME, XDG_RUNTIME_DIR, PATH, SOURCE_DATE_EPOCH and those
// whose names begin with WASM2OCI_ are looked at; credential helpers run with all of it,
// but for the passwords and tokens that are meant for the client.
type Environment map[string]string

// ProcessEnvironment takes the snapshot of this process.
func ProcessEnvironment() Environment { return ParseEnvironment(os.Environ()) }

// ParseEnvironment reads "NAME=value" strings.
func ParseEnvironment(entries []string) Environment {
	env := Environment{}
	for _, entry := range entries {
		if name, value, ok := strings.Cut(entry, "="); ok && name != "" {
			env[name] = value
		}
	}
	return env
}

// either returns the first variable that is not empty.
func (e Environment) either(names ...string) string {
	for _, name := range names {
		if value := e[name]; value != "" {
			return value
		}
	}
	return ""
}
