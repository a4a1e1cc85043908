package wasm2oci

import (
	"context"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// TagOptions say how tags are added. The zero value is fine.
type TagOptions struct {
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// Tag adds one or more tags to the manifest or index that a reference names, in the
// same repository, layout or archive. A tag that exists is moved. No blob is read or sent;
// the manifest is fetched once, and put once for each tag.
//
// Errors: InvalidReference for a bad tag, InvalidArgument if there is none,
// NotFound, and those of the registry and the network. After an error, tags before
// the one that failed are set, and the message says which; in a layout or an archive,
// most often none is.
func (c *Client) Tag(ctx context.Context, reference string, tags []string, options TagOptions) (*ResolveResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	monitor.From(ctx).Enter(monitor.Resolving)
	result, err := c.tag(ctx, reference, tags)
	return result, fail(ctx, "tag", reference, err)
}

func (c *Client) tag(ctx context.Context, text string, tags []string) (*ResolveResult, error) {
	reference, err := ParseReference(text)
	if err != nil {
		return nil, err
	}
	if tags, err = checkTags(tags); err != nil {
		return nil, err
	}
	target, err := c.open(ctx, wholeName(reference), false)
	if err != nil {
		return nil, err
	}
	desc, raw, err := target.manifest(ctx, nil)
	if err != nil {
		return nil, err
	}
	monitor.From(ctx).Enter(monitor.Finishing)
	if err := target.close(ctx, putNames(ctx, target, nil, tags, desc, raw)); err != nil {
		return nil, err
	}
	return &ResolveResult{Reference: target.taken().String(), Descriptor: newDescriptor(desc)}, nil
}

// ParseTags reads a list of tags, such as "v1,v1.2,latest".
//
// Errors: InvalidReference for a bad tag, InvalidArgument if there is none.
func ParseTags(text string) ([]string, error) {
	if text == "" {
		return checkTags(nil)
	}
	return ref.ParseTags(text)
}

// checkTags returns the tags in their order, each once.
func checkTags(tags []string) ([]string, error) {
	if len(tags) == 0 {
		return nil, fault.New(InvalidArgument, "no tag is given")
	}
	return ref.CheckTags(tags)
}
