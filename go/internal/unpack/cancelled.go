package unpack

import (
	"context"
	"io"
)

// cancellable ends a stream with its context. What little bytes unpack to may take
// long to read.
type cancellable struct {
	ctx    context.Context //nolint:containedctx // lives as long as one stream
	source io.Reader
}

// Read implements io.Reader.
func (c cancellable) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.source.Read(p)
}
