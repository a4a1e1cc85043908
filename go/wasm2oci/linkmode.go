package wasm2oci

import (
	"context"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// LinkMode says how a file goes out of the cache.
type LinkMode string

// The modes. Package managers such as uv call them the same.
const (
	// LinkCopy makes a file of its own, whose content the file system may share by itself.
	LinkCopy LinkMode = "copy"
	// LinkHard makes a hard link to the file in the cache, which is read-only, and a copy
	// where that cannot be.
	LinkHard LinkMode = "hardlink"
)

func (m LinkMode) check() error {
	switch m {
	case "", LinkCopy, LinkHard:
		return nil
	}
	return fault.New(InvalidArgument, "{link_mode} is %s, not copy or hardlink", fault.Quote(string(m)))
}

// writable are the bits of a mode that let somebody write.
const writable = 0o222

// link puts the module of a stream into place as a hard link to the cache; false where
// a copy has to do. What somebody could write to is not shared.
func (s *Stream) link(path string, options atomicfile.Options) (bool, error) {
	blob := s.stored()
	if blob == nil {
		return false, nil
	}
	info, err := blob.held.Stat()
	if err != nil || info.Mode()&writable != 0 {
		return false, err
	}
	if s.ctx.Err() != nil {
		return false, context.Cause(s.ctx)
	}
	linked, err := atomicfile.Link(blob.held.File, path, options)
	if linked && err == nil {
		monitor.From(s.ctx).Enter(monitor.Finishing)
	}
	return linked, err
}
