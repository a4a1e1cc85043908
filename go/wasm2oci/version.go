package wasm2oci

import (
	"runtime"
	"runtime/debug"
)

// version is stamped by the linker from the C header.
var version = "0.0.0+unstamped"

// Version returns the version of the library.
func Version() string { return version }

// BuildInfo says what the library was built from.
type BuildInfo struct {
	Version       string `json:"version"`
	GoVersion     string `json:"go_version"`
	OrasGoVersion string `json:"oras_go_version"`
	OS            string `json:"os"`
	Arch          string `json:"arch"`
}

// Build returns the facts of this build.
func Build() BuildInfo {
	info := BuildInfo{Version: version, GoVersion: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if module.Path == "oras.land/oras-go/v2" {
				info.OrasGoVersion = module.Version
			}
		}
	}
	return info
}
