package wasm2oci

import (
	"context"
	"errors"
	"os"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
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
	// so that the same push yields the same digest.
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
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// PushResult says what was pushed.
type PushResult struct {
	// Reference is that of the first tag.
	Reference string `json:"reference"`
	// Tags are all that the artifact got, in their order; none where the reference
	// has a digest alone.
	Tags []string `json:"tags"`
	Descriptor
	Format string     `json:"format"`
	Kind   string     `json:"kind,omitempty"`
	Layer  Descriptor `json:"layer"`
}

// Push stores local content as an artifact. Blobs that are there already are not
// sent again; the manifest comes last, once for each tag of a list such as
// "REPOSITORY:v1,latest". After an error of a later tag, those before it are set.
//
// Errors: InvalidReference, InvalidArgument, Filesystem, NotWasm, DigestMismatch
// (the content changed meanwhile, or is not that of the reference), and those of
// the registry and the network.
func (c *Client) Push(ctx context.Context, source Source, reference string, options PushOptions) (*PushResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	defer source.discard()
	result, err := c.push(ctx, source, reference, options)
	return result, fail(ctx, "push", reference, err)
}

func (c *Client) push(ctx context.Context, source Source, text string, options PushOptions) (*PushResult, error) {
	reference, tags, err := ParseDestination(text)
	if err != nil {
		return nil, source.inOrder(text, err)
	}
	publication, err := c.publication(ctx, reference, tags, options.Packaging)
	if err != nil {
		return nil, err
	}
	monitor.From(ctx).Enter(monitor.Hashing)
	local, err := source.open()
	if err != nil {
		return nil, source.inOrder(text, err)
	}
	defer local.close()
	described, err := local.describe(ctx, options.AllowAny)
	var said map[string]string
	if err == nil {
		described, said, err = local.say(described, options.AllowAny)
	}
	if fault.KindOf(err) == NotWasm {
		refusal := notWasm(source.called(), err)
		if refusal.Hint == (fault.Text{}) {
			refusal.WithHint("use {allow_any} to push it anyway")
		}
		return nil, refusal
	}
	if err != nil {
		return nil, err
	}
	described.Open = local.opener(ctx)
	publication.title(source.title())
	publication.annotate(said)
	return publication.publish(ctx, described)
}

// CheckDestination refuses what Push would refuse of a reference without asking anybody.
//
// Errors: InvalidReference.
func (s Source) CheckDestination(reference string) error {
	if _, _, err := ParseDestination(reference); err != nil {
		return s.inOrder(reference, err)
	}
	return nil
}

// inOrder says of an error that the reference was given for the file, and the file for the
// reference, if that is so: other tools have them in that order.
func (s Source) inOrder(reference string, err error) error {
	_, _, asFile := ParseDestination(reference)
	if s.name == "" || asFile == nil && !isFile(reference) || isFile(s.name) {
		return err
	}
	if _, _, notReference := ParseDestination(s.name); notReference != nil {
		return err
	}
	return classify("", "", err).WithHint("the file comes first, and then the reference")
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// changed says what a mismatch means for content of our own.
func changed(err error) error {
	var other *transfer.StoredOtherError
	if fault.KindOf(err) == DigestMismatch && !errors.As(err, &other) {
		return fault.New(DigestMismatch, "the content changed while it was pushed").WithHint("push it again once nobody writes to it")
	}
	return err
}

// notWasm names the content that is not pushed, where the content is what is wrong.
// A next step that is known already is kept.
func notWasm(what string, err error) *Error {
	var known *Error
	if !errors.As(err, &known) || known.Hint == (fault.Text{}) {
		return fault.New(NotWasm, "%s is refused: %w", what, err)
	}
	refusal := fault.New(NotWasm, "%s is refused: %w", what, known.Err)
	refusal.Hint = known.Hint
	return refusal
}

// called returns what a message calls the content.
func (s Source) called() string {
	if s.name == "" {
		return "the content"
	}
	return fault.Quote(s.name)
}
