package wasm2oci

import (
	"context"
	"io"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/cache"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// CachedOptions say which module is wanted in the cache. The zero value is fine.
type CachedOptions struct {
	Selection
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// CachedModule is a module in the cache. Nobody removes it until it is closed.
type CachedModule struct {
	Result FetchResult
	// Path is its file, which must not be written to.
	Path string
	held io.Closer
}

// Close lets the module go. Its path may lead nowhere afterwards.
func (m *CachedModule) Close() error { return m.held.Close() }

// Cached brings the module of an artifact into the cache of the client, unless it is
// there, and says where it is: a file that can be mapped into memory. A module in a
// packed layer, a layout or an archive gets a file of its own.
//
// Errors: as Open; InvalidArgument where the client has no cache; Filesystem where the
// cache cannot be written.
func (c *Client) Cached(ctx context.Context, reference string, options CachedOptions) (*CachedModule, error) {
	stream, err := c.openStream(ctx, "cached", reference, options.Timeout, options.Credentials, options.Selection, func(Reference) error {
		if c.cache == nil {
			return errNoCache()
		}
		return c.cache.Check()
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = stream.Close() }()
	held, err := c.cache.keep(stream.ctx, stream)
	if err != nil {
		return nil, fail(stream.ctx, "cached", reference, err)
	}
	monitor.From(stream.ctx).Enter(monitor.Finishing)
	stream.read()
	return &CachedModule{Result: stream.Result, Path: held.Name(), held: held}, nil
}

// keep holds the module of a stream, which is stored if it is not there.
func (k *keeper) keep(ctx context.Context, stream *Stream) (cache.Held, error) {
	desc := ocispec.Descriptor{Digest: digest.Digest(stream.Result.FileDigest), Size: stream.Result.FileSize}
	if stream.stored() != nil {
		if held, found := k.Open(desc); found {
			return held, nil // verified a moment ago
		}
	}
	held, found, err := k.openWhole(ctx, desc)
	if found || err != nil {
		return held, err
	}
	if err := k.Fill(ctx, desc, func(file cache.File) error { return stream.source.Save(transfer.Output(file)) }); err != nil {
		return cache.Held{}, err
	}
	if held, found = k.Open(desc); !found {
		return held, fault.New(Filesystem, "%s was removed from the cache at once", desc.Digest).WithHint("allow more with {cache_size}")
	}
	return held, nil
}
