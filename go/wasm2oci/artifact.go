package wasm2oci

import (
	"context"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
)

// findManifest reads the manifest that a reference names, through indexes. The
// second result is the digest of the first index, if there is one.
func findManifest(ctx context.Context, target target, platform string) (*format.Manifest, string, error) {
	desc, raw, err := target.manifest(ctx, nil)
	if err != nil {
		return nil, "", err
	}
	outer := ""
	seen := map[string]bool{}
	for format.IsIndex(desc, raw) {
		if outer == "" {
			outer = desc.Digest.String()
		}
		if seen[desc.Digest.String()] || len(seen) >= format.MaxNesting {
			return nil, outer, format.Invalid("indexes are nested deeper than %d levels", format.MaxNesting)
		}
		seen[desc.Digest.String()] = true
		index, err := format.ParseIndex(raw)
		if err != nil {
			return nil, outer, err
		}
		child, err := format.ChooseManifest(index, platform)
		if err != nil {
			return nil, outer, err
		}
		if desc, raw, err = target.manifest(ctx, &child); err != nil {
			return nil, outer, err
		}
	}
	if platform != "" && outer == "" {
		return nil, "", fault.New(InvalidArgument, "{platform} %s was given for a single manifest; it chooses from an index", fault.Quote(platform)).
			WithHint("leave out {platform}")
	}
	manifest, err := format.ParseManifest(desc, raw)
	return manifest, outer, err
}
