package wasm2oci

import (
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// mostRemembered bounds what is remembered, in bytes. What there is beyond is read again.
const mostRemembered = 8 << 20

// remembered are manifests that were read to see what they point at, for a copy that
// reads them next. Each is given out once; nil remembers nothing.
type remembered struct {
	mu   sync.Mutex
	size int64
	read map[digest.Digest]manifestRead
}

type manifestRead struct {
	desc ocispec.Descriptor
	raw  []byte
}

func (r *remembered) keep(desc ocispec.Descriptor, raw []byte) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.read[desc.Digest]; known || r.size+desc.Size > mostRemembered {
		return
	}
	if r.read == nil {
		r.read = map[digest.Digest]manifestRead{}
	}
	r.read[desc.Digest] = manifestRead{desc, raw}
	r.size += desc.Size
}

func (r *remembered) take(wanted ocispec.Descriptor) (ocispec.Descriptor, []byte, bool) {
	if r == nil {
		return wanted, nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.read[wanted.Digest]
	if !ok || found.desc.Size != wanted.Size {
		return wanted, nil, false
	}
	delete(r.read, wanted.Digest)
	r.size -= found.desc.Size
	return found.desc, found.raw, true
}
