package wasm2oci

import (
	"context"
	"maps"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// AttachOptions say what is attached.
type AttachOptions struct {
	// ArtifactType is that of the manifest, such as "application/spdx+json". It must be
	// given.
	ArtifactType string `json:"artifact_type,omitempty"`
	// MediaType is that of the files. Default: "application/octet-stream".
	MediaType string `json:"media_type,omitempty"`
	// Annotations are those of the manifest.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Created is an RFC 3339 time, for the annotation of that name. Default:
	// SOURCE_DATE_EPOCH, else no such annotation, so that the same content yields the
	// same digest.
	Created string `json:"created,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// AttachResult says what was attached.
type AttachResult struct {
	// Reference names the attached artifact, by its digest.
	Reference string `json:"reference"`
	Descriptor
	// Subject is what it points at.
	Subject Descriptor `json:"subject"`
	// Layers are the files, in their order.
	Layers []Descriptor `json:"layers"`
}

// Attach stores files as an artifact that points at what a reference names: its subject,
// which stays as it is. The files may be anything; each is a layer with its base name as
// the title. Without a file, the annotations are what is attached. Where the
// registry does not list referrers, the list under the fallback tag is kept.
//
// Errors: InvalidReference, InvalidArgument, NotFound (the subject), Filesystem,
// DigestMismatch (a file changed meanwhile), Unsupported where the registry takes no
// such manifest, and those of the registry and the network.
func (c *Client) Attach(ctx context.Context, reference string, sources []Source, options AttachOptions) (*AttachResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	for _, source := range sources {
		defer source.discard()
	}
	result, err := c.attach(ctx, reference, sources, options)
	return result, fail(ctx, "attach", reference, err)
}

func (c *Client) attach(ctx context.Context, text string, sources []Source, options AttachOptions) (*AttachResult, error) {
	reference, err := ParseReference(text)
	if err != nil {
		return nil, err
	}
	annotations, err := c.checkAttach(sources, options)
	if err != nil {
		return nil, err
	}
	m := monitor.From(ctx)
	m.Enter(monitor.Resolving)
	to, err := c.open(ctx, reference, false)
	if err != nil {
		return nil, err
	}
	subject, err := to.resolve(ctx)
	if err != nil {
		return nil, err
	}
	m.Enter(monitor.Hashing)
	files, layers, err := openAttached(ctx, sources, options.MediaType)
	defer files.close()
	if err != nil {
		return nil, err
	}
	attachment, err := format.NewAttachment(subject, options.ArtifactType, layers, annotations)
	if err != nil {
		return nil, err
	}
	desc := attachment.Manifest.Descriptor
	if desc.Size > transfer.MaxManifest {
		return nil, transfer.TooLarge("the manifest with its annotations", transfer.MaxManifest)
	}
	to = to.under("")
	if err := to.close(ctx, publishAttached(ctx, to, files, layers, attachment, options)); err != nil {
		return nil, err
	}
	if registry, ok := to.(*registryTarget); ok {
		registry.repository.TidyReferrers(ctx, subject.Digest)
	}
	named := reference.WithTag("")
	named.Digest, desc.ArtifactType = desc.Digest, options.ArtifactType
	result := &AttachResult{Reference: named.String(), Descriptor: newDescriptor(desc), Subject: newDescriptor(subject), Layers: []Descriptor{}}
	for _, layer := range layers {
		result.Layers = append(result.Layers, newDescriptor(layer))
	}
	return result, nil
}

// checkAttach refuses what cannot be attached before anything is read, and returns the
// annotations of the manifest.
func (c *Client) checkAttach(sources []Source, options AttachOptions) (map[string]string, error) {
	if options.ArtifactType == "" {
		return nil, fault.New(InvalidArgument, "{artifact_type} is missing").WithHint("say what is attached, such as application/spdx+json")
	}
	if len(sources) == 0 && len(options.Annotations) == 0 {
		return nil, fault.New(InvalidArgument, "there is nothing to attach").WithHint("give a file, or {annotations}")
	}
	metadata, err := c.metadata(Packaging{Annotations: options.Annotations, Created: options.Created, ArtifactType: options.ArtifactType})
	if err == nil {
		err = checkMediaType("media_type", options.MediaType)
	}
	if err != nil {
		return nil, err
	}
	titles := map[string]bool{}
	for _, source := range sources {
		title := source.title()
		if title != "" && titles[title] {
			return nil, fault.New(InvalidArgument, "two files are called %s, which would be the title of both", fault.Quote(title)).
				WithHint("attach them one by one, or rename one")
		}
		titles[title] = true
	}
	if options.Created == "" && c.environment["SOURCE_DATE_EPOCH"] == "" {
		return maps.Clone(options.Annotations), nil
	}
	return withDefaults(options.Annotations, map[string]string{ocispec.AnnotationCreated: metadata.Created.UTC().Format(time.RFC3339)}), nil
}

// attached are the open files of an attachment.
type attached []*content

func (a attached) close() {
	for _, file := range a {
		file.close()
	}
}

// openAttached opens and hashes the files. What is open is returned with an error as
// well.
func openAttached(ctx context.Context, sources []Source, mediaType string) (attached, []ocispec.Descriptor, error) {
	if mediaType == "" {
		mediaType = "application/octet-stream"
	}
	var files attached
	var layers []ocispec.Descriptor
	for _, source := range sources {
		file, err := source.open()
		if err != nil {
			return files, nil, err
		}
		files = append(files, file)
		described, err := file.describe(ctx, true)
		if err != nil {
			return files, nil, err
		}
		layers = append(layers, format.AttachedLayer(mediaType, source.title(), described))
	}
	return files, layers, nil
}

// publishAttached stores the blobs that are not there yet, then the manifest.
func publishAttached(ctx context.Context, to target, files attached, layers []ocispec.Descriptor, attachment *format.Attachment, options AttachOptions) error {
	m := monitor.From(ctx)
	m.Enter(monitor.Transferring)
	m.Expect(attachment.Config.Descriptor.Size)
	for _, layer := range layers {
		m.Expect(layer.Size)
	}
	blobs := &uploads{target: to}
	for i, layer := range layers {
		if _, err := blobs.put(ctx, layer, files[i].opener(ctx)); err != nil {
			return changed(err)
		}
	}
	if _, err := blobs.put(ctx, attachment.Config.Descriptor, attachment.Config.Open); err != nil {
		return err
	}
	m.Enter(monitor.Finishing)
	err := blobs.putManifest(ctx, attachment.Manifest.Descriptor, attachment.Manifest.Raw)
	if !refusesShape(err) {
		return changed(err)
	}
	refusal := classify("", "", err)
	if refusal.Kind != PermissionDenied {
		// ECR was seen to answer 405 to a subject, others 400 to an artifactType.
		refusal.Err = fault.Textf("the registry refuses the manifest, which has a subject and the artifactType %s: %w", fault.Quote(options.ArtifactType), refusal.Err)
		refusal.WithHint("it may take no attached artifacts at all, or none of this {artifact_type}")
	}
	return refusal
}
