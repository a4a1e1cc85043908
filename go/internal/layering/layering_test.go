// Package layering_test holds the packages of this module to their layers: which
// of them may know which, and which code of others they may use. The arrows are
// written down here and nowhere else; a new package or a new arrow is added on
// purpose.
package layering_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module   = "github.com/wasm2oci/wasm2oci/go/"
	internal = "internal/"
)

// Packages of others, by their beginnings.
const (
	oras      = "oras.land/oras-go/v2"
	imageSpec = "github.com/opencontainers/image-spec/specs-go"
	goDigest  = "github.com/opencontainers/go-digest"
	httpProxy = "golang.org/x/net/http/httpproxy"
	zstd      = "github.com/klauspost/compress/zstd"
	semver    = "golang.org/x/mod/semver"
	toml      = "github.com/pelletier/go-toml/v2"
)

// fault may be imported by every package.
const fault = module + internal + "fault"

// layers says, for each package, what it may import beside the standard library
// and fault.
// What is not listed is a helper of tests and may not be imported at all.
var layers = map[string][]string{
	internal + "fault":      nil,
	internal + "wasm":       nil,
	internal + "strictjson": nil,
	internal + "ref":        {goDigest},
	internal + "monitor":    nil,
	internal + "secret":     nil,
	internal + "guest":      nil,
	internal + "start":      nil,
	internal + "atomicfile": nil,
	internal + "layout":     {module + internal + "ref", module + internal + "atomicfile", module + internal + "monitor", module + internal + "strictjson", imageSpec, goDigest},
	internal + "transfer":   {module + internal + "monitor", module + internal + "secret", module + internal + "strictjson", oras, imageSpec, goDigest},
	internal + "credential": {module + internal + "atomicfile", module + internal + "secret", oras},
	internal + "cache":      {module + internal + "atomicfile", module + internal + "layout", imageSpec, goDigest},
	internal + "registries": {module + internal + "ref", module + internal + "atomicfile", toml},
	internal + "unpack":     {module + internal + "wasm", goDigest, zstd},
	internal + "format":     {module + internal + "wasm", module + internal + "strictjson", module + internal + "unpack", imageSpec, goDigest},
	"wasm2oci": {
		module + internal + "ref", module + internal + "wasm", module + internal + "monitor", module + internal + "atomicfile", module + internal + "layout", module + internal + "cache", module + internal + "transfer", module + internal + "credential", module + internal + "registries", module + internal + "format", module + internal + "unpack", module + internal + "strictjson", module + internal + "secret",
		oras, imageSpec, goDigest, httpProxy, semver,
	},
	"capi": {module + "wasm2oci", module + internal + "guest", module + internal + "start", module + internal + "strictjson"},
}

// testHelpers are packages that only tests import.
var testHelpers = []string{internal + "layering", internal + "subprocess", internal + "testregistry", internal + "worktime"}

// reached lists all packages of others that may end up in the library.
var reached = []string{
	oras, imageSpec, goDigest, httpProxy, semver, toml,
	"golang.org/x/net/idna",
	"github.com/klauspost/compress",
	"golang.org/x/sync/",
	"golang.org/x/text/",
}

// needless names parts of the standard library that a package has no business
// with. The signals of a process belong to its host.
var needless = map[string][]string{
	"":                      {"os/signal", "log", "log/slog", "expvar", "net/http/pprof"},
	internal + "fault":      {"net", "net/http", "os", "os/exec"},
	internal + "wasm":       {"net", "net/http", "os", "os/exec"},
	internal + "format":     {"net", "net/http", "os", "os/exec"},
	internal + "unpack":     {"net", "net/http", "os", "os/exec"},
	internal + "strictjson": {"net", "net/http", "os", "os/exec"},
	internal + "monitor":    {"net", "net/http", "os", "os/exec"},
	internal + "guest":      {"net", "net/http", "os/exec"},
	internal + "layout":     {"net", "net/http", "os/exec"},
	internal + "atomicfile": {"net", "net/http", "os/exec"},
	internal + "registries": {"net", "net/http", "os/exec"},
	internal + "transfer":   {"os", "os/exec"},
	"capi":                  {"net", "net/http", "crypto/sha256", "mime", "os/exec"},
}

// listed is what go list says of a package.
type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

