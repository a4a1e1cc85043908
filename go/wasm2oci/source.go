package wasm2oci

import (
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// Source is local content to push. It can be read any number of times.
type Source struct {
	open func() (*content, error)
	name string
	file *os.File // to be closed even if it was never asked for
}

// FileSource is a file by its path.
func FileSource(path string) Source {
	return Source{name: path, open: func() (*content, error) {
		file, err := atomicfile.OpenRegular(path)
		if err != nil {
			return nil, err
		}
		return newFileContent(file, path)
	}}
}

// OpenFileSource is an open regular file, read from its start. It is closed once
// it was pushed, or could not be.
func OpenFileSource(file *os.File) Source {
	return Source{file: file, open: func() (*content, error) { return newFileContent(file, file.Name()) }}
}

// BytesSource is content in memory, which must not change before the push ends.
func BytesSource(raw []byte) Source { return ReaderSource(bytes.NewReader(raw), int64(len(raw))) }

// ReaderSource is content of a size that can be read at any place, any number of times.
func ReaderSource(reader io.ReaderAt, size int64) Source {
	return Source{open: func() (*content, error) {
		return &content{reader: reader, size: size, close: func() {}}, nil
	}}
}

// discard closes what the caller handed over.
func (s Source) discard() {
	if s.file != nil {
		_ = s.file.Close()
	}
}

// title is what a layer from this source is called, or "".
func (s Source) title() string {
	if s.name == "" {
		return ""
	}
	return strings.ToValidUTF8(filepath.Base(s.name), "_")
}

// content is an open source.
type content struct {
	reader io.ReaderAt
	size   int64
	close  func()
}

func newFileContent(file *os.File, path string) (*content, error) {
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = atomicfile.Special(path, info.Mode())
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return &content{reader: file, size: info.Size(), close: func() { _ = file.Close() }}, nil
}

// stream reads the content from its start.
func (c *content) stream(ctx context.Context) contentStream {
	section := io.NewSectionReader(c.reader, 0, c.size)
	return contentStream{contextReader{ctx, section}, section}
}

// contentStream ends with its context, and can go to any byte.
type contentStream struct {
	io.Reader
	section *io.SectionReader
}

func (s contentStream) Seek(offset int64, whence int) (int64, error) {
	return s.section.Seek(offset, whence)
}

func (contentStream) Close() error { return nil }

// opener lets the content be sent as often as need be.
func (c *content) opener(ctx context.Context) transfer.Opener {
	return func() (io.ReadCloser, error) {
		stream := c.stream(ctx)
		if file, ok := c.reader.(*os.File); ok {
			if own := atomicfile.Reopen(file); own != nil {
				return &fileStream{stream, own}, nil
			}
		}
		return stream, nil
	}
}

// fileStream is content that the system can send by itself, from a handle whose
// position is nobody else's.
type fileStream struct {
	contentStream
	own *os.File
}

// File returns the handle.
func (s *fileStream) File() io.Reader { return s.own }

func (s *fileStream) Seek(offset int64, whence int) (int64, error) {
	if _, err := s.own.Seek(offset, whence); err != nil {
		return 0, err
	}
	return s.contentStream.Seek(offset, whence)
}

func (s *fileStream) Close() error { return s.own.Close() }

// describe hashes the content and finds out what it is. What is not WebAssembly is
// refused unless allowAny.
func (c *content) describe(ctx context.Context, allowAny bool) (format.Content, error) {
	head := make([]byte, lookalikeSize)
	n, err := c.reader.ReadAt(head, 0)
	if err != nil && err != io.EOF { //nolint:errorlint // io.ReaderAt's contract
		return format.Content{}, err
	}
	kind, err := wasm.Sniff(head[:min(n, wasm.HeaderSize)])
	if err != nil && !allowAny {
		return format.Content{}, lookalike(head[:n], err)
	}
	hash := digest.Canonical.Hash()
	size, err := io.CopyBuffer(struct{ io.Writer }{hash}, c.stream(ctx), make([]byte, 1<<20))
	if err != nil {
		return format.Content{}, err
	}
	c.size = size
	return format.Content{Kind: kind, Size: size, Digest: digest.NewDigest(digest.Canonical, hash)}, nil
}

// say adds what the binary says of itself: the names of a component's imports and
// exports, which its config lists, and its metadata as annotations. A component
// that cannot be read is refused unless allowAny.
func (c *content) say(described format.Content, allowAny bool) (format.Content, map[string]string, error) {
	if described.Kind == "" {
		return described, nil, nil
	}
	info, err := wasm.Inspect(c.reader, c.size)
	if err != nil {
		if described.Kind != wasm.KindComponent || allowAny {
			err = nil
		}
		return described, nil, err
	}
	if info.World != nil {
		described.Imports, described.Exports = info.World.Imports, info.World.Exports
	}
	return described, annotations(info.Metadata), nil
}

// annotations are the metadata of a binary under the names that wkg's publish
// names it (OCI image specification, annotations.md).
func annotations(metadata wasm.Metadata) map[string]string {
	said := map[string]string{
		ocispec.AnnotationAuthors:     metadata.Authors,
		ocispec.AnnotationDescription: metadata.Description,
		ocispec.AnnotationURL:         metadata.Homepage,
		ocispec.AnnotationLicenses:    metadata.Licenses,
		ocispec.AnnotationRevision:    metadata.Revision,
		ocispec.AnnotationSource:      metadata.Source,
		ocispec.AnnotationVersion:     metadata.Version,
	}
	maps.DeleteFunc(said, func(_, text string) bool { return text == "" })
	return said
}
