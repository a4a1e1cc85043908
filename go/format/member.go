package format

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/unpack"
)

// Found is a module in one of the layers that were looked into.
type Found struct {
	// Layer counts the listings.
	Layer  int
	Member unpack.Member
}

// Merge gives the modules that are left when the layers lie on each other: the
// first listing is that of the uppermost layer. A file hides those of its path
// below, and whiteouts hide what they name (OCI image specification, layer.md).
func Merge(listings []*unpack.Listing) []Found {
	var found []Found
	taken := map[string]bool{}
	var hidden []string
	for layer, listing := range listings {
		// Of two members of one path the later counts.
		for _, member := range slices.Backward(listing.Members) {
			name := member.Path
			if taken[name] && name != "" || isHidden(name, hidden) {
				continue
			}
			taken[name] = true
			found = append(found, Found{layer, member})
		}
		for _, name := range listing.Covered {
			taken[name] = true
		}
		hidden = append(append(hidden, listing.Hidden...), listing.Opaque...)
	}
	return found
}

func isHidden(name string, hidden []string) bool {
	return slices.ContainsFunc(hidden, func(prefix string) bool {
		return prefix == "" || name == prefix || strings.HasPrefix(name, prefix+"/")
	})
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
// Errors: *NotWasmError, *AmbiguousError, *SelectError.
func ChooseMember(m *Manifest, found []Found, config ImageConfig, member string) (Found, error) {
	if member != "" {
		wanted := strings.TrimPrefix(path.Clean("/"+member), "/")
		for _, one := range found {
			if one.Member.Path == wanted {
				return one, nil
			}
		}
		return Found{}, &SelectError{fmt.Sprintf("WebAssembly member %q", member), paths(found)}
	}
	for _, argument := range slices.Concat(config.Entrypoint, config.Cmd) {
		wanted := argument
		if !strings.HasPrefix(argument, "/") {
			wanted = path.Join("/", config.WorkingDir, argument)
		}
		wanted = strings.TrimPrefix(path.Clean(wanted), "/")
		for _, one := range found {
			if wanted != "" && one.Member.Path == wanted {
				return one, nil
			}
		}
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
		return Found{}, NewNotWasmError(m)
	case 1:
		return found[0], nil
	}
	return Found{}, &AmbiguousError{What: "modules", Hint: "select one with member", Candidates: paths(found)}
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

func paths(found []Found) []string {
	var names []string
	for _, one := range found {
		name := one.Member.Path
		if name == "" {
			name = "a layer without members"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
