package layout

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

const (
	// tarBlock is what a tar consists of (POSIX.1-2017, pax, "ustar Interchange
	// Format").
	tarBlock = 512
	// maxBlobs is how many blobs an archive may have. They are kept in memory.
	maxBlobs = 1 << 17
)

// dockerManifest is the index of an archive that `docker save` wrote before it wrote
// OCI archives.
const dockerManifest = "manifest.json"

// packings are what archives are compressed with, by the first bytes, and what
// unpacks them.
var packings = []struct{ magic, name, program string }{
	{"\x1f\x8b", "gzip", "gunzip"},
	{"\x28\xb5\x2f\xfd", "zstd", "unzstd"},
	{"\xfd7zXZ\x00", "xz", "unxz"},
	{"BZh", "bzip2", "bunzip2"},
}

// span is a part of a file.
type span struct{ start, size int64 }

// member is a file, a folder or the like in an archive.
type member struct {
	// name is its path in the layout: cleaned, and without "./".
	name string
	kind byte
	// data is where its content is, and end where the next member begins.
	data span
	// start is where its headers begin.
	start, end int64
}

// scan calls visit for each member of a tar, from its first to its last. Nothing of
// their content is read.
func scan(ctx context.Context, path string, file io.ReaderAt, size int64, visit func(member) error) error {
	if err := checkPacking(path, file, size); err != nil {
		return err
	}
	section := io.NewSectionReader(file, 0, size)
	headers := tar.NewReader(cancellable{ctx, section})
	end := int64(0)
	for {
		header, err := headers.Next()
		if err == io.EOF { //nolint:errorlint // tar.Reader's contract
			// A whole archive ends in blocks of zeros, one at least.
			if at, err := section.Seek(0, io.SeekCurrent); err != nil || at < end+tarBlock {
				return cutShort(path)
			}
			return nil
		}
		if err != nil {
			return explainTar(ctx, path, end, err)
		}
		at, err := section.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		one := member{kind: header.Typeflag, start: end, data: span{at, header.Size}}
		if one.name, err = localName(path, header.Name); err != nil {
			return err
		}
		switch header.Typeflag {
		case tar.TypeReg:
		case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeDir, tar.TypeFifo, tar.TypeXGlobalHeader:
			one.data.size = 0
		}
		if isSparse(header) {
			return invalid("%q has a sparse file, %q", path, header.Name).WithHint("write the archive anew, without sparse files")
		}
		if one.data.size > size-at {
			return cutShort(path)
		}
		end = padded(at + one.data.size)
		one.end = end
		if err := visit(one); err != nil {
			return err
		}
	}
}

func checkPacking(path string, file io.ReaderAt, size int64) error {
	if size == 0 {
		return invalid("%q is empty", path)
	}
	head := make([]byte, 8)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF { //nolint:errorlint // io.ReaderAt's contract
		return err
	}
	for _, packing := range packings {
		if bytes.HasPrefix(head[:n], []byte(packing.magic)) {
			return invalid("%q is compressed with %s; an OCI archive is a plain tar", path, packing.name).
				WithHint("unpack it first, such as with `%s`", packing.program)
		}
	}
	return nil
}

// cutShort returns the fault of an archive whose end is missing.
func cutShort(path string) error {
	return invalid("%q is cut short: the end of the tar is missing", path).WithHint("get the archive anew")
}

// explainTar says what is wrong with a tar of which all up to a byte could be read.
func explainTar(ctx context.Context, path string, good int64, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, io.ErrUnexpectedEOF):
		if good == 0 {
			return invalid("%q is not a tar archive", path)
		}
		return cutShort(path)
	case errors.Is(err, tar.ErrHeader):
		if good == 0 {
			return invalid("%q is not a tar archive", path)
		}
		return invalid("%q is damaged: no tar header at byte %d", path, good)
	case errors.Is(err, tar.ErrFieldTooLong), errors.Is(err, tar.ErrWriteTooLong):
		return invalid("%q has a tar header that is too long, after byte %d", path, good)
	}
	return err
}

// localName returns the path of a member in its layout.
func localName(archive, name string) (string, error) {
	switch {
	case strings.HasPrefix(name, "/"):
		return "", invalid("%q has a member with an absolute name, %q", archive, name)
	case name == "..", strings.HasPrefix(name, "../"), strings.HasSuffix(name, "/.."), strings.Contains(name, "/../"):
		return "", invalid("%q has a member whose name leads out of it, %q", archive, name)
	}
	return path.Clean(name), nil
}

