package wasm2oci

import (
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
)

// Defaults of Selection.
const (
	defaultMaxSize     = 4 << 30
	defaultMaxUnpacked = 4 << 30
)

// Selection says which module of an artifact is meant, and how much may be read
// to find it. The zero value leaves the choice to the rules of package format.
type Selection struct {
	// Platform is "os/architecture[/variant]" and chooses from an index.
	Platform string `json:"platform,omitempty"`
	// Layer is a layer's index, digest or title, or the id of a Spin component.
	Layer string `json:"layer,omitempty"`
	// Member is the path of a file in a tar layer.
	Member string `json:"member,omitempty"`
	// MaxSize bounds a layer as it is stored, in bytes. Default: 4 GiB.
	MaxSize int64 `json:"max_size,omitempty"`
	// MaxUnpackedSize bounds what a layer unpacks to, in bytes. Default: 4 GiB.
	MaxUnpackedSize int64 `json:"max_unpacked_size,omitempty"`
	// PullPolicy says when the registry is asked. Default: the client's.
	PullPolicy PullPolicy `json:"pull_policy,omitempty"`
}

// check refuses what cannot be meant and fills in the defaults.
func (s Selection) check() (Selection, error) {
	switch {
	case s.MaxSize < 0:
		return s, fault.New(InvalidArgument, "{max_size} is negative")
	case s.MaxUnpackedSize < 0:
		return s, fault.New(InvalidArgument, "{max_unpacked_size} is negative")
	}
	if err := s.PullPolicy.check(); err != nil {
		return s, err
	}
	if s.MaxSize == 0 {
		s.MaxSize = defaultMaxSize
	}
	if s.MaxUnpackedSize == 0 {
		s.MaxUnpackedSize = defaultMaxUnpacked
	}
	return s, nil
}

func (s Selection) selector() format.Selector {
	return format.Selector{Platform: s.Platform, Layer: s.Layer, Member: s.Member}
}
