package wasm2oci

import "github.com/wasm2oci/wasm2oci/go/internal/ref"

// Reference names an artifact in a registry or in an OCI layout:
//
//	registry/repository[:tag][@digest]
//	oci:DIR[:tag][@digest]
//	oci-archive:FILE[:tag][@digest]
//
// A registry must be named. "docker.io" and its aliases mean Docker Hub, where a
// repository of one part lies under "library/". Where neither a tag nor a digest
// is given, Tag is "latest"; where both are, the digest decides.
type Reference = ref.Reference

// ParseReference reads a reference.
//
// Errors: InvalidReference, with the input quoted and what to write instead.
func ParseReference(text string) (Reference, error) { return ref.Parse(text) }