// list returns all packages that the library is made of, by their paths. cgo is on,
// so that the files of the shim count; nothing is compiled.
func list(t *testing.T) map[string]listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Standard,Imports", module+"...")
	command.Env = append(os.Environ(), "CGO_ENABLED=1")
	output, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v: %s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	packages := map[string]listed{}
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var one listed
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[one.ImportPath] = one
	}
}

func TestPackagesKeepToTheirLayers(t *testing.T) {
	t.Parallel()
	packages := list(t)
	for name, allowed := range layers {
		one, found := packages[module+name]
		if !found {
			t.Errorf("package %s is written down here, but is not there", name)
			continue
		}
		for _, problem := range violations(name, one, packages, allowed) {
			t.Error(problem)
		}
	}
	for path, one := range packages {
		name, own := strings.CutPrefix(path, module)
		if _, known := layers[name]; own && !known && !slices.Contains(testHelpers, name) {
			t.Errorf("package %s has no layer; write down here what it may import", name)
		}
		if !own && !one.Standard && !slices.ContainsFunc(reached, func(prefix string) bool { return strings.HasPrefix(path, prefix) }) {
			t.Errorf("the library has come to depend on %s", path)
		}
	}
}

// violations returns what one package imports and should not.
func violations(name string, one listed, packages map[string]listed, allowed []string) []string {
	var problems []string
	for _, path := range one.Imports {
		switch {
		case path == "C" || path == "unsafe":
			if name != "capi" {
				problems = append(problems, fmt.Sprintf("%s imports %q, which is for capi alone", name, path))
			}
		case packages[path].Standard:
			if slices.Contains(needless[""], path) || slices.Contains(needless[name], path) {
				problems = append(problems, fmt.Sprintf("%s has no business with %s", name, path))
			}
		case path == fault && name != internal+"fault":
		case !slices.ContainsFunc(allowed, func(good string) bool { return path == good || strings.HasPrefix(path, good+"/") }):
			problems = append(problems, fmt.Sprintf("%s may not import %s", name, path))
		}
	}
	return problems
}

// The check above would be worth nothing if it let everything pass.
func TestLayersAreHeld(t *testing.T) {
	t.Parallel()
	packages := map[string]listed{
		"net/http": {Standard: true}, "os/signal": {Standard: true}, "fmt": {Standard: true},
	}
	for _, test := range []struct {
		name, from, imports string
		good                bool
	}{
		{"standard library", internal + "wasm", "fmt", true},
		{"layer below", "capi", module + "wasm2oci", true},
		{"part of an allowed module", internal + "transfer", oras + "/registry", true},
		{"fault", internal + "wasm", fault, true},
		{"layer above fault", internal + "fault", module + internal + "monitor", false},
		{"layer above", internal + "transfer", module + "wasm2oci", false},
		{"layer beside", internal + "transfer", module + internal + "format", false},
		{"name that begins alike", "capi", module + "wasm2ociother", false},
		{"cgo", "wasm2oci", "C", false},
		{"cgo in the shim", "capi", "C", true},
		{"unsafe", internal + "layout", "unsafe", false},
		{"HTTP in the shim", "capi", "net/http", false},
		{"signals", "wasm2oci", "os/signal", false},
		{"another module", internal + "wasm", oras, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			problems := violations(test.from, listed{Imports: []string{test.imports}}, packages, layers[test.from])
			if good := len(problems) == 0; good != test.good {
				t.Errorf("good: %t; %q", good, problems)
			}
		})
	}
}

// What a host sets after the process has begun is seen only through the snapshot
// of a client; the process's own environment, and what of net/http goes by it,
// would bring old values in.
func TestProcessEnvironmentIsNotRead(t *testing.T) {
	t.Parallel()
	snapshot := filepath.Join("wasm2oci", "environment.go")
	for name := range layers {
		sources, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(name), "*.go"))
		if err != nil || len(sources) == 0 {
			t.Fatalf("no sources of %s: %v", name, err)
		}
		for _, path := range sources {
			if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, snapshot) {
				continue
			}
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, reader := range []string{
				"os.Getenv", "os.LookupEnv", "os.ExpandEnv", "os.Environ",
				"http.ProxyFromEnvironment", "http.DefaultClient", "http.DefaultTransport",
			} {
				if strings.Contains(string(source), reader) {
					t.Errorf("%s uses %s", path, reader)
				}
			}
		}
	}
}
