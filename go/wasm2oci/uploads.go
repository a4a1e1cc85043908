package wasm2oci

import (
	"context"
	"errors"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// uploads stores the parts of one artifact, each unless it is there.
type uploads struct {
	target target
	// from is where the blobs may lie already, or nil.
	from *Reference
	// believed are the blobs that the target said it has.
	believed []upload
	// sent is set once the target took a blob: it is not read-only then.
	sent bool
}

type upload struct {
	desc ocispec.Descriptor
	open transfer.Opener
}

func (u *uploads) put(ctx context.Context, desc ocispec.Descriptor, open transfer.Opener) error {
	stored, err := u.target.hasBlob(ctx, desc)
	if err != nil {
		return err
	}
	if !stored && u.from != nil {
		stored, err = u.target.mountBlob(ctx, desc, *u.from)
		if err != nil {
			return err
		}
	}
	if !stored {
		err := u.target.putBlob(ctx, desc, open)
		u.sent = u.sent || err == nil
		return err
	}
	monitor.From(ctx).Reuse(desc.Size)
	u.believed = append(u.believed, upload{desc, open})
	return nil
}

// putManifest stores the manifest. Where it is refused for a blob that is said to
// be there, such as one that is being deleted, that blob is sent after all. Some
// registries miss, for a moment, a blob that several clients have just sent at the
// same time; where all blobs were sent, the manifest is put once more.
func (u *uploads) putManifest(ctx context.Context, desc ocispec.Descriptor, raw []byte) error {
	err := u.target.putManifest(ctx, desc, raw)
	var status *transfer.StatusError
	if !errors.As(err, &status) || !status.MissesBlob() {
		return err
	}
	m := monitor.From(ctx)
	m.Log(monitor.Warning, "the registry lacks a blob that it said it has; trying again")
	for _, one := range u.believed {
		m.Reuse(-one.desc.Size)
		if err := u.target.putBlob(ctx, one.desc, one.open); err != nil {
			return err
		}
	}
	if len(u.believed) == 0 {
		if err := transfer.Pause(ctx); err != nil {
			return err
		}
	}
	return u.target.putManifest(ctx, desc, raw)
}
