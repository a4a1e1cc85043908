package unpack

import (
	"archive/tar"
	"bufio"
	"errors"
	"io"
	"path"
	"strings"

	_ "crypto/sha256" // for digest.Canonical

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/wasm"
)

// maxEntries bounds how many modules, and how many hidden files, of one layer are
// remembered.
const maxEntries = 10_000

// Member is a module in a layer.
type Member struct {
	// Path is its cleaned path without a leading "/"; "" where the layer is
	// the module itself, or the module packed.
	Path string
	// Size and Digest are those of the module, counted and computed.
	Size   int64
	Digest digest.Digest

	// entry is its place in the tar.
	entry int
}

// Listing is what was found in a layer.
type Listing struct {
	// Members are the modules, in the order of the layer. Of two with one path
	// the later is the one that counts, as for tar.
	Members []Member
	// Hidden are paths that this layer hides in the layers below it.
	Hidden []string
	// Opaque are directories whose content below is hidden.
	Opaque []string
	// Covered are regular files and links that are no modules and named as
	// one; they hide those of that path below.
	Covered []string
}

// Scan lists the modules of a layer. At most limit unpacked bytes are read.
//
// Errors: *FormatError, *LimitError, and what the source ends with.
func Scan(source io.Reader, limit int64) (*Listing, error) {
	reader, content, done, err := unpacked(source, limit)
	if err != nil {
		return nil, err
	}
	defer done()
	listing := &Listing{}
	switch content {
	case Module:
		member := Member{}
		if err := member.measure(reader); err != nil {
			return nil, err
		}
		listing.Members = []Member{member}
	case Tar:
		if err := listing.scanTar(reader, limit); err != nil {
			return nil, err
		}
	case Other, Packed:
	}
	return listing, nil
}

func (l *Listing) scanTar(reader io.Reader, limit int64) error {
	archive := tar.NewReader(reader)
	// What a sparse file expands to is counted apart from the bytes read.
	left := limit
	for entry := 0; ; entry++ {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return tarError(err)
		}
		if len(l.Members)+len(l.Hidden)+len(l.Opaque)+len(l.Covered) > maxEntries {
			return &LimitError{"modules and hidden files", maxEntries}
		}
		name := clean(header.Name)
		dir, base := path.Split(name)
		if base == ".wh..wh..opq" {
			l.Opaque = append(l.Opaque, strings.TrimSuffix(dir, "/"))
			continue
		}
		if hidden, ok := strings.CutPrefix(base, ".wh."); ok {
			l.Hidden = append(l.Hidden, dir+hidden)
			continue
		}
		if header.Typeflag != tar.TypeReg && header.Typeflag != tar.TypeGNUSparse {
			l.cover(name, header.Typeflag)
			continue
		}
		content := bufio.NewReader(newLimited(archive, left))
		head, err := content.Peek(wasm.HeaderSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return tarError(err)
		}
		if !wasm.HasMagic(head) {
			l.cover(name, header.Typeflag)
			continue
		}
		member := Member{Path: name, entry: entry}
		if err := member.measure(content); err != nil {
			return tarError(err)
		}
		left -= member.Size
		l.Members = append(l.Members, member)
	}
}

// cover remembers what stands in the way of a module of a lower layer.
func (l *Listing) cover(name string, kind byte) {
	if kind != tar.TypeDir && strings.HasSuffix(name, ".wasm") {
		l.Covered = append(l.Covered, name)
	}
}

// measure counts and hashes a module.
func (m *Member) measure(content io.Reader) error {
	hash := digest.Canonical.Hash()
	size, err := io.CopyBuffer(struct{ io.Writer }{hash}, struct{ io.Reader }{content}, make([]byte, 64<<10))
	if err != nil {
		return err
	}
	m.Size, m.Digest = size, digest.NewDigest(digest.Canonical, hash)
	return nil
}

// clean gives a path as it lies below the root, whatever it climbs.
func clean(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

// tarError keeps what the source says, and names the rest.
func tarError(err error) error {
	var limit *LimitError
	var bad *FormatError
	if errors.As(err, &limit) || errors.As(err, &bad) {
		return err
	}
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, tar.ErrFieldTooLong) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &FormatError{"tar: " + strings.TrimPrefix(err.Error(), "archive/tar: ")}
	}
	return err
}
