package wasm2oci

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// CopyOptions say what is copied. The zero value is fine.
type CopyOptions struct {
	// Platform is "os/architecture[/variant]" and chooses one manifest of an index,
	// which alone is copied.
	Platform string `json:"platform,omitempty"`
	// AllTags copies every tag; source and destination are named without one.
	AllTags bool `json:"all_tags,omitempty"`
	// Referrers copies what points at what is copied, too, such as signatures: at the
	// manifests of an index as well, and what points at those referrers in turn.
	Referrers bool `json:"referrers,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// CopyResult says what a copy made. Blobs and manifests count once each, whatever
// lists them.
type CopyResult struct {
	// Reference is the destination; with AllTags without a tag.
	Reference string `json:"reference"`
	// Descriptor is what the destination names; with AllTags it is empty.
	Descriptor
	// Sent is how many blobs and manifests were sent, Mounted how many blobs the
	// registry took over from the source's repository, and Reused how many blobs and
	// manifests were there. A manifest that a registry has counts for all it lists.
	Sent    int64 `json:"sent"`
	Mounted int64 `json:"mounted"`
	Reused  int64 `json:"reused"`
	// Bytes is the size of what was sent, in bytes.
	Bytes int64 `json:"bytes"`
	// Tags are the tags that AllTags copied, and the digests of what they name.
	Tags map[string]string `json:"tags,omitempty"`
}

// Copy stores what a reference names, with all that it lists, in another place.
// Nothing is changed, so that digests stay, and nothing is sent that is there. The
// destination is named last: what a name leads to is whole.
//
// Errors: InvalidReference, InvalidArgument, NotFound, Ambiguous, InvalidManifest,
// DigestMismatch, Unsupported, SizeExceeded, and those of the registries, the network
// and the file system. An error has the reference of the side that it arose on. After
// one, a second copy goes on with what is missing.
func (c *Client) Copy(ctx context.Context, source, destination string, options CopyOptions) (*CopyResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	monitor.From(ctx).Enter(monitor.Resolving)
	result, err := c.copy(ctx, source, destination, options)
	return result, fail(ctx, "copy", source, err)
}

func (c *Client) copy(ctx context.Context, source, destination string, options CopyOptions) (*CopyResult, error) {
	if options.AllTags && options.Platform != "" {
		return nil, fault.New(InvalidArgument, "{all_tags} cannot be combined with {platform}").WithHint("copy the tags one by one")
	}
	from, err := parseCopied(source, options.AllTags)
	if err != nil {
		return nil, err
	}
	to, err := parseCopied(destination, options.AllTags)
	if err != nil {
		return nil, err
	}
	copier, err := c.copier(ctx, from, to, source, destination)
	if err != nil {
		return nil, err
	}
	copier.withReferrers = options.Referrers && !copier.within
	result := &CopyResult{Reference: to.String()}
	if options.AllTags {
		result.Tags, err = copier.copyTags(ctx)
	} else {
		var desc ocispec.Descriptor
		desc, err = copier.copyOne(ctx, to, options.Platform)
		result.Descriptor = newDescriptor(desc)
	}
	if err = copier.atDestination(copier.to.close(ctx, err)); err != nil {
		return nil, err
	}
	copier.count(result)
	return result, nil
}

// CheckCopy refuses what cannot be the source or the destination of a copy.
//
// Errors: InvalidReference.
func CheckCopy(reference string, options CopyOptions) error {
	_, err := parseCopied(reference, options.AllTags)
	return err
}

func parseCopied(text string, allTags bool) (Reference, error) {
	if allTags {
		return ref.ParseRepository(text)
	}
	return ParseReference(text)
}

// copyOne copies what the source names, or the one manifest of it that is for a
// platform.
func (c *copier) copyOne(ctx context.Context, to Reference, platform string) (ocispec.Descriptor, error) {
	desc, raw, err := c.wanted(ctx, platform)
	if err != nil {
		return desc, c.atSource(err)
	}
	if to.Digest != "" && to.Digest != desc.Digest {
		return desc, c.atDestination(fault.New(DigestMismatch, "the source is %s, not the digest of the reference", desc.Digest).WithHint("copy to a tag"))
	}
	monitor.From(ctx).Enter(monitor.Transferring)
	desc = plain(desc)
	return desc, c.place(ctx, c.to.under(to.Tag), desc, raw)
}

// plain is a descriptor without what the source says of it: its name there, or where it
// stands in an index.
func plain(desc ocispec.Descriptor) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: desc.MediaType, Digest: desc.Digest, Size: desc.Size}
}

func (c *copier) wanted(ctx context.Context, platform string) (ocispec.Descriptor, []byte, error) {
	if platform == "" {
		return c.from.manifest(ctx, nil)
	}
	manifest, _, err := findManifest(ctx, c.from, platform)
	if err != nil {
		return ocispec.Descriptor{}, nil, err
	}
	return manifest.Descriptor, manifest.Raw, nil
}
