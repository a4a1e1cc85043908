package wasm2oci

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// UntagOptions say how a tag is removed. The zero value is fine.
type UntagOptions struct {
	// Force deletes the manifest, with all its tags, where the registry cannot remove
	// a tag alone.
	Force bool `json:"force,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// UntagResult says what a tag that was removed had named.
type UntagResult struct {
	Reference string `json:"reference"`
	Descriptor
	// Deleted is set where the manifest was deleted with all its tags.
	Deleted bool `json:"deleted"`
}

// Untag removes one tag. What it named stays, and so do its other tags; in a layout
// or an archive it stays listed. The tag must be written down, and there may be no digest.
//
// A registry that answers as if it had removed the tag, and has deleted the manifest
// with all its tags, gets the manifest back, under its digest and under all of those
// tags that are known.
//
// Errors: InvalidReference; NotFound; Unsupported where the registry does not delete
// tags; Registry where it deletes more than was asked for; and those of the registry
// and the network.
func (c *Client) Untag(ctx context.Context, reference string, options UntagOptions) (*UntagResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	monitor.From(ctx).Enter(monitor.Resolving)
	result, err := c.untag(ctx, reference, options)
	return result, fail(ctx, "untag", reference, err)
}

// CheckTagged refuses a reference that Untag would refuse.
//
// Errors: InvalidReference.
func CheckTagged(reference string) error {
	_, err := ref.ParseTagged(reference)
	return err
}

func (c *Client) untag(ctx context.Context, text string, options UntagOptions) (*UntagResult, error) {
	reference, err := ref.ParseTagged(text)
	if err != nil {
		return nil, err
	}
	target, err := c.open(ctx, reference, false)
	if err != nil {
		return nil, err
	}
	desc, deleted, err := target.untag(ctx, options.Force)
	if err != nil {
		return nil, err
	}
	return &UntagResult{reference.String(), newDescriptor(desc), deleted}, nil
}

// untag implements target.
func (t *layoutTarget) untag(ctx context.Context, _ bool) (ocispec.Descriptor, bool, error) {
	desc, err := t.layout.Untag(ctx, t.reference.Tag)
	return desc, false, err
}

// untag implements target.
func (t *archiveTarget) untag(ctx context.Context, _ bool) (ocispec.Descriptor, bool, error) {
	desc, err := t.archive.Untag(ctx, t.reference.Tag)
	return desc, false, err
}
