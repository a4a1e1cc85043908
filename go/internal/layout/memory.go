package layout

import (
	"io/fs"
	"sync"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Memory holds the index that was written last, as long as nobody else has changed it.
type Memory struct {
	mu    sync.Mutex
	info  fs.FileInfo
	index *index
}

// take returns an index that can be changed, or nil where it has to be read.
func (m *Memory) take(of Layout) *index {
	if m == nil {
		return nil
	}
	info, err := of.stat(ocispec.ImageIndexFile)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil || m.index == nil || !isSame(m.info, info) {
		return nil
	}
	return m.index.clone()
}

// keep remembers an index that was written, and takes so many bytes.
func (m *Memory) keep(of Layout, list *index, size int) {
	if m == nil {
		return
	}
	info, err := of.stat(ocispec.ImageIndexFile)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.index = nil
	if err == nil && info.Size() == int64(size) {
		m.info, m.index = info, list.clone()
	}
}
