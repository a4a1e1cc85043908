package wasm2oci

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// ReferrersOptions say which referrers are listed. The zero value is fine.
type ReferrersOptions struct {
	// ArtifactType leaves out those of another type. Default: none.
	ArtifactType string `json:"artifact_type,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// ReferrersResult lists what points at a manifest.
type ReferrersResult struct {
	Reference string `json:"reference"`
	// Digest is that of the manifest that they point at.
	Digest string `json:"digest"`
	// Referrers are in the order in which the registry or the layout lists them.
	Referrers []Descriptor `json:"referrers"`
}

// Referrers lists the manifests that point at the one that a reference names, such as
// signatures and lists of parts (SBOM). Each was read, so that nothing is listed that
// points elsewhere. A digest need not exist, and a registry that keeps no such list has
// none.
//
// Errors: InvalidReference, NotFound (the tag, or the layout), SizeExceeded (more than
// 10000), and those of the registry and the network.
func (c *Client) Referrers(ctx context.Context, reference string, options ReferrersOptions) (*ReferrersResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	monitor.From(ctx).Enter(monitor.Resolving)
	result, err := c.referrers(ctx, reference, options)
	return result, fail(ctx, "referrers", reference, err)
}

func (c *Client) referrers(ctx context.Context, text string, options ReferrersOptions) (*ReferrersResult, error) {
	reference, err := ParseReference(text)
	if err != nil {
		return nil, err
	}
	target, err := c.open(ctx, reference, true)
	if err != nil {
		return nil, err
	}
	subject := ocispec.Descriptor{Digest: reference.Digest}
	if reference.Digest == "" {
		if subject, err = target.resolve(ctx); err != nil {
			return nil, err
		}
	}
	listed, err := target.referrers(ctx, subject, options.ArtifactType)
	if err != nil {
		return nil, err
	}
	result := &ReferrersResult{Reference: reference.String(), Digest: subject.Digest.String(), Referrers: []Descriptor{}}
	for _, one := range listed {
		result.Referrers = append(result.Referrers, newDescriptor(one))
	}
	return result, nil
}
