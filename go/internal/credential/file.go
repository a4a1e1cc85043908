package credential

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// dockerHub is the host of Docker Hub's interface.
const dockerHub = "registry-1.docker.io"

// byteOrderMark is what some editors put before a text.
var byteOrderMark = []byte("\xef\xbb\xbf")

// maxFile is how large a file of credentials may be, in bytes.
const maxFile = 4 << 20

// unusable returns the fault of a file of credentials, or an entry of it, that
// cannot be used for a reason.
func unusable(path string, reason error) error {
	refused := fault.New(fault.Unauthenticated, "the credentials in %q cannot be used: %w", path, reason).WithPath(path)
	switch {
	case errors.Is(reason, fs.ErrNotExist):
		refused.Kind = fault.Filesystem // as of any file that is named and missing
		return refused.WithHint("name one that is there")
	case errors.Is(reason, fs.ErrPermission):
		return refused.WithHint("change its permissions, or move it away")
	}
	return refused.WithHint("correct it, or move it away and log in again")
}

// file is what docker and podman write; podman's has the same form.
type file struct {
	path        string
	Auths       map[string]json.RawMessage `json:"auths"`
	CredHelpers map[string]string          `json:"credHelpers"`
	CredsStore  string                     `json:"credsStore"`
}

// entry is what a file has for one registry.
type entry struct {
	// Auth is the base64 of USER:PASSWORD, and wins over the two fields.
	Auth     string `json:"auth"`
	Username string `json:"username"`
	Password string `json:"password"`
	// IdentityToken is exchanged for a token, RegistryToken is one.
	IdentityToken string `json:"identitytoken"`
	RegistryToken string `json:"registrytoken"`
}

// load reads a file. One that is empty has no entries, which is a fault where the user
// named it.
func load(path string, named bool) (*file, error) {
	raw, err := readFile(path)
	if err != nil {
		return nil, err
	}
	loaded := &file{path: path}
	// Editors of Windows put a byte order mark before the text.
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, byteOrderMark))
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, loaded); err != nil {
			return nil, unusable(path, jsonError(err))
		}
	}
	if !named || loaded.saysSomething() {
		return loaded, nil
	}
	loaded.Auths = oldHosts(raw)
	if len(loaded.Auths) == 0 {
		return nil, unusable(path, errNothing)
	}
	return loaded, nil
}

// errNothing is what is wrong with a file that was named and is of another kind.
var errNothing = errors.New("it has neither auths nor credHelpers nor credsStore")

// saysSomething reports whether a file has a member for credentials, though it may be
// empty, as after a logout.
func (f *file) saysSomething() bool {
	return f.Auths != nil || f.CredHelpers != nil || f.CredsStore != ""
}

// oldHosts reads a .dockercfg, which has the hosts at the top, and which OpenShift still
// writes: an object of objects, each with a member of an entry.
func oldHosts(raw []byte) map[string]json.RawMessage {
	var hosts map[string]json.RawMessage
	if json.Unmarshal(raw, &hosts) != nil {
		return nil
	}
	for key, value := range hosts {
		var members map[string]json.RawMessage
		if json.Unmarshal(value, &members) != nil || !isEntry(members) {
			delete(hosts, key)
		}
	}
	return hosts
}

func isEntry(members map[string]json.RawMessage) bool {
	for name := range members {
		if isSecret(name) {
			return true
		}
	}
	return false
}

func readFile(path string) ([]byte, error) {
	raw, err := atomicfile.ReadRegular(path, maxFile)
	if err != nil {
		return nil, pathError(path, err)
	}
	return raw, nil
}

func pathError(path string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return unusable(path, err)
}

// jsonError keeps what the text held, which may be a secret, out of the message.
func jsonError(err error) error {
	var shape *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &shape):
		return fmt.Errorf("it is not what docker or podman write: %s has the type %s", firstWord(shape.Field, "the document"), firstWord(shape.Value, "value"))
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not JSON, at byte %d", syntax.Offset)
	}
	return errors.New("it is not JSON")
}

func firstWord(text, otherwise string) string {
	word, _, _ := strings.Cut(text, " ")
	if word == "" {
		return otherwise
	}
	return word
}