// isSparse reports whether what a tar holds of a file is not its content.
func isSparse(header *tar.Header) bool {
	if header.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for record := range header.PAXRecords {
		if strings.HasPrefix(record, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// padded returns where the block ends that a byte is in.
func padded(at int64) int64 { return (at + tarBlock - 1) / tarBlock * tarBlock }

// cancellable ends a file with its context, and can go to any byte of it.
type cancellable struct {
	ctx     context.Context //nolint:containedctx // lives as long as one scan
	section *io.SectionReader
}

func (c cancellable) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.section.Read(p)
}

func (c cancellable) Seek(offset int64, whence int) (int64, error) {
	return c.section.Seek(offset, whence)
}

// table says what an archive holds, and where.
type table struct {
	path  string
	index *index
	// blobs are those whose names are digests.
	blobs map[digest.Digest]span
	// marker is the oci-layout file as it is.
	marker []byte
}

// readTable reads what an archive holds: the headers, the marker and the index.
func readTable(ctx context.Context, path string, file *os.File, size int64) (*table, error) {
	found := &table{path: path, blobs: map[digest.Digest]span{}}
	documents := map[string]span{}
	nested, docker := "", false
	err := scan(ctx, path, file, size, func(one member) error {
		if found, ok := strings.CutSuffix(one.name, "/"+ocispec.ImageLayoutFile); ok {
			nested = found
		}
		docker = docker || one.name == dockerManifest
		return found.add(one, documents)
	})
	if err != nil {
		return nil, err
	}
	if _, ok := documents[ocispec.ImageLayoutFile]; !ok {
		refusal := invalid("%q has no oci-layout file: it is not an OCI archive", path)
		switch {
		case docker:
			refusal = invalid("%q is an archive of `docker save`, not an OCI archive", path).
				WithHint("convert it first, such as with `skopeo copy docker-archive:FILE oci-archive:NEW`")
		case nested != "":
			refusal.WithHint("the layout is in its folder %q: pack what is in the folder, not the folder, as `tar -C FOLDER -cf FILE .` does", nested)
		}
		return nil, refusal
	}
	if _, ok := documents[ocispec.ImageIndexFile]; !ok {
		return nil, invalid("%q has no index.json", path)
	}
	if found.marker, err = readMember(path, file, ocispec.ImageLayoutFile, documents); err != nil {
		return nil, err
	}
	if err := parseMarker(path, found.marker); err != nil {
		return nil, err
	}
	raw, err := readMember(path, file, ocispec.ImageIndexFile, documents)
	if err != nil {
		return nil, err
	}
	if found.index, err = parseIndex(raw); err != nil {
		return nil, invalid("index.json of %q is invalid: %w", path, err)
	}
	found.index.place = "archive"
	return found, nil
}

// has reports whether there is an archive, and a blob of that digest and size in it.
func (t *table) has(dgst digest.Digest, size int64) bool {
	if t == nil {
		return false
	}
	at, found := t.blobs[dgst]
	return found && at.size == size
}

// add takes up a member, if it belongs to a layout. What does is a regular file, and
// there once: of two, each reader might take another.
func (t *table) add(one member, documents map[string]span) error {
	blob := blobOf(one.name)
	switch {
	case one.kind == tar.TypeXGlobalHeader:
		return nil
	case one.name == ocispec.ImageLayoutFile, one.name == ocispec.ImageIndexFile, blob != "":
	case one.kind != tar.TypeDir && (one.name == ocispec.ImageBlobsDir || path.Dir(one.name) == ocispec.ImageBlobsDir):
		return invalid("%q of %q is not a folder", one.name, t.path)
	default:
		return nil
	}
	switch one.kind {
	case tar.TypeReg:
	case tar.TypeLink, tar.TypeSymlink:
		return invalid("%q of %q is a link; links in an archive are not followed", one.name, t.path).
			WithHint("write the archive anew, with the content in place of links")
	default:
		return invalid("%q of %q is not a regular file", one.name, t.path)
	}
	if blob == "" {
		if _, twice := documents[one.name]; twice {
			return t.twice(one.name)
		}
		documents[one.name] = one.data
		return nil
	}
	if _, twice := t.blobs[blob]; twice {
		return t.twice(one.name)
	}
	if len(t.blobs) == maxBlobs {
		return tooMany(t.path).WithHint("unpack it, and read it as a layout, oci:DIR")
	}
	t.blobs[blob] = one.data
	return nil
}

func tooMany(path string) *fault.Error {
	return fault.New(fault.SizeExceeded, "%s has more than %d blobs", fault.Quote(path), maxBlobs)
}

func (t *table) twice(name string) error {
	return invalid("%q has %q twice", t.path, name).WithHint("write the archive anew")
}

// blobOf returns the digest that the path of a blob stands for, or "".
func blobOf(name string) digest.Digest {
	rest, found := strings.CutPrefix(name, ocispec.ImageBlobsDir+"/")
	algorithm, encoded, ok := strings.Cut(rest, "/")
	if !found || !ok {
		return ""
	}
	dgst := digest.NewDigestFromEncoded(digest.Algorithm(algorithm), encoded)
	if dgst.Validate() != nil {
		return ""
	}
	return dgst
}

// readMember reads a document, which has to be small.
func readMember(path string, file io.ReaderAt, name string, documents map[string]span) ([]byte, error) {
	at := documents[name]
	if at.size > maxIndex {
		return nil, invalid("%q of %q is larger than %d bytes", name, path, maxIndex)
	}
	raw := make([]byte, at.size)
	if _, err := file.ReadAt(raw, at.start); err != nil && err != io.EOF { //nolint:errorlint // io.ReaderAt's contract
		return nil, err
	}
	return raw, nil
}
