package wasm2oci

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/format"
	"github.com/wasm2oci/wasm2oci/go/transfer"
	"github.com/wasm2oci/wasm2oci/go/wasm"
)

// drainLimit is how much of a layer that does not look like WebAssembly is still
// read, to tell damage from another kind of content.
const drainLimit = 4 << 20

// findManifest reads the manifest that a reference names, through indexes. The
// second result is the digest of the first index, if there is one.
func findManifest(ctx context.Context, target target) (*format.Manifest, string, error) {
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
			return nil, outer, &format.ShapeError{Reason: fmt.Sprintf("indexes are nested deeper than %d levels", format.MaxNesting)}
		}
		seen[desc.Digest.String()] = true
		index, err := format.ParseIndex(raw)
		if err != nil {
			return nil, outer, err
		}
		child, err := format.ChooseManifest(index)
		if err != nil {
			return nil, outer, err
		}
		if desc, raw, err = target.manifest(ctx, &child); err != nil {
			return nil, outer, err
		}
	}
	manifest, err := format.ParseManifest(desc, raw)
	return manifest, outer, err
}

// openModule opens a layer and looks at its first bytes: they decide, not the
// media type.
func openModule(ctx context.Context, target target, manifest *format.Manifest, layer ocispec.Descriptor) (io.ReadCloser, wasm.Kind, error) {
	stream, err := target.blob(ctx, layer)
	if err != nil {
		return nil, "", err
	}
	for {
		head, kind, err := lookAt(stream, manifest, layer)
		if err == nil {
			return &opened{io.MultiReader(bytes.NewReader(head), stream), stream}, kind, nil
		}
		if again, err := beginAgain(stream, err); !again {
			_ = stream.Close()
			return nil, "", err
		}
	}
}

// lookAt gives the first bytes of a layer if they are those of WebAssembly.
func lookAt(stream io.Reader, manifest *format.Manifest, layer ocispec.Descriptor) ([]byte, wasm.Kind, error) {
	head := make([]byte, wasm.HeaderSize)
	n, err := io.ReadFull(stream, head)
	// The end before the stated size is a broken connection, not a short module.
	if err != nil && int64(n) < min(layer.Size, wasm.HeaderSize) {
		return nil, "", err
	}
	kind, err := wasm.Sniff(head[:n])
	if err == nil || wasm.HasMagic(head[:n]) {
		return head[:n], kind, nil
	}
	if layer.Size <= drainLimit {
		var mismatch *transfer.MismatchError
		if _, err := io.Copy(io.Discard, stream); errors.As(err, &mismatch) {
			return nil, "", mismatch
		}
	}
	return nil, "", format.NewNotWasmError(manifest)
}
