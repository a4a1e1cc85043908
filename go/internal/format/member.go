package format

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
)

// Found is a module in one of the layers that were looked into.
type Found struct {
	// Layer counts the layers, from the lowest.
	Layer  int
	Member unpack.Member
}

// ImageConfig is what an image's config says of what is to be run.
type ImageConfig struct {
	Entrypoint []string `json:"Entrypoint"`
	Cmd        []string `json:"Cmd"`
	WorkingDir string   `json:"WorkingDir"`
}

// ParseImageConfig reads a config; what is no image config says nothing.
func ParseImageConfig(raw []byte) ImageConfig {
	var document struct {
		Config ImageConfig `json:"config"`
	}
	_ = json.Unmarshal(raw, &document)
	return document.Config
}

// HasImageConfig tells whether the config of a manifest may name the module.
func HasImageConfig(m *Manifest) bool { return isImageConfig(m.Config.MediaType) }

// ChooseMember finds the module among those in the layers: the one asked for, the
// one that the config runs, plugin.wasm, the only one, main.wasm.
//
// Errors: NotWasm, Ambiguous, NotFound.
func ChooseMember(m *Manifest, found []Found, config ImageConfig, member string) (Found, error) {
	if member != "" {
		wanted := strings.TrimPrefix(path.Clean("/"+member), "/")
		if at := slices.IndexFunc(found, func(one Found) bool { return one.Member.Path == wanted }); at >= 0 {
			return found[at], nil
		}
		return Found{}, missing(fmt.Sprintf("WebAssembly member %q", member), describeMembers(found))
	}
	if one, ok := started(found, config); ok {
		return one, nil
	}
	if one, ok := only(found, func(name string) bool { return path.Base(name) == compatMember }); ok {
		return one, nil
	}
	if one, ok := only(found, func(name string) bool { return name == "" || strings.HasSuffix(name, ".wasm") }); ok {
		return one, nil
	}
	if one, ok := only(found, func(name string) bool { return path.Base(name) == "main.wasm" }); ok {
		return one, nil
	}
	switch len(found) {
	case 0:
		return Found{}, noModule(m)
	case 1:
		return found[0], nil
	}
	return Found{}, ambiguous("modules", describeMembers(found)).WithHint("select one with {member}")
}

// started finds the module that an image runs.
func started(found []Found, config ImageConfig) (Found, bool) {
	byPath := map[string]Found{}
	for _, one := range slices.Backward(found) {
		byPath[one.Member.Path] = one
	}
	for _, argument := range slices.Concat(config.Entrypoint, config.Cmd) {
		wanted := argument
		if !strings.HasPrefix(argument, "/") {
			wanted = path.Join("/", config.WorkingDir, argument)
		}
		wanted = strings.TrimPrefix(path.Clean(wanted), "/")
		if one, ok := byPath[wanted]; ok && wanted != "" {
			return one, true
		}
	}
	return Found{}, false
}

// only gives the one module whose path passes a test, if there is just one.
func only(found []Found, accept func(string) bool) (Found, bool) {
	var accepted []Found
	for _, one := range found {
		if accept(one.Member.Path) {
			accepted = append(accepted, one)
		}
	}
	if len(accepted) != 1 {
		return Found{}, false
	}
	return accepted[0], true
}

// describeMembers names what was found, to be chosen from.
func describeMembers(found []Found) []string {
	var names []string
	for _, one := range found {
		names = append(names, cmp.Or(one.Member.Path, "a layer without members"))
	}
	slices.Sort(names)
	return names
}
