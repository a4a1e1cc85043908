package wasm2oci

import "github.com/wasm2oci/wasm2oci/go/internal/ref"

// Reference names an artifact in a registry, an OCI layout or an OCI archive, which
// is a layout in a tar:
//
//	registry/repository[:tag][@digest]
//	oci:DIR[:tag][@digest]
//	oci-archive:FILE[:tag][@digest]
//
// A registry must be named. "docker.io" and its aliases mean Docker Hub, where a
// repository of one part lies under "library/". Where neither a tag nor a digest
// is given, Tag is "latest"; where both are, the digest decides. Where a layout has
// no "latest", a reference without a tag means the only manifest in it.
//
// In a path, "@" begins a digest only where the name of a hash and a colon follow,
// and no separator after them; or where nothing follows, which is an error. Another
// "@" is part of the path.
//
// A reference has at most 512 KiB, with all its tags.
type Reference = ref.Reference

// ParseReference reads a reference.
//
// Errors: InvalidReference, with the input quoted and what to write instead.
func ParseReference(text string) (Reference, error) { return ref.Parse(text) }
