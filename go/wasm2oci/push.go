package wasm2oci

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wasm2oci/wasm2oci/go/format"
	"github.com/wasm2oci/wasm2oci/go/monitor"
	"github.com/wasm2oci/wasm2oci/go/transfer"
	"github.com/wasm2oci/wasm2oci/go/wasm"
)

// PushOptions say what an artifact looks like. The zero value is fine.
type PushOptions struct {
	// Format is "wasm" (the CNCF layout, the default), "wasm-to-oci", "compat"
	// (an image with plugin.wasm, for proxies) or "image" (an image that runs
	// the module).
	Format string `json:"format,omitempty"`
	// Annotations are those of the manifest.
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
	metadata, err := c.metadata(source, options)
	if err != nil {
		return nil, err
	}
	name := format.Format(options.Format)
	if name == "" {
		name = format.Wasm
	}
	write, ok := format.Writers[name]
	if !ok {
		return nil, unknownFormat(options.Format)
	}
	target, err := c.open(reference)
	if err != nil {
		return nil, err
	}
	m := monitor.From(ctx)
	m.Enter(monitor.Hashing)
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
	metadata.Annotations = withDefaults(metadata.Annotations, said)
	artifact, err := write(described, metadata)
	if err != nil {
		return nil, err
	}
	if desc := artifact.Manifest.Descriptor; reference.Digest != "" && reference.Digest != desc.Digest {
		return nil, &Error{Kind: DigestMismatch, Err: fmt.Errorf("the content gives the manifest %s, not the digest of the reference", desc.Digest), Hint: "push to a tag"}
	}
	m.Enter(monitor.Transferring)
	m.Expect(artifact.Layer.Size + artifact.Config.Descriptor.Size)
	blobs := &uploads{target: target}
	if err := blobs.put(ctx, artifact.Layer, artifact.OpenLayer); err != nil {
		return nil, changed(err)
	}
	if err := blobs.put(ctx, artifact.Config.Descriptor, artifact.Config.Open); err != nil {
		return nil, err
	}
	m.Enter(monitor.Finishing)
	if err := blobs.putManifest(ctx, artifact.Manifest.Descriptor, artifact.Manifest.Raw); err != nil {
		return nil, changed(err)
	}
	return &PushResult{
		Reference:  reference.String(),
		Descriptor: newDescriptor(artifact.Manifest.Descriptor),
		Format:     string(name),
		Kind:       string(described.Kind),
		Layer:      newDescriptor(artifact.Layer),
	}, nil
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
	if isNotWasm(err) {
		what := "the content"
		if source.name != "" {
			what = quote(source.name)
		}
		return &Error{Kind: NotWasm, Err: fmt.Errorf("%s is refused: %w", what, err), Hint: "allow_any pushes it all the same"}
	}
	return err
}

func unknownFormat(name string) error {
	var known []string
	for writer := range maps.Keys(format.Writers) {
		known = append(known, string(writer))
	}
	slices.Sort(known)
	return &Error{Kind: InvalidArgument, Err: fmt.Errorf("unknown format %s; known are %s", quote(name), strings.Join(known, ", "))}
}

// metadata checks what the user says of the artifact.
func (c *Client) metadata(source Source, options PushOptions) (format.Metadata, error) {
	created, err := c.created(options.Created)
	if err != nil {
		return format.Metadata{}, &Error{Kind: InvalidArgument, Err: err}
	}
	for name := range options.Annotations {
		if name == "" {
			return format.Metadata{}, &Error{Kind: InvalidArgument, Err: errors.New("an annotation has an empty name")}
		}
	}
	for option, mediaType := range map[string]string{
		"config_media_type": options.ConfigMediaType, "layer_media_type": options.LayerMediaType, "artifact_type": options.ArtifactType,
	} {
		if mediaType != "" && !mediaTypePattern.MatchString(mediaType) {
			return format.Metadata{}, &Error{Kind: InvalidArgument, Err: fmt.Errorf("%s %s is no media type such as application/wasm", option, quote(mediaType))}
		}
	}
	title := options.Title
	if title == "" {
		title = source.title()
	}
	return format.Metadata{
		Title: title, Created: created, Annotations: options.Annotations,
		ConfigType: options.ConfigMediaType, LayerType: options.LayerMediaType, ArtifactType: options.ArtifactType,
	}, nil
}

// mediaTypePattern is RFC 6838, section 4.2, without parameters.
var mediaTypePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$`)

// withDefaults adds annotations that the user did not give. An empty text of the
// user's leaves one out.
func withDefaults(given, defaults map[string]string) map[string]string {
	if len(given)+len(defaults) == 0 {
		return nil
	}
	all := maps.Clone(defaults)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, given)
	for name := range defaults {
		if all[name] == "" {
			delete(all, name)
		}
	}
	return all
}

// created follows the option, else SOURCE_DATE_EPOCH
// (reproducible-builds.org/specs/source-date-epoch), else the epoch.
func (c *Client) created(option string) (time.Time, error) {
	if option != "" {
		created, err := time.Parse(time.RFC3339, option)
		if err != nil {
			return created, fmt.Errorf("created %s is no RFC 3339 time such as 2026-01-31T12:00:00Z", quote(option))
		}
		return created, nil
	}
	text := c.environment["SOURCE_DATE_EPOCH"]
	if text == "" {
		return time.Unix(0, 0), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > 253402300799 {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH %s is no number of seconds", quote(text))
	}
	return time.Unix(seconds, 0), nil
}
