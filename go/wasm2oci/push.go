package wasm2oci

import (
	"context"
	"errors"
	"fmt"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// Packaging says how an artifact is laid out. The zero value is fine.
type Packaging struct {
	// Format is "wasm" (the CNCF layout, the default), "wasm-to-oci", "compat"
	// (an image with plugin.wasm, for proxies) or "image" (an image that runs
	// the module).
	Format string `json:"format,omitempty"`
	// Annotations are those of the manifest. They win over what the binary says
	// of itself; an empty text leaves that out.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Created is an RFC 3339 time. Default: SOURCE_DATE_EPOCH, else the epoch,
	// so that the same push gives the same digest.
	Created string `json:"created,omitempty"`
	// Title of the layer. Default: the file's base name.
	Title string `json:"title,omitempty"`
	// ConfigMediaType and LayerMediaType replace those of the format.
	ConfigMediaType string `json:"config_media_type,omitempty"`
	LayerMediaType  string `json:"layer_media_type,omitempty"`
	// ArtifactType is that of the manifest. Default: none.
	ArtifactType string `json:"artifact_type,omitempty"`
}

// PushOptions say what an artifact looks like. The zero value is fine.
type PushOptions struct {
	Packaging
	// AllowAny pushes what is not WebAssembly too.
	AllowAny bool `json:"allow_any,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
}

// PushResult says what was pushed.
type PushResult struct {
	Reference string `json:"reference"`
	Descriptor
	Format string     `json:"format"`
	Kind   string     `json:"kind,omitempty"`
	Layer  Descriptor `json:"layer"`
}

// Push stores local content as an artifact. Blobs that are there already are not
// sent again; the manifest comes last.
//
// Errors: InvalidReference, InvalidArgument, Filesystem, NotWasm, DigestMismatch
// (the content changed meanwhile, or is not that of the reference), and those of
// the registry and the network.
func (c *Client) Push(ctx context.Context, source Source, reference string, options PushOptions) (*PushResult, error) {
	ctx, end := c.begin(ctx, options.Timeout)
	defer end()
	defer source.discard()
	result, err := c.push(ctx, source, reference, options)
	return result, fail(ctx, "push", reference, err)
}

func (c *Client) push(ctx context.Context, source Source, text string, options PushOptions) (*PushResult, error) {
	reference, err := ParseReference(text)
	if err != nil {
		return nil, err
	}
	publication, err := c.publication(reference, options.Packaging)
	if err != nil {
		return nil, err
	}
	monitor.From(ctx).Enter(monitor.Hashing)
	local, err := source.open()
	if err != nil {
		return nil, err
	}
	defer local.close()
	described, err := local.describe(ctx, options.AllowAny)
	var said map[string]string
	if err == nil {
		described, said, err = local.say(described, options.AllowAny)
	}
	if err != nil {
		return nil, notWasm(source, err)
	}
	described.Open = local.opener(ctx)
	publication.title(source.title())
	publication.annotate(said)
	return publication.publish(ctx, described)
}

// changed says what a mismatch means for content of our own.
func changed(err error) error {
	var mismatch *transfer.MismatchError
	if errors.As(err, &mismatch) {
		return &Error{Kind: DigestMismatch, Err: errors.New("the content changed while it was pushed"), Hint: "push it again once nobody writes to it"}
	}
	return err
}

func isNotWasm(err error) bool {
	for _, fault := range []error{wasm.ErrNotWasm, wasm.ErrVersion, wasm.ErrMalformed, wasm.ErrLimit} {
		if errors.Is(err, fault) {
			return true
		}
	}
	return false
}

// notWasm names the file and the way round.
func notWasm(source Source, err error) error {
	what := "the content"
	if source.name != "" {
		what = quote(source.name)
	}
	return refused(what, err, "allow_any pushes it all the same")
}

// refused says why content is not pushed, where it is the content that is wrong.
func refused(what string, err error, hint string) error {
	if isNotWasm(err) {
		return &Error{Kind: NotWasm, Err: fmt.Errorf("%s is refused: %w", what, err), Hint: hint}
	}
	return err
}
