package wasm2oci

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// publication is an artifact on its way to a target.
type publication struct {
	reference Reference
	// tags are all that the manifest gets, that of the reference first.
	tags     []string
	target   target
	format   format.Format
	write    func(format.Content, format.Metadata) (*format.Artifact, error)
	metadata format.Metadata
	// from is where the content lies already, or nil.
	from *origin
}

// publication checks what is said of an artifact before anything is read.
func (c *Client) publication(ctx context.Context, reference Reference, tags []string, packaging Packaging) (*publication, error) {
	metadata, err := c.metadata(packaging)
	if err != nil {
		return nil, err
	}
	name := format.Format(packaging.Format)
	if name == "" {
		name = format.Wasm
	}
	write, ok := format.Writers[name]
	if !ok {
		return nil, unknownFormat(packaging.Format)
	}
	target, err := c.open(ctx, reference, false)
	if err != nil {
		return nil, err
	}
	return &publication{reference: reference, tags: tags, target: target, format: name, write: write, metadata: metadata}, nil
}

// title is used where the user gave none.
func (p *publication) title(title string) {
	if p.metadata.Title == "" {
		p.metadata.Title = title
	}
}

// annotate adds annotations that the user did not give.
func (p *publication) annotate(defaults map[string]string) {
	p.metadata.Annotations = withDefaults(p.metadata.Annotations, defaults)
}

// publish stores the artifact: the blobs that are not there yet, then the
// manifest.
func (p *publication) publish(ctx context.Context, content format.Content) (*PushResult, error) {
	result, err := p.put(ctx, content)
	if err := p.target.close(ctx, err); err != nil {
		return nil, err
	}
	return result, nil
}

func (p *publication) put(ctx context.Context, content format.Content) (*PushResult, error) {
	artifact, err := p.write(content, p.metadata)
	if err != nil {
		return nil, err
	}
	if desc := artifact.Manifest.Descriptor; p.reference.Digest != "" && p.reference.Digest != desc.Digest {
		return nil, fault.New(DigestMismatch, "the content results in the manifest %s, not the digest of the reference", desc.Digest).WithHint("push to a tag")
	}
	if artifact.Manifest.Descriptor.Size > transfer.MaxManifest {
		return nil, transfer.TooLarge("the manifest with its annotations", transfer.MaxManifest)
	}
	if artifact.Layer.Size == 0 && p.reference.Scheme == ref.Registry {
		// Registries take it, or most: but nobody means to publish nothing.
		return nil, fault.New(Unsupported, "there is no content: an empty file is not pushed to a registry").WithHint("check the program that should have written it")
	}
	m := monitor.From(ctx)
	m.Enter(monitor.Transferring)
	m.Expect(artifact.Layer.Size + artifact.Config.Descriptor.Size)
	blobs := &uploads{target: p.target, from: p.from}
	if _, err := blobs.put(ctx, artifact.Layer, artifact.OpenLayer); err != nil {
		return nil, changed(err)
	}
	if _, err := blobs.put(ctx, artifact.Config.Descriptor, artifact.Config.Open); err != nil {
		return nil, err
	}
	m.Enter(monitor.Finishing)
	if artifact, err = p.putManifest(ctx, blobs, artifact); err != nil {
		return nil, changed(err)
	}
	if err := p.putOthers(ctx, artifact); err != nil {
		return nil, err
	}
	return &PushResult{
		Reference:  p.reference.String(),
		Tags:       append([]string{}, p.tags...),
		Descriptor: newDescriptor(artifact.Manifest.Descriptor),
		Format:     string(p.format),
		Kind:       string(content.Kind),
		Layer:      newDescriptor(artifact.Layer),
	}, nil
}

// putOthers stores the manifest under all tags but the first, which it has.
func (p *publication) putOthers(ctx context.Context, artifact *format.Artifact) error {
	if len(p.tags) < 2 {
		return nil
	}
	return putNames(ctx, p.target, p.tags[:1], p.tags[1:], artifact.Manifest.Descriptor, artifact.Manifest.Raw)
}

func unknownFormat(name string) error {
	var known []string
	for writer := range maps.Keys(format.Writers) {
		known = append(known, string(writer))
	}
	slices.Sort(known)
	return fault.New(InvalidArgument, "unknown {format} %s", fault.Quote(name)).WithHint("use one of %s", strings.Join(known, ", "))
}

// metadata checks what the user says of the artifact.
func (c *Client) metadata(packaging Packaging) (format.Metadata, error) {
	created, err := c.created(packaging.Created)
	if err != nil {
		return format.Metadata{}, err
	}
	for name := range packaging.Annotations {
		if name == "" {
			return format.Metadata{}, fault.New(InvalidArgument, "an annotation has an empty name")
		}
	}
	for option, mediaType := range map[fault.Option]string{
		"config_media_type": packaging.ConfigMediaType, "layer_media_type": packaging.LayerMediaType, "artifact_type": packaging.ArtifactType,
	} {
		if err := checkMediaType(option, mediaType); err != nil {
			return format.Metadata{}, err
		}
	}
	return format.Metadata{
		Title: packaging.Title, Created: created, Annotations: packaging.Annotations,
		ConfigType: packaging.ConfigMediaType, LayerType: packaging.LayerMediaType, ArtifactType: packaging.ArtifactType,
	}, nil
}

// mediaTypePattern is RFC 6838, section 4.2, without parameters. That neither half has more
// than 127 characters is not in it: it would take long to compile, at the start of every process.
var mediaTypePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$`)

func isMediaType(text string) bool {
	kind, subtype, _ := strings.Cut(text, "/")
	return max(len(kind), len(subtype)) <= 127 && mediaTypePattern.MatchString(text)
}

// checkMediaType refuses the value of an option, unless it is empty.
func checkMediaType(option fault.Option, mediaType string) error {
	if mediaType == "" || isMediaType(mediaType) {
		return nil
	}
	return fault.New(InvalidArgument, "%s %s is not a media type such as application/wasm", option, fault.Quote(mediaType))
}

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
			return created, fault.New(InvalidArgument, "{created} %s is not an RFC 3339 time such as 2026-01-31T12:00:00Z", fault.Quote(option))
		}
		if year := created.UTC().Year(); year < 1 || year > 9999 {
			return created, fault.New(InvalidArgument, "{created} %s is not within the years 1 to 9999", fault.Quote(option))
		}
		return created, nil
	}
	text := c.environment["SOURCE_DATE_EPOCH"]
	if text == "" {
		return time.Unix(0, 0), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > 253402300799 {
		return time.Time{}, fault.New(InvalidArgument, "SOURCE_DATE_EPOCH %s is not a number of seconds", fault.Quote(text))
	}
	return time.Unix(seconds, 0), nil
}
