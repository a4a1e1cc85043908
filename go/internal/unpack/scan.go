package unpack

import (
	"archive/tar"
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	_ "crypto/sha256" // for digest.Canonical

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// maxModules bounds how many modules of all layers are remembered.
const maxModules = 10_000

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
	// Members are the modules. Of several members with one path the last
	// counts, as for tar.
	Members []Member
	// Hidden are the paths of those modules below that this layer hides: by a
	// whiteout, or by something else in their place.
	Hidden map[string]bool
}

// Scan lists the modules of a layer. At most limit unpacked bytes are read. below has
// the modules of the layers below it, from which those are taken that it hides; nil
// means none.
//
// Errors: InvalidManifest, SizeExceeded, and what the source or the context ends with.
func Scan(ctx context.Context, source io.Reader, limit int64, below *Below) (*Listing, error) {
	if below == nil {
		below = &Below{}
	}
	reader, content, done, err := unpacked(ctx, source, limit)
	if err != nil {
		return nil, err
	}
	defer done()
	switch content {
	case Module:
		member := Member{}
		if err := member.measure(reader); err != nil {
			return nil, err
		}
		return &Listing{Members: []Member{member}}, nil
	case Tar:
		return scanTar(ctx, reader, limit, below)
	case Other, Packed:
	}
	return &Listing{}, nil
}

func scanTar(ctx context.Context, reader io.Reader, limit int64, below *Below) (*Listing, error) {
	archive := tar.NewReader(reader)
	members := map[string]Member{}
	// What a sparse file expands to is counted apart from the bytes read.
	left := limit
	for entry := 0; ; entry++ {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			listing := &Listing{Members: slices.Collect(maps.Values(members)), Hidden: below.take()}
			slices.SortFunc(listing.Members, func(a, b Member) int { return cmp.Compare(a.entry, b.entry) })
			return listing, nil
		}
		if err != nil {
			return nil, tarError(err)
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		name := clean(header.Name)
		if below.whiteout(name) {
			continue
		}
		below.entry(name, header.Typeflag == tar.TypeDir)
		delete(members, name)
		if !isRegular(header.Typeflag) {
			continue
		}
		content := bufio.NewReader(newLimited(cancellable{ctx, archive}, left))
		head, err := content.Peek(wasm.HeaderSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, tarError(err)
		}
		if !wasm.HasMagic(head) {
			continue
		}
		member := Member{Path: name, entry: entry}
		if err := member.measure(content); err != nil {
			return nil, tarError(err)
		}
		left -= member.Size
		if members[name] = member; len(members)+below.size > maxModules {
			return nil, fault.New(fault.SizeExceeded, "the layers have more than %d modules", maxModules)
		}
	}
}

// isRegular knows the types of files with content of their own. A contiguous file
// is an ordinary one to all that is in use.
func isRegular(kind byte) bool {
	return kind == tar.TypeReg || kind == tar.TypeGNUSparse || kind == tar.TypeCont
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

// clean returns a path as it lies below the root, whatever it climbs.
func clean(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

// tarError keeps what the source says, and names the rest.
func tarError(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, tar.ErrFieldTooLong) || errors.Is(err, io.ErrUnexpectedEOF) {
		return invalid("tar", strings.TrimPrefix(err.Error(), "archive/tar: "))
	}
	return err
}