// helpers names the helpers to ask, in docker's order: the registry's own, then
// the one for all.
func (f *file) helpers(host string) []string {
	var names []string
	if key := match(f.CredHelpers, host, ""); key != "" {
		names = append(names, f.CredHelpers[key])
	}
	if f.CredsStore != "" {
		names = append(names, f.CredsStore)
	}
	return names
}

// entry returns the credential that the file has.
func (f *file) entry(host, repository string) (auth.Credential, error) {
	key := match(f.Auths, host, repository)
	if key == "" {
		return auth.EmptyCredential, nil
	}
	var found entry
	if err := json.Unmarshal(f.Auths[key], &found); err != nil {
		return auth.EmptyCredential, unusable(f.path, fmt.Errorf("the entry %q: %w", key, jsonError(err)))
	}
	credential := auth.Credential{
		Username: found.Username, Password: found.Password,
		RefreshToken: found.IdentityToken, AccessToken: found.RegistryToken,
	}
	if found.Auth != "" {
		user, password, err := decode(found.Auth)
		if err != nil {
			return auth.EmptyCredential, unusable(f.path, fmt.Errorf("the entry %q: %w", key, err))
		}
		credential.Username, credential.Password = user, password
	}
	return credential, nil
}

func decode(encoded string) (user, password string, err error) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", "", errors.New("auth is not base64")
	}
	user, password, ok := strings.Cut(string(raw), ":")
	if !ok {
		return "", "", errors.New("auth is not base64 of USER:PASSWORD")
	}
	// docker pads what it writes with NULs.
	return user, strings.TrimRight(password, "\x00"), nil
}

// Above returns podman's keys that are meant for a repository, from the longest one: the
// repository and what is above it, without the host alone.
func Above(host, repository string) []string {
	var keys []string
	for path := repository; path != ""; {
		keys = append(keys, Written(host)+"/"+path)
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
	}
	return keys
}

// Written is how podman writes a host: Docker Hub's has a name of its own.
func Written(host string) string {
	if host == dockerHub {
		return "docker.io"
	}
	return host
}

// match finds the key that is meant for a repository: podman's, which may name
// the repository or what is above it, from the longest to the host alone; then
// docker's, which may have a scheme and a path. Docker Hub has a key of its own.
func match[T any](entries map[string]T, host, repository string) string {
	for _, key := range Above(host, repository) {
		if _, ok := entries[key]; ok {
			return key
		}
	}
	address := credentials.ServerAddressFromHostname(host)
	for _, key := range []string{address, host} {
		if _, ok := entries[key]; ok {
			return key
		}
	}
	best := ""
	for key := range entries {
		// The order of a map is none: the first of those that mean the same.
		if means(key, address) && (best == "" || key < best) {
			best = key
		}
	}
	return best
}

// IsHost reports whether a text names one registry, as a key of a file may.
func IsHost(text string) bool {
	host, _ := split(text)
	return host != "" && means(text, host)
}

// Means reports whether a text names a registry, which has its port where that is not the
// usual one.
func Means(text, host string) bool { return means(text, credentials.ServerAddressFromHostname(host)) }

// means reports whether a key is docker's for an address: a host, perhaps with a
// scheme and the path of an interface. Hosts have no case (RFC 3986, section 3.2.2).
func means(key, address string) bool {
	host, path := split(key)
	wanted, _ := split(address)
	return strings.EqualFold(host, wanted) && (strings.Contains(key, "://") || path == "" || path == "v1" || path == "v2")
}

// hostOf returns the host of a key as Find is asked for it.
func hostOf(key string) string {
	host, _ := split(key)
	if host == "index.docker.io" {
		return dockerHub
	}
	return host
}

// sortedNames returns the names of a set in their order.
func sortedNames(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// split parts a key into its host and its path. Docker Hub's names are one.
func split(key string) (host, path string) {
	_, rest, ok := strings.Cut(key, "://")
	if !ok {
		rest = key
	}
	host, path, _ = strings.Cut(rest, "/")
	switch strings.ToLower(host) {
	case "docker.io", dockerHub:
		host = "index.docker.io"
	}
	return host, strings.TrimSuffix(path, "/")
}
