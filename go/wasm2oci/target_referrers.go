package wasm2oci

import (
	"context"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// referrerReaders is how many manifests of a list are read at a time.
const referrerReaders = 8

// referrers implements target. What a registry lists is not believed, but read: the
// list may be of another subject, or lack types and annotations.
func (t *registryTarget) referrers(ctx context.Context, subject ocispec.Descriptor, artifactType string) ([]ocispec.Descriptor, error) {
	listed, err := t.repository.Referrers(ctx, subject.Digest, artifactType)
	if err != nil {
		return nil, t.explain(err)
	}
	if len(listed) > transfer.MaxReferrers {
		return nil, fault.New(SizeExceeded, "the list of referrers has %d entries; at most %d are read", len(listed), transfer.MaxReferrers)
	}
	var wanted []ocispec.Descriptor
	for _, one := range listed {
		if one.Digest != subject.Digest && (artifactType == "" || one.ArtifactType == "" || one.ArtifactType == artifactType) {
			wanted = append(wanted, one)
		}
	}
	return readReferrers(ctx, t, subject.Digest, artifactType, wanted)
}

// unlist takes a manifest that was deleted off the list of referrers of its subject,
// if it has one and the registry keeps no such lists. Were it done before, a delete that
// fails would leave a signature that nobody finds. So it may be the list that is wrong:
// it names what is not there, which readers pass over and the next change of the list
// takes off; that is told, since what was asked for is done.
func (t *registryTarget) unlist(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	referrer, found := transfer.ReadReferrer(desc, raw)
	if !found {
		return nil
	}
	err := t.repository.RemoveReferrer(ctx, referrer)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return context.Cause(ctx)
	default:
		monitor.From(ctx).Log(monitor.Warning, "%s is deleted, and may still be listed as a referrer of %s: %v", desc.Digest, referrer.Subject, t.explain(err))
	}
	return nil
}

// readReferrers reads manifests, several at a time, and describes those that do point at
// the subject.
func readReferrers(ctx context.Context, from *registryTarget, subject digest.Digest, artifactType string, listed []ocispec.Descriptor) ([]ocispec.Descriptor, error) {
	found := make([]*ocispec.Descriptor, len(listed))
	err := inParallel(ctx, referrerReaders, len(listed), func(ctx context.Context, i int) (err error) {
		found[i], err = readReferrer(ctx, from, subject, artifactType, listed[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	var kept []ocispec.Descriptor
	for _, one := range found {
		if one != nil {
			kept = append(kept, *one)
		}
	}
	return kept, nil
}

// readReferrer reads one manifest; nil where it does not point at the subject, is of
// another type, or is listed and cannot be read.
func readReferrer(ctx context.Context, from *registryTarget, subject digest.Digest, artifactType string, listed ocispec.Descriptor) (*ocispec.Descriptor, error) {
	desc, raw, err := from.manifest(ctx, &listed)
	if err != nil {
		return nil, unreadable(ctx, listed, err)
	}
	referrer, ok := transfer.ReadReferrer(desc, raw)
	if !ok || referrer.Subject != subject {
		monitor.From(ctx).Log(monitor.Debug, "%s is listed as a referrer of %s, and does not point at it", listed.Digest, subject)
		return nil, nil
	}
	if artifactType != "" && referrer.Descriptor.ArtifactType != artifactType {
		return nil, nil
	}
	from.remembered.keep(desc, raw)
	return &referrer.Descriptor, nil
}

// unreadable passes over a manifest that is listed and gone, or damaged: it must not
// hide the others.
func unreadable(ctx context.Context, listed ocispec.Descriptor, err error) error {
	switch fault.KindOf(err) {
	case NotFound:
		monitor.From(ctx).Log(monitor.Debug, "%s is listed, and not there", listed.Digest)
	case DigestMismatch, SizeExceeded, InvalidManifest:
		monitor.From(ctx).Log(monitor.Warning, "%s is listed, and left out: %s", listed.Digest, err)
	default:
		return err
	}
	return nil
}
