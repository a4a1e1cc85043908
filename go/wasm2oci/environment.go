package wasm2oci

import (
	"os"
	"path/filepath"
	"strings"
)

// Environment is a snapshot of environment variables. The Go runtime inside
// another program sees only the variables that the process was started with, so
// the host reads them when it makes a client.
type Environment map[string]string

// EnvironmentNames are the variables that are looked at. Proxies also go by their
// lower-case names.
var EnvironmentNames = []string{
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	"DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "PATH", "SOURCE_DATE_EPOCH",
}

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

// either gives the first variable that is not empty.
func (e Environment) either(names ...string) string {
	for _, name := range names {
		if value := e[name]; value != "" {
			return value
		}
	}
	return ""
}

// dockerConfig is where Docker keeps its configuration, or "" without a home.
func (e Environment) dockerConfig() string {
	if dir := e["DOCKER_CONFIG"]; dir != "" {
		return filepath.Join(dir, "config.json")
	}
	if home := e.either("HOME", "USERPROFILE"); home != "" {
		return filepath.Join(home, ".docker", "config.json")
	}
	return ""
}
