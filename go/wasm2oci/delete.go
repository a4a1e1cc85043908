package wasm2oci

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// DeleteOptions say how a manifest is deleted. The zero value is fine.
type DeleteOptions struct {
	// DryRun deletes nothing: the result says what would be deleted.
	DryRun bool `json:"dry_run,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// DeleteResult says what was deleted.
type DeleteResult struct {
	Reference string `json:"reference"`
	Descriptor
	// Tags are those that the manifest had.
	Tags []string `json:"tags"`
	// MoreTags is set where it may have had others: the repository has more tags than
	// the 1,000 that are looked at, or does not list them.
	MoreTags bool `json:"more_tags"`
}

// deletable is a manifest that can be deleted, and what goes with it.
type deletable struct {
	ocispec.Descriptor
	tags     []string
	moreTags bool
}

// Delete deletes the manifest or index that a reference names by its digest, with
// all tags that it has. Of a layout or an archive the blob of the manifest goes as well,
// unless another manifest of it refers to that; other blobs stay, since another process
// may be about to use them.
//
// Errors: InvalidReference, also where there is no digest; NotFound; Unsupported
// where the registry does not delete, and for a manifest that a layout or an
// archive has as part of an index only; and those of the registry and the network.
func (c *Client) Delete(ctx context.Context, reference string, options DeleteOptions) (*DeleteResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	monitor.From(ctx).Enter(monitor.Resolving)
	result, err := c.delete(ctx, reference, options)
	return result, fail(ctx, "delete", reference, err)
}

// CheckPinned refuses a reference that Delete would refuse.
//
// Errors: InvalidReference.
func CheckPinned(reference string) error {
	_, err := ref.ParsePinned(reference)
	return err
}

func (c *Client) delete(ctx context.Context, text string, options DeleteOptions) (*DeleteResult, error) {
	reference, err := ref.ParsePinned(text)
	if err != nil {
		return nil, err
	}
	target, err := c.open(ctx, reference, false)
	if err != nil {
		return nil, err
	}
	found, err := target.deletable(ctx)
	if err != nil {
		return nil, err
	}
	if !options.DryRun {
		monitor.From(ctx).Enter(monitor.Finishing)
		if err := target.deleteManifest(ctx, found); err != nil {
			return nil, err
		}
	}
	return &DeleteResult{reference.String(), newDescriptor(found.Descriptor), append([]string{}, found.tags...), found.moreTags}, nil
}

// deletable implements target.
func (t *registryTarget) deletable(ctx context.Context) (deletable, error) {
	desc, err := t.resolve(ctx)
	if err != nil {
		return deletable{}, err
	}
	tags, all, err := t.namesOf(ctx, desc.Digest)
	return deletable{desc, tags, !all}, err
}

// deleteManifest implements target.
func (t *registryTarget) deleteManifest(ctx context.Context, found deletable) error {
	// What cannot be read can be deleted all the same.
	_, raw, unread := t.manifest(ctx, &found.Descriptor)
	if unread != nil {
		monitor.From(ctx).Log(monitor.Debug, "whether %s is listed as a referrer is not known: %v", found.Digest, unread)
	}
	if err := t.deleteDigest(ctx, found.Digest); err != nil {
		return err
	}
	// go-containerregistry's registry keeps what the tags name.
	left, err := t.thatNow(ctx, found.tags, func(dgst string, _ bool) bool { return dgst == found.Digest.String() })
	for _, tag := range left {
		if err == nil {
			err = t.explain(t.repository.DeleteManifest(ctx, tag))
		}
	}
	if err != nil || unread != nil {
		return err
	}
	return t.unlist(ctx, found.Descriptor, raw)
}

// deletable implements target.
func (t *layoutReader) deletable(ctx context.Context) (deletable, error) {
	desc, tags, err := t.files.Listed(ctx, t.reference.Digest)
	if err == nil && desc.MediaType == "" {
		desc, _, err = t.manifest(ctx, &desc)
	}
	return deletable{desc, tags, false}, err
}

// deleteManifest implements target.
func (t *layoutReader) deleteManifest(ctx context.Context, found deletable) error {
	return t.files.Delete(ctx, found.Digest)
}
