package wasm2oci

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
)

// findManifest reads the manifest that a reference names, through indexes. The
// second result is the digest of the first index, if there is one.
func findManifest(ctx context.Context, target target, platform string) (*format.Manifest, string, error) {
	desc, raw, outer, err := throughIndexes(ctx, target, platform)
	if err != nil {
		return nil, outer, err
	}
	manifest, err := format.ParseManifest(desc, raw)
	return manifest, outer, err
}

// findDocument reads the manifest or index that a reference names, and goes through
// indexes only to find a platform.
func findDocument(ctx context.Context, target target, platform string) (ocispec.Descriptor, []byte, string, error) {
	if platform == "" {
		desc, raw, err := target.manifest(ctx, nil)
		return desc, raw, "", err
	}
	return throughIndexes(ctx, target, platform)
}

func throughIndexes(ctx context.Context, target target, platform string) (desc ocispec.Descriptor, raw []byte, outer string, err error) {
	if desc, raw, err = target.manifest(ctx, nil); err != nil {
		return desc, nil, "", err
	}
	seen := map[string]bool{}
	for format.IsIndex(desc, raw) {
		if outer == "" {
			outer = desc.Digest.String()
		}
		if seen[desc.Digest.String()] || len(seen) >= format.MaxNesting {
			return desc, nil, outer, format.Invalid("indexes are nested deeper than %d levels", format.MaxNesting)
		}
		seen[desc.Digest.String()] = true
		index, err := format.ParseIndex(raw)
		if err != nil {
			return desc, nil, outer, err
		}
		child, err := format.ChooseManifest(index, platform)
		if err != nil {
			return desc, nil, outer, err
		}
		if desc, raw, err = target.manifest(ctx, &child); err != nil {
			return desc, nil, outer, err
		}
	}
	if platform != "" && outer == "" {
		return desc, nil, "", fault.New(InvalidArgument, "{platform} %s was given for a single manifest; it chooses from an index", fault.Quote(platform)).
			WithHint("leave out {platform}")
	}
	return desc, raw, outer, nil
}
