package wasm2oci

import (
	"bytes"
	"context"
	"io"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
	"github.com/wasm2oci/wasm2oci/go/internal/unpack"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// drainLimit is how much of a layer that does not look like WebAssembly is still
// read, to tell damage from another kind of content.
const drainLimit = 4 << 20

// module is the module of an artifact, found and open.
type module struct {
	blob
	format format.Format
	kind   wasm.Kind
	layer  ocispec.Descriptor
	// member is its path in the layer; "" where the layer is the module.
	member string
	digest digest.Digest
	size   int64
}

// finder looks for the module of one artifact.
type finder struct {
	target    target
	manifest  *format.Manifest
	selection Selection
}

// choose says in which layers to look.
func (f *finder) choose(ctx context.Context) ([]ocispec.Descriptor, error) {
	var spin *format.SpinApplication
	if layer, ok := format.SpinLayer(f.manifest, f.selection.selector()); ok {
		raw, err := readDocument(ctx, f.target, layer)
		if err != nil {
			return nil, err
		}
		spin = format.ParseSpin(raw)
	}
	return format.Choose(f.manifest, f.selection.selector(), spin)
}

// open finds the module and opens it.
func (f *finder) open(ctx context.Context) (*module, error) {
	layers, err := f.choose(ctx)
	if err != nil {
		return nil, err
	}
	m := monitor.From(ctx)
	m.Enter(monitor.Transferring)
	for _, layer := range layers {
		m.Expect(layer.Size)
	}
	var stack format.Stack
	spools := make([]*spool, len(layers))
	keep, inMemory := -1, int64(spoolsInMemory)
	defer func() {
		for i, s := range spools {
			if i != keep {
				s.close()
			}
		}
	}()
	for i, layer := range layers {
		m.Item(layer.Digest.String())
		raw, listing, spooled, err := f.examine(ctx, layer, &stack.Below, inMemory, len(layers) == 1 && f.selection.Member == "")
		if err != nil || raw != nil {
			return raw, err
		}
		spools[i] = spooled
		inMemory -= spooled.inMemory()
		// An image of many gigabytes must not fill the disk to find one file.
		for _, empty := range stack.Lay(i, listing) {
			inMemory += spools[empty].inMemory()
			spools[empty].close()
			spools[empty] = nil
		}
	}
	found := stack.Found()
	config := format.ImageConfig{}
	if len(found) > 1 && format.HasImageConfig(f.manifest) {
		raw, err := readDocument(ctx, f.target, f.manifest.Config)
		if err != nil {
			return nil, err
		}
		config = format.ParseImageConfig(raw)
	}
	one, err := format.ChooseMember(f.manifest, found, config, f.selection.Member)
	if err != nil {
		return nil, err
	}
	keep = one.Layer
	return f.member(ctx, layers[one.Layer], spools[one.Layer], one.Member)
}

// examine opens a layer and finds out what it is. Where it is alone and the module
// itself, that is given, to be streamed as it comes; otherwise what is in it. A
// layer that proves to be damaged is begun anew, if that may help.
func (f *finder) examine(ctx context.Context, layer ocispec.Descriptor, below *unpack.Below, inMemory int64, alone bool) (*module, *unpack.Listing, *spool, error) {
	if layer.Size > f.selection.MaxSize {
		return nil, nil, nil, transfer.TooLarge("the layer "+layer.Digest.String(), f.selection.MaxSize).
			WithHint("if the source is trusted, raise {max_size}")
	}
	blob, err := f.target.blob(ctx, layer)
	if err != nil {
		return nil, nil, nil, err
	}
	stream := &opened{blob, blob}
	for {
		head, err := stream.look(layer.Size)
		if err == nil && alone && unpack.Look(head) == unpack.Module {
			return f.raw(layer, stream, head), nil, nil, nil
		}
		var listing *unpack.Listing
		var spooled *spool
		if err == nil {
			listing, spooled, err = f.list(ctx, layer, stream, unpack.Look(head), below, inMemory)
		}
		if err == nil {
			return nil, listing, spooled, stream.Close()
		}
		if again, err := beginAgain(stream, err); !again {
			_ = stream.Close()
			return nil, nil, nil, err
		}
	}
}

// raw takes a layer that is the module itself: it is streamed as it comes.
func (f *finder) raw(layer ocispec.Descriptor, stream blob, head []byte) *module {
	kind, _ := wasm.Sniff(head)
	return &module{
		blob: stream, format: format.Recognise(f.manifest, layer.MediaType, ""), kind: kind,
		layer: layer, digest: layer.Digest, size: layer.Size,
	}
}

// list gives the modules of a layer. A layer that is packed or a tar is read to
// its verified end before anything in it is believed.
func (f *finder) list(ctx context.Context, layer ocispec.Descriptor, stream io.Reader, content unpack.Content, below *unpack.Below, inMemory int64) (*unpack.Listing, *spool, error) {
	if content == unpack.Other {
		if layer.Size <= drainLimit {
			if _, err := io.Copy(io.Discard, stream); fault.KindOf(err) == DigestMismatch {
				return nil, nil, err
			}
		}
		return &unpack.Listing{}, nil, nil
	}
	spooled, err := newSpool(ctx, stream, layer.Size, inMemory)
	if err != nil {
		return nil, nil, err
	}
	listing, err := unpack.Scan(ctx, spooled.stream(ctx), f.selection.MaxUnpackedSize, below)
	if err != nil {
		spooled.close()
		return nil, nil, err
	}
	return listing, spooled, nil
}

// member opens a module inside a layer.
func (f *finder) member(ctx context.Context, layer ocispec.Descriptor, spooled *spool, member unpack.Member) (*module, error) {
	stream, err := unpack.Open(ctx, spooled.stream(ctx), member, f.selection.MaxUnpackedSize)
	if err != nil {
		spooled.close()
		return nil, err
	}
	verified := transfer.NewVerified(stream, ocispec.Descriptor{Digest: member.Digest, Size: member.Size})
	head := make([]byte, wasm.HeaderSize)
	n, err := io.ReadFull(verified, head)
	if err != nil && int64(n) < min(member.Size, wasm.HeaderSize) {
		_ = stream.Close()
		spooled.close()
		return nil, err
	}
	kind, _ := wasm.Sniff(head[:n])
	return &module{
		blob:   once{io.MultiReader(bytes.NewReader(head[:n]), verified), &memberStream{stream, spooled}},
		format: format.Recognise(f.manifest, layer.MediaType, member.Path), kind: kind,
		layer: layer, member: member.Path, digest: member.Digest, size: member.Size,
	}, nil
}

// memberStream ends its spool when it is closed.
type memberStream struct {
	stream  io.Closer
	spooled *spool
}

func (s *memberStream) Close() error {
	err := s.stream.Close()
	s.spooled.close()
	return err
}

// readDocument reads a small blob whole.
func readDocument(ctx context.Context, target target, desc ocispec.Descriptor) ([]byte, error) {
	if desc.Size > transfer.MaxManifest {
		return nil, transfer.TooLarge("the document "+desc.Digest.String(), transfer.MaxManifest)
	}
	if desc.Size == 0 {
		return nil, nil
	}
	stream, err := target.blob(monitor.With(ctx, &monitor.Monitor{}), desc)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stream.Close() }()
	return io.ReadAll(stream)
}
