package unpack

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
)

// Open reads a module that Scan found in the same layer. Whoever reads it holds
// it against the size and digest of the member.
//
// Errors: as Scan.
func Open(ctx context.Context, source io.Reader, member Member, limit int64) (io.ReadCloser, error) {
	reader, content, done, err := unpacked(ctx, source, limit)
	if err != nil {
		return nil, err
	}
	if content == Module {
		return &stream{reader, done}, nil
	}
	archive := tar.NewReader(reader)
	for entry := 0; entry <= member.entry; entry++ {
		if _, err := archive.Next(); err != nil {
			done()
			return nil, tarError(fmt.Errorf("entry %d: %w", entry, err))
		}
	}
	return &stream{cancellable{ctx, archive}, done}, nil
}

type stream struct {
	io.Reader
	done func()
}

func (s *stream) Close() error {
	s.done()
	return nil
}
