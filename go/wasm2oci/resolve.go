package wasm2oci

import (
	"context"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// ResolveOptions say how a reference is resolved. The zero value is fine.
type ResolveOptions struct {
	// PullPolicy says when the registry is asked. Default: the client's.
	PullPolicy PullPolicy `json:"pull_policy,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// ResolveResult says what a reference names.
type ResolveResult struct {
	Reference string `json:"reference"`
	Descriptor
}

// Resolve returns the descriptor of the manifest or index that a reference names.
//
// Errors: InvalidReference, NotFound, and those of the registry and the network.
func (c *Client) Resolve(ctx context.Context, reference string, options ResolveOptions) (*ResolveResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	monitor.From(ctx).Enter(monitor.Resolving)
	result, err := c.resolve(ctx, reference, options.PullPolicy)
	return result, fail(ctx, "resolve", reference, err)
}

func (c *Client) resolve(ctx context.Context, text string, policy PullPolicy) (*ResolveResult, error) {
	reference, err := ParseReference(text)
	if err != nil {
		return nil, err
	}
	if err := policy.check(); err != nil {
		return nil, err
	}
	target, err := c.openThroughCache(ctx, reference, policy)
	if err != nil {
		return nil, err
	}
	desc, err := target.resolve(ctx)
	if err != nil {
		return nil, err
	}
	return &ResolveResult{Reference: target.taken().String(), Descriptor: newDescriptor(desc)}, nil
}
