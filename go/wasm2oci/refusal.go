package wasm2oci

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// putManifest stores the manifest of an artifact and returns the one that is stored.
// A registry that knows no artifactType gets it without: the rest says as much.
func (p *publication) putManifest(ctx context.Context, blobs *uploads, artifact *format.Artifact) (*format.Artifact, error) {
	err := blobs.putManifest(ctx, artifact.Manifest.Descriptor, artifact.Manifest.Raw)
	if !refusesShape(err) {
		return artifact, err
	}
	if p.metadata.ArtifactType != "" && p.reference.Digest == "" {
		plain, plainErr := artifact.WithoutType()
		if plainErr != nil {
			return artifact, plainErr
		}
		monitor.From(ctx).Log(monitor.Warning, "the registry refuses the manifest (%s); pushing it without its artifactType %s",
			classify("", "", err).Err, fault.Quote(p.metadata.ArtifactType))
		again := blobs.putManifest(ctx, plain.Manifest.Descriptor, plain.Manifest.Raw)
		if !refusesShape(again) {
			return plain, again
		}
	}
	refusal := classify("", "", err)
	if refusal.Kind == PermissionDenied || refusal.Kind == Unsupported && blobs.tally.ways[sent] == 0 {
		return artifact, refusal // of whoever asks, or of all that would be stored
	}
	refusal.Err = fault.Textf("the manifest, whose config has the type %s, is refused: %w", fault.Quote(artifact.Config.Descriptor.MediaType), refusal.Err)
	return artifact, p.withOtherShape(refusal)
}

// withOtherShape advises what was not tried yet.
func (p *publication) withOtherShape(refusal *Error) *Error {
	switch {
	case p.format == format.WasmToOCI:
		return refusal.WithHint("a manifest of this {format} has no mediaType, which some registries demand: use {format} wasm, or image")
	case p.format != format.Image && p.format != format.Compat && p.metadata.ConfigType == "":
		return refusal.WithHint("if the registry accepts images only, use {format} image, or give another {config_media_type}")
	case p.metadata.ConfigType != "" || p.metadata.LayerType != "" || p.metadata.ArtifactType != "":
		return refusal.WithHint("check the media types that were given")
	}
	return refusal.WithHint("check what the registry says of it")
}

// refusesShape reports whether a registry may refuse a manifest for what kind of
// manifest it is. There is no code for that: the statuses were seen of registries
// that know images only.
func refusesShape(err error) bool {
	var status *transfer.StatusError
	if !errors.As(err, &status) || status.MissesBlob() {
		return false
	}
	if slices.ContainsFunc(status.Errors, func(one errcode.Error) bool {
		return one.Code == errcode.ErrorCodeNameInvalid || one.Code == errcode.ErrorCodeSizeInvalid || one.Code == errcode.ErrorCodeDigestInvalid || one.Code == "TAG_INVALID"
	}) {
		return false
	}
	switch status.StatusCode {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType:
		return true
	}
	return false
}
