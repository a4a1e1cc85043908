package format

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"time"
)

// tarBlock is the unit that a tar is padded to.
const tarBlock = 512

// openTar opens a tar with one file, which is read as the tar is read. It depends
// on nothing but its arguments.
func openTar(name string, size int64, open func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	var header bytes.Buffer
	err := tar.NewWriter(&header).WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: time.Unix(0, 0),
	})
	if err != nil {
		return nil, err
	}
	content, err := open()
	if err != nil {
		return nil, err
	}
	padding := (tarBlock-size%tarBlock)%tarBlock + 2*tarBlock
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(&header, content, bytes.NewReader(make([]byte, padding))), content}, nil
}

// gzipped packs a stream as it is read. The header holds neither time nor name, so
// that the same content yields the same bytes within one release of Go.
func gzipped(source io.ReadCloser) io.ReadCloser {
	g := &packer{source: source, chunk: make([]byte, 64<<10)}
	g.writer = gzip.NewWriter(&g.packed)
	return g
}

// packer is a reader that compresses; compress/gzip has only a writer.
type packer struct {
	source io.ReadCloser
	writer *gzip.Writer
	packed bytes.Buffer
	chunk  []byte
	err    error
}

func (p *packer) Read(into []byte) (int, error) {
	for p.packed.Len() == 0 && p.err == nil {
		n, err := p.source.Read(p.chunk)
		if _, writeErr := p.writer.Write(p.chunk[:n]); writeErr != nil {
			err = writeErr
		}
		if err == io.EOF { //nolint:errorlint // the contract of io.Reader
			if closeErr := p.writer.Close(); closeErr != nil {
				err = closeErr
			}
		}
		p.err = err
	}
	if p.packed.Len() > 0 {
		return p.packed.Read(into)
	}
	return 0, p.err
}

func (p *packer) Close() error { return p.source.Close() }
